"""Versions of agents as table lines, what changed since the version before, and a plot of how runs ended. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.query.signals.versions import MIN_DRIFT_RUNS, VersionChange, VersionLine
from ppp_tui.text.format import UNKNOWN, age, count, duration, percent, signed
from ppp_tui.tui.panes.quality.quality_plots import MAX_BARS, series_bars
from ppp_tui.tui.widgets.charts.bars import BarPlot
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line
from ppp_tui.tui.widgets.tones import Tone, agent_tone

VERSION_COLUMNS = (
    Column("age", "last", width=4, align="right", priority=150),
    Column("agent", "agent", width=8, priority=190),
    Column("version", "version", weight=1, min_width=9, priority=200),
    Column("before", "after", width=9, priority=130),
    Column("runs", "runs", width=6, align="right", priority=180),
    Column("turns", "turns", width=6, align="right", priority=90),
    Column("takes", "a turn takes", width=12, align="right", priority=140),
    Column("tools", "tools ok", width=8, align="right", priority=170),
    Column("failed", "failed", width=7, align="right", priority=160),
)
"""Columns of versions; `after` is the version seen before, `failed` the share of runs that failed, of those whose end
is known."""

CHANGE_COLUMNS = (
    Column("drift", "drift", width=6, priority=180),
    Column("type", "type", width=18, priority=150),
    Column("code", "code", weight=1, min_width=12, priority=200),
    Column("before", "before", width=7, align="right", priority=160),
    Column("now", "now", width=7, align="right", priority=190),
    Column("change", "change", width=7, align="right", priority=170),
    Column("interval", "in points", width=15, align="right", priority=120),
)
"""Columns of what changed. `few` stands where a version has too few runs to tell a drift; the interval holds the
difference in points with a probability of 95 %."""

_DRIFT_TONES: dict[str, Tone] = {"low": "notice", "medium": "notice", "high": "removed"}


def version_key(line: VersionLine) -> str:
    """Return the key of a version's line."""
    return f"{line.agent} {line.version}"


def version_lines(versions: Sequence[VersionLine], now_ms: int) -> list[Line]:
    """Return versions as table lines."""
    return [
        Line(
            version_key(line),
            (
                Cell(age(now_ms - line.last_at) if line.last_at else UNKNOWN, "dim"),
                Cell(line.agent, agent_tone(line.agent)),
                line.version,
                Cell("" if before is None else before.version, "dim"),
                count(line.runs),
                Cell(count(line.turns), "dim"),
                duration(None if line.mean_turn_ms is None else round(line.mean_turn_ms)),
                percent(line.tool_success, decimals=1),
                percent(line.failed.rate),
            ),
        )
        for line, before in ((line, version_before(versions, line)) for line in versions)
    ]


def version_before(versions: Sequence[VersionLine], line: VersionLine) -> VersionLine | None:
    """Return the version of the same agent that was seen last before this one; None for the first."""
    older = [other for other in versions if other.agent == line.agent and other.last_at < line.last_at]
    return max(older, key=lambda other: other.last_at, default=None)


def change_lines(changes: Sequence[VersionChange], *, fewest_runs: int) -> list[Line]:
    """Return what changed as table lines, in the order given; `fewest_runs` are those of the version with fewer."""
    is_enough = fewest_runs >= MIN_DRIFT_RUNS
    return [
        Line(f"{change.measure} {change.type} {change.code}", _change_cells(change, is_enough=is_enough))
        for change in changes
    ]


def version_plot(versions: Sequence[VersionLine]) -> BarPlot | None:
    """Return a plot of how the runs of each version ended, the newest first; None without any."""
    shown = versions[:MAX_BARS]
    return series_bars(
        [line.version for line in shown],
        {"went well": "good", "failed": "removed", "unknown": "series-1"},
        [(line.failed.total - line.failed.hits, line.failed.hits, line.runs - line.failed.total) for line in shown],
    )


def _change_cells(change: VersionChange, *, is_enough: bool) -> tuple[CellLike, ...]:
    severity = change.severity or ("" if is_enough else "few")
    apart = change.difference
    interval = " … ".join(signed(100 * bound, 1) for bound in apart.interval or ())
    return (
        Cell(severity, _DRIFT_TONES.get(severity, "dim")),
        change.type.replace("_", " "),
        change.code.replace("_", " "),
        _value(change, change.first_value),
        _value(change, change.second_value),
        "" if change.change is None else f"{signed(100 * change.change, 0)}%",
        Cell(interval, "dim"),
    )


def _value(change: VersionChange, value: float | None) -> str:
    if change.measure == "latency":
        return duration(None if value is None else round(value))
    return percent(value, decimals=1)
