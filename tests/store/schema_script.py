"""Makes ``ppp_tui/store/schema.sql`` out of what the steps make: ``python -m tests.store.schema_script``."""

from __future__ import annotations

import sqlite3

from ppp_tui.store.migrate import SCHEMA, apply_steps, steps

INDEX_PARTS = ("data", "idx", "content", "docsize", "config")
"""Tables that FTS5 makes by itself for each of its own."""


def script() -> str:
    """Return the statements that make the database of all steps, the number of the newest one first."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    apply_steps(connection)
    made = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    ).fetchall()
    indexes = [name for name, sql in made if sql.startswith("CREATE VIRTUAL")]
    theirs = {f"{index}_{part}" for index in indexes for part in INDEX_PARTS}
    own = [(name, sql) for name, sql in made if name not in theirs]
    tables = [name for name, sql in own if sql.startswith("CREATE TABLE") and name != "schema_steps"]
    lines = [
        f"-- Made by tests.store.schema_script out of the steps up to {steps()[-1].number}",
        *(f"{sql};" for _, sql in own),
    ]
    for table in (*tables, "sqlite_sequence"):
        for row in connection.execute(f"SELECT * FROM {table}"):
            lines.append(f"INSERT INTO {table} VALUES ({', '.join(_literal(connection, value) for value in row)});")
    connection.close()
    return "\n".join(lines) + "\n"


def _literal(connection: sqlite3.Connection, value: object) -> str:
    return str(connection.execute("SELECT quote(?)", (value,)).fetchone()[0])


if __name__ == "__main__":
    SCHEMA.write_text(script(), encoding="utf-8")
