"""Keeps alerts, and reads what their rules are judged by. Every read is a range of one trajectory's newest rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import HOUR_MS, from_text, to_text
from ppp_tui.model.ids import CHILD_BITS

NEWEST_ROWS = 1000
"""Requests, retries or file accesses of a trajectory that are looked at; a rule over more sees the newest of them."""

_CHANGED = (
    "SELECT trajectory_id FROM trajectory_summaries INDEXED BY summaries_by_time "
    "WHERE last_at >= :since AND revision > :revision"
)
_OPEN = "SELECT a.trajectory_id, a.rule FROM alerts AS a INDEXED BY alerts_open WHERE a.until IS NULL"
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


class AlertChange(NamedTuple):
    """A rule that began to hold for a trajectory, or holds no longer."""

    trajectory_id: int
    rule: str
    value: float | None
    """When it began to hold; None if it no longer does."""


def newest_revision(connection: sqlite3.Connection) -> int:
    """Return the number of the newest commit that changed a trajectory."""
    row = connection.execute("SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'").fetchone()
    return int(row[0])


def changed_trajectories(connection: sqlite3.Connection, revision: int, since_ms: int) -> list[int]:
    """Return trajectories that changed after a revision and gave a sign of life since a moment."""
    moments = {"revision": revision, "since": to_text(max(0, since_ms))}
    return [row[0] for row in connection.execute(_CHANGED, moments)]


def open_alerts(connection: sqlite3.Connection) -> dict[int, set[str]]:
    """Return the rules that hold, by trajectory."""
    rules: dict[int, set[str]] = {}
    for trajectory, rule in connection.execute(_OPEN):
        rules.setdefault(trajectory, set()).add(rule)
    return rules


def alert_facts(
    connection: sqlite3.Connection, trajectory_id: int, measures: Collection[str], runs: int, now_ms: int
) -> Mapping[str, Any] | None:
    """Return what rules on these measures are judged by, by name, and `last_at`; None for a trajectory that is gone.

    `runs` is how many test runs are read. Times are Unix milliseconds.
    """
    row = connection.execute(
        "SELECT last_at, high_questions, violations, retries, context_tokens, context_window "
        "FROM trajectory_summaries WHERE trajectory_id = ?",
        (trajectory_id,),
    ).fetchone()
    if row is None:
        return None
    names = ("high_questions", "violations", "retries", "context_tokens", "context_window")
    facts: dict[str, Any] = {
        "last_at": 0 if row[0] is None else from_text(row[0]),
        **dict(zip(names, row[1:], strict=True)),
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
    if "edits_since_tests" in measures:
        facts["edits_since_tests"] = _edits_since_tests(connection, rows)
    return facts


def _edits_since_tests(connection: sqlite3.Connection, rows: Mapping[str, int]) -> int | None:
    run = connection.execute(_LAST_RUN, rows).fetchone()
    if run is None:
        return None
    turn = run[0] >> CHILD_BITS << CHILD_BITS
    values = {"turn": turn, "beyond": rows["beyond"], "run_at": run[1]}
    return int(connection.execute(_EDITS, values).fetchone()[0])


def put_changes(connection: sqlite3.Connection, changes: Iterable[AlertChange], now_ms: int) -> None:
    """Open and close alerts. Within a transaction."""
    now = to_text(now_ms)
    for change in changes:
        if change.value is None:
            connection.execute(
                "UPDATE alerts SET until = ? WHERE trajectory_id = ? AND rule = ? AND until IS NULL",
                (now, change.trajectory_id, change.rule),
            )
        else:
            connection.execute(
                "INSERT INTO alerts (rule, trajectory_id, since, value) VALUES (?, ?, ?, ?)",
                (change.rule, change.trajectory_id, now, change.value),
            )


def alerts_of_other_rules(connection: sqlite3.Connection, rules: Sequence[str]) -> list[AlertChange]:
    """Return how to close the open alerts of rules that are no longer among the settings."""
    return [AlertChange(trajectory, rule, None) for trajectory, rule in connection.execute(_OPEN) if rule not in rules]
