"""Trends as table lines, the days behind each, and the chart of one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from ppp_tui.query.trends import (
    JudgedPoint,
    MeasuredTrend,
    change_text,
    day_text,
    newest_point,
    unusual_text,
    usual_text,
)
from ppp_tui.text.format import UNKNOWN, count
from ppp_tui.text.units import unit_text
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line
from ppp_tui.tui.widgets.sparkline import sparkline

SPARK_CELLS = 20
"""Cells of a measure's sparkline."""

TREND_COLUMNS = (
    Column("measure", "measure", weight=1, min_width=14, priority=200),
    Column("spark", "over the period", width=SPARK_CELLS, priority=110),
    Column("value", "newest", width=8, align="right", priority=190),
    Column("usual", "usual", width=8, align="right", priority=150),
    Column("unusual", "unusual", width=7, align="right", priority=160),
    Column("change", "level changed", width=30, priority=170),
)
"""Columns of measures."""

TREND_POINT_COLUMNS = (
    Column("day", "day", width=10, priority=200),
    Column("value", "value", width=8, align="right", priority=190),
    Column("before", "before", width=8, align="right", priority=150),
    Column("usual", "usual", width=18, align="right", priority=160),
    Column("mark", "", weight=1, min_width=8, priority=180),
)
"""Columns of the days or weeks of a measure."""


def trend_lines(trends: Sequence[MeasuredTrend], zone: tzinfo, *, is_ascii: bool = False) -> list[Line]:
    """Return a line for each measure with its newest value, what is usual, and the last change of its level."""
    return [_trend_line(measured, zone, is_ascii=is_ascii) for measured in trends]


def _trend_line(measured: MeasuredTrend, zone: tzinfo, *, is_ascii: bool) -> Line:
    measure, trend = measured.measure, measured.trend
    newest = newest_point(measured)
    values = [judged.point.value if judged.point.support else None for judged in trend.points]
    lowest = min((value for value in values if value is not None), default=0.0)
    # Bars have no room below zero: a score is drawn from its lowest value on.
    drawn = [None if value is None else value - min(0.0, lowest) for value in values]
    baseline = None if newest is None else newest.baseline
    return Line(
        measure.name,
        (
            measure.title,
            Cell(sparkline(drawn, SPARK_CELLS, is_ascii=is_ascii), "dim"),
            Cell(UNKNOWN, "dim") if newest is None else _value(newest, measured),
            Cell(unit_text(baseline.median if baseline else None, measure.unit, 1), "dim"),
            Cell(count(len(trend.anomalies)), "notice" if trend.anomalies else "dim"),
            _change(measured, zone),
        ),
    )


def _change(measured: MeasuredTrend, zone: tzinfo) -> Cell:
    if not measured.trend.changes:
        return Cell("no", "dim")
    change, unit = measured.trend.changes[-1], measured.measure.unit
    levels = f"{unit_text(change.before, unit, 1)} → {unit_text(change.after, unit, 1)}"
    return Cell(f"{day_text(change.at_ms, zone)} {levels}", "accent")


def _value(judged: JudgedPoint, measured: MeasuredTrend) -> Cell:
    text = unit_text(judged.point.value, measured.measure.unit, 1)
    return Cell(f"{text}!", "notice") if judged.is_anomaly else Cell(text, "strong" if judged.point.support else "dim")


def trend_point_lines(measured: MeasuredTrend, zone: tzinfo) -> list[Line]:
    """Return the days or weeks of a measure, the newest first, with what is unusual and where its level changed."""
    changes = {change.at_ms: change for change in measured.trend.changes}
    lines = []
    for judged in reversed(measured.trend.points):
        change = changes.get(judged.point.low_ms)
        marks: list[str] = []
        if judged.is_anomaly:
            marks.append(unusual_text(judged, measured, zone))
        if change is not None:
            marks.append(change_text(change, measured, zone))
        if not judged.point.is_complete:
            marks.append("still runs")
        before = None if judged.before is None else judged.before.value
        cells: tuple[CellLike, ...] = (
            Cell(day_text(judged.point.low_ms, zone), "dim"),
            _value(judged, measured),
            Cell(unit_text(before, measured.measure.unit, 1), "dim"),
            Cell(usual_text(judged, measured) or UNKNOWN, "dim"),
            Cell(" ".join(marks), "notice" if judged.is_anomaly else "accent" if change else "dim"),
        )
        lines.append(Line(judged.point.low_ms, cells))
    return lines


def trend_plot(measured: MeasuredTrend, zone: tzinfo) -> BarPlot | None:
    """Return a bar for each day or week over that of the span before; None for scores, which may be below zero."""
    measure = measured.measure
    if measure.unit == "score" or not any(judged.point.value for judged in measured.trend.points):
        return None
    bars = []
    for judged in measured.trend.points:
        begin = datetime.fromtimestamp(judged.point.low_ms / 1000, zone)
        value = judged.point.value or 0.0
        bars.append(
            Bar(
                f"{begin.day} {begin:%b}",
                (0.0, value) if judged.is_anomaly else (value, 0.0),
                None if judged.before is None else judged.before.value,
                unit_text(value, measure.unit) if judged.point.support and judged.point.value is not None else "",
            )
        )
    series = (BarSeries("usual", "series-1"), BarSeries("unusual", "notice"))
    return BarPlot(
        series, tuple(bars), lambda value: unit_text(value, measure.unit), 1.0 if measure.unit == "share" else None
    )


def trend_summary(measured: MeasuredTrend, zone: tzinfo) -> Cell:
    """Return the newest change of level and anomaly of a measure in a line; else what is usual of it."""
    trend, measure = measured.trend, measured.measure
    sentences = [change_text(change, measured, zone) for change in trend.changes[-1:]]
    sentences += [unusual_text(judged, measured, zone) for judged in trend.anomalies[-1:]]
    if sentences:
        return Cell(" ".join(sentences), "notice" if trend.anomalies else "accent")
    newest = newest_point(measured)
    if newest is None or newest.baseline is None:
        return Cell(f"{measure.title}: too few days with work to tell what is usual", "dim")
    return Cell(f"{measure.title} as usual: {usual_text(newest, measured)} a {measured.grain}", "dim")
