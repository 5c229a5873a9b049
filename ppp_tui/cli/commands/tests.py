"""``ppp-tui tests``: test runs of a project or a session, what got worse, and what is flaky."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.listing import ListField, described, minute, report_of, tell
from ppp_tui.cli.report.output import At, Output, ratio
from ppp_tui.cli.report.project import find_project, labelled
from ppp_tui.cli.report.report import emit
from ppp_tui.cli.report.session import find_session
from ppp_tui.cli.report.time_options import bounded
from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.rows import FlipLine, RunLine, SessionTests
from ppp_tui.query.quality.suite_history import (
    failures,
    flaky_tests,
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

_RUN = (
    ListField("at", "at", minute),
    ListField("project", "project"),
    ListField("suite", "suite"),
    ListField("selection", "of it"),
    ListField("framework", "framework"),
    ListField("unit", ""),
    ListField("total", "total"),
    ListField("passed", "passed"),
    ListField("failed", "failed"),
    ListField("skipped", "skipped"),
    ListField("pass_rate", "pass rate", lambda rate: shown.percent(rate, decimals=1)),
    ListField("pass_rate_drop", "fell by", lambda drop: f"{drop * 100:.1f}"),
    ListField("session_pass_rate_drop", "by session", lambda drop: f"{drop * 100:.1f}"),
    ListField("is_regression", ""),
    ListField("is_red", ""),
    ListField("duration_ms", "took", shown.duration),
    ListField("failing", "failing", lambda names: ", ".join(names[:3]) + (" …" if len(names) > 3 else "")),
    ListField("reasons", ""),
    ListField("agent", "agent"),
    ListField("model", ""),
    ListField("session", "session"),
    ListField("turn", "turn"),
    ListField("earlier_session", ""),
)
_FLAKY = (
    ListField("name", "test"),
    ListField("suite", "suite"),
    ListField("project", "project", is_path=True),
    ListField("flips", "flips"),
    ListField("failed_at", "failed", lambda text: text[:19]),
    ListField("passed_at", "passed", lambda text: text[:19]),
    ListField("reason", "reason"),
    ListField("across", "across"),
    ListField("session", "session"),
    ListField("turn", "turn"),
    ListField("earlier_session", "first in"),
    ListField("earlier_turn", "turn"),
    ListField("evidence", ""),
)


@click.command("tests", epilog=f"{described(_RUN)} tests flaky: {', '.join(field.name for field in _FLAKY)}.")
@click.argument("what", metavar="WHAT")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Rows at most.")
@bounded("since", "until", "project", "agent", "model")
@form_options
@common_options
@pass_invocation
def tests_command(
    invocation: Invocation,
    what: str,
    limit: int,
    since_ms: int | None,
    until_ms: int | None,
    project: str | None,
    agent: str | None,
    model: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Show the test runs of a project or a session, newest first, or what is flaky or got worse.

    WHAT is a project (its path, the end of it, or its folder's name); a session (its number, or the agent's own id or
    its beginning), with its sums; `flaky`: tests that ended differently in two runs of the same tests, in whatever
    turns and sessions, with no change of the project that any session tells in between; or `regressions`: runs whose
    pass rate lies more than 10 percentage points below the last run of the same suite, or of the session before. A pass
    rate is the share of the tests that ran and passed; skipped tests did not run. A run without a count is told by its
    exit code alone. A project of such a name is written ./flaky.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with closing(open_reader(invocation.database_path)) as connection:
        name = project if what in REPORTS else what
        if what not in REPORTS and project is not None:
            raise click.UsageError("the project is named already; --project is for tests flaky and tests regressions.")
        if what not in REPORTS and _is_session(connection, what):
            if any(bound is not None for bound in (since_ms, until_ms, agent, model)):
                raise click.UsageError("a session is shown whole: bounds are for projects and reports.")
            return _tell_session(invocation, connection, what, limit, output)
        folder = None if name is None else find_project(connection, "test_suites", name)
        scope = Scope(since_ms, until_ms, folder, agent, model)
        if what == "flaky":
            return _tell_flaky(connection, scope, limit, output)
        runs = answer(connection, (regressions if what == "regressions" else suite_runs)(scope, limit))
        return _tell_runs(connection, runs, folder, output, is_history=what not in REPORTS)


def _tell_runs(
    connection: sqlite3.Connection, runs: Sequence[RunLine], folder: str | None, output: Output, *, is_history: bool
) -> int:
    rows = _run_rows(connection, runs)
    more: dict[str, Any] = {}
    if is_history and folder is not None:
        more["suites"] = [
            {**suite._asdict(), "pass_rate": ratio(suite.pass_rate)} for suite in answer(connection, suites(folder))
        ]
    return tell(output, "tests", labelled(connection, _RUN), rows, **more)


def _is_session(connection: sqlite3.Connection, name: str) -> bool:
    """Whether a word names a session: a number always, else an id that is no project's name."""
    if name.isascii() and name.isdigit():
        return True
    if not answer(connection, sessions_named(name)):
        return False
    try:
        find_project(connection, "test_suites", name)
    except click.ClickException:
        return True
    return False


def _tell_session(invocation: Invocation, connection: sqlite3.Connection, name: str, limit: int, output: Output) -> int:
    session = find_session(invocation.database_path, name)
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
            "pass_rate": ratio(sums.pass_rate),
        }
    }
    return emit(report_of(output, "tests-session", _RUN, rows, more=more, notes=(_sums_text(sums),)), output)


def _sums_text(sums: SessionTests) -> str:
    rate = "" if sums.pass_rate is None else f", {shown.percent(sums.pass_rate / 100, decimals=1)}"
    return (
        f"{sums.test_runs} test runs, {sums.red_test_runs} of them red; {sums.tests_run} tests run: "
        f"{sums.tests_passed} passed, {sums.tests_failed} failed{rate}."
    )


def _run_rows(connection: sqlite3.Connection, runs: Sequence[RunLine]) -> list[dict[str, Any]]:
    rows = []
    for run in runs:
        failing = answer(connection, failures(run.id)) if run.failed else []
        counts = ("total", "passed", "failed", "skipped")
        rows.append(
            {
                **run._asdict(),
                **({} if run.is_counted else dict.fromkeys(counts)),
                "at": At(run.at),
                "pass_rate": ratio(run.pass_rate),
                "pass_rate_drop": ratio(run.drop_points),
                "session_pass_rate_drop": ratio(run.session_drop_points),
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
    """Two runs as JSON: when, in which turns and sessions, and how the test ended in each."""
    return {
        "earlier_at": At(flip.earlier_at),
        "earlier_session": flip.earlier_trajectory_id,
        "earlier_turn": flip.earlier_turn_number,
        "at": At(flip.at),
        "session": flip.trajectory_id,
        "turn": flip.turn_number,
        "across": flip.across,
        "failed_first": flip.failed_first,
        "reason": flip.reason,
    }


def _tell_flaky(connection: sqlite3.Connection, scope: Scope, limit: int, output: Output) -> int:
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
                "failed_at": earlier if newest.failed_first else later,
                "passed_at": later if newest.failed_first else earlier,
                "reason": newest.reason,
                "across": newest.across,
                "session": newest.trajectory_id,
                "turn": newest.turn_number,
                "earlier_session": newest.earlier_trajectory_id,
                "earlier_turn": newest.earlier_turn_number,
                "evidence": [_evidence(flip) for flip in test.flips],
            }
        )
    return tell(output, "tests-flaky", labelled(connection, _FLAKY), rows)
