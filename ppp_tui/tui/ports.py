"""What the dashboard is handed by whoever starts it; a test hands it something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from ppp_tui.model.clock import Clock
from ppp_tui.query.query import Query
from ppp_tui.settings.schema import Settings

Answer = TypeVar("Answer")
Form = Literal["md", "jsonl"]
"""Forms in which a trajectory can be written."""


class Archive(Protocol):
    """Read-only access to the archive."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    async def open(self) -> None:
        """Connect. Raises ArchiveMissingError while there is none."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer a query."""
        ...

    async def data_version(self) -> int:
        """A number that changes with every commit of another process."""
        ...


class Ingest(Protocol):
    """The process that fills the archive."""

    def start(self) -> None:
        """Start it and keep it at work."""
        ...

    async def stop(self) -> None:
        """Stop it."""
        ...

    def trouble(self) -> str:
        """What went wrong with it, in a sentence; '' if nothing did."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything from outside."""

    archive: Archive
    ingest: Ingest
    clock: Clock
    settings: Settings
    zone: tzinfo
    is_alive: Callable[[int], bool]
    """Whether a process with that number runs."""
    looked_in: tuple[str, ...] = ()
    """Places where sessions were looked for."""
    export: Callable[[Path, int, Form], Iterator[str]] | None = None
    """Writes a trajectory of an archive as `md` or `jsonl`, piece by piece; None where that is not offered."""
    exports: Path = field(default_factory=Path.cwd)
    """Folder for screenshots and exports."""
    start_at: tuple[int, int | None] | None = None
    """Trajectory, and turn number, to open at once."""
    is_ascii: bool = False
    is_still: bool = False
    """No timers: for pictures and tests, which say themselves when time passes."""
