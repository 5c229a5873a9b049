"""A simulated team in a shared store: a year of sessions of any number of people, made by SQL alone.

Half of all sessions have few turns and some have very many, people and projects are of unequal size, every fifth
trajectory is a sub-agent, and a trajectory's number grows with the time when it began, as in a store that people push
to. Nothing depends on chance: the same size gives the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from ppp_tui.model.clock import from_text
from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate

NOW_MS = from_text("2026-11-20 12:00:00.000")
"""When the newest session has just gone on."""

DAYS = 365
STEPS_PER_TURN = 10
MAX_TURNS, MAX_STEPS = 2000, 200
MACHINES = 5
"""Of four people three have one machine, the fourth has two."""


class TeamSize(NamedTuple):
    """How much a team did."""

    people: int
    trajectories: int

    @property
    def replicas(self) -> int:
        """Machines that push."""
        return self.people * MACHINES // 4


_FUNCTIONS = """
CREATE FUNCTION pg_temp.share(n bigint, salt bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((hashint8extended(n, salt) & 4503599627370495) + 0.5) / 4503599627370496.0;
CREATE FUNCTION pg_temp.at(seconds double precision) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(to_timestamp(seconds) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS');
"""
"""A fraction above 0 and below 1 for a number, another one for each salt; seconds as a stored time."""

_PEOPLE = """
INSERT INTO members (tenant_id, person_id, name, login, role)
SELECT {tenant}, n, 'person ' || n, 'team_{tenant}_person_' || n, 'member' FROM generate_series(1, {people}) AS n;
INSERT INTO replicas (tenant_id, replica_id, person_id, machine, database_id, pushed_at)
SELECT {tenant}, n, (n - 1) % {people} + 1, 'machine ' || n, gen_random_uuid(), now()
FROM generate_series(1, {replicas}) AS n;
UPDATE tenants SET next_person_id = {people} + 1, next_replica_id = {replicas} + 1,
    next_trajectory_id = {trajectories} + 1 WHERE tenant_id = {tenant}
"""
_PLAN = """
CREATE TEMP TABLE plan AS
SELECT i.n AS id, (i.n % 5 = 0)::integer AS is_child, o.root_id, o.replica,
    o.started + (i.n - o.root_id) * 120 AS started,
    least({max_turns}, ceil(4 * pg_temp.share(i.n, 4) ^ -0.8))::bigint AS turns,
    20 + 160 * pg_temp.share(i.n, 5) AS turn_s, 'project-' || o.project AS project,
    CASE WHEN o.agent < 0.6 THEN 'claude' WHEN o.agent < 0.85 THEN 'codex' ELSE 'gemini' END AS agent,
    'model-' || floor(4 * pg_temp.share(i.n, 7) ^ 2)::integer AS model
FROM generate_series(1::bigint, {trajectories}) AS i (n) CROSS JOIN LATERAL (
    SELECT r.root_id, 1 + floor({replicas} * pg_temp.share(r.root_id, 1) ^ 1.4)::integer AS replica,
        floor({projects} * pg_temp.share(r.root_id, 6) ^ 2)::integer AS project, pg_temp.share(r.root_id, 8) AS agent,
        {now} - 36000.0 - 86400.0 * floor({days} * (1 - r.root_id / ({trajectories} + 1.0)))
            + 30000 * pg_temp.share(r.root_id, 2) AS started
    FROM (SELECT i.n - (i.n % 5 = 0)::integer AS root_id) AS r) AS o;
CREATE UNIQUE INDEX ON plan (id);
ANALYZE plan
"""
_TRAJECTORIES = """
INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name, run_id, created_at, source, file_id, lane,
    native_id, parent_id, title, project, agent_version, agent_role, model, stage, ended_at, outcome)
SELECT {tenant}, p.replica, p.id, CASE WHEN p.id % 10 = 1 THEN 'SPEC-' || p.id % 97 ELSE '' END, p.agent,
    CASE WHEN p.id % 10 = 1 THEN 'run-' || p.id % 40 END, pg_temp.at(p.started),
    CASE p.agent WHEN 'codex' THEN 'codex' ELSE 'claude_code' END, p.replica, '', 'session-' || p.id,
    CASE WHEN p.is_child = 1 THEN p.root_id END, '', p.project, '2.' || p.id / 1000 % 30,
    CASE WHEN p.is_child = 1 THEN 'Explore' ELSE '' END, p.model, CASE WHEN p.id % 10 = 1 THEN 'plan' ELSE '' END,
    pg_temp.at(p.started + p.turns * p.turn_s), CASE WHEN p.id % 7 = 0 THEN 'failed' ELSE 'completed' END
FROM plan AS p ORDER BY p.id;
INSERT INTO shared_trajectories (tenant_id, replica_id, local_id, trajectory_id, session_key, last_at, is_present,
    digests)
SELECT {tenant}, p.replica, p.id, p.id, p.id * 7919, pg_temp.at(p.started + p.turns * p.turn_s), 1,
    decode(repeat('00', least(p.turns, 500)::integer * 8), 'hex')
FROM plan AS p ORDER BY p.id
"""
_TURNS = """
INSERT INTO trajectory_turns (tenant_id, replica_id, id, trajectory_id, turn_number, latency_ms, timestamp, ended_at,
    first_token_ms, status, context_tokens, context_window, requests, input_tokens, output_tokens, cache_read_tokens,
    cache_write_tokens, cost_micros, steps, failed_steps, low_questions, violations, prompt_length, response_length,
    prompt, response)
SELECT {tenant}, p.replica, (p.id << 20) + k, p.id, k, round(p.turn_s * 600),
    pg_temp.at(p.started + (k - 1) * p.turn_s),
    pg_temp.at(p.started + (k - 0.4) * p.turn_s), 900, 'completed', least(180000, 20000 + k * 900), 200000,
    greatest(1, s.steps * 6 / 10), 300 * s.steps, 90 * s.steps + k, 20000 * s.steps, 2000 * s.steps, 9000 * s.steps,
    s.steps, (s.steps > 20)::integer, ((p.id + k) % 7 = 0)::integer, ((p.id + k) % 53 = 0)::integer, 120, 420, '', ''
FROM plan AS p CROSS JOIN LATERAL generate_series(1, p.turns) AS k CROSS JOIN LATERAL (
    SELECT least({max_steps}, ceil(-{steps_per_turn} * ln(pg_temp.share((p.id << 20) + k, 9))))::bigint AS steps) AS s
ORDER BY p.id, k;
ANALYZE trajectory_turns
"""
_STEPS = """
INSERT INTO steps (tenant_id, replica_id, id, key, kind, tool, target, status, exit_code, started_at, ended_at,
    duration_ms, input_length, output_length, request_number)
SELECT {tenant}, u.replica_id, (u.id << 20) + m, '', (ARRAY['shell', 'read', 'edit', 'message', 'search'])[1 + m % 5],
    (ARRAY['Bash', 'Read', 'Edit', '', 'Grep'])[1 + m % 5], '',
    CASE WHEN m = 21 THEN 'failed' ELSE 'ok' END, CASE WHEN m % 5 = 0 THEN (m = 21)::integer END, u.timestamp,
    u.ended_at, 1200, 90 + m, 400 + m, 1 + m * 6 / 10
FROM trajectory_turns AS u CROSS JOIN LATERAL generate_series(1, u.steps) AS m
WHERE u.tenant_id = {tenant} ORDER BY u.id, m
"""
_USAGE = """
INSERT INTO token_usage (tenant_id, replica_id, id, key_hash, at, model, input_tokens, output_tokens, cache_read_tokens,
    cache_write_5m_tokens, cost_micros, saved_micros, stop_reason, first_token_ms, provider)
SELECT {tenant}, u.replica_id, (u.id << 20) + m, hashint8extended((u.id << 20) + m, 0), u.timestamp, p.model,
    u.input_tokens / u.requests, u.output_tokens / u.requests, u.cache_read_tokens / u.requests,
    u.cache_write_tokens / u.requests, u.cost_micros / u.requests, 900, 'tool_use', 700, 'anthropic'
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id
    CROSS JOIN LATERAL generate_series(1, u.requests) AS m
WHERE u.tenant_id = {tenant} ORDER BY u.id, m
"""
_OF_TURNS = """
INSERT INTO turn_times (tenant_id, replica_id, id, tool_ms, waiting_ms, retry_ms)
SELECT {tenant}, replica_id, id, latency_ms / 2, 0, 0 FROM trajectory_turns WHERE tenant_id = {tenant} ORDER BY id;
INSERT INTO context_use (tenant_id, replica_id, id, used_tokens, peak_tokens, window_tokens, system_tokens, file_tokens,
    tool_tokens, conversation_tokens, compactions, overflows)
SELECT {tenant}, replica_id, id, context_tokens, context_tokens, 200000, 20000, 9000, 9000, 12000,
    (turn_number % 50 = 0)::integer, 0 FROM trajectory_turns WHERE tenant_id = {tenant} ORDER BY id;
INSERT INTO trajectory_questions (tenant_id, replica_id, id, turn_id, question_text, effort_level, source, asked_at)
SELECT {tenant}, replica_id, (id << 20) + 1, id, '', 'low', 'text', timestamp FROM trajectory_turns
WHERE tenant_id = {tenant} AND low_questions = 1 ORDER BY id;
INSERT INTO trajectory_violations (tenant_id, replica_id, id, turn_id, preference_name, expected, actual, severity)
SELECT {tenant}, replica_id, (id << 20) + 1, id, 'concise_question', '', '', 'minor' FROM trajectory_turns
WHERE tenant_id = {tenant} AND violations = 1 ORDER BY id;
INSERT INTO agent_decisions (tenant_id, replica_id, decision_id, decision_type, selected, reason_code, recorded_at,
    source, rules)
SELECT {tenant}, replica_id, (id << 20) + 1, 'retry_strategy', 'retry', 'transient_error_detected', timestamp,
    'derived', 3
FROM trajectory_turns WHERE tenant_id = {tenant} AND failed_steps > 0 ORDER BY id;
INSERT INTO agent_quality_signals (tenant_id, replica_id, signal_id, signal_type, signal_code, value, recorded_at,
    source, rules)
SELECT {tenant}, replica_id, (id << 20) + 1, 'outcome_signal', 'no_user_retry', (failed_steps = 0)::integer, timestamp,
    'derived', 3
FROM trajectory_turns WHERE tenant_id = {tenant} AND turn_number % 3 = 0 ORDER BY id
"""
_WORK = """
INSERT INTO test_runs (tenant_id, replica_id, id, agent_name, project, suite, framework, at, model, total, passed,
    failed, skipped, duration_ms, variant)
SELECT {tenant}, u.replica_id, (u.id << 20) + 1, p.agent, p.project, 'pytest tests/part' || u.id % 9, 'pytest',
    u.timestamp, p.model, 100, 100 - u.id % 23, u.id % 23, 0, 900, u.id % 9
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id
WHERE u.tenant_id = {tenant} AND u.turn_number % 5 = 1 ORDER BY u.id;
INSERT INTO project_changes (tenant_id, replica_id, id, project, at)
SELECT {tenant}, u.replica_id, (u.id << 20) + m, p.project, u.timestamp
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id CROSS JOIN generate_series(1, 2) AS m
WHERE u.tenant_id = {tenant} AND u.turn_number % 2 = 1 ORDER BY u.id, m;
INSERT INTO retry_chains (tenant_id, replica_id, id, agent_name, kind, project, model, reason, attempts, wait_ms,
    started_at, outcome)
SELECT {tenant}, u.replica_id, (u.id << 20) + 1, p.agent, 'request', p.project, p.model, 'overloaded', u.id % 9 + 1,
    900, u.timestamp, CASE WHEN u.id % 4 = 0 THEN 'gave_up' ELSE 'recovered' END
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id
WHERE u.tenant_id = {tenant} AND u.turn_number % 20 = 1 ORDER BY u.id;
INSERT INTO file_accesses (tenant_id, replica_id, id, step_number, agent_name, project, path, action, at, tokens)
SELECT {tenant}, u.replica_id, (u.id << 20) + m, m, p.agent, p.project,
    'file-' || floor(500 * pg_temp.share((u.id << 20) + m, 11) ^ 2)::integer,
    CASE WHEN m % 3 = 0 THEN 'edit' ELSE 'read' END, u.timestamp, 700
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id
    CROSS JOIN LATERAL generate_series(1, u.steps / 3) AS m
WHERE u.tenant_id = {tenant} ORDER BY u.id, m
"""
_SUMMARIES = """
INSERT INTO trajectory_summaries (tenant_id, replica_id, trajectory_id, revision, last_at, turns, last_turn_number,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, steps, failed_steps,
    low_questions, violations, tree_requests, tree_input_tokens, tree_output_tokens, tree_cache_read_tokens,
    tree_cache_write_tokens, tree_cost_micros, children, context_tokens, context_window, live, low_asks,
    minor_violations, test_runs, tests_run, tests_passed, tests_failed, is_child, task_key)
SELECT {tenant}, p.replica, p.id, CASE WHEN p.id > {trajectories} - 5 THEN 5 ELSE 1 END,
    pg_temp.at(p.started + p.turns * p.turn_s), p.turns, p.turns, s.requests,
    s.input_tokens, s.output_tokens, s.cache_read_tokens, s.cache_write_tokens, s.cost_micros, s.steps, s.failed_steps,
    s.low_questions, s.violations, s.requests, s.input_tokens, s.output_tokens, s.cache_read_tokens,
    s.cache_write_tokens, s.cost_micros, (p.id % 5 = 4 AND p.id < {trajectories})::integer,
    least(180000, 20000 + p.turns * 900), 200000,
    format('[%1$s, "AgentSpoke", %2$s, "completed", 1, %1$s, true, [["call", "shell", "Bash", "", 5]], 0, "", '
        'false, 0, "", "", 0, 0, false, 0, 0, false, 0, 0]',
        round((p.started + p.turns * p.turn_s) * 1000), p.turns), s.low_questions, s.violations, (p.turns + 4) / 5,
    (p.turns + 4) / 5 * 100, (p.turns + 4) / 5 * 89, (p.turns + 4) / 5 * 11, p.is_child,
    CASE WHEN p.is_child = 0 THEN p.id % 20011 END
FROM plan AS p JOIN (
    SELECT trajectory_id, sum(requests)::bigint AS requests, sum(input_tokens)::bigint AS input_tokens,
        sum(output_tokens)::bigint AS output_tokens, sum(cache_read_tokens)::bigint AS cache_read_tokens,
        sum(cache_write_tokens)::bigint AS cache_write_tokens, sum(cost_micros)::bigint AS cost_micros,
        sum(steps)::bigint AS steps, sum(failed_steps)::bigint AS failed_steps,
        sum(low_questions)::bigint AS low_questions, sum(violations)::bigint AS violations
    FROM trajectory_turns WHERE tenant_id = {tenant} GROUP BY 1) AS s ON s.trajectory_id = p.id ORDER BY p.id;
INSERT INTO evaluations (tenant_id, replica_id, trajectory_id, name, method, verdict, score)
SELECT {tenant}, p.replica, p.id, e, 'rules/1', 'good', 0.8
FROM plan AS p CROSS JOIN unnest(ARRAY['goal', 'retention', 'coherence', 'progression']) AS e
WHERE p.is_child = 0 ORDER BY p.id;
INSERT INTO preference_verdicts (tenant_id, replica_id, trajectory_id, preference_name, verdict, method)
SELECT {tenant}, p.replica, p.id, e, 'kept', 'preferences/1'
FROM plan AS p CROSS JOIN unnest(ARRAY['concise_question', 'require_json']) AS e ORDER BY p.id;
INSERT INTO decision_counts (tenant_id, replica_id, trajectory_id, decision_type, reason_code, source, decisions,
    confident, confidence_micros)
SELECT tenant_id, replica_id, run_id, decision_type, reason_code, source, count(*), 0, 0 FROM agent_decisions
WHERE tenant_id = {tenant} GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO signal_counts (tenant_id, replica_id, trajectory_id, signal_type, signal_code, source, true_count,
    false_count)
SELECT tenant_id, replica_id, run_id, signal_type, signal_code, source, sum(value), sum(1 - value)
FROM agent_quality_signals WHERE tenant_id = {tenant} GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO performance_events (tenant_id, replica_id, id, at, type, agent_id, agent_version, task_id, task_type,
    success, duration_ms, tokens, cost_micros, data)
SELECT {tenant}, p.replica, p.id, pg_temp.at(p.started), 'task-execution', p.agent, '', 'task-' || p.id, 'bug',
    (p.id % 7 <> 0)::integer, 900, 9000, 900, '{{}}' FROM plan AS p WHERE p.id % 10 = 1 ORDER BY p.id;
INSERT INTO agents_by_replica (tenant_id, replica_id, agent_id, first_at, last_at)
SELECT {tenant}, replica, agent, pg_temp.at(min(started)), pg_temp.at(max(started)) FROM plan GROUP BY replica, agent
"""
_MEASURES = (
    "requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests, "
    "lower_bound_requests"
)
_ADDED = ", ".join(f"sum({name})::bigint" for name in _MEASURES.split(", "))
_HOURS = f"""
INSERT INTO session_hours (tenant_id, replica_id, hour, trajectory_id, model, root_id, {_MEASURES})
SELECT {{tenant}}, u.replica_id, substr(u.timestamp, 1, 13) || ':00', u.trajectory_id, p.model, p.root_id,
    sum(u.requests), sum(u.input_tokens), sum(u.output_tokens), sum(u.cache_read_tokens), sum(u.cache_write_tokens),
    sum(u.cost_micros), 0, 0
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id WHERE u.tenant_id = {{tenant}}
GROUP BY 2, 3, 4, 5, 6 ORDER BY 4, 3;
INSERT INTO session_days (tenant_id, replica_id, day, trajectory_id, model, root_id, {_MEASURES})
SELECT tenant_id, replica_id, substr(hour, 1, 10) || ' 00:00', trajectory_id, model, root_id, {_ADDED}
FROM session_hours WHERE tenant_id = {{tenant}} GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 4, 3;
INSERT INTO usage_minutes_by_replica (tenant_id, replica_id, minute, agent_name, model, {_MEASURES})
SELECT {{tenant}}, u.replica_id, substr(u.timestamp, 1, 16), p.agent, p.model, sum(u.requests), sum(u.input_tokens),
    sum(u.output_tokens), sum(u.cache_read_tokens), sum(u.cache_write_tokens), sum(u.cost_micros), 0, 0
FROM trajectory_turns AS u JOIN plan AS p ON p.id = u.trajectory_id WHERE u.tenant_id = {{tenant}}
GROUP BY 2, 3, 4, 5 ORDER BY 3
"""


def _usage_sums() -> Iterator[str]:
    hour, day, month = "h.hour", "substr(h.hour, 1, 10) || ' 00:00'", "substr(h.hour, 1, 8) || '01 00:00'"
    by_model = {"agent_name": "p.agent", "model": "h.model"}
    for table, keys in (
        ("usage_hours", {"hour": hour, **by_model}),
        ("usage_days", {"day": day, **by_model}),
        ("total_hours", {"hour": hour}),
        ("project_hours", {"hour": hour, "project": "p.project", **by_model}),
        ("project_days", {"day": day, "project": "p.project", **by_model}),
        ("folder_days", {"day": day, "project": "p.project"}),
        ("folder_months", {"month": month, "project": "p.project"}),
    ):
        added = ", ".join(f"sum(h.{name})::bigint" for name in _MEASURES.split(", "))
        yield (
            f"INSERT INTO {table}_by_replica (tenant_id, {', '.join(keys)}, replica_id, {_MEASURES}) "
            f"SELECT h.tenant_id, {', '.join(keys.values())}, h.replica_id, {added} FROM session_hours AS h "
            "JOIN plan AS p ON p.id = h.trajectory_id WHERE h.tenant_id = {tenant} "
            f"GROUP BY {', '.join(str(place + 1) for place in range(len(keys) + 2))} ORDER BY 2"
        )


_WORK_SUMS = """
INSERT INTO test_suites_by_replica SELECT tenant_id, replica_id, project, suite, framework, unit, count(*), sum(passed),
    sum(failed), sum(skipped), sum(duration_ms), count(*), sum(is_red) FROM test_runs WHERE tenant_id = {tenant}
GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO test_days_by_replica SELECT tenant_id, replica_id, substr(at, 1, 10), project, agent_name, model, count(*),
    sum(passed), sum(failed), sum(skipped), sum(is_red) FROM test_runs WHERE tenant_id = {tenant}
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 3;
INSERT INTO retry_hours_by_replica SELECT tenant_id, replica_id, substr(started_at, 1, 13), agent_name, project, model,
    kind, reason, count(*), sum(attempts), sum((outcome = 'recovered')::integer),
    sum(CASE WHEN outcome = 'recovered' THEN attempts ELSE 0 END), sum((outcome = 'gave_up')::integer), 0, sum(wait_ms),
    count(*) FROM retry_chains WHERE tenant_id = {tenant} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 3;
INSERT INTO file_sums_by_replica SELECT tenant_id, replica_id, project, path, count(*),
    sum((action = 'read')::integer), sum((action = 'edit')::integer),
    sum(CASE WHEN action = 'read' THEN tokens ELSE 0 END), sum(CASE WHEN action = 'edit' THEN tokens ELSE 0 END),
    max(at) FILTER (WHERE action = 'read'), max(at) FILTER (WHERE action = 'edit')
FROM file_accesses WHERE tenant_id = {tenant} GROUP BY 1, 2, 3, 4
"""

STATEMENTS = (
    _PEOPLE,
    _PLAN,
    _TRAJECTORIES,
    _TURNS,
    _STEPS,
    _USAGE,
    _OF_TURNS,
    _WORK,
    _SUMMARIES,
    _HOURS,
    *_usage_sums(),
    _WORK_SUMS,
)


def fill_tenant(
    connection: psycopg.Connection[Any],
    tenant_id: int,
    size: TeamSize,
    tell: Callable[[str, float], object] = lambda _, __: None,
) -> None:
    """Fill a tenant that has nobody yet, as a superuser whose session no trigger and no policy holds back.

    `tell` hears of each table and how many seconds it took.
    """
    values = {
        "tenant": tenant_id,
        "people": size.people,
        "replicas": size.replicas,
        "trajectories": size.trajectories,
        "projects": max(3, size.people * 2),
        "days": DAYS,
        "now": NOW_MS / 1000,
        "max_turns": MAX_TURNS,
        "max_steps": MAX_STEPS,
        "steps_per_turn": STEPS_PER_TURN,
    }
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET work_mem = '256MB'")
    connection.execute("SET jit = off")
    connection.execute(_FUNCTIONS.encode())
    for block in STATEMENTS:
        for statement in block.format_map(values).split(";\n"):
            began = time.perf_counter()
            connection.execute(statement.encode())
            tell(" ".join(statement.split()[:4]), time.perf_counter() - began)
    connection.execute("DROP TABLE plan")
    connection.execute("RESET session_replication_role")
    connection.execute("RESET work_mem")
    connection.execute("RESET jit")


LOCAL_TURNS, LOCAL_STEPS, LOCAL_REQUESTS = 20, 10, 6
_SERIES = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {most}) "
_AT = f"strftime('%Y-%m-%d %H:%M:%f', {NOW_MS // 1000} - {{seconds}}, 'unixepoch')"
_BEGAN = "({trajectories} - t.id) * 3600"
_LOCAL = (
    "INSERT INTO project_folders (folder, repository, name, label, is_seen, is_settled) "
    + _SERIES.format(most=7)
    + "SELECT '/home/someone/project-' || n, '/home/someone/project-' || n, 'project-' || n, 'project-' || n, 1, 1 "
    "FROM series",
    "INSERT INTO trajectories (id, spec_id, agent_name, created_at, source, native_id, title, project, model) "
    + _SERIES.format(most="{trajectories}")
    + f"SELECT n, '', 'claude', {_AT.format(seconds='({trajectories} - n) * 3600')}, 'claude_code', "
    "lower(hex(randomblob(16))), 'a title', '/home/someone/project-' || (n % 7 + 1), 'opus' FROM series",
    "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, latency_ms, timestamp, ended_at, status, requests, "
    "input_tokens, output_tokens, cache_read_tokens, cost_micros, steps, prompt_length, response_length, prompt, "
    "response) "
    + _SERIES.format(most=LOCAL_TURNS)
    + f"SELECT (t.id << 20) + n, t.id, n, 60000, {_AT.format(seconds=f'{_BEGAN} - n * 60')}, "
    f"{_AT.format(seconds=f'{_BEGAN} - n * 60 - 50')}, 'completed', {LOCAL_REQUESTS}, 600, 300, 60000, 9000, "
    f"{LOCAL_STEPS}, 30, 30, 'Mend the page of part ' || n, 'Done, all of it.' FROM trajectories AS t, series",
    "INSERT INTO steps (id, key, kind, tool, target, status, started_at, ended_at, duration_ms, input_length, "
    "output_length, request_number) "
    + _SERIES.format(most=LOCAL_STEPS)
    + "SELECT (u.id << 20) + n, 'call-' || u.id || '-' || n, 'shell', 'Bash', 'make test', 'ok', u.timestamp, "
    "u.ended_at, 900, 90, 400, 1 FROM trajectory_turns AS u, series",
    "INSERT INTO token_usage (id, key_hash, at, model, input_tokens, output_tokens, cache_read_tokens, cost_micros) "
    + _SERIES.format(most=LOCAL_REQUESTS)
    + "SELECT (u.id << 20) + n, u.id * 7 + n, u.timestamp, 'opus', 100, 50, 10000, 1500 "
    "FROM trajectory_turns AS u, series",
    (
        "INSERT INTO session_hours (hour, trajectory_id, model, root_id, requests, input_tokens, output_tokens, "
        "cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests, lower_bound_requests) "
        "SELECT substr(timestamp, 1, 13) || ':00', trajectory_id, 'opus', trajectory_id, sum(requests), "
        "sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), 0, sum(cost_micros), 0, 0 "
        "FROM trajectory_turns GROUP BY 1, 2"
    ),
    (
        "INSERT INTO trajectory_summaries (trajectory_id, revision, last_at, turns, last_turn_number, requests, steps) "
        f"SELECT t.id, t.id, {_AT.format(seconds=_BEGAN)}, {LOCAL_TURNS}, {LOCAL_TURNS}, "
        f"{LOCAL_TURNS * LOCAL_REQUESTS}, {LOCAL_TURNS * LOCAL_STEPS} FROM trajectories AS t"
    ),
    "UPDATE archive_facts SET value = '{trajectories}' WHERE name = 'revision'",
)


def fill_local(path: Path, trajectories: int) -> int:
    """Make a local database with so many sessions; return the number of its turns."""
    with closing(open_writer(path)) as connection:
        migrate(connection, path)
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN")
        for statement in _LOCAL:
            connection.execute(statement.format(trajectories=trajectories))
        connection.execute("COMMIT")
    return trajectories * LOCAL_TURNS
