"""A sub-agent that stands in its parent's file and in one of its own is one, whichever is read first."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, age
from tests.sources.parsed_lines import content
from tests.sources.test_claude_embedded import story


def own_records() -> list[dict[str, Any]]:
    """What the sub-agent of the story wrote into its own file, its texts between the calls included."""
    records = [record["data"]["message"] for record in story() if record["type"] == "progress"]
    told = [{**record, "sessionId": "5f0c1d9e", "isSidechain": True, "agentId": "a1"} for record in records]
    before = json.loads(json.dumps(told[1]))
    before |= {"uuid": "s2a"}
    before["message"]["content"] = [{"type": "text", "text": "I count."}]
    after = json.loads(json.dumps(told[1]))
    after |= {"uuid": "s5", "requestId": "req_t", "timestamp": "2026-11-20T10:00:08.000Z"}
    after["message"] |= {"id": "msg_t", "content": [{"type": "text", "text": "Two chairs."}]}
    return [told[0], before, told[1], told[2], after]


def write(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(*records))
    age(path)


def ingest(database: Path, root: Path) -> None:
    with closing(Writer(database)) as writer:
        options = IngestOptions(database, (), (("claude_code", root),))
        Pipeline(writer, options, FrozenClock(LATER_MS), {}, database.parent).run(follow=False)


def database_of(folder: Path, *rounds: tuple[str, ...]) -> tuple[list[tuple[Any, ...]], list[str]]:
    """What is in the database when the files came in this order: its sessions, and all of it."""
    root, database = folder / "projects", folder / "a.db"
    files = {"parent": ("p/5f0c1d9e.jsonl", story()), "own": ("p/5f0c1d9e/subagents/agent-a1.jsonl", own_records())}
    for names in rounds:
        for name in names:
            write(root / files[name][0], files[name][1])
        ingest(database, root)
    with closing(Writer(database)) as writer:
        found = writer._connection.execute(
            "SELECT t.native_id, t.lane, s.turns, s.steps, s.requests, s.output_tokens, s.tree_requests, s.children "
            "FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id ORDER BY 1, 2"
        ).fetchall()
        return found, [line.replace(str(folder), "") for line in dump(writer._connection)]


@pytest.mark.parametrize("rounds", [(("parent",), ("own",)), (("own",), ("parent",)), (("own", "parent"),)])
def test_the_order_of_the_two_files_does_not_show(tmp_path: Path, rounds: tuple[tuple[str, ...], ...]) -> None:
    found, lines = database_of(tmp_path / "a", *rounds)
    assert found == [("5f0c1d9e", "", 1, 1, 2, 10, 4, 1), ("agent-a1", "", 1, 1, 2, 2, 2, 0)]
    assert lines == database_of(tmp_path / "b", ("parent", "own"))[1]


def test_a_sub_agent_without_a_file_of_its_own_is_told_by_its_parents(tmp_path: Path) -> None:
    found, _ = database_of(tmp_path, ("parent",))
    assert found == [("5f0c1d9e", "", 1, 1, 2, 10, 3, 1), ("agent-a1", "agent-a1", 1, 1, 1, 1, 1, 0)]
