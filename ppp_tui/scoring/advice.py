"""Which files to keep in an agent's context and which to drop, each with its reasons.

A file has four criteria: how often and how recently it was used, how well its name matches the task, and how small it
is. Each is from 0 to 1, their weighted sum is the file's score; files are kept by score while the budget lasts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ppp_tui.model.clock import DAY_MS
from ppp_tui.text.format import counted

Action = Literal["keep", "trim", "drop"]
"""What to do with a file: keep it in the context, keep its relevant parts, or leave it out."""

WEIGHTS = {"frequency": 0.35, "recency": 0.25, "relevance": 0.3, "size": 0.1}
"""The weight of each criterion."""

HALF_LIFE_DAYS = 7.0
"""Days after which a use counts half."""

BUDGET_TOKENS = 50_000
"""Tokens for the files that are kept."""

MAX_KEPT_FILES = 20
"""Most files that are kept."""

LARGE_TOKENS = 8_000
"""A file of more tokens is better read in parts."""

MIN_SCORE = 0.3
"""A file with a lower score is dropped."""

_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])|[^\W\d_]{2,}")
_COMMON = frozenset(
    {
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "from",
        "into",
        "not",
        "are",
        "was",
        "can",
        "you",
        "have",
        "has",
        "use",
        "src",
        "lib",
        "app",
        "main",
        "index",
        "test",
        "tests",
        "init",
        "file",
        "files",
        "code",
        "add",
        "make",
        "fix",
        "please",
        "should",
        "would",
        "could",
        "all",
        "any",
        "new",
    }
)


class FileUse(NamedTuple):
    """How a file was used."""

    path: str
    reads: int
    edits: int
    tokens: int
    """Of one reading, estimated; 0 where unknown."""
    last_at: int
    """Unix milliseconds."""


class Suggestion(NamedTuple):
    """What to do with a file, and why."""

    path: str
    action: Action
    score: float
    tokens: int
    reasons: tuple[str, ...]


def topic_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the topic words of texts, with camel case names split."""
    words = (word.lower() for text in texts for word in _WORD.findall(text))
    return frozenset(word for word in words if len(word) > 2 and word not in _COMMON)


def suggest_files(
    files: Sequence[FileUse], task: frozenset[str], now_ms: int, budget_tokens: int = BUDGET_TOKENS
) -> list[Suggestion]:
    """Return suggestions for the files, those to keep first, the best first within each."""
    most_uses = max((entry.reads + entry.edits for entry in files), default=1)
    scored = sorted(
        (_score_file(entry, most_uses, task, now_ms) for entry in files),
        key=lambda suggestion: (-suggestion.score, suggestion.path),
    )
    left, kept = budget_tokens, 0
    decided = []
    for suggestion in scored:
        action: Action = "drop"
        reasons = list(suggestion.reasons)
        size = min(suggestion.tokens, LARGE_TOKENS)
        if suggestion.score < MIN_SCORE:
            reasons.append("worth less than its place")
        elif kept >= MAX_KEPT_FILES:
            reasons.append(f"{MAX_KEPT_FILES} better files are kept")
        elif size > left:
            reasons.append(f"no room in {budget_tokens:,} tokens after better files")
        else:
            action = "trim" if suggestion.tokens > LARGE_TOKENS else "keep"
            left, kept = left - size, kept + 1
        decided.append(suggestion._replace(action=action, reasons=tuple(reasons)))
    order = ("keep", "trim", "drop")
    return sorted(decided, key=lambda suggestion: order.index(suggestion.action))


def _score_file(entry: FileUse, most_uses: int, task: frozenset[str], now_ms: int) -> Suggestion:
    uses = entry.reads + entry.edits
    age_days = max(0.0, (now_ms - entry.last_at) / DAY_MS)
    shared = sorted(topic_words([entry.path.replace("_", " ")]) & task)
    criteria = {
        "frequency": math.log1p(uses) / math.log1p(most_uses),
        "recency": 0.5 ** (age_days / HALF_LIFE_DAYS),
        "relevance": min(1.0, len(shared) / 2),
        "size": 1.0 - min(1.0, entry.tokens / (2 * LARGE_TOKENS)),
    }
    reasons = [f"read {counted(entry.reads, 'time')}, changed {counted(entry.edits, 'time')}", _age(age_days)]
    if shared:
        reasons.append(f"the task speaks of {', '.join(shared[:3])}")
    if entry.tokens > LARGE_TOKENS:
        reasons.append(f"about {entry.tokens:,} tokens: read its relevant parts")
    score = sum(WEIGHTS[name] * worth for name, worth in criteria.items())
    return Suggestion(entry.path, "drop", round(score, 3), entry.tokens, tuple(reasons))


def _age(days: float) -> str:
    if days < 1:
        return "used within a day"
    return f"last used {counted(round(days), 'day')} ago"
