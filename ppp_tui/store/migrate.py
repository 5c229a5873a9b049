"""Schema steps: frozen SQL files, each applied together with its record in one transaction.

A step, once released, never changes. A database that a newer program wrote is refused: an older one would not know what
it breaks.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ppp_tui.store import documents
from ppp_tui.store.connect import DatabaseError, explain
from ppp_tui.store.tables import DOCUMENT_TABLES
from ppp_tui.store.transaction import write_transaction

_RECORD = """
CREATE TABLE IF NOT EXISTS schema_steps (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
)
"""


SCHEMA = Path(__file__).with_name("schema.sql")
"""What the steps up to some number make of an empty database, in one script. `store.schema_script` writes it when the
program is built; it need not be there, nor know the newest steps: those follow."""


class Step(NamedTuple):
    """One schema step."""

    number: int
    path: Path

    @property
    def name(self) -> str:
        """Its name in `schema_steps`."""
        return self.path.stem

    @property
    def sql(self) -> str:
        """Its statements."""
        return self.path.read_text(encoding="utf-8")


def steps() -> list[Step]:
    """Return all steps that this program knows, in order."""
    return steps_in(Path(__file__).parent / "steps")


def steps_in(folder: Path) -> list[Step]:
    """Return the steps whose files lie in a folder, in order."""
    return [Step(int(file.stem.split("_", 1)[0]), file) for file in sorted(folder.glob("*.sql"))]


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the number of the newest step that the database has, 0 for an empty file."""
    present = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_steps'").fetchone()
    if not present:
        return 0
    newest: int | None = connection.execute("SELECT max(number) FROM schema_steps").fetchone()[0]
    return newest or 0


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database up to date. Raises DatabaseError for a database from a newer program or a foreign database.

    A database of the trajectory documents that was named as ours is taken over.
    """
    all_steps = steps()
    try:
        _refuse_foreign(connection, path, all_steps)
        if schema_version(connection) == 0 and documents.holds_documents(connection):
            documents.rename_foreign_tables(connection)
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            _create_by_script(connection, all_steps)
        present = schema_version(connection)
        for step in all_steps:
            if step.number > present:
                _apply(connection, step)
        documents.import_documents(connection)
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error


def refuse_foreign_file(path: Path) -> None:
    """Refuse a file that is not ours before anything in it is touched. Raises DatabaseError.

    A file that cannot be read is left to `open_writer`, which says why.
    """
    try:
        if not path.stat().st_size:
            return
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            _refuse_foreign(connection, path, steps())
    except (OSError, sqlite3.Error):
        return


def _refuse_foreign(connection: sqlite3.Connection, path: Path, all_steps: list[Step]) -> None:
    present, newest = schema_version(connection), all_steps[-1].number
    if present > newest:
        raise DatabaseError(
            f"The database {path} was written by a newer ppp-tui (schema {present}, this one has {newest}): "
            "update ppp-tui, or choose another database with --database."
        )
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if present and not names.issuperset(DOCUMENT_TABLES):
        lost = ", ".join(sorted(DOCUMENT_TABLES - names))
        raise DatabaseError(
            f"The database {path} has lost tables ({lost}): restore it from a backup, or move it away, and the next "
            "start reads all sessions again."
        )
    if present == 0 and names and not documents.holds_documents(connection):
        raise DatabaseError(
            f"The file {path} is a database of another program: choose another database with --database; "
            "to watch this one, name it with --source trajectory_db=PATH."
        )


def apply_steps(connection: sqlite3.Connection) -> None:
    """Apply every step that the database has not, one by one. Raises sqlite3.Error."""
    for step in steps():
        _apply(connection, step)


def head_of(whole_steps: list[Step]) -> str:
    """Return the first line of the script of these steps: the number of the last one, and a hash of all."""
    digest = sha256("\0".join(step.sql for step in whole_steps).encode()).hexdigest()
    return f"-- {whole_steps[-1].number} {digest}"


def _create_by_script(connection: sqlite3.Connection, all_steps: list[Step]) -> None:
    """Make an empty database by the script, if there is one of the steps as they are now."""
    try:
        head, _, script = SCHEMA.read_text(encoding="utf-8").partition("\n")
        last = int(head.split()[1])
    except (OSError, ValueError, IndexError):
        return
    whole_steps = [step for step in all_steps if step.number <= last]
    if not whole_steps or head != head_of(whole_steps):
        return
    with write_transaction(connection):
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return
        for statement in _statements(script):
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO schema_steps (number, name) VALUES (?, ?)",
            [(step.number, step.name) for step in whole_steps],
        )


def _apply(connection: sqlite3.Connection, step: Step) -> None:
    with write_transaction(connection):
        connection.execute(_RECORD)
        if schema_version(connection) < step.number:
            for statement in _statements(step.sql):
                if not _edits_schema(statement) or _may_edit_schema(connection):
                    connection.execute(statement)
            connection.execute("INSERT INTO schema_steps (number, name) VALUES (?, ?)", (step.number, step.name))


def _edits_schema(statement: str) -> bool:
    return "UPDATE sqlite_master SET" in statement


def _may_edit_schema(connection: sqlite3.Connection) -> bool:
    """Return whether a step may loosen constraints in place; where SQLite forbids it, the constraints stay."""
    return bool(connection.execute("PRAGMA writable_schema").fetchone()[0])


def _statements(sql: str) -> list[str]:
    """Split a step into statements, because `executescript` would commit the open transaction."""
    statements: list[str] = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
