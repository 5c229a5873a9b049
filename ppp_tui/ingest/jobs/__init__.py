"""What ingest does while no file changes: jobs that work in slices of some milliseconds."""

from __future__ import annotations

from typing import Protocol


class Job(Protocol):
    """A piece of background work that can be done in slices."""

    name: str
    """Its name in sentences about faults."""

    @property
    def trouble(self) -> str:
        """What keeps it from its work, '' if nothing does."""
        ...

    def run_slice(self, now_ms: int) -> bool:
        """Work for a few milliseconds; return whether anything was done, so that the next slice follows at once.

        Raises DatabaseError.
        """
        ...
