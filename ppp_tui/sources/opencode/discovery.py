"""Where OpenCode, and a program that descends from it, keep their sessions: in databases in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ppp_tui.sources.package_source import data_folder, named_databases
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity
from ppp_tui.sources.walk import Skips

_IN_MEMORY = ":memory:"


class DatabasePlaces(NamedTuple):
    """The places of a program's databases: ``<program>.db``, or ``<program>-<channel>.db``, in its folder."""

    program: str
    """The command, and the name of the folder."""
    variable: str
    """Environment variable that names another database."""

    @property
    def patterns(self) -> tuple[str, str]:
        """Patterns of the databases' names."""
        return f"{self.program}.db", f"{self.program}-*.db"

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the databases in the program's folder and the one that its variable names, else the usual one."""
        folder = data_folder(environment, home) / self.program
        named = environment.get(self.variable) or ""
        databases = list(self.find(folder))
        if named and named != _IN_MEMORY:
            # A relative one is meant below the program's own folder.
            databases.insert(0, folder / Path(named).expanduser())
        return list(dict.fromkeys(databases)) or [folder / self.patterns[0]]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield the root if it is a database, else those that lie in it."""
        del skips
        return named_databases(root, *self.patterns)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a database of the program by its name."""
        return any(path.match(pattern) for pattern in self.patterns)

    def identify(self, path: Path) -> Identity:
        """Return the file's name, which stands for all its sessions."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that resumes a session in its folder."""
        return resume_in_folder(f"{self.program} --session", native_id, project)


OPENCODE = DatabasePlaces("opencode", "OPENCODE_DB")
