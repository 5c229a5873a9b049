"""Databases with literal rows, in the tables that the store makes; what a test does not speak of is left plain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.live import LiveFacts
from ppp_tui.model.scripts import has_unspaced, split_unspaced
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import Answer, Query, answer
from ppp_tui.store.connect import open_writer
from ppp_tui.store.write import Writer
from ppp_tui.text.search_fold import fold_text, needs_folding

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00:00 UTC."""

NOON = "2026-11-20 12:00:00.000"


class Database:
    """A database that a test fills and asks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        Writer(path).close()
        self.writer = open_writer(path)

    def put(self, table: str, **columns: Any) -> None:
        """Insert one row."""
        marks = ", ".join(f":{name}" for name in columns)
        self.writer.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", columns)

    def session(self, trajectory_id: int, summary: dict[str, Any] | None = None, **columns: Any) -> None:
        """A trajectory with its summary; its last sign of life was at noon."""
        self.put(
            "trajectories",
            **{
                "id": trajectory_id,
                "spec_id": "",
                "agent_name": "claude",
                "created_at": "2026-11-20 10:00:00.000",
                "source": "claude_code",
                "native_id": f"native-{trajectory_id}",
                "title": f"Title {trajectory_id}",
                "project": "/home/ann/shop",
                **columns,
            },
        )
        self.put("trajectory_summaries", **{"trajectory_id": trajectory_id, "last_at": NOON, **(summary or {})})

    def turn(self, trajectory_id: int, number: int, prompt: str = "", response: str = "", **columns: Any) -> None:
        """A finished turn."""
        self.put(
            "trajectory_turns",
            **{
                "id": (trajectory_id << 20) + number,
                "trajectory_id": trajectory_id,
                "turn_number": number,
                "timestamp": "2026-11-20 11:00:00.000",
                "status": "completed",
                "prompt": prompt,
                "response": response,
                "prompt_length": len(prompt),
                "response_length": len(response),
                **columns,
            },
        )

    def step(self, trajectory_id: int, turn: int, number: int, **columns: Any) -> None:
        """A command that went well."""
        self.put(
            "steps",
            **{
                "id": (((trajectory_id << 20) + turn) << 20) + number,
                "key": f"call{number}",
                "kind": "shell",
                "tool": "Bash",
                "target": "ls",
                "status": "ok",
                **columns,
            },
        )

    def question(self, trajectory_id: int, turn: int, number: int, text: str, **columns: Any) -> None:
        """A question of low effort."""
        turn_id = (trajectory_id << 20) + turn
        row = {"id": (turn_id << 20) + number, "turn_id": turn_id, "question_text": text, "effort_level": "low"}
        self.put("trajectory_questions", **{**row, **columns})

    def usage(self, trajectory_id: int, turn: int, number: int, at: str, output: int, **columns: Any) -> None:
        """A model request."""
        self.put(
            "token_usage",
            **{
                "id": (((trajectory_id << 20) + turn) << 20) + number,
                "at": at,
                "model": "m1",
                "input_tokens": 100,
                "output_tokens": output,
                **columns,
            },
        )

    def minute(self, minute: str, agent: str = "claude", **columns: Any) -> None:
        """Usage of one minute: a request of 10 tokens in, 20 out, 300 read and 4 written, for 5 millionths."""
        self.put(
            "usage_minutes",
            **{
                "minute": minute,
                "agent_name": agent,
                "model": "m1",
                "requests": 1,
                "input_tokens": 10,
                "output_tokens": 20,
                "cache_read_tokens": 300,
                "cache_write_tokens": 4,
                "cost_micros": 5,
                "unpriced_requests": 0,
                "lower_bound_requests": 0,
                **columns,
            },
        )

    def index(self, turn_id: int, number: int, start: int, end: int) -> None:
        """A segment of a turn's text in the search index."""
        self.put("search_segments", id=number, turn_id=turn_id, text_start=start, text_end=end)
        self.writer.execute(
            "INSERT INTO search_index (rowid, body) SELECT id, body FROM search_texts WHERE id = ?", (number,)
        )
        (body,) = self.writer.execute("SELECT body FROM search_texts WHERE id = ?", (number,)).fetchone()
        if has_unspaced(body) or needs_folding(body):
            self.put("search_split", rowid=number, body=split_unspaced(fold_text(body)))

    def ask(self, query: Query[Answer]) -> Answer:
        """Answer a query as the command line does."""
        with closing(open_reader(self.path)) as reader:
            return answer(reader, query)

    def plan(self, query: Query[Any]) -> set[str]:
        """Names of the tables that SQLite reads from one end to the other for a query, by themselves or an index.

        A loop that starts at an end and stops where an index's keys leave the wanted range is none.
        """
        roots: dict[int, str] = dict(self.writer.execute("SELECT rootpage, tbl_name FROM sqlite_master").fetchall())
        program = self.writer.execute(f"EXPLAIN {query.sql}", dict(query.parameters)).fetchall()
        opened: dict[int, str] = {}
        bounded = {cursor for _, operation, cursor, *_ in program if operation in _BOUNDS}
        scanned: set[str] = set()
        for _, operation, cursor, root, *_ in program:
            if operation == "OpenRead":
                opened[cursor] = roots[root]
            elif cursor in opened and (
                operation == "Count" or (operation in ("Rewind", "Last") and cursor not in bounded)
            ):
                scanned.add(opened[cursor])
        return scanned


_BOUNDS = ("IdxLT", "IdxLE", "IdxGT", "IdxGE")


def stored(facts: LiveFacts) -> str:
    """Live facts as the store writes them."""
    return json.dumps(facts)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database without rows; a folder's tests have it once their ``conftest`` imports it."""
    made = Database(tmp_path / "archive.db")
    yield made
    made.writer.close()
