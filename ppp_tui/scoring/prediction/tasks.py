"""What is known of a task before it runs: its kind by the prompt, its length, when and by whom it is done. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

KIND_CHARS = 400
"""Characters of a prompt that its kind is read from."""

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        ("fix", r"fix(?:es|ed)?|bugs?|errors?|fail(?:s|ed|ing|ure)?|broken|crash(?:es|ed)?|debug|repair|regression"),
        ("review", r"review|audit|analy[sz]e|investigate|evaluate|assess|double[- ]check"),
        ("refactor", r"refactor\w*|clean(?: up)?|simplify|rename|extract|deduplicate|reorganize"),
        ("test", r"tests?|coverage"),
        ("document", r"documentation|document|readme|docs|changelog"),
        ("release", r"commit|push|merge|rebase|release|deploy|publish|pull request|pr"),
        ("change", r"change|update|upgrade|replace|remove|delete|convert|migrate|adjust|move"),
        ("add", r"add|implement|create|build|write|make|support|introduce|generate"),
    )
)
_ASKS = re.compile(r"(?:what|why|how|when|where|which|who|is|are|do|does|did|can|could|should|would)\b", re.IGNORECASE)
_LENGTHS = ((8, "a few words"), (30, "a sentence or two"), (100, "a paragraph"))
_QUARTERS = ("night", "morning", "afternoon", "evening")

KINDS = (*(kind for kind, _ in _KINDS), "question", "other")
"""All kinds of tasks."""


class PlannedTask(NamedTuple):
    """What is known of a run before it begins; '' where unknown."""

    agent: str
    prompt: str
    project: str = ""
    model: str = ""
    hour: int = 12
    """Of the day, in the user's zone."""


@lru_cache(maxsize=4096)
def task_kind(prompt: str) -> str:
    """Return a task's kind: of its beginning, what is named first; a question that wants nothing done is one."""
    text = prompt[:KIND_CHARS]
    places = [(match.start(), kind) for kind, pattern in _KINDS if (match := pattern.search(text)) is not None]
    if _ASKS.match(text.strip()) and (not places or text.rstrip().endswith("?")):
        return "question"
    return min(places)[1] if places else "other"


def task_length(prompt: str) -> str:
    """Return how long a prompt is, in words for it."""
    words = len(prompt.split())
    return next((name for most, name in _LENGTHS if words <= most), "long")


def task_features(task: PlannedTask) -> tuple[str, ...]:
    """Return what a model is told of a task: names of what holds of it."""
    return (
        f"agent {task.agent}",
        f"model {task.model}",
        f"project {task.project}",
        f"kind {task_kind(task.prompt)}",
        f"length {task_length(task.prompt)}",
        f"hour {_QUARTERS[task.hour // 6 % 4]}",
    )
