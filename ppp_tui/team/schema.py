"""Schema steps of the shared store: frozen SQL files, those that are missing applied together in one transaction.

A step, once released, never changes. A store that a newer program made is refused: an older one would not know what it
breaks. Who applies steps logs in as the owner of the database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg.abc import Query as Statement

from ppp_tui.store.migrate import Step, steps_in

LOCK = 0x7070705F7475695F
"""The advisory lock under which steps are applied, so that two who begin at once apply each step once."""


class SchemaError(Exception):
    """The shared store is of a version that this program does not know, or none yet; the message says what to do."""


def steps() -> list[Step]:
    """Return all steps that this program knows, in order."""
    return steps_in(Path(__file__).parent / "steps")


def newest_step() -> int:
    """Return the number of the newest step that this program knows."""
    return steps()[-1].number


def schema_version(connection: psycopg.Connection[Any]) -> int:
    """Return the number of the newest step that the store has, 0 for an empty database. Raises psycopg.Error."""
    if connection.execute("SELECT to_regclass('schema_steps')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM schema_steps").fetchone()
    return int(row[0]) if row else 0


_INIT = "ppp-tui team init URL --tenant NAME"


def check_version(present: int) -> None:
    """Raise SchemaError unless the store has exactly the tables that this program reads and writes."""
    newest = newest_step()
    if present == 0:
        raise SchemaError(f"The shared store has no tables yet: its owner runs {_INIT}.")
    if present < newest:
        raise SchemaError(f"The shared store is of an older version: its owner runs {_INIT} to update it.")
    if present > newest:
        raise SchemaError(
            f"The shared store was made by a newer ppp-tui (schema {present}, this one has {newest}): update ppp-tui."
        )


def update_schema(connection: psycopg.Connection[Any]) -> list[str]:
    """Apply all steps that the store has not, in one transaction; return their names.

    Raises psycopg.Error, and SchemaError for a store that a newer program made. Nothing is changed then.
    """
    applied = []
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        present = schema_version(connection)
        if present > newest_step():
            check_version(present)
        for step in steps():
            if step.number > present:
                # Without parameters several statements go at once, and a percent sign means nothing.
                connection.execute(cast("Statement", step.sql.encode()))
                connection.execute("INSERT INTO schema_steps (number, name) VALUES (%s, %s)", (step.number, step.name))
                applied.append(step.name)
    return applied
