"""What sources of this package share: a class names what differs, and modules of its folder are imported by first use.

Finding sessions needs neither parsers nor payloads, which take a while to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ppp_tui.sources.source import Capabilities, Identity, Parser, Payload, SessionPlaces, TablesRead
from ppp_tui.sources.walk import Skips, walk_files

WRITE_AHEAD_LOG = "-wal"
"""Ends the name of a SQLite database's log, where new rows are before they are in the database."""

BESIDE_DATABASE = (WRITE_AHEAD_LOG, "-shm", "-journal")
"""End the names of the files that SQLite keeps beside a database."""

USUAL = Capabilities(turn_ends=True, exit_codes=True, structured_questions=True, usage_per_request=True)
"""What most formats record."""


def data_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder below which programs of the user keep data."""
    named = environment.get("XDG_DATA_HOME", "").strip()
    return Path(named).expanduser() if named else home / ".local" / "share"


def named_databases(root: Path, *patterns: str) -> Iterator[Path]:
    """Yield the root if it is a database, else the files below it whose paths match, pattern by pattern."""
    if root.is_file():
        yield root
    elif root.is_dir():
        yield from (path for pattern in patterns for path in sorted(root.glob(pattern)) if path.is_file())


class PackageSource:
    """A source whose sessions are known by their files' names and cannot be resumed, unless it says otherwise."""

    name: str
    """That of the package, unless it says otherwise."""
    agent_name: str
    """The same."""
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    """Names of folders and files that are skipped."""
    modules_of = ""
    """Package whose modules are imported; '' for that of the class."""

    def __init_subclass__(cls) -> None:
        """Name the source, and its agent, after their package."""
        package = cls.__module__.rpartition(".")[2]
        cls.name = cls.__dict__.get("name", package)
        cls.agent_name = cls.__dict__.get("agent_name", package)

    suffix = ""
    """Ends the names of sessions; a source without one has an `is_named` of its own."""

    def is_named(self, name: str) -> bool:
        """Return whether a file of that name is a session."""
        if not self.suffix:
            raise NotImplementedError
        return name.endswith(self.suffix) and name != self.suffix

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every session below a root, or the root itself if it is one."""
        return walk_files(root, self.is_named, skips, self.ignored)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a session by its name."""
        return self.is_named(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the session's id: the name of its file without the end."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return None: sessions cannot be resumed."""
        del native_id, project
        return None

    def _module(self, name: str) -> Any:
        """Return a module of the class's package."""
        return import_module(f"{self.modules_of or type(self).__module__}.{name}")


class PlacedSource(PackageSource):
    """A source whose places are given by the functions of a module, or of an object."""

    places: SessionPlaces

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """See `Source.roots`."""
        return self.places.roots(environment, home)

    def identify(self, path: Path) -> Identity:
        """See `Source.identify`."""
        return self.places.identify(path)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """See `Source.resume_command`."""
        return self.places.resume_command(native_id, project)


class LinesOfPackage(PackageSource):
    """A source of lines: `PARSER` in the module ``parser`` reads them, the functions of ``payloads`` read payloads."""

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """Return a parser that continues from a state. Raises ValueError for a state that it cannot read."""
        parser: Parser = self._module("parser").PARSER(path, state)
        return parser

    def load_input(self, record: bytes, key: str) -> Payload:
        """Return the input of the step `key` from its record. Raises ValueError if the record does not hold it."""
        payload: Payload = self._module("payloads").load_input(record, key)
        return payload

    def load_output(self, record: bytes, key: str) -> Payload:
        """Return the output of the step `key` from its record. Raises ValueError if the record does not hold it."""
        payload: Payload = self._module("payloads").load_output(record, key)
        return payload


class PlacedLines(PlacedSource, LinesOfPackage):
    """A source of lines, in files at the places that `places` gives."""


class DatabaseSource(PackageSource):
    """A source of a SQLite database, which the function `poll` of the module ``poll`` reads."""

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the write-ahead log, where new rows are before they are in the database."""
        return (path.with_name(path.name + WRITE_AHEAD_LOG),)

    def session_of(self, path: Path) -> Path | None:
        """Return the database that a log belongs to, by its name; None for another file."""
        if not path.name.endswith(WRITE_AHEAD_LOG):
            return None
        database = path.with_name(path.name.removesuffix(WRITE_AHEAD_LOG))
        return database if self.claims(database) else None

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `TableSource.poll`."""
        tables: TablesRead = self._module("poll").poll(path, state, limit)
        return tables


class WholeDatabase(DatabaseSource):
    """A SQLite database that holds everything: a copy of it can be read elsewhere."""

    def is_database(self, path: Path) -> bool:
        """Return whether a path is a database: every session file is."""
        return self.claims(path)


class PlacedDatabase(PlacedSource, WholeDatabase):
    """A SQLite database at the places that `places` gives."""


class DocumentSource(PackageSource):
    """A source of documents that are written anew as a whole; a copy of one needs its companions with it."""

    def companions(self, path: Path) -> Iterable[Path]:
        """Return nothing: the document is all."""
        del path
        return ()

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return the files that a copy of a session should have with it."""
        return self.companions(path)
