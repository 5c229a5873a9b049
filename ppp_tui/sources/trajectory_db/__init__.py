"""The source of trajectory databases: SQLite files of other programs with the tables of trajectory documents.

Opened read-only for each poll, so no lock outlives it; tailed by row number; never altered. Missing tables and columns
are no error: what a database does not have is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead
from ppp_tui.sources.trajectory_db.connect import LOG
from ppp_tui.sources.walk import Skips

SUFFIXES = (".db", ".sqlite", ".sqlite3")
"""Suffixes of such databases."""


class TrajectoryDatabase:
    """The source ``trajectory_db``."""

    name = "trajectory_db"
    title = "Trajectory database"
    agent_name = "logged"
    version = 3
    provider = ""
    home_variables: tuple[str, ...] = ()
    usual_place = "where you say"
    capabilities = Capabilities(turn_ends=True, structured_questions=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return nothing: such a database has no default place, so settings or the command line name it."""
        del environment, home
        return []

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield the database itself, or all in a folder."""
        del skips
        if root.is_file():
            yield root
            return
        with suppress(OSError):
            yield from sorted(path for path in root.iterdir() if self.claims(path) and path.is_file())

    def claims(self, path: Path) -> bool:
        """Return whether a path is named like such a database."""
        return path.suffix.lower() in SUFFIXES

    def identify(self, path: Path) -> Identity:
        """Return the file's name as the id, for all its trajectories."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return None: a logged trajectory cannot be resumed."""
        del native_id, project
        return None

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the write-ahead log, where new rows are before they are in the database."""
        return (path.with_name(path.name + LOG),)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `poll.poll`."""
        from ppp_tui.sources.trajectory_db.poll import poll  # imported late: looking for databases does not need it

        return poll(path, state, limit)


SOURCE: TableSource = TrajectoryDatabase()
