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
    """The trajectory that an artifact belongs to; the candidates stand in the order in which they were made.

    The documents find it by specification and agent. Where runs are named, the run decides: an artifact goes to a
    trajectory of its agent in its run; only if no trajectory at all is of that run, to one of its agent in any run. Of
    several, it is the last that had begun when the artifact was written.
    """
    mine = [one for one in candidates if one.agent == agent]
    same_run = [one for one in mine if run and one.run == run]
    if not same_run and run and any(one.run == run for one in candidates):
        return None
    matching = same_run or mine
    begun = [one for one in matching if not at_ms or one.began_ms <= at_ms]
    return begun[-1] if begun else next(iter(matching), None)
