"""Finds the turns and artifacts of a trajectory database that have new rows since the last poll.

Rows are tailed by row number, table by table. Every turn that a new row belongs to is told again as a whole, because a
question or a violation may be written long after its turn; so is one whose rows were changed in place, as far as
`changes` notices it. Should the rows last read be gone (the database was replaced, or emptied), everything is read
again: a turn that is told twice replaces itself.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

import msgspec

from ppp_tui.sources.trajectory_db.changes import ChangedRow, RowDigest, find_changes, watch
from ppp_tui.sources.trajectory_db.tables import (
    ARTIFACTS,
    OUTPUTS,
    QUESTIONS,
    RUNS,
    TRAJECTORIES,
    TURNS,
    VIOLATIONS,
    ForeignTable,
    Key,
    among,
    as_key,
    row_hash,
)

_ANCHORS = {TRAJECTORIES: ("spec_id", "agent_name", "created_at"), TURNS: ("trajectory_id", "turn_number", "timestamp")}
"""Columns whose hash distinguishes a row from another one with its number."""


class State(msgspec.Struct, array_like=True):
    """How far a database was read."""

    seen: dict[str, int] = {}
    """Greatest row number read, by table."""
    anchors: dict[str, int] = {}
    """Hash of the row last read, by table."""
    recent: dict[str, dict[int, RowDigest]] = {}
    """Digests of the newest rows by table and row number."""
    named: dict[str, int] = {}
    """Tables that are not read and were counted as unknown."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


def decode(state: bytes) -> State:
    """Return a stored state; a fresh one if there is none or it is of another version."""
    try:
        return _decoder.decode(state) if state else State()
    except msgspec.MsgspecError:
        return State()


def encode(state: State) -> bytes:
    """Return the state as bytes."""
    return _encoder.encode(state)


class RowChanges(NamedTuple):
    """The turns and artifacts that are emitted."""

    trajectories: dict[Key, set[Key]]
    """Turns with new rows by trajectory; empty if only the trajectory's own row is new."""
    late: set[Key]
    """Trajectories with a turn that was emitted before."""
    described: set[Key]
    """Trajectories whose own row is new or changed."""
    artifacts: dict[str, set[int]]
    """Row numbers of new and changed artifacts, by table."""
    is_more: bool


def find_news(connection: sqlite3.Connection, tables: dict[str, ForeignTable], state: State, limit: int) -> RowChanges:
    """Return turns and artifacts with new rows, at most about `limit` of each table, and advance the state."""
    if not _is_anchored(connection, tables, state):
        state.seen, state.anchors, state.recent = {}, {}, {}
    last_turn_row = state.seen.get(TURNS, 0)
    if not last_turn_row:
        _skip_backlog(connection, tables, state)
    changed = {name: find_changes(connection, tables[name], state.recent.get(name, {})) for name in tables}
    rows = {name: _new_rows(connection, table, state, limit) for name, table in tables.items()}
    news = RowChanges(
        {}, set(), set(), {ARTIFACTS: set(), OUTPUTS: set()}, any(len(new_rows) >= limit for new_rows in rows.values())
    )
    for _, trajectory, _ in rows.get(TRAJECTORIES, ()):
        news.trajectories.setdefault(trajectory, set())
        news.described.add(trajectory)
    for turn, trajectory, _ in rows.get(TURNS, ()):
        if trajectory is not None:
            news.trajectories.setdefault(trajectory, set()).add(turn)
    for name, numbers in news.artifacts.items():
        numbers.update(row for _, _, row in rows.get(name, ()))
    named = set()
    if last_turn_row:
        named = {turn for name in (QUESTIONS, VIOLATIONS) for _, turn, _ in rows.get(name, ()) if turn is not None}
    _add_changed(connection, tables, changed, news, named)
    if TURNS in tables and named:
        _add_late(connection, tables[TURNS], named, last_turn_row, news)
    for name in (name for name in tables if rows[name] or changed[name]):
        state.recent[name] = watch(connection, tables[name], state.seen.get(name, 0))
    return news


def _add_changed(
    connection: sqlite3.Connection,
    tables: dict[str, ForeignTable],
    changed: dict[str, list[ChangedRow]],
    news: RowChanges,
    named: set[Key],
) -> None:
    """Add turns whose rows were changed in place."""
    for change in changed.get(TRAJECTORIES, ()):
        if change.key is not None:
            news.trajectories.setdefault(change.key, set())
            news.described.add(change.key)
    named.update(change.key for change in changed.get(TURNS, ()) if change.key is not None)
    for name in (QUESTIONS, VIOLATIONS):
        for change in changed.get(name, ()):
            named.update(change.owners)
    for name, numbers in news.artifacts.items():
        numbers.update(change.row for change in changed.get(name, ()) if change.key is not None)
    runs = [change.key for change in changed.get(RUNS, ()) if change.key is not None]
    if runs and OUTPUTS in tables:
        news.artifacts[OUTPUTS].update(
            row[0]
            for row in connection.execute(
                f"SELECT rowid FROM {OUTPUTS} WHERE run_id IN (SELECT value FROM json_each(?))",
                (among(runs),),
            )
        )


def _new_rows(
    connection: sqlite3.Connection, table: ForeignTable, state: State, limit: int
) -> list[tuple[Any, Any, int]]:
    """Return key, owner and number of each new row, and advance the state."""
    rows = connection.execute(
        f"SELECT rowid, {table.key}, {table.owner} FROM {table.name} WHERE rowid > ? ORDER BY rowid LIMIT ?",
        (state.seen.get(table.name, 0), limit),
    ).fetchall()
    if rows:
        state.seen[table.name] = rows[-1][0]
        anchor = _anchor(connection, table, rows[-1][0])
        if anchor is not None:
            state.anchors[table.name] = anchor
    return [(as_key(key), as_key(owner), row) for row, key, owner in rows]


def _skip_backlog(connection: sqlite3.Connection, tables: dict[str, ForeignTable], state: State) -> None:
    """Advance the state past questions and violations before the first turn: they are emitted with their turns."""
    for name in (QUESTIONS, VIOLATIONS):
        if name in tables:
            last = connection.execute(f"SELECT max(rowid) FROM {name}").fetchone()[0]
            state.seen[name] = last or 0
            state.recent[name] = watch(connection, tables[name], state.seen[name])


def _add_late(
    connection: sqlite3.Connection, turns: ForeignTable, named: set[Key], last_turn_row: int, news: RowChanges
) -> None:
    """Add turns up to that row number that were emitted before and have something new."""
    rows = connection.execute(
        f"SELECT {turns.key}, trajectory_id FROM {TURNS} "
        f"WHERE {turns.key} IN (SELECT value FROM json_each(?)) AND rowid <= ? AND trajectory_id IS NOT NULL",
        (among(named), last_turn_row),
    )
    for turn, trajectory in rows.fetchall():
        news.trajectories.setdefault(as_key(trajectory), set()).add(turn)
        news.late.add(as_key(trajectory))


def _is_anchored(connection: sqlite3.Connection, tables: dict[str, ForeignTable], state: State) -> bool:
    """Return whether the rows that were read last are unchanged."""
    return all(
        name in tables and _anchor(connection, tables[name], state.seen.get(name, 0)) == anchor
        for name, anchor in state.anchors.items()
    )


def _anchor(connection: sqlite3.Connection, table: ForeignTable, row: int) -> int | None:
    if table.name not in _ANCHORS:
        return None
    values = connection.execute(
        f"SELECT {table.select(*_ANCHORS[table.name])} FROM {table.name} WHERE rowid = ?",
        (row,),
    ).fetchone()
    return None if values is None else row_hash(values)
