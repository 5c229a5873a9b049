"""Lays the turns of several sessions side by side: the same prompt stands in the same line."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

Line = tuple[int | None, ...]
"""For each session the place of its turn, None where it has none in this line."""


def align(sessions: Sequence[Sequence[Hashable | None]]) -> list[Line]:
    """Return the lines in order, from the prompts of each session; None stands for an unknown prompt.

    A prompt that occurs once in the first session and once in another holds both in one line; between two such lines
    turns stand side by side by their number.
    """
    if not sessions:
        return []
    first, *others = sessions
    lines: dict[tuple[int, int], list[int | None]] = {
        (place, 0): [place, *([None] * len(others))] for place in range(len(first))
    }
    for column, other in enumerate(others, 1):
        for key, place in _placed(first, other):
            line = lines.setdefault(key, [None] * len(sessions))
            line[column] = place
    return [tuple(lines[key]) for key in sorted(lines)]


def _placed(first: Sequence[Hashable | None], other: Sequence[Hashable | None]) -> list[tuple[tuple[int, int], int]]:
    """Return where each turn of the other session stands: after which of the first's, and how many places below it."""
    placed: list[tuple[tuple[int, int], int]] = []
    next_first, next_other = 0, 0
    for anchor, place in [*_anchors(first, other), (len(first), len(other))]:
        shared = min(anchor - next_first, place - next_other)
        placed += [((next_first + step, 0), next_other + step) for step in range(shared)]
        surplus = range(next_other + shared, place)
        placed += [((anchor - 1, below), turn) for below, turn in enumerate(surplus, 1)]
        if anchor < len(first):
            placed.append(((anchor, 0), place))
        next_first, next_other = anchor + 1, place + 1
    return placed


def _anchors(first: Sequence[Hashable | None], other: Sequence[Hashable | None]) -> list[tuple[int, int]]:
    """Return the longest series of prompts, each unique in both sessions, that comes in the same order in both."""
    ours, theirs = _unique(first), _unique(other)
    pairs = sorted((place, theirs[prompt]) for prompt, place in ours.items() if prompt in theirs)
    ends: list[int] = []
    chains: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(chains[length - 1] if length else -1)
        ends[length:] = [place, *ends[length + 1 :]]
        chains[length:] = [index, *chains[length + 1 :]]
    anchors: list[tuple[int, int]] = []
    index = chains[-1] if chains else -1
    while index >= 0:
        anchors.append(pairs[index])
        index = before[index]
    return anchors[::-1]


def _unique(prompts: Sequence[Hashable | None]) -> dict[Hashable, int]:
    counts = Counter(prompts)
    return {prompt: place for place, prompt in enumerate(prompts) if prompt is not None and counts[prompt] == 1}
