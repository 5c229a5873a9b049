"""Questions to the user, and how far an agent kept to what the user prefers."""

from __future__ import annotations

from typing import Literal, NamedTuple

Effort = Literal["low", "medium", "high"]
"""What a question asks of the user: a choice, some thought, or work."""

Severity = Literal["minor", "major", "critical"]
"""Severity of a violation."""

Outcome = Literal["completed", "failed", "cancelled"]
"""How a trajectory ended."""

TurnOutcome = Literal["open", "completed", "failed", "interrupted"]
"""Status of a logged turn."""


AnswerStatus = Literal["given", "reply", "rejected", "empty", "failed"]
"""How a question was answered: `given` through the tool that asked or as stated by a program, `reply` by what the user
wrote next, `rejected` where the user refused to answer, `empty` where it was submitted without an answer (its time ran
out, or it was skipped), `failed` where the call failed before the user saw the question."""


MAX_ANSWER_CHARS = 4000
"""Characters that are kept of an answer."""

ANSWER_WORDS: dict[AnswerStatus, str] = {
    "given": "answered",
    "reply": "you wrote next",
    "rejected": "you refused to answer",
    "empty": "submitted without an answer",
    "failed": "never reached you",
}
"""How a question was answered, in words for users."""


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
