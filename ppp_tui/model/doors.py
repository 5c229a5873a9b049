"""Doors: what this program has open to other programs, each a process that tells what it does in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

DoorKind = Literal["receive", "send", "serve", "mcp", "web"]
"""Named as the command that opens it."""


class OpenDoor(NamedTuple):
    """What a process that opened a door tells of itself; of a receiver that has ended, too."""

    is_open: bool
    """Whether the process runs."""
    addresses: Sequence[str] = ()
    """Where it listens, or whom it sends to."""
    since: int | None = None
    """When it began."""
    last: int | None = None
    """When something came in last."""
    records: Mapping[str, Mapping[str, int]] = {}
    """What came in: numbers by name (an agent, a path, a tool), then by kind."""
    refused: Mapping[str, int] = {}
    """What was refused, by reason."""
    notes: Sequence[str] = ()
    """What else there is to say, such as what keeps it from its work; sentences."""


class Door(NamedTuple):
    """One kind of door, open or closed."""

    kind: DoorKind
    title: str
    command: str
    """Opens it."""
    processes: Sequence[OpenDoor] = ()
    """Those that have it open; a receiver that ended stands here until another begins."""
    sent_up_to: Mapping[str, int] = {}
    """Of sending: the revision up to which each receiver has everything."""

    @property
    def is_open(self) -> bool:
        """Whether a process has it open."""
        return any(process.is_open for process in self.processes)
