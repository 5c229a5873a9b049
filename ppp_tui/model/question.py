"""Questions to the person, and how far an agent kept to what the person prefers."""

from __future__ import annotations

from typing import Literal, NamedTuple

Effort = Literal["low", "medium", "high"]
"""What a question asks of the person: a choice, some thought, or work."""

Severity = Literal["minor", "major", "critical"]
"""How badly a preference was broken."""

Outcome = Literal["completed", "failed", "cancelled"]
"""How a trajectory ended."""

TurnOutcome = Literal["open", "completed", "failed", "interrupted"]
"""How a logged turn stands."""


class JudgedQuestion(NamedTuple):
    """A question found in text, with the place and the rule that found it."""

    text: str
    start: int
    """Offset of its first character in the text."""
    end: int
    rule: str
    """Short name of the rule."""
    effort: Effort
    effort_rule: str
    """Short name of the rule that judged the effort."""
