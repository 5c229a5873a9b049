"""Sums over the runs of days and months that are over: of decisions, quality signals, versions and conduct.

A run is a trajectory with a turn, and lies in the UTC day of its last sign of life. Triggers withdraw a span as soon as
one of its runs changes; its sums are made anew by `sum_day` and `sum_month`.
"""

from __future__ import annotations

import sqlite3

from ppp_tui.model.clock import DAY_MS, from_text, to_text

FAILED = """
CASE WHEN t.outcome = 'completed' THEN 0 WHEN t.outcome = 'failed' THEN 1 WHEN t.outcome <> '' THEN NULL
ELSE coalesce(
    (SELECT r.is_red FROM test_runs AS r WHERE r.id >= t.id << 40 AND r.id < (t.id + 1) << 40
        ORDER BY r.id DESC LIMIT 1),
    (SELECT CASE u.status WHEN 'completed' THEN 0 WHEN 'failed' THEN 1 END FROM trajectory_turns AS u
        WHERE u.id = (t.id << 20) + s.last_turn_number)) END
"""
"""Whether a run failed: as a program stated, else by its last test run, else by its last turn; NULL where unknown."""

FAILED_RETRIEVAL = (
    "EXISTS (SELECT 1 FROM signal_counts AS e WHERE e.trajectory_id = t.id "
    "AND e.signal_type = 'empty_retrieval' AND e.true_count > 0)"
)
"""Whether a search of a run found nothing."""

_RUNS = (
    "runs AS MATERIALIZED (SELECT t.id AS id, t.agent_name AS agent_name, t.agent_version AS agent_version, "
    "t.created_at AS created_at, s.last_at AS last_at, s.turns AS turns, s.wall_ms AS wall_ms, "
    f"{FAILED} AS failed, s.failed_steps > 0 AS tool_failed, s.retries > 0 AS model_failed, "
    f"{FAILED_RETRIEVAL} AS retrieval_failed FROM trajectory_summaries AS s CROSS JOIN trajectories AS t "
    "WHERE t.id = s.trajectory_id AND s.last_at >= :low AND s.last_at < :high AND s.turns > 0)"
)
_RUN_SUMS = f"""
WITH {_RUNS}, calls AS MATERIALIZED (
    SELECT trajectory_id, sum(true_count) AS good, sum(true_count + false_count) AS calls
    FROM runs CROSS JOIN signal_counts ON trajectory_id = id WHERE signal_type = 'tool_success' GROUP BY 1)
INSERT INTO run_sums SELECT :span, agent_name, agent_version, count(*), sum(turns), sum(wall_ms), min(created_at),
    max(last_at), count(failed), coalesce(sum(failed), 0), sum(tool_failed), sum(model_failed), sum(retrieval_failed),
    coalesce(sum(good), 0), coalesce(sum(calls), 0)
FROM runs LEFT JOIN calls ON trajectory_id = id GROUP BY agent_name, agent_version
"""
_DECISIONS = (
    "'decisions' AS subject, decision_type AS type, reason_code AS code, decisions AS entries, "
    "confident AS other_entries, confidence_micros, iif(source = 'derived', decisions, 0) AS derived, 1 AS is_hit "
    "FROM runs CROSS JOIN decision_counts ON trajectory_id = id"
)
_SIGNALS = (
    "'signals', signal_type, signal_code, true_count, false_count, 0, "
    "iif(source = 'derived', true_count + false_count, 0), true_count > 0 "
    "FROM runs CROSS JOIN signal_counts ON trajectory_id = id"
)
_ENTRIES = f"entries AS MATERIALIZED (SELECT runs.*, {_DECISIONS} UNION ALL SELECT runs.*, {_SIGNALS})"
_BY_RUN = """
SELECT id, agent_name, agent_version, failed, tool_failed, model_failed, retrieval_failed, subject, type,
    {code} AS code, sum(entries) AS entries, sum(other_entries) AS other_entries,
    sum(confidence_micros) AS confidence_micros, sum(derived) AS derived, max(is_hit) AS is_hit
FROM entries GROUP BY id, subject, type{group}
"""
"""A run may have a code both stated and derived, and several codes of a type: it counts once."""

_ENTRY_SUMS = f"""
WITH {_RUNS}, {_ENTRIES},
    by_run AS MATERIALIZED ({_BY_RUN.format(code="code", group=", code")} UNION ALL
        {_BY_RUN.format(code="''", group="")})
INSERT INTO entry_sums SELECT :span, subject, type, code, agent_name, agent_version, sum(entries), sum(other_entries),
    sum(confidence_micros), sum(derived), count(*), sum(is_hit), coalesce(sum(is_hit AND failed IS NOT NULL), 0),
    coalesce(sum(is_hit AND failed), 0), sum(is_hit AND tool_failed), sum(is_hit AND model_failed),
    sum(is_hit AND retrieval_failed)
FROM by_run GROUP BY subject, type, code, agent_name, agent_version
"""
_FAILURE_CODE_SUMS = f"""
WITH {_RUNS}, {_ENTRIES},
    hits AS MATERIALIZED (SELECT DISTINCT id, agent_name, failed, subject, type, code FROM entries WHERE is_hit),
    failures AS MATERIALIZED (SELECT DISTINCT trajectory_id, signal_code FROM runs CROSS JOIN signal_counts
        ON trajectory_id = id WHERE signal_type = 'tool_failure' AND true_count > 0)
INSERT INTO failure_code_sums SELECT :span, subject, type, code, signal_code, agent_name, count(*), count(failed)
FROM hits JOIN failures ON trajectory_id = id GROUP BY subject, type, code, signal_code, agent_name
"""
_CONDUCT_SUMS = """
INSERT INTO conduct_sums SELECT :span, t.agent_name, count(*), sum(s.turns), sum(s.low_questions),
    sum(s.medium_questions), sum(s.high_questions), sum(s.violations)
FROM trajectory_summaries AS s CROSS JOIN trajectories AS t
WHERE t.id = s.trajectory_id AND s.last_at >= :low AND s.last_at < :high GROUP BY t.agent_name
"""
_OF_DAYS = {
    "run_sums": "agent_name, agent_version, sum(runs), sum(turns), sum(wall_ms), min(first_at), max(last_at), "
    "sum(ended_runs), sum(failed_runs), sum(tool_failed_runs), sum(model_failed_runs), sum(retrieval_failed_runs), "
    "sum(good_calls), sum(calls) FROM run_sums {days} GROUP BY agent_name, agent_version",
    "entry_sums": "subject, type, code, agent_name, agent_version, sum(entries), sum(other_entries), "
    "sum(confidence_micros), sum(derived), sum(runs), sum(hit_runs), sum(ended_runs), sum(failed_runs), "
    "sum(tool_failed_runs), sum(model_failed_runs), sum(retrieval_failed_runs) FROM entry_sums {days} "
    "GROUP BY subject, type, code, agent_name, agent_version",
    "conduct_sums": "agent_name, sum(sessions), sum(turns), sum(low_questions), sum(medium_questions), "
    "sum(high_questions), sum(violations) FROM conduct_sums {days} GROUP BY agent_name",
    "failure_code_sums": "subject, type, code, failure_code, agent_name, sum(runs), sum(ended_runs) "
    "FROM failure_code_sums {days} GROUP BY subject, type, code, failure_code, agent_name",
}
"""Tables of sums, and how a month's are made of those of its days: a run lies in one day."""

_DAYS_WITH_RUNS = """
WITH RECURSIVE days (day) AS (
    SELECT substr(min(last_at), 1, 10) FROM trajectory_summaries WHERE last_at >= :since UNION ALL
    SELECT (SELECT substr(min(last_at), 1, 10) FROM trajectory_summaries WHERE last_at >= date(day, '+1 day'))
    FROM days WHERE day < :until)
SELECT day FROM days WHERE day < :until
"""


def unsummed_spans(connection: sqlite3.Connection, now_ms: int) -> list[str]:
    """Return days and months that are over, have runs, and no sums: the newest days first, then months."""
    today = to_text(now_ms)[:10]
    days = _days_with_runs(connection, "", today)
    months = dict.fromkeys(day[:7] for day in days if day[:7] < today[:7])
    summed = _summed_spans(connection)
    return [span for span in (*reversed(days), *reversed(months)) if span not in summed]


def count_spans(connection: sqlite3.Connection) -> int:
    """Return the number of spans that have sums."""
    count: int = connection.execute("SELECT count(*) FROM run_spans").fetchone()[0]
    return count


def sum_span(connection: sqlite3.Connection, span: str) -> None:
    """Make the sums of a day or a month anew; to be called in a transaction.

    Those of a month are made of its days' sums, and not at all while one of these was withdrawn.
    """
    is_day = len(span) == len("2026-11-20")
    first_day = span if is_day else f"{span}-01"
    low = f"{first_day} 00:00:00.000"
    # 31 days after the first of a month lies the next one.
    following = to_text(from_text(low) + (DAY_MS if is_day else 31 * DAY_MS))[: len(span)]
    high = f"{following if is_day else f'{following}-01'} 00:00:00.000"
    if not is_day and not _summed_spans(connection).issuperset(_days_with_runs(connection, low, high)):
        return
    bounds = {"span": span, "low": low, "high": high}
    for table in _OF_DAYS:
        connection.execute(f"DELETE FROM {table} WHERE span = :span", bounds)
    if is_day:
        for statement in (_RUN_SUMS, _ENTRY_SUMS, _FAILURE_CODE_SUMS, _CONDUCT_SUMS):
            connection.execute(statement, bounds)
    else:
        days = "WHERE span IN (SELECT d.span FROM run_spans AS d WHERE d.span > :span AND d.span < :span || '-99')"
        for table, sums in _OF_DAYS.items():
            connection.execute(f"INSERT INTO {table} SELECT :span, {sums.format(days=days)}", bounds)
    connection.execute("INSERT OR REPLACE INTO run_spans VALUES (:span, :low, :high)", bounds)


def _days_with_runs(connection: sqlite3.Connection, since: str, until: str) -> list[str]:
    return [row[0] for row in connection.execute(_DAYS_WITH_RUNS, {"since": since, "until": until})]


def _summed_spans(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT span FROM run_spans")}
