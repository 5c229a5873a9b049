"""Finds out what a trajectory database gained since the last poll: which turns have new rows.

Rows are tailed by row number, table by table. Every turn that a new row belongs to is told again as a whole, because a
question or a violation may be written long after its turn. Should the rows last read be gone (the database was
replaced, or emptied), everything is read again: a turn that is told twice replaces itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from ppp_tui.model.ids import hash64
from ppp_tui.sources.source import Reading

TRAJECTORIES = "trajectories"
TURNS = "trajectory_turns"
QUESTIONS = "trajectory_questions"
VIOLATIONS = "trajectory_violations"

_OWNERS = {TRAJECTORIES: "id", TURNS: "trajectory_id", QUESTIONS: "turn_id", VIOLATIONS: "turn_id"}
"""The tables that are read, and the column that says what a row belongs to."""

_IGNORED = (
    "consensus_artifacts", "consensus_synthesis", "consensus_runs", "agent_outputs", "agent_executions",
)  # fmt: skip
"""Tables of the same programs that are not read: their new rows are counted."""

_ANCHORS = {TRAJECTORIES: ("spec_id", "agent_name", "created_at"), TURNS: ("trajectory_id", "turn_number", "timestamp")}
"""What tells the row last read from another with its number."""

Key = int | str
"""A row's id: a number in the documents, a text in some programs."""


class State(msgspec.Struct, array_like=True):
    """How far a database was read."""

    seen: dict[str, int] = {}
    """Greatest row number read, by table."""
    anchors: dict[str, int] = {}
    """Hash of the row last read, by table."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


def decode(state: bytes) -> State:
    """A stored state; a fresh one where there is none or it is another version's."""
    try:
        return _decoder.decode(state) if state else State()
    except msgspec.MsgspecError:
        return State()


def encode(state: State) -> bytes:
    """The state as bytes."""
    return _encoder.encode(state)


class Table(NamedTuple):
    """A table as this database has it."""

    name: str
    columns: frozenset[str]

    @property
    def key(self) -> str:
        """The column by which other tables name its rows."""
        return "id" if "id" in self.columns else "rowid"

    def select(self, *wanted: str) -> str:
        """Columns for a SELECT, NULL for those that this database lacks."""
        return ", ".join(f'"{name}"' if name in self.columns else "NULL" for name in wanted)


class News(NamedTuple):
    """What is to be told."""

    trajectories: dict[Key, set[Key]]
    """Turns that have new rows, by trajectory; none where only the trajectory's own row is new."""
    late: set[Key]
    """Trajectories with a turn that was told before."""
    is_more: bool


def find_tables(connection: sqlite3.Connection, reading: Reading) -> dict[str, Table]:
    """The four tables, as far as they are there and can be tailed."""
    found: dict[str, Table] = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if name not in _OWNERS:
            continue
        # The pragma takes no parameters; the name is one of four constants.
        columns = frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
        table = Table(name, columns)
        lacks = [column for column in (_OWNERS[name],) if column not in columns and column != "id"]
        if not _has_row_numbers(connection, name):
            lacks.append("row numbers")
        for column in lacks:
            count(reading, f"{name} without {column}")
        if not lacks:
            found[name] = table
    return found


def find_news(
    connection: sqlite3.Connection, tables: dict[str, Table], state: State, limit: int, reading: Reading
) -> News:
    """Turns with new rows, at most about `limit` rows of each table; the state goes on past them."""
    if not _is_anchored(connection, tables, state):
        state.seen, state.anchors = {}, {}
    told = state.seen.get(TURNS, 0)
    if not told:
        _skip_backlog(connection, tables, state)
    rows = {name: _new_rows(connection, table, state, limit) for name, table in tables.items()}
    _count_ignored(connection, state, reading)
    news = News({}, set(), any(len(found) >= limit for found in rows.values()))
    for _, trajectory in rows.get(TRAJECTORIES, ()):
        news.trajectories.setdefault(trajectory, set())
    for turn, trajectory in rows.get(TURNS, ()):
        if trajectory is not None:
            news.trajectories.setdefault(trajectory, set()).add(turn)
    if told and TURNS in tables:
        named = {turn for name in (QUESTIONS, VIOLATIONS) for _, turn in rows.get(name, ()) if turn is not None}
        _add_late(connection, tables[TURNS], named, told, news)
    return news


def among(keys: Iterable[Key]) -> str:
    """The parameter of ``IN (SELECT value FROM json_each(?))``: one scan at most, however many there are."""
    return json.dumps(list(keys))


def count(reading: Reading, name: str, number: int = 1) -> None:
    """Meet something that is not read."""
    reading.unknown[name] = reading.unknown.get(name, 0) + number


def _has_row_numbers(connection: sqlite3.Connection, name: str) -> bool:
    try:
        connection.execute(f"SELECT rowid FROM {name} LIMIT 1")  # noqa: S608  # one of four constants
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return False
        raise
    return True


def _new_rows(connection: sqlite3.Connection, table: Table, state: State, limit: int) -> list[tuple[Any, Any]]:
    """Each new row's key and owner; the state goes on past them."""
    owner = table.key if table.name == TRAJECTORIES else _OWNERS[table.name]
    rows = connection.execute(
        f"SELECT rowid, {table.key}, {owner} FROM {table.name} WHERE rowid > ? ORDER BY rowid LIMIT ?",  # noqa: S608
        (state.seen.get(table.name, 0), limit),
    ).fetchall()
    if rows:
        state.seen[table.name] = rows[-1][0]
        anchor = _anchor(connection, table, rows[-1][0])
        if anchor is not None:
            state.anchors[table.name] = anchor
    return [(_key(key), _key(value)) for _, key, value in rows]


def _skip_backlog(connection: sqlite3.Connection, tables: dict[str, Table], state: State) -> None:
    """Before any turn is told, its questions and violations so far need no tailing: they are told with it."""
    for name in (QUESTIONS, VIOLATIONS):
        if name in tables:
            last = connection.execute(f"SELECT max(rowid) FROM {name}").fetchone()[0]  # noqa: S608
            state.seen[name] = last or 0


def _add_late(connection: sqlite3.Connection, turns: Table, named: set[Key], told: int, news: News) -> None:
    """Turns that were told before, up to that row number, and that new questions or violations belong to."""
    rows = connection.execute(
        f"SELECT {turns.key}, trajectory_id FROM {TURNS} "  # noqa: S608  # the key is one of two constants
        f"WHERE {turns.key} IN (SELECT value FROM json_each(?)) AND rowid <= ? AND trajectory_id IS NOT NULL",
        (among(named), told),
    )
    for turn, trajectory in rows.fetchall():
        news.trajectories.setdefault(_key(trajectory), set()).add(turn)
        news.late.add(_key(trajectory))


def _count_ignored(connection: sqlite3.Connection, state: State, reading: Reading) -> None:
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in names.intersection(_IGNORED):
        if not _has_row_numbers(connection, name):
            continue
        number, last = connection.execute(
            f"SELECT count(*), max(rowid) FROM {name} WHERE rowid > ?",  # noqa: S608  # one of five constants
            (state.seen.get(name, 0),),
        ).fetchone()
        if number:
            count(reading, name, number)
            state.seen[name] = last


def _is_anchored(connection: sqlite3.Connection, tables: dict[str, Table], state: State) -> bool:
    """Whether the rows last read are still what they were."""
    return all(
        name in tables and _anchor(connection, tables[name], state.seen.get(name, 0)) == anchor
        for name, anchor in state.anchors.items()
    )


def _anchor(connection: sqlite3.Connection, table: Table, row: int) -> int | None:
    if table.name not in _ANCHORS:
        return None
    found = connection.execute(
        f"SELECT {table.select(*_ANCHORS[table.name])} FROM {table.name} WHERE rowid = ?",  # noqa: S608
        (row,),
    ).fetchone()
    return None if found is None else hash64(repr(found))


def _key(value: Any) -> Any:
    """A row's id as other tables name it: a blob is none."""
    return value if isinstance(value, int | str) else None
