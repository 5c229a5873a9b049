"""The charts of Quality: pass rate by day, and bars of what the tables sum. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from ppp_tui.query.periods import Grain, Period, grain_of, pieces_of
from ppp_tui.query.quality.alert_list import AlertLine
from ppp_tui.query.quality.drilldown import ConductSum
from ppp_tui.query.quality.rows import RetrySum, SpanTests
from ppp_tui.query.signals.sums import SignalSum
from ppp_tui.query.usage.spans import TimeSpan, midnight
from ppp_tui.text.cells import cut_apart
from ppp_tui.text.format import count
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries
from ppp_tui.tui.widgets.tones import Tone

MAX_BARS = 24
"""Maximum of bars; the smallest are left out."""

LABEL = 14
"""Width of the labels below bars."""


def rate_title(span: TimeSpan, period: Period) -> str:
    """Return the title of `rate_plot` over the span of a period: what a bar of it holds."""
    return f"pass rate by {_rate_grain(span)}, {period.name}"


def rate_pieces(span: TimeSpan, zone: tzinfo) -> list[TimeSpan]:
    """Return what each bar of `rate_plot` holds: a day of the user's, or a week or month of a long span."""
    return pieces_of(TimeSpan(midnight(span.low_ms, zone), span.high_ms), _rate_grain(span), zone)


def _rate_grain(span: TimeSpan) -> Grain:
    grain = grain_of(span)
    return "day" if grain == "hour" else grain


def rate_plot(tests: Mapping[int, SpanTests], span: TimeSpan, zone: tzinfo) -> BarPlot | None:
    """Return a plot of passed and failed shares of tests, by the number of the piece in `rate_pieces`.

    A day without a run has no bar, and the plot begins with the first one that has. None if no test ran at all.
    """
    if not any(sums.passed + sums.failed for sums in tests.values()):
        return None
    bars = []
    for number, piece in enumerate(rate_pieces(span, zone)):
        if number < min(tests):
            continue
        passed, failed = (tests[number].passed, tests[number].failed) if number in tests else (0, 0)
        ran = passed + failed
        begin = datetime.fromtimestamp(piece.low_ms / 1000, zone)
        label = f"{begin:%b %Y}" if _rate_grain(span) == "month" else f"{begin.day} {begin:%b}"
        rate = 100.0 * passed / ran if ran else 0.0
        parts = (rate, 100.0 - rate) if ran else (0.0, 0.0)
        bars.append(Bar(label, parts, None, _rate_figure(rate, failed) if ran else ""))
    series = (BarSeries("passed", "good"), BarSeries("failed", "removed"))
    return BarPlot(series, tuple(bars), lambda value: f"{value:.0f}%", top=100.0)


def _rate_figure(rate: float, failed: int) -> str:
    """Return a pass rate as a whole number, never rounded up to 100 where a test failed."""
    return "100" if not failed else f"{min(99.0, rate):.0f}"


def retry_plot(sums: Sequence[RetrySum], *, is_by_hour: bool = False) -> BarPlot | None:
    """Return a plot of how the failures of each group ended; None without any. By hour, all 24 have a bar."""
    ended: dict[str, tuple[int, int, int]] = {f"{hour:02d}": (0, 0, 0) for hour in range(24)} if is_by_hour else {}
    for group in sums:
        well, lost, still = ended.get(group.key, (0, 0, 0))
        going = group.chains - group.recovered - group.gave_up
        ended[group.key] = (well + group.recovered, lost + group.gave_up, still + going)
    if not sums:
        return None
    groups = sorted(ended) if is_by_hour else sorted(ended, key=lambda key: (-sum(ended[key]), key))[:MAX_BARS]
    return series_bars(
        groups,
        {"recovered": "good", "gave up": "removed", "open": "series-1"},
        [ended[key] for key in groups],
    )


def conduct_plot(sums: Sequence[ConductSum]) -> BarPlot | None:
    """Return a plot of each agent's questions by effort; None without any."""
    asked = [agent for agent in sums if agent.questions][:MAX_BARS]
    return series_bars(
        [agent.agent_name for agent in asked],
        {"low": "effort-low", "medium": "effort-medium", "high": "effort-high"},
        [(agent.low, agent.medium, agent.high) for agent in asked],
    )


def alert_plot(alerts: Sequence[AlertLine]) -> BarPlot | None:
    """Return a plot of how often each rule held; None without any."""
    states = Counter((alert.rule, alert.until is None) for alert in alerts)
    rules = sorted({alert.rule for alert in alerts}, key=lambda rule: (-states[rule, False] - states[rule, True], rule))
    values = [(states[rule, True], states[rule, False]) for rule in rules[:MAX_BARS]]
    return series_bars(rules[:MAX_BARS], {"open": "removed", "closed": "series-1"}, values)


def signal_plot(sums: Sequence[SignalSum]) -> BarPlot | None:
    """Return a plot of the calls of tools by attempt, those that went well and those that did not; None without any."""
    calls = {entry.signal_code: entry for entry in sums if entry.signal_type == "tool_success"}
    return series_bars(
        [code.replace("_", " ") for code in calls],
        {"went well": "good", "failed": "removed"},
        [(entry.true_count, entry.false_count) for entry in calls.values()],
    )


def series_bars(names: Sequence[str], series: Mapping[str, Tone], values: Sequence[tuple[int, ...]]) -> BarPlot | None:
    """Return a plot of counts with a bar for each name, its parts in the order of the series; None without names."""
    if not names:
        return None
    bars = tuple(
        Bar(name, tuple(map(float, parts)), None, count(sum(parts)) if sum(parts) else "")
        for name, parts in zip(cut_apart([name or "(unknown)" for name in names], LABEL), values, strict=True)
    )
    return BarPlot(tuple(BarSeries(name, tone) for name, tone in series.items()), bars, count_text)


def count_text(value: float) -> str:
    """Return a count as text; '' where the axis lies between two counts."""
    return count(round(value)) if float(value).is_integer() else ""
