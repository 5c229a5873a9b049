"""``ppp-tui trends``: measures by day or week, what was usual before, and when their level changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import find_project
from ppp_tui.cli.report.report import Report, ReportField, Row, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.measures import MEASURES
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.trends import (
    JudgedPoint,
    MeasuredTrend,
    TrendGrain,
    change_text,
    day_text,
    measured_trend,
    newest_point,
    shown_spans,
    unusual_text,
)
from ppp_tui.query.usage.spans import midnight
from ppp_tui.text.format import UNKNOWN
from ppp_tui.text.units import Unit, unit_text

_MICROS = 1_000_000

_VALUE_NAMES = ("begin", "value", "before", "usual_low", "usual_median", "usual_high")
_POINT_NAMES = (*_VALUE_NAMES, "deviations", "is_anomaly", "is_change", "is_complete", "begin_at", "is_approximate")
_OVERVIEW_NAMES = (
    "measure",
    "unit",
    *_VALUE_NAMES,
    "anomalies",
    "changed_at",
    "changed_from",
    "changed_to",
    "begin_at",
)
_POINT = tuple(map(ReportField, _POINT_NAMES))


@click.command("trends", cls=ReportCommand, epilog=fields_help(_POINT))
@click.argument("measure", required=False, type=click.Choice(tuple(MEASURES)), metavar="[MEASURE]")
@click.option("--by", "grain", type=click.Choice(["day", "week"]), default="day", show_default=True)
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples("trends", "trends cost", "trends pass_rate --by week --since 2026-01", "trends questions --json")
@pass_invocation
def trends_command(invocation: Invocation, /, measure: str | None, grain: TrendGrain, **options: Any) -> int:
    """Show a measure by day or week beside the span before, with what is unusual and when its level changed.

    Without MEASURE, all of them in short. Each value stands beside that of the same place in the span before, and
    beside what was usual: the median of the (at most 28) days or weeks before it, and 3.5 scaled median absolute
    deviations on either side. Days without any work are left out of that; a day that still runs is never called low. A
    level must hold for five days or weeks to be one.

    Measures: cost, tokens, input_tokens, output_tokens, requests, cache_hit_rate, sessions, turns, turns_per_session,
    latency, steps, failures, failure_rate, retries, questions, low_questions, medium_questions, high_questions,
    violations, r_proact, r_pers (by the profile spec), goal, retention, coherence, progression (by rules), test_runs,
    pass_rate, red_runs. What sessions tell counts on the day of their last sign of life.

    Ends with status 1 if there is nothing to show.
    """
    output = output_of(invocation.zone, as_json=options["as_json"], as_csv=options["as_csv"])
    now_ms = SystemClock().now_ms()
    until_ms = options["until_ms"] or midnight(now_ms, output.zone, 1)
    try:
        spans = shown_spans(options["since_ms"], until_ms, grain, output.zone)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    with closing(open_place(read_place(invocation))) as connection:
        names = [measure] if measure else list(MEASURES)
        project = find_project(connection, "trajectories", options["project"]) if options["project"] else None
        scope = Scope(project=project, agent=options["agent"])
        trends = [
            answer(connection, measured_trend(MEASURES[name], spans, grain, now_ms, output.zone, scope=scope))
            for name in names
        ]
        report = _trend_report(trends[0], output) if measure else _overview(trends, output)
        bounds = {
            "since_ms": spans[0].low_ms,
            "until_ms": spans[-1].high_ms,
            "project": options["project"],
            "agent": options["agent"],
        }
        empty = (
            "" if report.rows else empty_answer(connection, read_place(invocation), output, measure or "trends", bounds)
        )
    about = MEASURES[measure].title if measure else "trends"
    title = bounded_title(f"{about[:1].upper()}{about[1:]} by {grain}", bounds, output)
    return emit(report._replace(title=title, empty=empty), output)


def _trend_report(measured: MeasuredTrend, output: Output) -> Report:
    trend, unit, zone = measured.trend, measured.measure.unit, output.zone
    is_empty = not any(judged.point.support for judged in trend.points)
    changed = {change.at_ms: change for change in trend.changes}
    rows = [] if is_empty else [_point_row(judged, measured, output, changed) for judged in trend.points]
    shown = _value_text(unit)
    changes = [change_text(change, measured, zone) for change in trend.changes]
    unusual = [unusual_text(judged, measured, zone) for judged in trend.anomalies]
    return Report(
        schema="trends",
        fields=[
            ReportField("begin", "week from" if measured.grain == "week" else "day"),
            ReportField("value", measured.measure.title, shown, side="right"),
            ReportField("before", "before", shown, side="right", rank=3),
            ReportField("usual_low"),
            ReportField("usual_median", "usual", shown, side="right", rank=1),
            ReportField("usual_high"),
            ReportField("", "from … to", cell=lambda row: _usual_range(row, unit), rank=2),
            ReportField("deviations"),
            ReportField("is_anomaly"),
            ReportField("is_change"),
            ReportField("is_complete"),
            ReportField("begin_at"),
            ReportField("is_approximate"),
            ReportField("", " ", cell=_mark, tones={"unusual": "yellow", "change": "green"}),
        ],
        rows=rows,
        more={
            "measure": measured.measure.name,
            "unit": _unit_name(unit),
            "by": measured.grain,
            "changes": [
                {
                    "at": At(change.at_ms),
                    "before": _plain(change.before, unit),
                    "after": _plain(change.after, unit),
                }
                for change in trend.changes
            ],
        },
        notes=["", *changes, *unusual] if changes or unusual else ["", "No change of level, nothing unusual."],
    )


def _point_row(judged: JudgedPoint, measured: MeasuredTrend, output: Output, changed: Any) -> Row:
    unit, baseline = measured.measure.unit, judged.baseline
    return {
        "begin": day_text(judged.point.low_ms, output.zone),
        "begin_at": At(judged.point.low_ms),
        "value": _plain(judged.point.value, unit),
        "before": _plain(judged.before.value if judged.before else None, unit),
        "usual_low": _plain(baseline.low if baseline else None, unit),
        "usual_median": _plain(baseline.median if baseline else None, unit),
        "usual_high": _plain(baseline.high if baseline else None, unit),
        "deviations": None if judged.deviations is None else round(judged.deviations, 2),
        "is_anomaly": judged.is_anomaly,
        "is_change": judged.point.low_ms in changed,
        "is_complete": judged.point.is_complete,
        "is_approximate": judged.point.is_approximate,
    }


def _mark(row: Row) -> str:
    marks = [
        ("unusual", row["is_anomaly"]),
        ("change", row["is_change"]),
        ("running", not row["is_complete"]),
        ("about", row["is_approximate"]),
    ]
    return ", ".join(name for name, is_set in marks if is_set) or " "


def _overview(trends: Sequence[MeasuredTrend], output: Output) -> Report:
    rows = [_overview_row(measured, output) for measured in trends if newest_point(measured) is not None]
    unit_by_name = {measured.measure.name: measured.measure.unit for measured in trends}

    def shown(name: str) -> Any:
        return lambda row: unit_text(_raw(row[name], unit_by_name[row["measure"]]), unit_by_name[row["measure"]], 1)

    def changed(row: Row) -> str:
        return UNKNOWN if row["changed_at"] is None else day_text(row["changed_at"], output.zone)

    fields = {
        "measure": ReportField("measure", "measure"),
        "begin": ReportField("begin", "newest"),
        "value": ReportField("value", "value", cell=shown("value"), side="right"),
        "before": ReportField("before", "before", cell=shown("before"), side="right", rank=3),
        "usual_median": ReportField("usual_median", "usual", cell=shown("usual_median"), side="right", rank=1),
        "anomalies": ReportField("anomalies", "unusual", rank=2),
        "changed_at": ReportField("changed_at", "changed", cell=changed),
        "changed_from": ReportField("changed_from", "from", cell=shown("changed_from"), side="right"),
        "changed_to": ReportField("changed_to", "to", cell=shown("changed_to"), side="right"),
    }
    return Report(
        schema="trends-overview",
        fields=[fields.get(name, ReportField(name)) for name in _OVERVIEW_NAMES],
        rows=rows,
        more={"by": trends[0].grain if trends else "day"},
        notes=["", "ppp-tui trends MEASURE shows its days, and what was usual."],
    )


def _overview_row(measured: MeasuredTrend, output: Output) -> Row:
    judged, unit = newest_point(measured), measured.measure.unit
    if judged is None:
        raise AssertionError("measures without data are left out")
    change = measured.trend.changes[-1] if measured.trend.changes else None
    point = _point_row(judged, measured, output, {})
    return {
        **{name: point[name] for name in _OVERVIEW_NAMES if name in point},
        "measure": measured.measure.name,
        "unit": _unit_name(unit),
        "anomalies": len(measured.trend.anomalies),
        "changed_at": None if change is None else At(change.at_ms),
        "changed_from": None if change is None else _plain(change.before, unit),
        "changed_to": None if change is None else _plain(change.after, unit),
    }


def _plain(value: float | None, unit: Unit) -> float | None:
    """Return a value for programs: money in dollars."""
    if value is None:
        return None
    return round(value / _MICROS, 6) if unit == "micros" else round(value, 4)


def _raw(value: float | None, unit: Unit) -> float | None:
    return value * _MICROS if value is not None and unit == "micros" else value


def _unit_name(unit: Unit) -> str:
    return "usd" if unit == "micros" else unit


def _value_text(unit: Unit) -> Any:
    return lambda value: unit_text(_raw(value, unit), unit, 1)


def _usual_range(row: Row, unit: Unit) -> str:
    if row["usual_low"] is None:
        return ""
    return " to ".join(_value_text(unit)(row[name]) for name in ("usual_low", "usual_high"))
