"""``ppp-tui decisions``: what agents chose and why, of a session or summed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any, get_args

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import Output
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.report.session import SESSION_HELP
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.signals.run_entries import RUN_FIELDS, print_run, scope_of, sum_fields
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.signals.run_details import run_decisions
from ppp_tui.query.signals.sums import DecisionSum, SumsBy, decision_sums
from ppp_tui.text.format import percent

_SUM = (
    ReportField("agent", "agent"),
    ReportField("version", "version"),
    ReportField("decision_type", "type"),
    ReportField("reason_code", "reason"),
    ReportField("decisions", "decisions"),
    ReportField("share", "share", percent),
    ReportField("mean_confidence", "confidence", lambda mean: f"{mean:.2f}", rank=3),
    ReportField("runs", "runs", rank=2),
    ReportField("derived", "derived", rank=4),
    ReportField("versions", "versions", rank=5, trim="end"),
)
_ENTRY = tuple(field for field in RUN_FIELDS if field.name not in ("value", "weight"))


@click.command(
    "decisions", cls=SessionCommand, epilog=f"{fields_help(_SUM)} Of a session: {fields_help(_ENTRY).split(': ')[1]}"
)
@click.argument("session", metavar="[SESSION]", default="", shell_complete=complete_sessions)
@click.option("--by", type=click.Choice(get_args(SumsBy)), help="What to sum up: code (of each type) unless given.")
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples("decisions --since 30d", "decisions --by version --agent claude", "decisions -1 --json")
@pass_invocation
def decisions_command(
    invocation: Invocation,
    /,
    session: str,
    by: SumsBy | None,
    as_json: bool,
    as_csv: bool,
    **bounds: Any,
) -> int:
    """Show what agents chose and why, summed up or of one session.

    Programs state decisions with `log_decision`; others are derived from what an agent recorded: the web for fresh
    data, a search by words, sub-agents side by side, planning first, permission modes, and what was done about a failed
    model request. A share is that of the reason among the decisions of its type. Without SESSION, decisions of the
    runs (sessions and sub-agents) that were alive between --since and --until are summed up.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if session:
        return print_run(
            invocation, session, output, "decisions", fields=_ENTRY, query=run_decisions, bounds=bounds | {"by": by}
        )
    return _print_sums(invocation, output, by or "code", bounds)


decisions_command.help = f"{decisions_command.help}\n\n{SESSION_HELP}"


def _print_sums(invocation: Invocation, output: Output, by: SumsBy, bounds: Mapping[str, Any]) -> int:
    with closing(open_reader(invocation.database_path)) as connection:
        sums = answer(connection, decision_sums(scope_of(connection, bounds), by))
        empty = "" if sums else empty_answer(connection, invocation.database_path, output, "decisions", bounds)
    return emit(Report("decisions-sums", sum_fields(_SUM, by), [_row(entry) for entry in sums], empty=empty), output)


def _row(entry: DecisionSum) -> Mapping[str, Any]:
    return {
        **entry._asdict(),
        "agent": entry.agent or None,
        "version": entry.version or None,
        "reason_code": entry.reason_code or None,
        "share": round(entry.share, 6),
        "versions": list(entry.versions),
    }
