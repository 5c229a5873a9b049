"""Inserts many rows with few statements: the work of one is done outside the interpreter's lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

_SIZES = (64, 16, 4, 1)
"""Rows of one statement: few sizes, so that each statement is prepared once."""


def insert_rows(
    connection: sqlite3.Connection, table: str, columns: str, rows: Sequence[Sequence[Any]], *, or_ignore: bool = False
) -> None:
    """Insert rows, their values in the order of the columns."""
    at = 0
    for size in _SIZES:
        while len(rows) - at >= size:
            sql = _statement(table, columns, size, or_ignore)
            connection.execute(sql, tuple(chain.from_iterable(rows[at : at + size])))
            at += size


@cache
def _statement(table: str, columns: str, rows: int, or_ignore: bool) -> str:
    marks = f"({', '.join('?' * (columns.count(',') + 1))})"
    return f"INSERT {'OR IGNORE ' if or_ignore else ''}INTO {table} ({columns}) VALUES {', '.join([marks] * rows)}"
