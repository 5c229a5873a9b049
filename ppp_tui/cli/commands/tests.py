"""``ppp-tui tests``: test runs of a project or a session, what got worse, and what is flaky."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Unpack

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import At, as_ratio
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import find_project, labelled, scope_of
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help, limit_note
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.session import find_session, is_from_newest, session_title
from ppp_tui.cli.report.time_options import ModelBounds, bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.errors import Connection
from ppp_tui.query.quality.flaky_tests import flaky_tests
from ppp_tui.query.quality.rows import FlipLine, RunLine, SessionTests
from ppp_tui.query.quality.suite_history import (
    failures,
    regressions,
    runs_of_session,
    session_tests,
    suite_runs,
    suites,
)
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.sessions.session_lists import sessions_named
from ppp_tui.text import format as shown

REPORTS = ("flaky", "regressions")
"""Words that are no project."""


def _change(drop: float) -> str:
    """Return by how many percentage points a pass rate rose or fell: ``+50.0``, ``−12.5``."""
    return f"{-drop * 100:+.1f}".replace("-", "−") if round(drop, 3) else "0.0"


_RUN = (
    ReportField("at", "at"),
    ReportField("project", "project", trim="end", rank=3),
    ReportField("suite", "suite", trim="end"),
    ReportField("selection", "of it", trim="end", rank=6),
    ReportField("framework", "framework", rank=7),
    ReportField("unit"),
    ReportField("total", "total", rank=2),
    ReportField("passed", "passed"),
    ReportField("failed", "failed"),
    ReportField("skipped", "skipped", rank=5),
    ReportField("pass_rate", "pass rate", lambda rate: shown.percent(rate, decimals=1), rank=1),
    ReportField("pass_rate_drop", "change", _change, rank=8),
    ReportField("session_pass_rate_drop", "in session", _change, rank=8),
    ReportField("is_regression"),
    ReportField("is_red"),
    ReportField("duration_ms", "took", shown.duration, rank=2),
    ReportField(
        "failing", "failing", lambda names: ", ".join(names[:3]) + (" …" if len(names) > 3 else ""), trim="end"
    ),
    ReportField("reasons"),
    ReportField("agent", "agent", rank=4),
    ReportField("model"),
    ReportField("session", "session"),
    ReportField("turn", "turn"),
    ReportField("earlier_session"),
)
_FLAKY = (
    ReportField("name", "test", trim="start"),
    ReportField("suite", "suite", trim="end", rank=5),
    ReportField("project", "project", trim="start", rank=3),
    ReportField("flips", "flips"),
    ReportField("failed_at", "failed", rank=1, has_seconds=True),
    ReportField("passed_at", "passed", rank=1, has_seconds=True),
    ReportField("reason", "reason", trim="end", rank=2),
    ReportField("across", "across", rank=6),
    ReportField("session", "session"),
    ReportField("turn", "turn"),
    ReportField("earlier_session", "first in", rank=4),
    ReportField("earlier_turn", "turn", rank=4),
    ReportField("evidence"),
)


@click.command(
    "tests", cls=SessionCommand, epilog=f"{fields_help(_RUN)} tests flaky: {', '.join(field.name for field in _FLAKY)}."
)
@click.argument("subject", metavar="[WHAT]", default="", shell_complete=complete_sessions)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Rows at most.")
@bound_options("since", "until", "project", "agent", "model")
@form_options
@common_options
@examples("tests shop --since 7d", "tests -1", "tests flaky --project shop", "tests regressions --json")
@pass_invocation
def tests_command(
    invocation: Invocation, /, subject: str, limit: int, as_json: bool, as_csv: bool, **bounds: Unpack[ModelBounds]
) -> int:
    """Show the test runs of a project or a session, newest first, or what is flaky or got worse.

    WHAT is a project (its path, the end of it, or its folder's name), without it all projects; a session (its number,
    the agent's own id or its beginning, or -1 for the newest), with its sums; `flaky`: tests that ended differently in
    two runs of the same tests, in whatever turns and sessions, with no change of the project that any session tells in
    between; or `regressions`: runs whose pass rate lies more than 10 percentage points below the last run of the same
    suite, or of the session before. A pass rate is the share of the tests that ran and passed; skipped tests did not
    run. A run without a count is told by its exit code alone. A project of such a name is written ./flaky.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    database = read_place(invocation)
    with closing(open_place(database)) as connection:
        is_named = bool(subject) and subject not in REPORTS
        if is_named and bounds["project"] is not None:
            raise click.UsageError("the project is named already; --project is for tests flaky and tests regressions.")
        if is_named and _is_session(connection, subject):
            if any(bound is not None for bound in bounds.values()):
                raise click.UsageError("a session is shown whole: bounds are for projects and reports.")
            return emit(_session_report(invocation, connection, subject, limit), output)
        if is_named:
            bounds["project"] = subject
        scope = scope_of(connection, bounds, "test_suites")
        is_flaky = subject == "flaky"
        report = _flaky_report(connection, scope, limit) if is_flaky else _runs(connection, scope, limit, subject)
        searched_for = {"flaky": "flaky tests", "regressions": "regressions of tests"}.get(subject, "test runs")
        empty = "" if report.rows else empty_answer(connection, database, output, searched_for, bounds)
    title = bounded_title(searched_for.capitalize(), bounds, output)
    return emit(report._replace(title=title, empty=empty), output)


def _runs(connection: Connection, scope: Scope, limit: int, subject: str) -> Report:
    """Return a report of the runs of a project or of all projects, or of those that are regressions."""
    runs = answer(connection, (regressions if subject == "regressions" else suite_runs)(scope, limit))
    more: dict[str, Any] = {}
    if subject != "regressions" and scope.project is not None:
        more["suites"] = [
            {**suite._asdict(), "pass_rate": as_ratio(suite.pass_rate)}
            for suite in answer(connection, suites(scope.project))[:limit]
        ]
    notes = limit_note(len(runs), limit)
    return Report("tests", labelled(connection, _RUN), _run_rows(connection, runs), more=more, notes=notes)


def _is_session(connection: Connection, name: str) -> bool:
    """Return whether a word names a session: a number always, else an id that is no project's name."""
    if is_from_newest(name) or (name.isascii() and name.isdigit()):
        return True
    if not answer(connection, sessions_named(name)):
        return False
    try:
        find_project(connection, "test_suites", name)
    except click.ClickException:
        return True
    return False


def _session_report(invocation: Invocation, connection: Connection, name: str, limit: int) -> Report:
    session = find_session(read_place(invocation), name)
    sums = answer(connection, session_tests(session.id))
    rows = _run_rows(connection, answer(connection, runs_of_session(session.id, limit)))
    more = {
        "session": {
            "session": session.id,
            "test_runs": sums.test_runs,
            "red_test_runs": sums.red_test_runs,
            "tests_run": sums.tests_run,
            "passed": sums.tests_passed,
            "failed": sums.tests_failed,
            "skipped": sums.tests_skipped,
            "pass_rate": as_ratio(sums.pass_rate),
        }
    }
    title = session_title(session)
    notes = (*limit_note(len(rows), limit), _sums_text(sums))
    empty = f"No tests ran in session {title}."
    return Report("tests-session", labelled(connection, _RUN), rows, more=more, title=title, notes=notes, empty=empty)


def _sums_text(sums: SessionTests) -> str:
    rate = "" if sums.pass_rate is None else f", {shown.percent(sums.pass_rate / 100, decimals=1)}"
    return (
        f"{shown.counted(sums.test_runs, 'test run')}, {sums.red_test_runs} of them red; "
        f"{shown.counted(sums.tests_run, 'test')} run: {sums.tests_passed} passed, {sums.tests_failed} failed{rate}."
    )


def _run_rows(connection: Connection, runs: Sequence[RunLine]) -> list[dict[str, Any]]:
    rows = []
    for run in runs:
        failing = answer(connection, failures(run.id)) if run.failed else []
        counts = ("total", "passed", "failed", "skipped")
        rows.append(
            {
                **run._asdict(),
                **({} if run.is_counted else dict.fromkeys(counts)),
                "at": At(run.at),
                "pass_rate": as_ratio(run.pass_rate),
                "pass_rate_drop": as_ratio(run.drop_points),
                "session_pass_rate_drop": as_ratio(run.session_drop_points),
                "selection": run.selection or None,
                "framework": run.framework or None,
                "agent": run.agent_name,
                "session": run.trajectory_id,
                "turn": run.turn_number,
                "failing": [failure.name for failure in failing],
                "reasons": [failure.reason for failure in failing],
            }
        )
    return rows


def _evidence(flip: FlipLine) -> dict[str, Any]:
    """Return two runs with different results of a test, as JSON has them."""
    return {
        "earlier_at": At(flip.earlier_at),
        "earlier_session": flip.earlier_trajectory_id,
        "earlier_turn": flip.earlier_turn_number,
        "at": At(flip.at),
        "session": flip.trajectory_id,
        "turn": flip.turn_number,
        "across": flip.across,
        "has_failed_first": flip.has_failed_first,
        # The name that earlier versions gave it.
        "failed_first": flip.has_failed_first,
        "reason": flip.reason,
        "selection": flip.selection or None,
        "earlier_selection": flip.earlier_selection or None,
    }


def _flaky_report(connection: Connection, scope: Scope, limit: int) -> Report:
    if scope.model is not None:
        raise click.UsageError("tests flaky knows no --model.")
    rows = []
    for test in answer(connection, flaky_tests(scope))[:limit]:
        newest = test.flips[0]
        earlier, later = At(newest.earlier_at), At(newest.at)
        rows.append(
            {
                "name": test.name,
                "suite": test.suite,
                "project": test.project,
                "flips": len(test.flips),
                "failed_at": earlier if newest.has_failed_first else later,
                "passed_at": later if newest.has_failed_first else earlier,
                "reason": newest.reason,
                "across": newest.across,
                "session": newest.trajectory_id,
                "turn": newest.turn_number,
                "earlier_session": newest.earlier_trajectory_id,
                "earlier_turn": newest.earlier_turn_number,
                "evidence": [_evidence(flip) for flip in test.flips],
            }
        )
    return Report("tests-flaky", labelled(connection, _FLAKY), rows, notes=limit_note(len(rows), limit))
