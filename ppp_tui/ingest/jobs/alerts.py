"""Judges the user's rules of alerts on trajectories that changed, and opens and closes alerts.

What an agent wrote just now is judged in the transaction that writes it, so that the database never holds a value
without its alert. The job judges the rest: what other processes committed, what backfill read, and what time changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress

from ppp_tui.ingest.jobs.alert_command import AlertCommand
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.alert_rule import parse_alert_rule
from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, is_due, to_iso
from ppp_tui.scoring.alert_rules import AlertFacts, breaches, next_silence
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.meta import newest_revision
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import alerts
from ppp_tui.store.writers.alerts import AlertChange, OpenAlert, WaitingAlert
from ppp_tui.text.alert_value import alert_value

FRESH_MS = HOUR_MS
"""Alerts are opened for trajectories with a sign of life within this time: history that is read raises none."""

LIVE_MS = 2 * MINUTE_MS
"""A trajectory with a sign of life within this time is judged as it is written: backfill has none so young.

A part of a file does not show its session's state, and raises no alert.
"""

STALE_MS = DAY_MS
"""An alert closes when its trajectory has been silent for this time, whatever its rule says."""

RECHECK_MS = MINUTE_MS
"""Milliseconds between two checks of open alerts: a rule may cease to hold because time passes."""

SLICE_TRAJECTORIES = 20
"""Trajectories judged in one slice."""


class _OpenRules:
    """The rules that hold while a slice is judged, by trajectory and by agent."""

    def __init__(self, open_alerts: Iterable[OpenAlert]) -> None:
        self._by_trajectory: dict[int, set[str]] = {}
        self._by_agent: Counter[tuple[str, str]] = Counter()
        for alert in open_alerts:
            self.open(alert.trajectory_id, alert.rule, alert.agent_name)

    def open(self, trajectory_id: int, rule: str, agent_name: str) -> None:
        self._by_trajectory.setdefault(trajectory_id, set()).add(rule)
        self._by_agent[rule, agent_name] += 1

    def close(self, trajectory_id: int, rule: str, agent_name: str) -> None:
        self._by_trajectory[trajectory_id].discard(rule)
        self._by_agent[rule, agent_name] -= 1

    def rules_of(self, trajectory_id: int) -> frozenset[str]:
        return frozenset(self._by_trajectory.get(trajectory_id, ()))

    def is_open_for(self, rule: str, agent_name: str) -> bool:
        return self._by_agent[rule, agent_name] > 0


class AlertsJob:
    """Keeps the table of alerts up to date."""

    name = "alerts"

    def __init__(self, writer: Writer, options: IngestOptions) -> None:
        """Prepare judging by `run_slice`."""
        self._writer = writer
        self._command = AlertCommand(options.alert_command, options.alert_command_timeout_s)
        self._rules = tuple({rule.text: rule for rule in map(parse_alert_rule, options.alert_rules)}.values())
        self.has_rules = bool(self._rules)
        """Whether commits have anything to be judged by."""
        self._measures = frozenset(rule.measure for rule in self._rules)
        self._shared = frozenset(rule.text for rule in self._rules if rule.measure == "limit")
        self._runs = max((rule.runs for rule in self._rules), default=0)
        self._revision = 0
        self._checked_ms = 0
        self._pending: dict[int, None] = {}
        self._judged: dict[int, int] = {}
        """Trajectories that were judged in the transaction that changed them, by its revision."""
        self._silent_at: dict[int, int] = {}
        """Unix milliseconds, by trajectory, from which on its open tool may have been silent too long."""
        self._is_pruned = False
        self._may_wait = True
        """Whether alerts may wait for the command that it was not asked to run for."""
        self._done_waiting: list[int] = []
        """Alerts that no longer wait for the command, to be written to the database."""
        self._handed_over: set[int] = set()
        """Alerts that the command was asked to run for, and that the database still holds as waiting."""

    def run_slice(self, now_ms: int) -> bool:
        """Judge some trajectories; return whether more wait. Raises DatabaseError."""
        if not self._is_pruned:
            self._write(self._writer.ask(alerts.alerts_of_other_rules, [rule.text for rule in self._rules]), now_ms)
            self._is_pruned = True
        self._run_commands(now_ms)
        if not self._rules:
            return False
        self._list_pending(now_ms)
        batch = list(self._pending)[:SLICE_TRAJECTORIES]
        if not batch:
            return False
        open_rules = _OpenRules(self._writer.ask(alerts.open_alerts))
        self._write([change for number in batch for change in self._judge(number, open_rules, now_ms)], now_ms)
        for number in batch:
            del self._pending[number]
        self._run_commands(now_ms)
        return bool(self._pending)

    def judge_commit(self, summaries: SummaryDeltas, now_ms: int) -> Callable[[], None] | None:
        """Judge what the open transaction changed; return what is to be called once it is committed."""
        if not self.has_rules or not self._is_pruned:
            return None
        live = self._writer.ask(alerts.live_trajectories, summaries.changed, now_ms - LIVE_MS)
        if not live:
            return None
        revision = self._writer.ask(newest_revision)
        open_rules = _OpenRules(self._writer.ask(alerts.open_alerts))
        changes = [change for number in live for change in self._judge(number, open_rules, now_ms)]
        if changes:
            summaries.call(alerts.put_changes, changes, now_ms, has_command=self._command.is_set)

        def note_committed() -> None:
            self._judged.update(dict.fromkeys(live, revision))
            self._may_wait = self._may_wait or bool(changes)

        return note_committed

    @property
    def trouble(self) -> str:
        """What went wrong with the user's command recently, '' if nothing did."""
        return self._command.trouble

    @property
    def is_waiting(self) -> bool:
        """Whether the user's command runs, alerts wait for it, or it is not noted yet that it was started."""
        return self._command.is_busy or self._command.has_started

    def close(self) -> None:
        """End the user's command."""
        self._command.close()
        # If the database failed, the first error is raised already.
        with suppress(DatabaseError):
            self._note_started()

    def _run_commands(self, now_ms: int) -> None:
        """Run the user's command for alerts that wait for it, those of an earlier ingest that was killed included.

        The start is recorded afterwards: if ingest is killed in between, the command is started twice.
        """
        self._note_started()
        if self._may_wait:
            unwanted: list[int] = []
            for alert in self._writer.ask(alerts.waiting_alerts):
                if alert.id in self._handed_over:
                    continue
                self._handed_over.add(alert.id)
                if now_ms - alert.since_ms > FRESH_MS or not self._command.run_for(alert.id, _fields(alert)):
                    unwanted.append(alert.id)
            self._may_wait = False
            self._end_waiting(unwanted)

    def _note_started(self) -> None:
        self._end_waiting(self._command.pop_started())

    def _end_waiting(self, alert_ids: list[int]) -> None:
        # Where the database cannot be written, they are noted with the next ones.
        self._done_waiting += alert_ids
        if self._done_waiting:
            with self._writer.transaction() as summaries:
                summaries.call(alerts.end_waiting, self._done_waiting)
            self._handed_over.difference_update(self._done_waiting)
            self._done_waiting = []

    def _list_pending(self, now_ms: int) -> None:
        """List trajectories that changed, whose tool may be silent too long or, once a minute, with open alerts."""
        revision = self._writer.ask(newest_revision)
        if revision != self._revision:
            changed = self._writer.ask(alerts.changed_trajectories, self._revision, now_ms - FRESH_MS)
            self._pending.update((number, None) for number, at in changed.items() if self._judged.get(number) != at)
            self._judged.clear()
            self._revision = revision
        if is_due(self._checked_ms, now_ms, RECHECK_MS):
            self._checked_ms = now_ms
            self._pending.update((alert.trajectory_id, None) for alert in self._writer.ask(alerts.open_alerts))
        for number in [number for number, moment in self._silent_at.items() if moment <= now_ms]:
            del self._silent_at[number]
            self._pending[number] = None

    def _judge(self, trajectory_id: int, open_rules: _OpenRules, now_ms: int) -> list[AlertChange]:
        """Return which alerts of a trajectory open and close."""
        facts = self._writer.ask(
            alerts.alert_facts, trajectory_id, measures=self._measures, runs=self._runs, now_ms=now_ms
        )
        self._silent_at.pop(trajectory_id, None)
        if facts is None:
            return []
        agent = facts["agent_name"]
        silent_ms = now_ms - facts["last_at"]
        judged = AlertFacts(**{name: value for name, value in facts.items() if name in AlertFacts._fields})
        holding = breaches(self._rules, judged, now_ms) if silent_ms < STALE_MS else {}
        before = open_rules.rules_of(trajectory_id)
        closing = [AlertChange(trajectory_id, rule, None) for rule in sorted(before) if rule not in holding]
        for change in closing:
            open_rules.close(trajectory_id, change.rule, agent)
        if silent_ms > FRESH_MS:
            return closing
        silent_at = next_silence(self._rules, judged, now_ms)
        if silent_at is not None:
            self._silent_at[trajectory_id] = silent_at
        # A limit belongs to the agent: one alert stands for all sessions that share it.
        opening = [
            AlertChange(trajectory_id, rule, value)
            for rule, value in holding.items()
            if rule not in before and not (rule in self._shared and open_rules.is_open_for(rule, agent))
        ]
        for change in opening:
            open_rules.open(trajectory_id, change.rule, agent)
        return closing + opening

    def _write(self, changes: list[AlertChange], now_ms: int) -> None:
        if changes:
            with self._writer.transaction() as summaries:
                summaries.call(alerts.put_changes, changes, now_ms, has_command=self._command.is_set)
            self._may_wait = True


def _fields(alert: WaitingAlert) -> dict[str, str]:
    """Return what fields of the user's command stand for, by the names in `ALERT_FIELDS`."""
    return {
        "rule": alert.rule,
        "value": alert_value(alert.rule, alert.value),
        "agent": alert.agent_name,
        "session": str(alert.trajectory_id),
        "project": alert.project,
        "title": " ".join(alert.title.split()),
        "since": to_iso(alert.since_ms),
    }
