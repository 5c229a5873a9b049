"""Usage over time as stacked bars, a colour for each of the groups that used most. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.periods import Grain
from ppp_tui.query.usage.rows import UsageSums, grouping_words
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.text.cells import cut_apart
from ppp_tui.text.format import cost_micros, date_time, tokens
from ppp_tui.tui.panes.usage.usage_cells import group_tone, short_name
from ppp_tui.tui.usage_reading import COLOURED_GROUPS, Measure, UsageReading
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries

NAME_CELLS = 16
"""Width of a name in the legend."""

FEW_BARS = 10
"""Number of days up to which weekdays are named."""


def plot_of(reading: UsageReading, zone: tzinfo) -> BarPlot | None:
    """Return bars over the spans of a reading; None where nothing was used, or nothing of it has a price."""
    measure = reading.choice.measure
    places = {group.key: place for place, group in enumerate(reading.groups[:COLOURED_GROUPS])}
    values: dict[int, dict[int, float]] = {}
    for bar in reading.bars:
        series_values = values.setdefault(places.get(bar.key, COLOURED_GROUPS), {})
        series_values[bar.span] = series_values.get(bar.span, 0.0) + measured(bar.sums, measure)
    if not any(value for series_values in values.values() for value in series_values.values()):
        return None
    shown = sorted(values)
    named = [place for place in shown if place < COLOURED_GROUPS]
    names = cut_apart([short_name(reading.groups[place].key, reading) for place in named], NAME_CELLS)
    series = tuple(BarSeries(name, group_tone(place, reading)) for place, name in zip(named, names, strict=True))
    if len(shown) > len(named):
        series = (*series, BarSeries("others", "dim"))
    label = tokens if measure == "tokens" else _dollars
    bars = []
    for number, span in enumerate(reading.spans):
        parts = tuple(values[place].get(number, 0.0) for place in shown)
        before = reading.before.get(number)
        bars.append(
            Bar(
                bar_label(span, reading.grain, len(reading.spans), zone),
                parts,
                None if before is None else measured(before, measure),
                figure(sum(parts), measure) if sum(parts) else "",
            )
        )
    return BarPlot(series, tuple(bars), label)


def measured(sums: UsageSums, measure: Measure) -> float:
    """Return the height of a bar: cost or tokens."""
    return float(sums.cost_micros if measure == "cost" else sums.total_tokens)


def figure(value: float, measure: Measure) -> str:
    """Return the label of a bar's value: dollars, with cents below a hundred, or tokens in short form."""
    if measure == "tokens":
        return tokens(value)
    dollars = value / 1_000_000
    return f"{dollars:,.0f}" if dollars >= 100 else f"{dollars:.2f}" if dollars >= 0.005 else "<.01"


def bar_label(span: TimeSpan, grain: Grain, count: int, zone: tzinfo) -> str:
    """Return the label below a bar: an hour, a day (a weekday where there are few), or a month."""
    begin = datetime.fromtimestamp(span.low_ms / 1000, zone)
    if grain == "hour":
        return f"{begin:%H}"
    if grain == "month":
        return f"{begin:%b}" if begin.month > 1 else f"{begin:%Y}"
    if grain == "day" and count <= FEW_BARS:
        return f"{begin:%a} {begin.day}"
    return f"{begin.day} {begin:%b}"


def span_words(span: TimeSpan, grain: Grain, zone: tzinfo) -> str:
    """Return a bar's span in words: ``Sun 26 Jul``, ``week of 20 Jul 2026``, ``July 2026``, ``Fri 20 Nov 14:00``."""
    begin = datetime.fromtimestamp(span.low_ms / 1000, zone)
    if grain == "month":
        return f"{begin:%B %Y}"
    if grain == "week":
        return f"week of {begin.day} {begin:%b %Y}"
    day = f"{begin:%a} {begin.day} {begin:%b}"
    return f"{day} {begin:%H:%M}" if grain == "hour" else f"{day} {begin:%Y}"


def written_span(span: TimeSpan, zone: tzinfo) -> str:
    """Return a span in the form in which users write one."""
    if span.high_ms - span.low_ms < DAY_MS // 2:
        first, last = (date_time(at_ms, zone)[:16].replace(" ", "T") for at_ms in (span.low_ms, span.high_ms - 1))
    else:
        first, last = (date_time(at_ms, zone)[:10] for at_ms in (span.low_ms, span.high_ms - 1))
    return first if first == last else f"{first}..{last}"


def title_of(reading: UsageReading, zone: tzinfo) -> str:
    """Return the chart's title: measure, grouping, first and last day."""
    choice = reading.choice
    where = "".join(f" of {grouping_words(grouping)} {key or '(not recorded)'}" for grouping, key in choice.only)
    by = f"{choice.measure} by {grouping_words(choice.grouping)}{where}"
    first, last = (date_time(at_ms, zone)[:10] for at_ms in (reading.spans[0].low_ms, reading.spans[-1].high_ms - 1))
    each = _EACH[reading.grain] if len(reading.spans) > 1 else ""
    return f" {by}: {first}{each}" if first == last else f" {by}: {first} to {last}{each}"


_EACH: Mapping[Grain, str] = {"hour": "", "day": "", "week": ", by the week", "month": ", by the month"}


def _dollars(value: float) -> str:
    if value >= 10_000_000 and value % 1_000_000 == 0:
        return f"${value / 1_000_000:,.0f}"
    return cost_micros(round(value)) if value else "$0"
