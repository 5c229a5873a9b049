"""The source of trajectory databases: SQLite files of other programs with the tables of trajectory documents.

Opened read-only for each poll, so no lock outlives it; tailed by row number; never altered. Missing tables and columns
are no error: what a database does not have is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ppp_tui.sources.package_source import WholeDatabase
from ppp_tui.sources.source import Capabilities, TableSource
from ppp_tui.sources.walk import Skips

SUFFIXES = (".db", ".sqlite", ".sqlite3")
"""Suffixes of such databases."""


class TrajectoryDatabase(WholeDatabase):
    """The source ``trajectory_db``."""

    title = "Trajectory database"
    agent_name = "logged"
    version = 3
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


SOURCE: TableSource = TrajectoryDatabase()
