"""How the time of a session and of a turn was spent, as lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ppp_tui.query.pool import Fetch
from ppp_tui.query.rows import StepLine
from ppp_tui.query.sessions.timing import (
    PERMISSIONS_UNTOLD,
    Latencies,
    SessionTiming,
    TurnTiming,
    latencies,
    sample_text,
    session_timing,
    turn_timings,
)
from ppp_tui.text.cells import cut
from ppp_tui.text.format import UNKNOWN, Certainty, counted, duration, percent
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.turns.step_names import step_subject, tool_label
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan
from ppp_tui.tui.widgets.tones import Tone

MAX_SLOWEST = 10
"""Maximum of steps that are listed as the longest of a turn."""

_NAME_CELLS = 20
_BEFORE_BAR = _NAME_CELLS + 17
ESTIMATED = "The model's time is what nothing else explains: an estimate."
BOUND = "≥: some turn goes on, or does not tell how long it took; these are the times of the others."


class Times(NamedTuple):
    """How the time of a session and of one of its turns was spent."""

    session: SessionTiming | None
    latencies: Latencies
    turn: TurnTiming | None


class _Share(NamedTuple):
    name: str
    tone: Tone
    ms: int


async def load_times(fetch: Fetch, trajectory_id: int, turn_number: int) -> Times:
    """Read the times of a session and of a turn. Raises QueryFailedError."""
    [*turns] = await fetch(turn_timings(trajectory_id, turn_number, 1))
    return Times(
        await fetch(session_timing(trajectory_id)),
        await fetch(latencies(trajectory_id)),
        turns[0] if turns else None,
    )


def time_lines(times: Times, steps: Sequence[StepLine], descriptions: Mapping[int, str], width: int) -> list[TextLine]:
    """Return lines with the shares of session and turn, the turn's longest steps, and usual durations."""
    lines = _session_lines(times.session, width)
    if times.turn is not None:
        lines += [TextLine(""), *_turn_lines(times.turn, width)]
    timed = [step for step in steps if step.duration_ms and step.kind not in ("message", "thinking", "note")]
    slowest = sorted(timed, key=lambda step: -(step.duration_ms or 0))[:MAX_SLOWEST]
    if slowest:
        lines += [TextLine(""), TextLine("longest steps of the turn", "heading")]
        lines += [_step_line(step, descriptions.get(step.id, ""), width) for step in slowest]
    lines += [TextLine(""), *_percentile_lines(times.latencies)]
    return [*lines, TextLine(""), TextLine(ESTIMATED, "dim")]


def _session_lines(timing: SessionTiming | None, width: int) -> list[TextLine]:
    if timing is None or not timing.turns:
        return [TextLine("No turn is recorded.", "dim")]
    elapsed = timing.last_at - timing.started_at if timing.started_at and timing.last_at else None
    certainty: Certainty = "lower bound" if timing.is_lower_bound else "exact"
    wall = f"{duration(timing.wall_ms, certainty)} at work" if timing.wall_ms is not None else "time at work unknown"
    heading = f"the session: {duration(elapsed)} from first to last, {wall} in {counted(timing.turns, 'turn')}"
    lines = [TextLine(heading, "heading")]
    parts = timing.split
    shares = []
    if parts is not None:
        shares += _shares(parts.model_ms, parts.tool_ms, parts.waiting_ms, parts.retry_ms)
    elif timing.wall_ms is not None:
        shares.append(_Share("turns", "series-1", timing.wall_ms))
    if timing.between_ms is not None:
        shares.append(_Share("away, between turns", "dim", timing.between_ms))
    lines += _bars(shares, width, certainty)
    if parts is None and timing.wall_ms is not None:
        lines.append(TextLine(timing.unsplit_reason, "dim"))
    if timing.api_ms is not None:
        lines.append(
            TextLine(f"The agent itself says that it waited {duration(timing.api_ms)} for the provider.", "dim")
        )
    if timing.is_lower_bound:
        lines.append(TextLine(BOUND, "dim"))
    if parts is not None and not timing.is_permission_told:
        lines.append(TextLine(PERMISSIONS_UNTOLD, "dim"))
    return lines


def _turn_lines(turn: TurnTiming, width: int) -> list[TextLine]:
    first = f", {duration(turn.first_token_ms)} to the first token" if turn.first_token_ms is not None else ""
    took = duration(turn.wall_ms) if turn.wall_ms is not None else "goes on" if turn.status == "open" else UNKNOWN
    lines = [TextLine(f"turn {turn.number}: {took}{first}", "heading")]
    parts = turn.split
    if parts is None:
        return [*lines, TextLine("Its shares are not known.", "dim")]
    return [*lines, *_bars(_shares(parts.model_ms, parts.tool_ms, parts.waiting_ms, parts.retry_ms), width, "exact")]


def _shares(model_ms: int, tool_ms: int, waiting_ms: int, retry_ms: int) -> list[_Share]:
    return [
        _Share("model", "series-1", model_ms),
        _Share("tools", "series-2", tool_ms),
        _Share("waiting for you", "series-3", waiting_ms),
        _Share("pauses to try again", "series-4", retry_ms),
    ]


def _bars(shares: Sequence[_Share], width: int, certainty: Certainty) -> list[TextLine]:
    total_ms = sum(share.ms for share in shares)
    room = max(4, min(60, width - _BEFORE_BAR - 1))
    lines = []
    for share in sorted((share for share in shares if share.ms), key=lambda share: -share.ms):
        ratio = share.ms / total_ms if total_ms else None
        text = f"{share.name:<{_NAME_CELLS}}{duration(share.ms, certainty):>9} {percent(ratio):>5}  "
        bar = solid_bar(ratio, room).rstrip()
        lines.append(TextLine(text + bar, spans=(TextSpan(len(text), len(text) + len(bar), share.tone),)))
    return lines


def _step_line(step: StepLine, description: str, width: int) -> TextLine:
    text = f"{duration(step.duration_ms):>8}  {plain(tool_label(step)):<9} {plain(step_subject(step, description))}"
    return TextLine(cut(text, width), spans=(TextSpan(10, 19, "code"),))


def _percentile_lines(measured: Latencies) -> list[TextLine]:
    lines = [TextLine(f"{'how long they take':<{_NAME_CELLS}}{'half':>8}{'9 of 10':>9}{'longest':>9}", "heading")]
    for name, spread in zip(("a turn", "the first token", "a tool"), measured, strict=True):
        if spread is None:
            lines.append(TextLine(f"{name:<{_NAME_CELLS}}{UNKNOWN:>8}", "dim"))
        else:
            figures = f"{duration(spread.p50):>8}{duration(spread.p90):>9}{duration(spread.most):>9}"
            lines.append(TextLine(f"{name:<{_NAME_CELLS}}{figures} of {sample_text(spread)}"))
    return lines
