"""Notices rows that were changed in place: the newest of each table are compared with what was read of them.

Only the newest `WATCHED_ROWS` of a table are, so that a poll costs the same however long the history is.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from ppp_tui.sources.trajectory_db.tables import ForeignTable, Key, among, as_key, row_hash

WATCHED_ROWS = 64
"""Newest rows of a table in which changes are noticed."""


class RowDigest(NamedTuple):
    """What was read of a row."""

    hash: int
    owner: Key | None


class ChangedRow(NamedTuple):
    """A row that is not what it was."""

    row: int
    key: Key | None
    """None for one that was deleted."""
    owners: frozenset[Key]
    """What it belongs to, and belonged to before."""


def find_changes(
    connection: sqlite3.Connection, table: ForeignTable, digests: dict[int, RowDigest]
) -> list[ChangedRow]:
    """Rows among the known ones that were changed or deleted since."""
    if not digests:
        return []
    rows = _read(connection, table, "rowid IN (SELECT value FROM json_each(?))", among(digests))
    changes = []
    for row, seen in digests.items():
        key, now = rows.get(row, (None, None))
        if now is not None and now.hash == seen.hash:
            continue
        owners = {seen.owner, now.owner if now else None} - {None}
        changes.append(ChangedRow(row, key, frozenset(owner for owner in owners if owner is not None)))
    return changes


def watch(connection: sqlite3.Connection, table: ForeignTable, last_row: int) -> dict[int, RowDigest]:
    """The newest rows up to that row number, as they are."""
    condition = f"rowid <= ? ORDER BY rowid DESC LIMIT {WATCHED_ROWS}"
    return {row: seen for row, (_, seen) in _read(connection, table, condition, last_row).items()}


def _read(
    connection: sqlite3.Connection, table: ForeignTable, condition: str, value: object
) -> dict[int, tuple[Key | None, RowDigest]]:
    cursor = connection.execute(
        f"SELECT rowid, {table.key}, {table.owner}, {table.known_columns} "  # noqa: S608  # constants only
        f"FROM {table.name} WHERE {condition}",
        (value,),
    )
    return {row: (as_key(key), RowDigest(row_hash((owner, *rest)), as_key(owner))) for row, key, owner, *rest in cursor}
