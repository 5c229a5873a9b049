"""How many bytes of each journal are in the database: compared and moved in the transaction of the entries' rows."""

from __future__ import annotations

import sqlite3


def journal_offset(connection: sqlite3.Connection, journal: str) -> int:
    """Return how many bytes of a journal are in the database."""
    row = connection.execute("SELECT offset FROM journals WHERE name = ?", (journal,)).fetchone()
    return int(row[0]) if row else 0


def put_journal_offset(connection: sqlite3.Connection, journal: str, offset: int) -> None:
    """Store how many bytes of a journal are in the database."""
    connection.execute("INSERT OR REPLACE INTO journals (name, offset) VALUES (?, ?)", (journal, offset))


def drop_journal_offset(connection: sqlite3.Connection, journal: str) -> None:
    """Forget a journal whose file is gone."""
    connection.execute("DELETE FROM journals WHERE name = ?", (journal,))
