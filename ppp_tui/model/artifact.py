"""What agents deliver for a specification, as JSON, and which trajectory it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Candidate(NamedTuple):
    """A trajectory of an artifact's specification."""

    key: int | str
    agent: str
    run: str
    """'' where it states none."""
    began_ms: int
    stage: str
    """'' where it states none."""


def owner_of(candidates: Sequence[Candidate], agent: str, run: str, at_ms: int) -> Candidate | None:
    """Return the trajectory that an artifact belongs to; `candidates` are in the order in which they were made.

    The documents find it by specification and agent. Where runs are named, the run decides: an artifact goes to a
    trajectory of its agent in its run; only if no trajectory at all is of that run, to one of its agent in any run. Of
    several, it is the last that had begun when the artifact was written.
    """
    mine = [candidate for candidate in candidates if candidate.agent == agent]
    same_run = [candidate for candidate in mine if run and candidate.run == run]
    if not same_run and run and any(candidate.run == run for candidate in candidates):
        return None
    matching = same_run or mine
    begun = [candidate for candidate in matching if not at_ms or candidate.began_ms <= at_ms]
    return begun[-1] if begun else next(iter(matching), None)
