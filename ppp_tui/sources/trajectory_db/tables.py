"""The tables and columns of trajectory databases that are read, as a database has them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from ppp_tui.model.ids import hash64
from ppp_tui.sources.source import ParsedChunk

TRAJECTORIES = "trajectories"
TURNS = "trajectory_turns"
QUESTIONS = "trajectory_questions"
VIOLATIONS = "trajectory_violations"
ARTIFACTS = "consensus_artifacts"
RUNS = "consensus_runs"
OUTPUTS = "agent_outputs"

COLUMNS: dict[str, tuple[str, ...]] = {
    TRAJECTORIES: ("spec_id", "agent_name", "run_id", "stage", "created_at"),
    TURNS: ("trajectory_id", "turn_number", "prompt", "response", "token_count", "latency_ms", "timestamp"),
    QUESTIONS: ("question_text", "effort_level", "answer"),
    VIOLATIONS: ("preference_name", "expected", "actual", "severity"),
    ARTIFACTS: ("spec_id", "stage", "agent_name", "run_id", "content_json", "response_text", "created_at"),
    RUNS: ("spec_id", "stage", "run_timestamp"),
    OUTPUTS: ("run_id", "agent_name", "content", "output_timestamp"),
}
"""Tables and columns that are read."""

OWNERS = {
    TRAJECTORIES: "id",
    TURNS: "trajectory_id",
    QUESTIONS: "turn_id",
    VIOLATIONS: "turn_id",
    ARTIFACTS: "spec_id",
    RUNS: "id",
    OUTPUTS: "run_id",
}
"""Column that names a row's owner; a table without it is not read."""

_MAX_NAMED = 50
_MAX_NAME_CHARS = 60

Key = int | str
"""Id of a row: a number in the documents, a text in some programs."""


class ForeignTable(NamedTuple):
    """A table as the database has it."""

    name: str
    columns: frozenset[str]

    @property
    def key(self) -> str:
        """The column by which other tables name its rows."""
        return "id" if "id" in self.columns else "rowid"

    @property
    def owner(self) -> str:
        """The column that names what a row belongs to."""
        return self.key if OWNERS[self.name] == "id" else OWNERS[self.name]

    def select(self, *wanted: str) -> str:
        """Return columns for a SELECT, NULL for those that the database lacks."""
        return ", ".join(f'"{name}"' if name in self.columns else "NULL" for name in wanted)

    @property
    def known_columns(self) -> str:
        """All columns that are read, for a SELECT."""
        return self.select(*COLUMNS[self.name])


def find_tables(connection: sqlite3.Connection, named: dict[str, int], reading: ParsedChunk) -> dict[str, ForeignTable]:
    """Return the tables that are read, those that exist and can be tailed.

    What is not read is counted once: `named` remembers it.
    """
    tables: dict[str, ForeignTable] = {}
    names = sorted(str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
    unread = [
        f"table {name[:_MAX_NAME_CHARS]}" for name in names if name not in COLUMNS and not name.startswith("sqlite_")
    ]
    for name in (name for name in names if name in COLUMNS):
        # The pragma takes no parameters; the name is one of a few constants.
        columns = frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
        required = (OWNERS[name], "agent_name") if name in (ARTIFACTS, OUTPUTS) else (OWNERS[name],)
        lacks = [column for column in required if column not in columns and column != "id"]
        if not _has_row_numbers(connection, name):
            lacks.append("row numbers")
        unread += [f"{name} without {column}" for column in lacks]
        if not lacks:
            tables[name] = ForeignTable(name, columns)
    for label in unread[:_MAX_NAMED]:
        if label not in named:
            named[label] = 1
            reading.add_unknown({label: 1})
    return tables


def among(keys: Iterable[Key]) -> str:
    """Return the parameter of ``IN (SELECT value FROM json_each(?))``, which takes any number of keys in one scan."""
    return json.dumps(list(keys))


def as_text(value: object) -> str:
    """Return a value as text, '' for NULL."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def as_key(value: Any) -> Any:
    """Return a row's id as other tables name it; None for a blob."""
    return value if isinstance(value, int | str) else None


def row_hash(row: Iterable[object]) -> int:
    """Return a hash of a row's values."""
    return hash64(repr(tuple(row)))


def _has_row_numbers(connection: sqlite3.Connection, name: str) -> bool:
    try:
        connection.execute(f"SELECT rowid FROM {name} LIMIT 1")
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return False
        raise
    return True
