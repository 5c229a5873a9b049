"""Judges the user's rules of alerts on trajectories that changed, and opens and closes alerts."""

from __future__ import annotations

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.alert_rule import parse_alert_rule
from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, is_due
from ppp_tui.scoring.alert_rules import AlertFacts, breaches
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import alerts
from ppp_tui.store.writers.alerts import AlertChange

FRESH_MS = HOUR_MS
"""Alerts are opened for trajectories with a sign of life within this time: history that is read raises none."""

STALE_MS = DAY_MS
"""An alert closes when its trajectory has been silent for so long, whatever its rule says."""

RECHECK_MS = MINUTE_MS
"""Milliseconds between two checks of open alerts: a rule may cease to hold because time passes."""

SLICE_TRAJECTORIES = 20
"""Trajectories judged in one slice."""


class AlertsJob:
    """Keeps the table of alerts up to date."""

    name = "alerts"
    trouble = ""

    def __init__(self, writer: Writer, options: IngestOptions) -> None:
        """Judge nothing before `run_slice`."""
        self._writer = writer
        self._rules = tuple({rule.text: rule for rule in map(parse_alert_rule, options.alert_rules)}.values())
        self._measures = frozenset(rule.measure for rule in self._rules)
        self._runs = max((rule.runs for rule in self._rules), default=0)
        self._revision = 0
        self._checked_ms = 0
        self._pending: dict[int, None] = {}
        self._is_pruned = False

    def run_slice(self, now_ms: int) -> bool:
        """Judge some trajectories; return whether more wait. Raises DatabaseError."""
        if not self._is_pruned:
            self._write(self._writer.ask(alerts.alerts_of_other_rules, [rule.text for rule in self._rules]), now_ms)
            self._is_pruned = True
        if not self._rules:
            return False
        self._list_pending(now_ms)
        batch = list(self._pending)[:SLICE_TRAJECTORIES]
        if not batch:
            return False
        open_rules = self._writer.ask(alerts.open_alerts)
        self._write([change for number in batch for change in self._judge(number, open_rules, now_ms)], now_ms)
        for number in batch:
            del self._pending[number]
        return bool(self._pending)

    def _list_pending(self, now_ms: int) -> None:
        """List what changed since the last slice and, once a minute, what has open alerts."""
        revision = self._writer.ask(alerts.newest_revision)
        if revision != self._revision:
            changed = self._writer.ask(alerts.changed_trajectories, self._revision, now_ms - FRESH_MS)
            self._pending.update(dict.fromkeys(changed))
            self._revision = revision
        if is_due(self._checked_ms, now_ms, RECHECK_MS):
            self._checked_ms = now_ms
            self._pending.update(dict.fromkeys(self._writer.ask(alerts.open_alerts)))

    def _judge(self, trajectory_id: int, open_rules: dict[int, set[str]], now_ms: int) -> list[AlertChange]:
        """Return which alerts of a trajectory open and close."""
        facts = self._writer.ask(
            alerts.alert_facts, trajectory_id, measures=self._measures, runs=self._runs, now_ms=now_ms
        )
        if facts is None:
            return []
        silent_ms = now_ms - facts["last_at"]
        named = {name: value for name, value in facts.items() if name != "last_at"}
        holding = breaches(self._rules, AlertFacts(**named), now_ms) if silent_ms < STALE_MS else {}
        before = open_rules.get(trajectory_id, set())
        closing = [AlertChange(trajectory_id, rule, None) for rule in sorted(before) if rule not in holding]
        if silent_ms > FRESH_MS:
            return closing
        return closing + [AlertChange(trajectory_id, rule, holding[rule]) for rule in holding if rule not in before]

    def _write(self, changes: list[AlertChange], now_ms: int) -> None:
        if changes:
            with self._writer.transaction() as summaries:
                summaries.call(alerts.put_changes, changes, now_ms)
