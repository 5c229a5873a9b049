"""What the dashboard needs from outside: paths, clock, settings, database, ingest, editor; tests pass others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from ppp_tui.tui.terminal.editor import run_editor

if TYPE_CHECKING:
    from datetime import tzinfo

    # The checks of settings take longer to import than the first drawing takes.
    from ppp_tui.model.clock import Clock
    from ppp_tui.query.doors import Door
    from ppp_tui.query.query import Query
    from ppp_tui.query.sessions.live_details import LastRequest
    from ppp_tui.settings.schema import Settings

Answer = TypeVar("Answer")
Form = Literal["md", "jsonl"]
"""Formats in which a trajectory can be exported."""


class CannotBringUpError(Exception):
    """Raised if an agent's terminal pane cannot be brought up; the message says why."""


class DatabaseAccess(Protocol):
    """Read-only access to the database."""

    @property
    def path(self) -> Path:
        """Path of the database file."""
        ...

    async def open(self) -> None:
        """Connect. Raises DatabaseMissingError while there is no database."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Run a query and return its answer. Raises QueryFailedError."""
        ...

    async def data_version(self) -> int:
        """Return a number that changes with every commit of another process. Raises QueryFailedError."""
        ...


class MarksStore(Protocol):
    """Storage of the user's marks; every method may block, so for threads. Raises OSError."""

    def mark_read(self, source: str, native_id: str, turn_number: int, at_ms: int) -> None:
        """Store that a session was read up to a turn."""
        ...

    def set_pinned(self, source: str, native_id: str, *, is_pinned: bool) -> None:
        """Pin a session, or unpin it."""
        ...

    def set_label(self, source: str, native_id: str, label: str) -> None:
        """Set the label of a session, a single word; '' removes it."""
        ...

    def note_visit(self, at_ms: int) -> None:
        """Store that the user looked at the dashboard."""
        ...


class IngestProcess(Protocol):
    """The process that fills the database; the implementation restarts it after a crash."""

    def start(self) -> None:
        """Start the process and keep it running; called on the event loop."""
        ...

    async def stop(self) -> None:
        """Stop the process and wait until it has ended."""
        ...

    def trouble(self) -> str:
        """Return what went wrong with the process, in a sentence; '' if nothing did."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that the dashboard needs from outside."""

    database: DatabaseAccess
    ingest: IngestProcess
    clock: Clock
    settings: Settings
    zone: tzinfo
    is_alive: Callable[[int], bool]
    """Whether a process with that number runs; asked every second, so it must be quick."""
    looked_in: Callable[[], tuple[str, ...]] = tuple
    """Returns the folders that are searched for sessions; called only when there are none."""
    export: Callable[[Path, int, Form], Iterator[str]] | None = None
    """Yields a trajectory of a database as `md` or `jsonl`, piece by piece; None if exports are not offered."""
    doors: Callable[[], Sequence[Door]] = tuple
    """Returns what is open to other programs; reads files, so for threads."""
    exports: Path = field(default_factory=Path.cwd)
    """Folder for screenshots and exports."""
    themes: Path | None = None
    """Folder of the user's own themes."""
    start_at: tuple[int, int | None] | None = None
    """Trajectory, and turn number, to open at once."""
    is_ascii: bool = False
    """Whether signs and lines are ASCII alone."""
    is_team: bool = False
    """Whether the database is a store that a team shares: sessions have persons, and nobody's files are at hand."""
    is_still: bool = False
    """Whether there are no timers: for pictures and tests, which move time themselves."""
    open_editor: Callable[[Path, int], None] = run_editor
    """Edits a file in the terminal, and returns when the user is done. Raises EditorError."""
    marks: MarksStore | None = None
    """Stores the user's marks of sessions; with None they end with the dashboard."""
    bring_up: Callable[[int], str] | None = None
    """Brings up the terminal pane in which a process runs, and returns a sentence that names it; waits for other
    programs: for threads. Raises CannotBringUpError. None where it is not offered."""
    recache_price: Callable[[str, str, LastRequest], int | None] | None = None
    """What the next prompt of a session costs when its prompt cache has ended, in millionths of a dollar, by what was
    looked up of prices so far, the kind of session file, and the last request; None where no price is known. May load
    a library: for threads. None where it is not offered."""
    return_free_heap: Callable[[], None] = lambda: None
    """Gives memory that was freed back to the system, in about a millisecond."""
    keep_trace: Callable[[Exception], bool] | None = None
    """Keeps the trace of a fault of the dashboard, which then goes on; false where it could not be kept. None lets a
    fault end the dashboard."""
