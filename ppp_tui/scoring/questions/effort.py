"""What a question asks of the user: low, medium or high effort.

Effort here is that of answering. Low: a choice, a yes or no, a permission, a preference at hand. Medium: an open answer
that takes some thought or recall. High: the answer must be fetched (look up, run, try, ask others), or is a design that
takes study. Two judges of wording stand here: `judge_effort`, the default, by the rules of `effort_words`, and
`judge_effort_spec`, which keeps the word lists of the trajectory documents to the letter so that scores compare with
theirs. `reply` judges by the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.model.question import Effort
from ppp_tui.scoring.questions.effort_rules import RULES, WORK

VERSION = 6
"""Raised whenever `judge_effort` would judge a question otherwise."""

METHOD = f"heuristic-{VERSION}"
"""What rows judged by `judge_effort` carry as their method."""

METHOD_SPEC = "spec-1"
"""What rows judged by `judge_effort_spec` carry as their method."""

MAX_JUDGED_CHARS = 600
"""Of a longer question only the end is judged: what is asked stands before the mark."""

OFFERED = "answers offered"
"""The rule where a question comes with its answers."""

_SPEC_HIGH = (
    "investigate",
    "research",
    "analyze",
    "determine",
    "what is the best way to",
    "how should i",
    "before proceeding",
)
_SPEC_LOW = ("which", "do you prefer", "would you like", "choose", "select", "pick")


def judge_effort(question: str, options: Sequence[str] = ()) -> tuple[Effort, str]:
    """Return the effort of answering a question, and the rule that decided; the first rule that fits wins.

    Where two or more `options` are offered, what would be an open question is a choice.
    """
    text = " ".join(question[-MAX_JUDGED_CHARS:].split())
    lowered = text.lower()
    for rule in RULES:
        for guard in rule.guards or ("",):
            if guard in lowered:
                break
        else:
            continue
        if rule.pattern.search(text):
            is_offered = rule.level != "low" and len(options) > 1 and rule.name not in WORK
            return ("low", OFFERED) if is_offered else (rule.level, rule.name)
    return ("low", OFFERED) if len(options) > 1 else ("medium", "no rule")


def judge_effort_spec(question: str) -> tuple[Effort, str]:
    """Return the effort by the documents' word lists: high words first, then low ones, else medium."""
    text = question.lower()
    for word in _SPEC_HIGH:
        if word in text:
            return "high", word
    for word in _SPEC_LOW:
        if word in text:
            return "low", word
    return "medium", "no word"
