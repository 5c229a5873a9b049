"""Facts about the database as a whole, by name."""

from __future__ import annotations

import os
import sqlite3

DATABASE_ID = "database_id"
"""The fact that identifies this database: 32 random hexadecimal digits."""


def fact(connection: sqlite3.Connection, name: str) -> str:
    """Return the value of a fact, '' if it is not stored."""
    row = connection.execute("SELECT value FROM archive_facts WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def put_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Store a fact, within the caller's transaction."""
    connection.execute(
        "INSERT INTO archive_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def ensure_database_id(connection: sqlite3.Connection) -> None:
    """Give the database a random id, unless it has one."""
    if not fact(connection, DATABASE_ID):
        connection.execute(
            "INSERT INTO archive_facts (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (DATABASE_ID, os.urandom(16).hex()),
        )


def newest_revision(connection: sqlite3.Connection) -> int:
    """Return the number of the newest commit that changed a trajectory."""
    row = connection.execute("SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'").fetchone()
    return int(row[0])


def foreign_commits(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection commits, but not when this one does."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def drop_fact(connection: sqlite3.Connection, name: str) -> None:
    """Delete a fact, within the caller's transaction."""
    connection.execute("DELETE FROM archive_facts WHERE name = ?", (name,))
