"""``ppp-tui decisions``: what agents chose and why, of a session or summed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import examples
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import ReportField
from ppp_tui.cli.signals.run_entries import RUN_FIELDS, RunReport
from ppp_tui.query.errors import Connection
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


def _row(entry: DecisionSum) -> Mapping[str, Any]:
    return {
        **entry._asdict(),
        "agent": entry.agent or None,
        "version": entry.version or None,
        "reason_code": entry.reason_code or None,
        "share": round(entry.share, 6),
        "versions": list(entry.versions),
    }


def _sums(connection: Connection, bounds: Mapping[str, Any], by: SumsBy) -> list[Mapping[str, Any]]:
    return [_row(entry) for entry in answer(connection, decision_sums(scope_of(connection, bounds), by))]


_REPORT = RunReport(
    "decisions",
    sum_fields=_SUM,
    entry_fields=tuple(field for field in RUN_FIELDS if field.name not in ("value", "weight")),
    entries=run_decisions,
    sums=_sums,
)


@_REPORT.command()
@examples("decisions --since 30d", "decisions --by version --agent claude", "decisions -1 --json")
@pass_invocation
def decisions_command(invocation: Invocation, /, session: str, by: SumsBy | None, **options: Any) -> int:
    """Show what agents chose and why, summed up or of one session.

    Programs state decisions with `log_decision`; others are derived from what an agent recorded: the web for fresh
    data, a search by words, sub-agents side by side, planning first, permission modes, and what was done about a failed
    model request. A share is that of the reason among the decisions of its type. Without SESSION, decisions of the
    runs (sessions and sub-agents) that were alive between --since and --until are summed up.
    """
    return _REPORT.print(invocation, session, by, options)
