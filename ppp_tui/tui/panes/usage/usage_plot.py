"""Usage over time as stacked bars, one colour for each of the groups that used most. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from ppp_tui.query.usage.rows import UsageSums, grouping_words
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.text.cells import cut
from ppp_tui.text.format import cost_micros, date_time, tokens
from ppp_tui.tui.panes.usage.usage_cells import short_name
from ppp_tui.tui.usage_reading import TOLD_APART, Measure, Range, UsageReading
from ppp_tui.tui.widgets.plot import Plot, Series
from ppp_tui.tui.widgets.tones import SERIES

NAME_CELLS = 16
"""Cells of a name in the legend."""

_LABELLED: Mapping[Range, int] = {"today": 3, "last 7 days": 1, "last 30 days": 5, "last 90 days": 15}
"""Every so manieth bar has a label."""


def plot_of(reading: UsageReading, zone: tzinfo) -> Plot | None:
    """Bars over the spans of a reading; None where nothing was used, or nothing of it has a price."""
    measure = reading.choice.measure
    places = {group.key: place for place, group in enumerate(reading.groups[:TOLD_APART])}
    values: dict[int, dict[int, float]] = {}
    for bar in reading.bars:
        own = values.setdefault(places.get(bar.key, TOLD_APART), {})
        own[bar.span] = own.get(bar.span, 0.0) + measured(bar.sums, measure)
    series = [
        Series(
            cut(short_name(reading.groups[place].key, reading), NAME_CELLS) if place < TOLD_APART else "others",
            tuple(sorted((float(span), value) for span, value in values[place].items())),
            SERIES[place] if place < TOLD_APART else "dim",
        )
        for place in sorted(values)
    ]
    if not any(value for own in values.values() for value in own.values()):
        return None
    label = tokens if measure == "tokens" else _dollars
    return Plot("bar", tuple(series), label, bar_labels=labels_of(reading.spans, reading.choice.range, zone))


def measured(sums: UsageSums, measure: Measure) -> float:
    """How high a bar is."""
    return float(sums.cost_micros if measure == "cost" else sums.total_tokens)


def labels_of(spans: Sequence[TimeSpan], range_: Range, zone: tzinfo) -> tuple[str, ...]:
    """Hours of the day or days of the month; '' between those that have room, counted from the last."""
    every = _LABELLED[range_]
    pattern = "%H" if range_ == "today" else "%d"
    first = 0 if range_ == "today" else (len(spans) - 1) % every
    return tuple(
        _local(span.low_ms, zone, pattern) if place % every == first else "" for place, span in enumerate(spans)
    )


def title_of(reading: UsageReading, zone: tzinfo) -> str:
    """What the chart shows: measure, grouping, range."""
    choice = reading.choice
    where = "".join(f" of {grouping_words(grouping)} {key or '(not told)'}" for grouping, key in choice.only)
    by = f"{choice.measure} by {grouping_words(choice.grouping)}{where}, {choice.range}"
    first, last = (date_time(span.low_ms, zone)[:10] for span in (reading.spans[0], reading.spans[-1]))
    return f" {by}: {first}" if first == last else f" {by}: {first} to {last}"


def _dollars(value: float) -> str:
    return cost_micros(round(value)) if value else "$0"


def _local(at_ms: int, zone: tzinfo, pattern: str) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).strftime(pattern)
