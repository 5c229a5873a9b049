"""The protocols of sources: what the program asks of an agent's session format.

Two shapes of session exist. A `LineSource` reads files that grow by lines; `ingest` owns the bytes and the offset, the
source's `Parser` turns them into events. A `TableSource` reads other files (a SQLite database, a document) by
itself, and keeps in its own state how far it came. Neither writes to an agent's files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeGuard, runtime_checkable

from ppp_tui.model.event import Event
from ppp_tui.model.rows import ArtifactRow
from ppp_tui.sources.walk import Skips


class Capabilities(NamedTuple):
    """The facts that a format records; others are shown as unknown, never as zero."""

    turn_ends: bool = False
    exit_codes: bool = False
    structured_questions: bool = False
    permission_waits: bool = False
    retries: bool = False
    usage_per_request: bool = False
    context_window: bool = False
    first_token: bool = False
    rate_limits: bool = False


class Identity(NamedTuple):
    """Ids that follow from a session file's path."""

    native_id: str
    """The agent's own id of the session: what its resume command takes, or a sub-agent's id."""
    parent_native_id: str = ""


class Damage(NamedTuple):
    """Bytes that belong to no record."""

    offset: int
    length: int
    reason: Literal["torn", "nul", "not json", "not utf-8", "too long", "not a record"]


class Payload(NamedTuple):
    """The whole input or output of a step, read from its record."""

    text: str
    form: Literal["text", "json", "diff", "markdown"] = "text"


@dataclass(slots=True)
class ParsedChunk:
    """What a parser made of some bytes of a session."""

    events: list[Event] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)
    """Numbers of records by type that this version of the source does not know."""
    damage: list[Damage] = field(default_factory=list)
    artifacts: list[ArtifactRow] = field(default_factory=list)
    """Artifacts of agents, if the source keeps them apart from trajectories."""

    def add_unknown(self, counts: Mapping[str, int]) -> None:
        """Add numbers of records that this version does not know."""
        for name, count in counts.items():
            self.unknown[name] = self.unknown.get(name, 0) + count


_WORD = re.compile(r"[A-Za-z0-9_.:+-]{1,80}")
_OWN_WORDS = frozenset({"(no type)", "no message"})
MAX_NAME_PARTS = 3
"""Maximum of parts in the name of an unknown kind of record."""


def word_of(value: str) -> str:
    """Return a value to count unknown records by; ``(no word)`` for anything that may be user text."""
    return value if _WORD.fullmatch(value) or value in _OWN_WORDS else "(no word)"


def kind_of(name: str) -> str:
    """Return the name of an unknown kind of record, its parts separated by ``/`` and each a `word_of`."""
    return "/".join(word_of(part) for part in name.split("/", MAX_NAME_PARTS)[:MAX_NAME_PARTS])


class Parser(Protocol):
    """Protocol of a parser of one session file, which continues from a state."""

    def feed(self, chunk: bytes, offset: int) -> ParsedChunk:
        """Read whole lines (the last newline may be missing), the first at `offset` of the content. Never raises."""
        ...

    def state(self, *, keeps_text: bool = True) -> bytes:
        """Return what a later parser needs to continue; of bounded size, whatever the length of the file.

        Without `keeps_text` nothing that a user, a model or a tool wrote is in it.
        """
        ...


class SessionPlaces(Protocol):
    """Protocol of an object that knows where an agent's sessions lie, and the ids in their paths."""

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return folders (or files) with sessions by default, existing or not, the most likely first."""
        ...

    def identify(self, path: Path) -> Identity:
        """Return the ids of the session that a path belongs to."""
        ...

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the POSIX shell command that resumes a session in its project folder; None if there is none."""
        ...


@runtime_checkable
class Source(SessionPlaces, Protocol):
    """Protocol of an agent's session format."""

    name: str
    """Key in settings, in the database and on the command line, such as ``claude_code``."""
    title: str
    """The agent's full name, such as ``Claude Code``."""
    agent_name: str
    """The agent's short name in tables, such as ``claude``."""
    version: int
    """Raised whenever the same bytes give other events, so that files of an older version are read again."""
    capabilities: Capabilities
    provider: str
    """Provider of models unless a record names another one, such as ``anthropic``; '' if that is open."""
    usual_place: str
    """Where its sessions lie, for the table of agents in the documents, in Markdown."""

    @property
    def home_variables(self) -> tuple[str, ...]:
        """Return the environment variables that name other folders than the default ones."""
        ...

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield all session files below a root, or the root itself if it is one; `skips` counts what is skipped."""
        ...

    def claims(self, path: Path) -> bool:
        """Return whether a path below a root of this source is a session file, by its name alone."""
        ...


@runtime_checkable
class LineSource(Source, Protocol):
    """Protocol of a format of files that grow by lines."""

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """Return a parser that continues from a state. Raises ValueError for a state that it cannot read."""
        ...

    def load_input(self, record: bytes, key: str) -> Payload:
        """Return the input of the step `key` from its record. Raises ValueError if the record does not hold it."""
        ...

    def load_output(self, record: bytes, key: str) -> Payload:
        """Return the output of the step `key` from its record. Raises ValueError if the record does not hold it."""
        ...


@runtime_checkable
class RewritingSource(Source, Protocol):
    """Protocol of a format whose agent may rewrite a session in another form, at the same path."""

    def is_rewritten(self, path: Path) -> bool:
        """Return whether the file holds the session of its path in the newer form. Raises OSError."""
        ...


class Presence(NamedTuple):
    """A running agent, as it states beside its session files."""

    native_id: str
    """Its session."""
    pid: int
    """Process number, 0 if it has no meaning on this system."""
    waits_for: str
    """What it waits for from the user, in its own words; '' while it does not wait."""
    since: int
    """Unix milliseconds of its last statement."""
    is_attended: bool = True
    """Whether a user is present and will end it; otherwise it ends when its work is done."""


@runtime_checkable
class PresenceSource(Source, Protocol):
    """Protocol of a format whose agent states which sessions are open and what they wait for."""

    def presence_folder(self, root: Path) -> Path | None:
        """Return the folder for a root in which running agents are stated, existing or not; None if there is none."""
        ...

    def presences(self, folder: Path) -> list[Presence]:
        """Return the running agents that are stated there now. Never raises."""
        ...


class TablesRead(NamedTuple):
    """The result of a poll."""

    reading: ParsedChunk
    state: bytes
    is_more: bool
    """Whether more rows wait, so that the next poll is due at once."""


@runtime_checkable
class TableSource(Source, Protocol):
    """Protocol of a format that is polled, such as a SQLite database."""

    def companions(self, path: Path) -> Iterable[Path]:
        """Return files whose change means that the database may have changed, such as its write-ahead log."""
        ...

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """Read at most about `limit` new rows, read-only. Raises OSError if the database cannot be opened or read."""
        ...


@runtime_checkable
class CompanionSource(TableSource, Protocol):
    """Protocol of a format whose sessions consist of more files than can be named in advance."""

    def session_of(self, path: Path) -> Path | None:
        """Return the session that a file belongs to, by names alone; None for a file of no session."""
        ...


@runtime_checkable
class CopiedSource(Source, Protocol):
    """Protocol of a format whose sessions can be read from copies of their files, and of some beside them.

    A `LineSource` without it needs no other file; a `TableSource` without it cannot be read from copies, unless it is a
    `CopiedDatabaseSource`. Of a `CompanionSource`, all companions that are found are copied as well.
    """

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return the files that a copy of a session should have with it, existing or not, by names alone."""
        ...


@runtime_checkable
class LinkedSource(CopiedSource, Protocol):
    """Protocol of a format of many files, of which only all names together tell which belong to what session."""

    def sessions_of(self, paths: Iterable[Path]) -> Mapping[Path, Path]:
        """Return the session of each file that belongs to one, of all files below a root, by names alone."""
        ...

    def databases_beside(self, path: Path) -> Iterable[Path]:
        """Return the databases, existing or not, that a copy of a session should have with it, by names alone."""
        ...


@runtime_checkable
class ReplacedSource(Source, Protocol):
    """Protocol of a format whose sessions a newer version of the agent takes over into files beside them."""

    def replaced_by(self, path: Path) -> Path:
        """Return the file that is read in place of a session where it exists."""
        ...


@runtime_checkable
class CopiedDatabaseSource(TableSource, Protocol):
    """Protocol of a format of SQLite databases, each of which can be read from a copy that has its log with it."""

    def is_database(self, path: Path) -> bool:
        """Return whether a session file is a database, by its name alone."""
        ...


@runtime_checkable
class ListedSource(Source, Protocol):
    """Protocol of a format whose sessions lie where a file of the agent says."""

    registry: str
    """Name of that file, in the folder that is a root."""

    def named_in(self, registry: Path) -> list[Path]:
        """Return the session files that the file, or a copy of it, names by full paths; none if it cannot be read."""
        ...


@runtime_checkable
class UnrecordedSource(Source, Protocol):
    """Protocol of a format whose source was written without any recorded session."""

    rules_from: str
    """Where its rules come from, such as ``documentation``."""


_shapes: dict[tuple[type, type], bool] = {}


def _has_shape(source: Source, shape: type) -> bool:
    """Return whether a source fits a protocol; cached by class, since the check costs more than reading a line."""
    key = type(source), shape
    is_shape = _shapes.get(key)
    if is_shape is None:
        is_shape = _shapes[key] = isinstance(source, shape)
    return is_shape


def reads_tables(source: Source) -> TypeGuard[TableSource]:
    """Return whether a source is a `TableSource`."""
    # Called more often than all others together.
    is_table = _shapes.get((type(source), TableSource))
    return _has_shape(source, TableSource) if is_table is None else is_table


def reads_lines(source: Source) -> TypeGuard[LineSource]:
    """Return whether a source is a `LineSource`."""
    return _has_shape(source, LineSource)


def is_rewriting(source: Source) -> TypeGuard[RewritingSource]:
    """Return whether a source is a `RewritingSource`."""
    return _has_shape(source, RewritingSource)


def has_presences(source: Source) -> TypeGuard[PresenceSource]:
    """Return whether a source is a `PresenceSource`."""
    return _has_shape(source, PresenceSource)


def has_companions(source: Source) -> TypeGuard[CompanionSource]:
    """Return whether a source is a `CompanionSource`."""
    return _has_shape(source, CompanionSource)


def is_copied(source: Source) -> TypeGuard[CopiedSource]:
    """Return whether a source is a `CopiedSource`."""
    return _has_shape(source, CopiedSource)


def is_linked(source: Source) -> TypeGuard[LinkedSource]:
    """Return whether a source is a `LinkedSource`."""
    return _has_shape(source, LinkedSource)


def is_replaced(source: Source) -> TypeGuard[ReplacedSource]:
    """Return whether a source is a `ReplacedSource`."""
    return _has_shape(source, ReplacedSource)


def has_databases(source: Source) -> TypeGuard[CopiedDatabaseSource]:
    """Return whether a source is a `CopiedDatabaseSource`."""
    return _has_shape(source, CopiedDatabaseSource)


def is_listed(source: Source) -> TypeGuard[ListedSource]:
    """Return whether a source is a `ListedSource`."""
    return _has_shape(source, ListedSource)


def is_unrecorded(source: Source) -> TypeGuard[UnrecordedSource]:
    """Return whether a source is an `UnrecordedSource`."""
    return _has_shape(source, UnrecordedSource)
