"""A time axis on which nothing happens for no longer than needs be: pauses between steps are folded. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ppp_tui.query.rows import StepLine

UNITS = 10_000
"""Length of the whole axis."""

STEPS_PER_AXIS = 16
"""Timed steps that share an axis: of more, none would be longer than the thinnest bar. The axis then begins anew."""

FOLDED_SHARE = 24
"""A pause takes at most this part of the busy time."""


class FoldedSpan(NamedTuple):
    """Where a step stands on its axis of `UNITS`."""

    start: int
    end: int | None
    """None while it runs: it reaches the end of the axis."""


class FoldedAxis:
    """Places in time between 0 and `UNITS`, over spans of time with folded pauses between them."""

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
        self._whole = max(1, place)

    def place(self, at_ms: int) -> int:
        """Return where a time stands; within a folded pause, at its beginning."""
        index = bisect_right(self._times, at_ms) - 1
        if index < 0:
            return 0
        is_busy = index % 2 == 0
        along = self._places[index] + (at_ms - self._times[index] if is_busy else 0)
        return min(UNITS, along * UNITS // self._whole)


def folded_spans(steps: Sequence[StepLine], now_ms: int) -> dict[int, FoldedSpan]:
    """Return where each timed step stands on its axis, by step id; each axis holds `STEPS_PER_AXIS` steps."""
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
    """Spans in order of their beginnings, those that touch or overlap joined."""
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
