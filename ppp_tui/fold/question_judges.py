"""Who judges how much a question asks of the user while a session file is read: judges of wording alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ppp_tui.model.question import Effort
from ppp_tui.scoring.questions import detection as questions
from ppp_tui.scoring.questions import effort

Method = Literal["heuristic", "spec", "reply", "llm"]
"""Judges of effort that a user can select."""


class Judge(NamedTuple):
    """A judge of wording."""

    method: str
    """Name and version, stored with every verdict."""
    judge: Callable[[str, Sequence[str]], tuple[Effort, str]]
    """The effort of a question with the answers it offers, and the rule that decided."""

    @property
    def scorer(self) -> str:
        """The name, stored with turns, of what found and judged their questions."""
        return scorer_name(self.method)


def scorer_name(method: str) -> str:
    """Return the scorer's name for a method, as it is stored with turns."""
    return f"questions-{questions.VERSION} {method}"


HEURISTIC = Judge(effort.METHOD, effort.judge_effort)
"""Our own rules."""

SPEC = Judge(effort.METHOD_SPEC, lambda question, _: effort.judge_effort_spec(question))
"""Exactly the word lists of the trajectory documents."""


def judge_of(method: Method) -> Judge:
    """Return the judge of wording for a method; `reply` and `llm` begin with the heuristic."""
    return SPEC if method == "spec" else HEURISTIC
