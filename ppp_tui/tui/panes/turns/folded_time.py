"""A time axis on which pauses between steps are shortened. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ppp_tui.query.rows import StepLine

UNITS = 10_000
"""Length of the whole axis."""

STEPS_PER_AXIS = 16
"""Timed steps that share an axis; with more, each would be thinner than the thinnest bar, so a new axis begins."""

FOLDED_SHARE = 24
"""Maximum length of a pause as a share of the busy time."""


class FoldedSpan(NamedTuple):
    """Begin and end of a step on its axis of `UNITS`."""

    start: int
    end: int | None
    """None while the step runs: it reaches the end of the axis."""


class FoldedAxis:
    """Maps times to places between 0 and `UNITS`; pauses between the given spans are shortened."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        """Make the axis of some spans in Unix milliseconds, in any order."""
        merged = list(_merged(sorted(spans)))
        busy = sum(end - start for start, end in merged)
        longest_pause = max(1, busy // FOLDED_SHARE)
        self._times: list[int] = []
        self._places: list[int] = []
        place = 0
        for start, end in merged:
            if self._times:
                place += min(start - self._times[-1], longest_pause)
            self._times += [start, end]
            self._places += [place, place + end - start]
            place += end - start
        self._length = max(1, place)

    def place(self, at_ms: int) -> int:
        """Return the position of a time; within a folded pause, that of the pause's beginning."""
        index = bisect_right(self._times, at_ms) - 1
        if index < 0:
            return 0
        is_busy = index % 2 == 0
        along = self._places[index] + (at_ms - self._times[index] if is_busy else 0)
        return min(UNITS, along * UNITS // self._length)


def folded_spans(steps: Sequence[StepLine], now_ms: int) -> dict[int, FoldedSpan]:
    """Return the position of each timed step on its axis, by step id; each axis holds `STEPS_PER_AXIS` steps."""
    timed = [
        step
        for step in steps
        if step.started_at is not None and step.kind not in ("message", "thinking", "note", "compaction")
    ]
    places: dict[int, FoldedSpan] = {}
    for start in range(0, len(timed), STEPS_PER_AXIS):
        group = timed[start : start + STEPS_PER_AXIS]
        axis = FoldedAxis([(_start(step), _end(step, now_ms)) for step in group])
        for step in group:
            is_running = step.status == "running"
            end = None if is_running else axis.place(_end(step, now_ms))
            places[step.id] = FoldedSpan(axis.place(_start(step)), end)
    return places


def _start(step: StepLine) -> int:
    return step.started_at or 0


def _end(step: StepLine, now_ms: int) -> int:
    ended = now_ms if step.status == "running" else step.ended_at
    return max(_start(step), ended or _start(step))


def _merged(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield spans in order of their begins, those that touch or overlap joined."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current
