"""Detects rows that were changed in place, by comparing the newest rows of each table with their hashes.

Only the newest `WATCHED_ROWS` of a table are, so that a poll costs the same however long the history is.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from ppp_tui.sources.trajectory_db.tables import ForeignTable, Key, among, as_key, row_hash

WATCHED_ROWS = 64
"""Number of newest rows of a table that are compared."""


class RowDigest(NamedTuple):
    """Hash and owner of a row as it was read."""

    hash: int
    owner: Key | None


class ChangedRow(NamedTuple):
    """A row that was changed or deleted."""

    row: int
    key: Key | None
    """None for a deleted row."""
    owners: frozenset[Key]
    """The owners of the row, now and before."""


def find_changes(
    connection: sqlite3.Connection, table: ForeignTable, digests: dict[int, RowDigest]
) -> list[ChangedRow]:
    """Return the known rows that were changed or deleted since."""
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
    """Return digests of the newest rows up to that row number."""
    condition = f"rowid <= ? ORDER BY rowid DESC LIMIT {WATCHED_ROWS}"
    return {row: seen for row, (_, seen) in _read(connection, table, condition, last_row).items()}


def _read(
    connection: sqlite3.Connection, table: ForeignTable, condition: str, value: object
) -> dict[int, tuple[Key | None, RowDigest]]:
    cursor = connection.execute(
        f"SELECT rowid, {table.key}, {table.owner}, {table.known_columns} FROM {table.name} WHERE {condition}",
        (value,),
    )
    return {row: (as_key(key), RowDigest(row_hash((owner, *rest)), as_key(owner))) for row, key, owner, *rest in cursor}
