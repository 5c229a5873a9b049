"""What ingest does while no file changes: jobs that work in slices of some milliseconds."""

from __future__ import annotations

from typing import Protocol


class Job(Protocol):
    """One of them."""

    name: str
    """What a sentence about a fault calls it."""

    @property
    def trouble(self) -> str:
        """What keeps it from its work, '' if nothing does."""
        ...

    def run_slice(self, now_ms: int) -> bool:
        """Do some work of a few milliseconds; whether anything was done, so that there may be more at once.

        Raises DatabaseError.
        """
        ...
