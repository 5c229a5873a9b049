"""``ppp-tui signals``: what tells how well it went, of a session or summed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import examples
from ppp_tui.cli.report.output import rounded
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import ReportField
from ppp_tui.cli.signals.run_entries import RUN_FIELDS, RunReport
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.signals.run_details import run_signals
from ppp_tui.query.signals.sums import SignalSum, SumsBy, signal_sums
from ppp_tui.text.format import percent, signed

_SUM = (
    ReportField("agent", "agent"),
    ReportField("version", "version"),
    ReportField("signal_type", "type"),
    ReportField("signal_code", "code"),
    ReportField("true_count", "so", rank=1),
    ReportField("false_count", "not so", rank=1),
    ReportField("true_rate", "so %", lambda rate: percent(rate, decimals=1)),
    ReportField("call_rate", "of calls", lambda rate: percent(rate, decimals=1), rank=2),
    ReportField("previous_rate", "before", lambda rate: percent(rate, decimals=1), rank=3),
    ReportField("change", "change", lambda change: signed(100 * change, 1), rank=3),
    ReportField("runs", "runs", rank=2),
    ReportField("derived", "derived", rank=4),
)


def _row(entry: SignalSum, before: SignalSum | None) -> Mapping[str, Any]:
    rate, previous = entry.true_rate, before.true_rate if before is not None else None
    return {
        **entry._asdict(),
        "agent": entry.agent or None,
        "version": entry.version or None,
        "signal_code": entry.signal_code or None,
        "call_rate": rounded(entry.call_rate),
        "true_rate": rounded(rate),
        "previous_rate": rounded(previous),
        "change": None if rate is None or previous is None else round(rate - previous, 6),
    }


def _sums(connection: Connection, bounds: Mapping[str, Any], by: SumsBy) -> list[Mapping[str, Any]]:
    scope = scope_of(connection, bounds)
    before: dict[tuple[str, ...], SignalSum] = {}
    if scope.since_ms is not None:
        until_ms = scope.until_ms or SystemClock().now_ms()
        earlier = scope._replace(since_ms=2 * scope.since_ms - until_ms, until_ms=scope.since_ms)
        before = {entry[:4]: entry for entry in answer(connection, signal_sums(earlier, by))}
    return [_row(entry, before.get(entry[:4])) for entry in answer(connection, signal_sums(scope, by))]


_REPORT = RunReport(
    "signals",
    sum_fields=_SUM,
    entry_fields=tuple(field for field in RUN_FIELDS if field.name not in ("selected", "confidence")),
    entries=run_signals,
    sums=_sums,
)


@_REPORT.command()
@examples("signals --since 30d", "signals --by version --agent claude", "signals -1 --csv")
@pass_invocation
def signals_command(invocation: Invocation, /, session: str, by: SumsBy | None, **options: Any) -> int:
    """Show what tells how well agents' work went, summed up or of one session.

    Programs state signals with `log_quality_signal`; others are derived from what an agent recorded: calls of tools
    that went well at the first attempt, after another one or by another tool, why they failed, searches without hits,
    retries, turns that took longer or more tokens than nine of ten of the agent's, and answers that had to be JSON.
    Each says whether something is so; failures and retries only tell when they happened, and are counted against the
    calls of tools. With --since, the span before of the same length stands beside it. Without SESSION, signals of the
    runs (sessions and sub-agents) that were alive in that time are summed up.
    """
    return _REPORT.print(invocation, session, by, options)
