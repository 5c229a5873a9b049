"""``ppp-tui tests``: test runs of a project, what got worse, and what is flaky."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.bounds import bounded
from ppp_tui.cli.figures import ratio
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.listing import Field, described, minute, tell
from ppp_tui.cli.options import common_options
from ppp_tui.cli.output import At, Output, form_options, output_of
from ppp_tui.cli.project import find_project
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.suite_history import failures, flaky_tests, regressions, suite_runs, suites
from ppp_tui.query.work_rows import RunLine
from ppp_tui.tui import format as shown

REPORTS = ("flaky", "regressions")
"""Words that are no project."""

_RUN = (
    Field("at", "at", minute),
    Field("project", ""),
    Field("suite", "suite"),
    Field("framework", "framework"),
    Field("unit", ""),
    Field("total", "total"),
    Field("passed", "passed"),
    Field("failed", "failed"),
    Field("skipped", "skipped"),
    Field("pass_rate", "pass rate", lambda rate: shown.percent(rate, decimals=1)),
    Field("pass_rate_drop", "fell by", lambda drop: f"{drop * 100:.1f}"),
    Field("is_regression", ""),
    Field("duration_ms", "took", shown.duration),
    Field("failing", "failing", lambda names: ", ".join(names[:3]) + (" …" if len(names) > 3 else "")),
    Field("reasons", ""),
    Field("agent", "agent"),
    Field("model", ""),
    Field("session", "session"),
    Field("turn", "turn"),
)
_FLAKY = (
    Field("name", "test"),
    Field("suite", "suite"),
    Field("project", "project", is_path=True),
    Field("flips", "flips"),
    Field("failed_at", "failed", lambda text: text[:19]),
    Field("passed_at", "passed", lambda text: text[:19]),
    Field("reason", "reason"),
    Field("session", "session"),
    Field("turn", "turn"),
)


@click.command("tests", epilog=f"{described(_RUN)} tests flaky: {', '.join(field.name for field in _FLAKY)}.")
@click.argument("what", metavar="WHAT")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Rows at most.")
@bounded("since", "until", "project", "agent", "model")
@form_options
@common_options
@pass_invocation
def tests_command(
    invocation: Invocation, what: str, limit: int, since_ms: int | None, until_ms: int | None, project: str | None,
    agent: str | None, model: str | None, as_json: bool, as_csv: bool,
) -> int:  # fmt: skip
    """Show the test runs of a project, newest first, or what is flaky or got worse.

    WHAT is a project (its path, the end of it, or its folder's name); or `flaky`: tests that ended differently in two
    runs of one command in one turn with no change in between, with that evidence; or `regressions`: runs whose pass
    rate lies more than 10 percentage points below the last run of the same suite. A pass rate is the share of the tests
    that ran and passed; skipped tests did not run. A project of such a name is written ./flaky.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with closing(open_reader(invocation.archive_path)) as connection:
        name = project if what in REPORTS else what
        if what not in REPORTS and project is not None:
            raise click.UsageError("the project is named already; --project is for tests flaky and tests regressions.")
        folder = None if name is None else find_project(connection, "test_suites", name)
        scope = Scope(since_ms, until_ms, folder, agent, model)
        if what == "flaky":
            return _tell_flaky(connection, scope, limit, output)
        runs = answer(connection, (regressions if what == "regressions" else suite_runs)(scope, limit))
        return _tell_runs(connection, runs, folder, output, is_history=what not in REPORTS)


def _tell_runs(
    connection: sqlite3.Connection, runs: Sequence[RunLine], folder: str | None, output: Output, *, is_history: bool
) -> int:
    rows = []
    for run in runs:
        failing = answer(connection, failures(run.id)) if run.failed else []
        rows.append(
            {
                **run._asdict(), "at": At(run.at), "pass_rate": ratio(run.pass_rate),
                "pass_rate_drop": ratio(run.drop_points), "agent": run.agent_name, "session": run.trajectory_id,
                "turn": run.turn_number, "failing": [failure.name for failure in failing],
                "reasons": [failure.reason for failure in failing],
            }
        )  # fmt: skip
    more: dict[str, Any] = {}
    if is_history and folder is not None:
        more["suites"] = [
            {**suite._asdict(), "pass_rate": ratio(suite.pass_rate)} for suite in answer(connection, suites(folder))
        ]
    return tell(output, "tests", _RUN, rows, **more)


def _tell_flaky(connection: sqlite3.Connection, scope: Scope, limit: int, output: Output) -> int:
    if scope.model is not None:
        raise click.UsageError("tests flaky knows no --model.")
    rows = []
    for test in answer(connection, flaky_tests(scope))[:limit]:
        newest = test.flips[0]
        earlier, later = At(newest.earlier_at), At(newest.at)
        rows.append(
            {
                "name": test.name, "suite": test.suite, "project": test.project, "flips": len(test.flips),
                "failed_at": earlier if newest.failed_first else later,
                "passed_at": later if newest.failed_first else earlier, "reason": newest.reason,
                "session": newest.trajectory_id, "turn": newest.turn_number,
            }
        )  # fmt: skip
    return tell(output, "tests-flaky", _FLAKY, rows)
