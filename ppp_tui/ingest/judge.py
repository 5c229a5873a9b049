"""Who judges how much a question asks of the person, by the person's setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ppp_tui.model.question import Effort
from ppp_tui.scoring import effort


class Judge(NamedTuple):
    """A judge of effort."""

    method: str
    """Name and version, stored with every verdict."""
    judge: Callable[[str], tuple[Effort, str]]
    """A question's effort, and the rule that decided."""


HEURISTIC = Judge(effort.METHOD, effort.judge_effort)
"""Ours."""

SPEC = Judge(effort.METHOD_SPEC, effort.judge_effort_spec)
"""The word lists of the trajectory documents, to the letter."""

JUDGES = {"heuristic": HEURISTIC, "spec": SPEC}
"""By the name of the setting."""
