"""``ppp-tui violations``: which preferences of the person agents did not keep, and how."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import get_args

import click

from ppp_tui.cli.behind_scores import chosen_sessions, tell
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.model.question import Severity
from ppp_tui.query.connect import open_reader
from ppp_tui.query.consensus import violations_of
from ppp_tui.query.query import answer


@click.command("violations")
@click.argument("session", metavar="[SESSION]", required=False)
@click.option("--severity", type=click.Choice(get_args(Severity)), default=None, help="Violations this bad alone.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Violations at most.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines.")
@common_options
@pass_invocation
def violations_command(
    invocation: Invocation, session: str | None, severity: Severity | None, limit: int, as_json: bool
) -> int:
    """List the preferences of yours that agents did not keep.

    Those of the newest sessions, or of SESSION alone. Ends with status 1 if there is none.
    """
    path = invocation.archive_path
    with closing(open_reader(path)) as connection:
        found = (
            {
                "session": row.id, "turn": line.turn_number, "agent": row.agent_name, "severity": line.severity,
                "preference": line.preference_name, "method": line.method, "expected": line.expected,
                "actual": line.actual,
            }
            for row in chosen_sessions(connection, path, session, "violations")
            for line in answer(connection, violations_of(row.id))
            if severity in (None, line.severity)
        )  # fmt: skip
        rows = list(islice(found, limit))
    return tell(rows, ("agent", "severity", "preference", "method", "expected", "actual"), as_json=as_json)
