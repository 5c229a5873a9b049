"""Reads decisions and quality signals of a span beside the span before, and the runs behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ppp_tui.query.pool import Fetch
from ppp_tui.query.query import Query
from ppp_tui.query.scope import Scope
from ppp_tui.query.signals.sums import (
    DecisionSum,
    EntryRun,
    SignalSum,
    decision_runs,
    decision_sums,
    signal_runs,
    signal_sums,
)
from ppp_tui.tui.panes.quality.signal_cells import SignalRow, share_of, signal_key, signal_sum_lines
from ppp_tui.tui.widgets.lines import Key, Line


class SignalPage(NamedTuple):
    """Decisions and quality signals of a span."""

    signals: Sequence[SignalSum]
    rows: Mapping[Key, SignalRow]
    lines: Sequence[Line]


async def read_signals(fetch: Fetch, scope: Scope) -> SignalPage:
    """Return the signals of a scope, with the change since the span before. Raises what a query raises."""
    signals, decisions = await fetch(signal_sums(scope)), await fetch(decision_sums(scope))
    before: dict[str, float] = {}
    if scope.since_ms and scope.until_ms:
        earlier = scope._replace(since_ms=2 * scope.since_ms - scope.until_ms, until_ms=scope.since_ms)
        sums: list[SignalRow] = [*await fetch(signal_sums(earlier)), *await fetch(decision_sums(earlier))]
        before = {signal_key(entry): share for entry in sums if (share := share_of(entry)) is not None}
    entries: list[SignalRow] = [*signals, *decisions]
    return SignalPage(signals, {signal_key(entry): entry for entry in entries}, signal_sum_lines(entries, before))


def runs_with(entry: SignalRow, scope: Scope) -> Query[list[EntryRun]]:
    """Query the runs behind a line; of what should be so, those in which it was not, if there are any."""
    if isinstance(entry, DecisionSum):
        return decision_runs(scope, entry.decision_type, entry.reason_code)
    is_so = entry.signal_type not in ("tool_success", "schema_valid") or not entry.false_count
    return signal_runs(scope, entry.signal_type, entry.signal_code, is_so=is_so)
