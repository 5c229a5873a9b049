"""Facts about the database as a whole, by name."""

from __future__ import annotations

import sqlite3


def fact(connection: sqlite3.Connection, name: str) -> str:
    """Return a fact, '' if it is not known."""
    row = connection.execute("SELECT value FROM archive_facts WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def put_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a fact. Within a transaction."""
    connection.execute(
        "INSERT INTO archive_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def foreign_commits(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection commits, and with this connection's own commits never."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def drop_fact(connection: sqlite3.Connection, name: str) -> None:
    """Forget a fact. Within a transaction."""
    connection.execute("DELETE FROM archive_facts WHERE name = ?", (name,))
