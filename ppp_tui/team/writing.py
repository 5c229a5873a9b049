"""Writes many rows into a table of the shared store, whose policies take INSERT, but no COPY."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

COPY_FROM_ROWS = 100
"""As many rows are copied into a temporary table first; fewer are the values of one statement."""

Row = tuple[Any, ...]


class RowWriter:
    """Writes rows of one replica, within a transaction of its tenant."""

    def __init__(self, connection: psycopg.Connection[Any], tenant_id: int, replica_id: int) -> None:
        """Write by this connection."""
        self._connection = connection
        self._owner = (tenant_id, replica_id)

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows. Raises psycopg.Error."""
        self._write(table, columns, rows, sql.SQL(""))

    def upsert(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Row],
        *,
        keys: Sequence[str] | None = None,
        is_same_left: bool = False,
    ) -> None:
        """Insert rows, or bring those with the same key up to date: their first column, or `keys`.

        With `is_same_left`, rows that stand there as they are do not count as written. Raises psycopg.Error.
        """
        named = columns[:1] if keys is None else keys
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in columns if name not in named
        )
        conflict = sql.SQL(" ON CONFLICT (tenant_id, {}) DO UPDATE SET {}").format(
            sql.SQL(", ").join(map(sql.Identifier, named)), changes
        )
        if is_same_left:
            present = sql.SQL(", ").join(sql.Identifier(table, name) for name in columns)
            new = sql.SQL(", ").join(sql.SQL("excluded.{}").format(sql.Identifier(name)) for name in columns)
            conflict += sql.SQL(" WHERE ({}) IS DISTINCT FROM ({})").format(present, new)
        self._write(table, columns, rows, conflict)

    def _write(self, table: str, columns: Sequence[str], rows: Sequence[Row], conflict: sql.Composable) -> None:
        if not rows:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        into = sql.SQL("INSERT INTO {} (tenant_id, replica_id, {})").format(sql.Identifier(table), names)
        if len(rows) < COPY_FROM_ROWS:
            # Sums follow each statement, so that one for each row would take many times as long.
            marks = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * (len(columns) + 2)))
            values = sql.SQL(", ").join([marks] * len(rows))
            statement = sql.SQL("{} VALUES {}{}").format(into, values, conflict)
            self._connection.execute(statement, [value for row in rows for value in (*self._owner, *row)])
            return
        temporary = sql.Identifier(f"new_{table}")
        self._connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                temporary, names, sql.Identifier(table)
            )
        )
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(temporary, names)) as copy,
        ):
            for row in rows:
                copy.write_row(row)
        self._connection.execute(
            sql.SQL("{} SELECT %s, %s, {} FROM {}{}").format(into, names, temporary, conflict), self._owner
        )
        # The same table may be written once more in this transaction.
        self._connection.execute(sql.SQL("DROP TABLE {}").format(temporary))
