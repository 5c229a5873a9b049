"""Where a turn's time went: tools, the user, pauses before another attempt, and the model with what is left.

Session files record when a prompt came, when tools ran and when a turn ended, never how long the provider took: the
model's time is estimated as the rest. Percentiles are those of measured values (nearest rank).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Literal, NamedTuple

Share = Literal["model", "tool", "waiting", "retry"]
"""What a span of a turn went to; `waiting` for the user."""


class TimeSplit(NamedTuple):
    """Milliseconds of a turn or a session."""

    wall_ms: int
    model_ms: int
    """The rest of the time."""
    tool_ms: int
    waiting_ms: int
    """A question to the user was open, or a permission was not given yet (where the agent's own clock shows that)."""
    retry_ms: int
    """Pauses before another attempt."""


class WaterfallSpan(NamedTuple):
    """A span of a turn's waterfall, in Unix milliseconds."""

    share: Share
    label: str
    start_ms: int
    end_ms: int


class Percentiles(NamedTuple):
    """Of some measured times, in milliseconds."""

    measured: int
    """How many there were."""
    p50: int
    p90: int
    p95: int
    p99: int
    most: int


class TimedCall(NamedTuple):
    """A tool call that took time."""

    start_ms: int
    end_ms: int
    label: str
    is_question: bool


def split_time(wall_ms: int | None, tool_ms: int, waiting_ms: int, retry_ms: int) -> TimeSplit | None:
    """Split a time into its shares; None if the whole time is unknown.

    If the parts exceed the whole (a tool ran on in the background), the excess is taken from the tools first.
    """
    if wall_ms is None:
        return None
    waiting = min(wall_ms, waiting_ms)
    retry = min(wall_ms - waiting, retry_ms)
    tool = min(wall_ms - waiting - retry, tool_ms)
    return TimeSplit(wall_ms, wall_ms - waiting - retry - tool, tool, waiting, retry)


def waterfall(start_ms: int, end_ms: int, work: Iterable[TimedCall]) -> list[WaterfallSpan]:
    """Return the pieces of a turn in order of their beginnings: tools as they ran, and the model wherever none did."""
    pieces: list[WaterfallSpan] = []
    reached = start_ms
    for item in sorted(work):
        begin, end = max(start_ms, item.start_ms), min(end_ms, item.end_ms)
        if end < begin:
            continue
        if begin > reached:
            pieces.append(WaterfallSpan("model", "", reached, begin))
        pieces.append(WaterfallSpan("waiting" if item.is_question else "tool", item.label, begin, end))
        reached = max(reached, end)
    if reached < end_ms:
        pieces.append(WaterfallSpan("model", "", reached, end_ms))
    return pieces


def percentiles(times_ms: Sequence[int]) -> Percentiles | None:
    """Return percentiles by nearest rank, None for no values."""
    if not times_ms:
        return None
    ordered = sorted(times_ms)
    ranks = [ordered[max(0, ceil(share / 100 * len(ordered)) - 1)] for share in (50, 90, 95, 99)]
    return Percentiles(len(ordered), ranks[0], ranks[1], ranks[2], ranks[3], ordered[-1])
