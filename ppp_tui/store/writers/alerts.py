"""Writes alerts, and reads the facts that rules compare. Every read is a range of one trajectory's newest rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, from_text, to_text
from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.live import stored_facts

NEWEST_ROWS = 1000
"""Newest requests, retries or file accesses of a trajectory that rules see."""

EPISODE_MS = 10 * MINUTE_MS
"""An alert whose rule holds again within this time is the same one: a value near its threshold is one episode."""

_CHANGED = (
    "SELECT trajectory_id, revision FROM trajectory_summaries INDEXED BY summaries_by_time "
    "WHERE last_at >= :since AND revision > :revision"
)
_LIVE = "SELECT 1 FROM trajectory_summaries WHERE trajectory_id = ? AND last_at >= ?"
_OPEN = (
    "SELECT a.trajectory_id, a.rule, t.agent_name FROM alerts AS a INDEXED BY alerts_open "
    "CROSS JOIN trajectories AS t ON t.id = a.trajectory_id WHERE a.until IS NULL"
)
_CLOSE = "UPDATE alerts SET until = :now WHERE trajectory_id = :trajectory AND rule = :rule AND until IS NULL"
_OPEN_AGAIN = """
UPDATE alerts SET until = NULL WHERE id = (
    SELECT max(a.id) FROM alerts AS a INDEXED BY alerts_by_trajectory
    WHERE a.trajectory_id = :trajectory AND a.rule = :rule AND a.until >= :closed_since)
"""
_LIMITS = """
WITH RECURSIVE names (name) AS (
    SELECT min(name) FROM limit_readings WHERE agent_name = :agent UNION ALL
    SELECT (SELECT min(r.name) FROM limit_readings AS r WHERE r.agent_name = :agent AND r.name > names.name)
    FROM names WHERE names.name IS NOT NULL)
SELECT r.used_percent, r.at, r.window_minutes, r.resets_at FROM names CROSS JOIN limit_readings AS r
WHERE r.agent_name = :agent AND r.name = names.name AND r.at = (
    SELECT max(n.at) FROM limit_readings AS n WHERE n.agent_name = :agent AND n.name = names.name)
"""
"""The newest reading of each limit of an agent: a look-up for each, however many readings there are."""
_WHOLE_RUNS = (
    "SELECT pass_rate FROM test_runs NOT INDEXED WHERE id >= :low AND id < :beyond AND is_copy = 0 AND selection = '' "
    "AND passed + failed > 0 ORDER BY id DESC LIMIT :runs"
)
_COST = (
    "SELECT sum(cost_micros) FROM (SELECT at, cost_micros, is_counted FROM token_usage NOT INDEXED "
    f"WHERE id >= :low AND id < :beyond ORDER BY id DESC LIMIT {NEWEST_ROWS}) WHERE at > :hour AND is_counted = 1"
)
_RETRIES = f"SELECT at FROM retries WHERE id >= :low AND id < :beyond ORDER BY id DESC LIMIT {NEWEST_ROWS}"
_LAST_RUN = (
    "SELECT id, at FROM test_runs NOT INDEXED WHERE id >= :low AND id < :beyond AND is_copy = 0 "
    "ORDER BY id DESC LIMIT 1"
)
_EDITS = (
    "SELECT count(*) FROM (SELECT action, is_copy, at FROM file_accesses NOT INDEXED "
    f"WHERE id >= :turn AND id < :beyond ORDER BY id DESC LIMIT {NEWEST_ROWS}) "
    "WHERE action = 'edit' AND is_copy = 0 AND at > :run_at"
)


_WAITING = """
SELECT a.id, a.since, a.trajectory_id, a.rule, a.value, t.agent_name, t.project,
    iif(t.title <> '', t.title, t.first_prompt)
FROM alert_commands AS c CROSS JOIN alerts AS a ON a.id = c.alert_id
CROSS JOIN trajectories AS t ON t.id = a.trajectory_id ORDER BY c.alert_id
"""


class OpenAlert(NamedTuple):
    """A rule that holds for a trajectory of an agent."""

    trajectory_id: int
    rule: str
    agent_name: str


class AlertChange(NamedTuple):
    """A rule that began to hold for a trajectory, or holds no longer."""

    trajectory_id: int
    rule: str
    value: float | None
    """The value when it began to hold; None if it no longer holds."""


class WaitingAlert(NamedTuple):
    """An alert for which the user's command is still to be started."""

    id: int
    since_ms: int
    """When it opened, in Unix milliseconds."""
    trajectory_id: int
    rule: str
    value: float
    agent_name: str
    project: str
    title: str
    """The first prompt if there is no title."""


def changed_trajectories(connection: sqlite3.Connection, revision: int, since_ms: int) -> dict[int, int]:
    """Return trajectories that changed after a revision and were alive since `since_ms`, with their revisions."""
    moments = {"revision": revision, "since": to_text(max(0, since_ms))}
    return dict(connection.execute(_CHANGED, moments).fetchall())


def live_trajectories(connection: sqlite3.Connection, trajectories: Iterable[int], since_ms: int) -> list[int]:
    """Return those of some trajectories that were alive since `since_ms`."""
    since = to_text(max(0, since_ms))
    return [number for number in trajectories if connection.execute(_LIVE, (number, since)).fetchone() is not None]


def open_alerts(connection: sqlite3.Connection) -> list[OpenAlert]:
    """Return the open alerts."""
    return [OpenAlert(*row) for row in connection.execute(_OPEN)]


def alert_facts(
    connection: sqlite3.Connection, trajectory_id: int, measures: Collection[str], runs: int, now_ms: int
) -> Mapping[str, Any] | None:
    """Return the facts that rules on these measures compare, by name, with `last_at` and `agent_name`.

    None for a trajectory that is gone.

    `runs` is how many test runs are read. Times are Unix milliseconds.
    """
    row = connection.execute(
        "SELECT t.agent_name, s.live, s.last_at, s.high_questions, s.violations, s.retries, s.context_tokens, "
        "s.context_window FROM trajectory_summaries AS s CROSS JOIN trajectories AS t ON t.id = s.trajectory_id "
        "WHERE s.trajectory_id = ?",
        (trajectory_id,),
    ).fetchone()
    if row is None:
        return None
    names = ("high_questions", "violations", "retries", "context_tokens", "context_window")
    facts: dict[str, Any] = {
        "agent_name": row[0],
        "last_at": 0 if row[2] is None else from_text(row[2]),
        **dict(zip(names, row[3:], strict=True)),
    }
    low = trajectory_id << (2 * CHILD_BITS)
    rows = {"low": low, "beyond": low + (1 << (2 * CHILD_BITS))}
    if "pass_rate" in measures:
        rates = connection.execute(_WHOLE_RUNS, {**rows, "runs": runs})
        facts["pass_rates"] = tuple(rate for (rate,) in rates)
    if "cost_per_hour" in measures:
        hour = to_text(max(0, now_ms - HOUR_MS))
        facts["hour_cost_micros"] = connection.execute(_COST, {**rows, "hour": hour}).fetchone()[0]
    if "retries" in measures:
        facts["retry_times"] = tuple(from_text(at) for (at,) in connection.execute(_RETRIES, rows))
    if "silent_tool" in measures:
        facts["live"] = stored_facts(row[1])
    if "limit" in measures:
        facts["limit_percent"] = _fullest_limit(connection, row[0], now_ms)
    if "edits_since_tests" in measures:
        facts["edits_since_tests"] = _edits_since_tests(connection, rows)
    return facts


def _fullest_limit(connection: sqlite3.Connection, agent_name: str, now_ms: int) -> float | None:
    """Return the greatest use of an agent's limits in percent; one whose window has ended is unknown."""
    used = []
    for percent, at, window_minutes, resets_at in connection.execute(_LIMITS, {"agent": agent_name}):
        ends_ms = from_text(resets_at) if resets_at else from_text(at) + (window_minutes or 0) * MINUTE_MS
        if ends_ms > now_ms:
            used.append(percent)
    return max(used, default=None)


def _edits_since_tests(connection: sqlite3.Connection, rows: Mapping[str, int]) -> int | None:
    run = connection.execute(_LAST_RUN, rows).fetchone()
    if run is None:
        return None
    turn = run[0] >> CHILD_BITS << CHILD_BITS
    values = {"turn": turn, "beyond": rows["beyond"], "run_at": run[1]}
    return int(connection.execute(_EDITS, values).fetchone()[0])


def put_changes(
    connection: sqlite3.Connection, changes: Iterable[AlertChange], now_ms: int, *, has_command: bool
) -> None:
    """Open and close alerts, and reopen those that closed less than `EPISODE_MS` ago. Within a transaction.

    With `has_command`, each that opens waits for the user's command from then on.
    """
    for change in changes:
        values = {
            "now": to_text(now_ms),
            "trajectory": change.trajectory_id,
            "rule": change.rule,
            "value": change.value,
            "closed_since": to_text(max(0, now_ms - EPISODE_MS)),
        }
        if change.value is None:
            connection.execute(_CLOSE, values)
        elif not connection.execute(_OPEN_AGAIN, values).rowcount:
            opened = connection.execute(
                "INSERT INTO alerts (rule, trajectory_id, since, value) VALUES (:rule, :trajectory, :now, :value)",
                values,
            )
            if has_command:
                connection.execute("INSERT INTO alert_commands (alert_id) VALUES (?)", (opened.lastrowid,))


def waiting_alerts(connection: sqlite3.Connection) -> list[WaitingAlert]:
    """Return the alerts for which the user's command is still to be started, in the order in which they opened."""
    return [
        WaitingAlert(number, from_text(since), *row) for number, since, *row in connection.execute(_WAITING).fetchall()
    ]


def end_waiting(connection: sqlite3.Connection, alert_ids: Iterable[int]) -> None:
    """Remove alerts from those that wait for the user's command. Within a transaction."""
    connection.executemany("DELETE FROM alert_commands WHERE alert_id = ?", [(number,) for number in alert_ids])


def alerts_of_other_rules(connection: sqlite3.Connection, rules: Sequence[str]) -> list[AlertChange]:
    """Return changes that close the open alerts of rules that were removed from the settings."""
    return [
        AlertChange(alert.trajectory_id, alert.rule, None)
        for alert in open_alerts(connection)
        if alert.rule not in rules
    ]
