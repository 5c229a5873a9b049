"""What stands behind a row of Insights: its sessions by agent and by day, and a failed step with its output. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from statistics import median

from ppp_tui.query.periods import grain_of, pieces_of
from ppp_tui.query.quality.insights import FailedStep
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.text.cells import pad
from ppp_tui.text.format import UNKNOWN, cost_micros, count
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.quality.quality_plots import count_text
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries
from ppp_tui.tui.widgets.text_lines import TextLine, text_lines
from ppp_tui.tui.widgets.tones import agent_tones

_NAME_CELLS = 8


def agent_text(rows: Sequence[SessionRow]) -> list[TextLine]:
    """Return sessions by agent as text: how many, the median of their costs, all failed steps and questions."""
    if not rows:
        return []
    heading = f"{'agent':<{_NAME_CELLS}}{'sessions':>8} {'cost':>6} {'failed':>6} {'asked':>5}"
    lines = [TextLine(""), TextLine(heading, "heading")]
    for agent in _agents(rows):
        own = [row for row in rows if row.agent_name == agent]
        costs = [micros for row in own if (micros := row.tree.known_cost_micros) is not None]
        cost = cost_micros(round(median(costs))) if costs else UNKNOWN
        failed = sum(row.failed_steps + row.retries for row in own)
        asked = sum(row.efforts.total for row in own)
        name = pad(plain(agent), _NAME_CELLS)
        text = f"{name}{count(len(own)):>8} {cost:>6} {count(failed):>6} {count(asked):>5}"
        lines.append(TextLine(text, is_preformatted=True))
    return lines


def day_bars(rows: Sequence[SessionRow], weights: Mapping[int, int], span: TimeSpan, zone: tzinfo) -> BarPlot | None:
    """Return a plot of sessions by the day of their last sign of life (week or month of a long span) and by agent.

    Each counts as often as `weights` say, by session, or else once. None without any.
    """
    seen = [row for row in rows if span.low_ms <= row.last_at < span.high_ms]
    if not seen:
        return None
    span = span._replace(low_ms=max(span.low_ms, min(row.last_at for row in seen)))
    grain = "day" if grain_of(span) == "hour" else grain_of(span)
    pieces = pieces_of(span, grain, zone)
    starts = [piece.low_ms for piece in pieces]
    agents = _agents(seen)
    sums = [[0] * len(agents) for _ in pieces]
    for row in seen:
        place = max(0, bisect_right(starts, row.last_at) - 1)
        sums[place][agents.index(row.agent_name)] += weights.get(row.id, 1)
    bars = []
    for piece, parts in zip(pieces, sums, strict=True):
        begin = datetime.fromtimestamp(piece.low_ms / 1000, zone)
        label = f"{begin:%b %Y}" if grain == "month" else f"{begin.day} {begin:%b}"
        bars.append(Bar(label, tuple(map(float, parts)), None, count(sum(parts)) if sum(parts) else ""))
    series = tuple(BarSeries(plain(agent), tone) for agent, tone in zip(agents, agent_tones(agents), strict=True))
    return BarPlot(series, tuple(bars), count_text)


def _agents(rows: Sequence[SessionRow]) -> list[str]:
    """Return the agents of sessions, the one with most first."""
    numbers: dict[str, int] = {}
    for row in rows:
        numbers[row.agent_name] = numbers.get(row.agent_name, 0) + 1
    return sorted(numbers, key=lambda name: (-numbers[name], name))


def failed_step_text(step: FailedStep) -> list[TextLine]:
    """Return a failed step's command and all that is kept of its output, to stand above its session."""
    lines = [TextLine("what failed", "heading")]
    lines += text_lines((step.command or step.tool).strip(), is_preformatted=True)
    if step.output.strip():
        lines += [TextLine(""), TextLine("what it printed", "heading")]
        lines += text_lines(step.output.strip(), "notice", is_preformatted=True)
    return [*lines, TextLine("")]
