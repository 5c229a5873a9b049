"""What the dashboard needs from outside: paths, clock, settings, database, ingest, editor; tests pass their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from ppp_tui.tui.terminal.editor import run_editor

if TYPE_CHECKING:
    from datetime import tzinfo

    # Checking settings takes longer to load than the first picture needs.
    from ppp_tui.model.clock import Clock
    from ppp_tui.query.query import Query
    from ppp_tui.query.sessions.live_details import LastRequest
    from ppp_tui.settings.schema import Settings

Answer = TypeVar("Answer")
Form = Literal["md", "jsonl"]
"""Forms in which a trajectory can be written."""


class CannotBringUpError(Exception):
    """The terminal pane of an agent cannot be brought up; the message says why, in a sentence."""


class DatabaseAccess(Protocol):
    """Read-only access to the database."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    async def open(self) -> None:
        """Connect. Raises DatabaseMissingError while there is none."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query. Raises QueryFailedError."""
        ...

    async def data_version(self) -> int:
        """A number that changes with every commit of another process. Raises QueryFailedError."""
        ...


class MarksStore(Protocol):
    """Where the user's marks are kept; every method may wait for a disk: for threads. Raises OSError."""

    def mark_read(self, source: str, native_id: str, turn_number: int, at_ms: int) -> None:
        """Note that a session was read up to a turn."""
        ...

    def set_pinned(self, source: str, native_id: str, *, is_pinned: bool) -> None:
        """Pin a session, or take its pin away."""
        ...

    def set_label(self, source: str, native_id: str, label: str) -> None:
        """Label a session with one word, '' for none."""
        ...

    def note_visit(self, at_ms: int) -> None:
        """Note that the user looked at the dashboard."""
        ...


class IngestProcess(Protocol):
    """The process that fills the database; the provider of this port restarts it after a crash."""

    def start(self) -> None:
        """Start it and keep it at work; called on the event loop."""
        ...

    async def stop(self) -> None:
        """Stop it and wait until it has ended."""
        ...

    def trouble(self) -> str:
        """What went wrong with it, in a sentence; '' if nothing did."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything from outside."""

    database: DatabaseAccess
    ingest: IngestProcess
    clock: Clock
    settings: Settings
    zone: tzinfo
    is_alive: Callable[[int], bool]
    """Whether a process with that number runs; asked every second, so it must be quick."""
    looked_in: Callable[[], tuple[str, ...]] = tuple
    """Places where sessions were looked for; asked only when there are none."""
    export: Callable[[Path, int, Form], Iterator[str]] | None = None
    """Writes a trajectory of a database as `md` or `jsonl`, piece by piece; None where that is not offered."""
    exports: Path = field(default_factory=Path.cwd)
    """Folder for screenshots and exports."""
    themes: Path | None = None
    """Folder of the user's own themes."""
    start_at: tuple[int, int | None] | None = None
    """Trajectory, and turn number, to open at once."""
    is_ascii: bool = False
    """Signs and lines of ASCII alone."""
    is_still: bool = False
    """No timers: for pictures and tests, which say themselves when time passes."""
    open_editor: Callable[[Path], None] = run_editor
    """Edits a file in the terminal, and returns when the user is done. Raises EditorError."""
    marks: MarksStore | None = None
    """Keeps what the user marks of sessions; None keeps it no longer than the dashboard runs."""
    bring_up: Callable[[int], str] | None = None
    """Brings up the terminal pane in which a process runs, and returns a sentence that names it; waits for other
    programs: for threads. Raises CannotBringUpError. None where it is not offered."""
    recache_price: Callable[[str, str, LastRequest], int | None] | None = None
    """What the next prompt of a session costs when its prompt cache has ended, in millionths of a dollar, by what was
    looked up of prices so far, the kind of session file, and the last request; None where no price is known. May load
    a library: for threads. None where it is not offered."""
    keep_trace: Callable[[Exception], bool] | None = None
    """Keeps the trace of a fault of the dashboard, which then goes on; false where it could not be kept. None lets a
    fault end the dashboard."""
