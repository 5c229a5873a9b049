"""``ppp-tui versions``: the versions of agents, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At, Output, rounded
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import Report, ReportField, Row, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.signals.versions import (
    MIN_DRIFT_RUNS,
    VersionChange,
    VersionLine,
    version_changes,
    version_list,
)
from ppp_tui.text.format import UNKNOWN, counted, duration, percent, signed
from ppp_tui.text.sanitize import plain

_VERSION = (
    ReportField("agent", "agent"),
    ReportField("version", "version"),
    ReportField("runs", "runs"),
    ReportField("turns", "turns", rank=3),
    ReportField("first_at", "first seen", rank=4),
    ReportField("last_at", "last seen", rank=1),
    ReportField("mean_turn_ms", "turn takes", lambda mean: duration(round(mean)), rank=2),
    ReportField("tool_success", "tools went well", lambda rate: percent(rate, decimals=1), rank=1),
    ReportField("failure_rate", "runs failed", percent, rank=2),
    ReportField("known_ends", "of", rank=5),
)


def _value(row: Row, name: str) -> str:
    value = row[name]
    if value is None:
        return UNKNOWN
    return duration(round(value)) if row["measure"] == "latency" else percent(value, decimals=1)


_CHANGE = (
    ReportField("measure", "what", rank=3),
    ReportField("type", "type"),
    ReportField("code", "code"),
    ReportField("first_value", "first", cell=lambda row: _value(row, "first_value"), side="right"),
    ReportField("second_value", "second", cell=lambda row: _value(row, "second_value"), side="right"),
    ReportField("change", "change", lambda change: f"{signed(100 * change, 0)}%"),
    ReportField("difference", "points", lambda value: signed(100 * value, 1), rank=2),
    ReportField("low", "from", lambda value: signed(100 * value, 1), rank=4),
    ReportField("high", "to", lambda value: signed(100 * value, 1), rank=4),
    ReportField("p_value", "p", lambda p: "<0.001" if p < 0.001 else f"{p:.3f}", rank=4, side="right"),
    ReportField("first_total", "of", rank=5),
    ReportField("second_total", "of", rank=5),
    ReportField("severity", "drift", tones={"high": "red", "medium": "yellow"}),
)


@click.command(
    "versions",
    cls=ReportCommand,
    epilog=f"{fields_help(_VERSION)} Of two versions: {fields_help(_CHANGE).split(': ')[1]}",
)
@click.argument("first", metavar="[FROM]", default="")
@click.argument("second", metavar="[TO]", default="")
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples("versions", "versions 2.1.205 2.1.219 --agent claude", "versions 0.140.0 0.142.2 --json")
@pass_invocation
def versions_command(
    invocation: Invocation, /, first: str, second: str, as_json: bool, as_csv: bool, **bounds: Any
) -> int:
    """List the versions of agents, or what changed from one version to another.

    With FROM and TO, shares of reasons among decisions, of signals that are so (of those that only tell when something
    happened: among calls of tools) and the mean time of a turn stand beside each other, with the difference in points,
    its interval of 95 % and the p-value of a chi-square test. A change is a drift if the test gives less than 0.05 and
    the share changed by 10 % of what it was (decisions) or 15 % (signals), or the time by 20 %: low to 15 %, medium to
    30 %, else high. From 100 runs of each version on a drift is told; a run is a session or a sub-agent. The test takes
    what a run does for independent of what else it does: where that resembles itself, more looks like a drift than is.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if bool(first) != bool(second):
        raise click.UsageError("name two versions, FROM and TO, or none.")
    if first and first == second:
        raise click.UsageError("FROM and TO are the same version: name two.")
    with closing(open_place(read_place(invocation))) as connection:
        scope = scope_of(connection, bounds)
        lines = answer(connection, version_list(scope))
        if first:
            agent = _agent_of(lines, first, second, bounds.get("agent"))
            report = _compare(
                lines, agent, (first, second), answer(connection, version_changes(agent, first, second, scope))
            )
        else:
            title = bounded_title("Versions", bounds, output)
            report = Report("versions", _VERSION, [_row(line) for line in lines], title=title)
        return emit(report._replace(empty=_empty(connection, invocation, output, bounds, report)), output)


def _empty(
    connection: Connection, invocation: Invocation, output: Output, bounds: Mapping[str, Any], report: Report
) -> str:
    return "" if report.rows else empty_answer(connection, read_place(invocation), output, "versions", bounds)


def _agent_of(lines: Sequence[VersionLine], first: str, second: str, agent: str | None) -> str:
    """Return the one agent that has both versions. Raises click.ClickException where none or several have."""
    having = {
        line.agent
        for line in lines
        if line.version == first and any(other[:2] == (line.agent, second) for other in lines)
    }
    if agent is not None:
        having &= {agent}
    if len(having) == 1:
        return having.pop()
    if having:
        raise click.ClickException(
            f"{', '.join(map(plain, sorted(having)))} have both versions: name one with --agent."
        )
    raise click.ClickException(
        f"No agent has runs of both {plain(first)} and {plain(second)}: ppp-tui versions lists those that there are."
    )


def _compare(
    lines: Sequence[VersionLine], agent: str, versions: tuple[str, str], changes: Sequence[VersionChange]
) -> Report:
    runs = {line.version: line.runs for line in lines if line.agent == agent}
    first, second = (runs[version] for version in versions)
    title = f"{agent}: {versions[0]} ({counted(first, 'run')}) and {versions[1]} ({counted(second, 'run')})"
    notes = []
    if min(first, second) < MIN_DRIFT_RUNS:
        notes.append(f"A drift is told from {MIN_DRIFT_RUNS} runs of each version on.")
    tested = sum(change.difference.p_value is not None for change in changes)
    if tested > 1:
        chance = "one of 20 lies below 0.05 by chance alone, and more where what a run does resembles itself"
        notes.append(f"{tested} shares were tested: {chance}.")
    more = {"agent": agent, "versions": list(versions), "runs": [first, second], "min_runs": MIN_DRIFT_RUNS}
    return Report(
        "versions-compare", _CHANGE, [_change_row(change) for change in changes], more=more, title=title, notes=notes
    )


def _row(line: VersionLine) -> Mapping[str, Any]:
    return {
        **line._asdict(),
        "first_at": At(line.first_at),
        "last_at": At(line.last_at),
        "mean_turn_ms": None if line.mean_turn_ms is None else round(line.mean_turn_ms),
        "tool_success": rounded(line.tool_success),
        "failure_rate": rounded(line.failed.rate),
        "known_ends": line.failed.total,
    }


def _change_row(change: VersionChange) -> Mapping[str, Any]:
    is_time = change.measure == "latency"
    low, high = change.difference.interval or (None, None)
    return {
        "measure": change.measure,
        "type": change.type,
        "code": change.code,
        "first_value": rounded(change.first_value),
        "second_value": rounded(change.second_value),
        "change": rounded(change.change),
        "difference": rounded(change.difference.difference),
        "low": rounded(low),
        "high": rounded(high),
        "p_value": rounded(change.difference.p_value),
        "first_total": None if is_time else change.first.total,
        "second_total": None if is_time else change.second.total,
        "severity": change.severity,
    }
