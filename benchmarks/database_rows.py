"""A synthetic database: 50,000 trajectories, 1,000,000 turns and all that hangs on them, made by SQL in about a minute.

The numbers are those of several years of daily use. Which session is young has nothing to do with its id, as after a
first reading of a long history; every fifth is a sub-agent; one session is very long, and one has very many sub-agents.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path

from ppp_tui.model.clock import from_text
from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate, steps
from ppp_tui.store.upkeep.run_sums import sum_span, unsummed_spans

TRAJECTORIES = 50_000
TURNS = 20
LONG = TRAJECTORIES + 1
"""The trajectory of `LONG_TURNS` turns."""
LONG_TURNS = 20_000
PARENT = 49_999
"""The trajectory with 400 sub-agents."""
NOW_MS = from_text("2026-11-20 12:00:00.000")
SPACING_S = 150
"""Seconds between the ends of two sessions: 87 days for all of them."""

_SERIES = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {most}) "
_AT = "strftime('%Y-%m-%d %H:%M:%f', {seconds}, 'unixepoch')"
_PLACE = f"((t.id * 7919) % {TRAJECTORIES})"
"""How many sessions ended later than this one."""
_ENDED = f"({NOW_MS // 1000} - {_PLACE} * {SPACING_S})"
_AGENT = "CASE n % 3 WHEN 0 THEN 'claude' WHEN 1 THEN 'codex' ELSE 'gemini' END"

_FILES = f"""
INSERT INTO source_files (id, source, path, size, offset, health, native_id, parser_state, fold_state)
{_SERIES} SELECT n, iif(n % 3 = 1, 'codex', 'claude_code'), '/home/someone/.sessions/project-' || (n % 211)
    || '/session-' || n || '.jsonl', 90000, 90000, iif(n % 4000 = 0, 'vanished', 'ok'),
    printf('%08x-session', n * 40503), zeroblob(200), randomblob(2500) FROM series
"""
_TRAJECTORIES = f"""
INSERT INTO trajectories (id, spec_id, agent_name, run_id, created_at, source, file_id, native_id, parent_id, title,
    project, branch, agent_version, agent_role, model, stage)
{_SERIES} SELECT n, iif(n % 10 = 1, 'SPEC-' || (n % 97), ''), {_AGENT}, 'run-' || (n % 40),
    {_AT.format(seconds=f"{NOW_MS // 1000} - ((n * 7919) % {TRAJECTORIES}) * {SPACING_S} - 3000")},
    iif(n % 3 = 1, 'codex', 'claude_code'), n, printf('%08x-session', n * 40503),
    CASE WHEN n BETWEEN 49500 AND 49900 THEN {PARENT} WHEN n % 5 = 0 THEN n - 1 END,
    iif(n % 3 = 0, '', (SELECT substr(body, 1, 50) FROM sentences WHERE number = n % 997) || ' ' || n),
    '/home/someone/projects/project-' || (n % 211), 'main', '2.' || (n % 30), iif(n % 5 = 0, 'Explore', ''),
    'model-' || (n % 4), iif(n % 20 = 1, 'plan', iif(n % 10 = 1, 'implement', '')) FROM series
"""
_TURNS = f"""
INSERT INTO trajectory_turns (id, trajectory_id, turn_number, latency_ms, timestamp, ended_at, status, requests,
    input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, steps, failed_steps, low_questions,
    violations, prompt_length, response_length, prompt, response)
{_SERIES} SELECT (t.id << 20) + n, t.id, n, 60000, {_AT.format(seconds=f"{_ENDED} - ({{most}} - n) * 120")},
    {_AT.format(seconds=f"{_ENDED} - ({{most}} - n) * 120 + 60")}, 'completed', 1, 100 + n, 500 + (t.id % 700), 20000,
    300, t.id * 6007 % 45001, 2, (t.id + n) % 17 = 0 AND t.id <= {TRAJECTORIES}, (t.id + n) % 7 = 0
    AND t.id <= {TRAJECTORIES}, (t.id + n) % 53 = 0 AND t.id <= {TRAJECTORIES}, 120, 420,
    a.body || ' ' || (t.id * 31 + n), b.body || char(10) || c.body || ' ' || a.body
FROM trajectories AS t CROSS JOIN series
    JOIN sentences AS a ON a.number = (t.id * 13 + n * 7) % 997 JOIN sentences AS b ON b.number = (t.id + n * 11) % 997
    JOIN sentences AS c ON c.number = (t.id * 3 + n) % 997
WHERE t.id {{which}} ORDER BY t.id, n
"""
_STEPS = """
INSERT INTO steps (id, key, kind, tool, target, status, started_at, ended_at, duration_ms, input_preview,
    output_preview, input_length, output_length, input_offset, input_bytes, output_offset, output_bytes)
SELECT (u.id << 20) + m.n, 'call-' || u.id || '-' || m.n, iif(m.n = 1, 'shell', 'message'), 'Bash',
    'python -m pytest -q', iif(m.n = 1 AND u.failed_steps, 'failed', 'ok'), u.timestamp, u.ended_at, 1200,
    substr(u.prompt, 1, 100), substr(u.response, 1, 200), 90, 400, 1000, 500, 2000, 900
FROM trajectory_turns AS u CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) AS m ORDER BY u.id, m.n
"""
_USAGE = """
INSERT INTO token_usage (id, key_hash, at, model, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
    cost_micros, saved_micros)
SELECT (u.id << 20) + 1, u.id * 7919, u.timestamp, 'model-' || (u.trajectory_id % 4), u.input_tokens, u.output_tokens,
    u.cache_read_tokens, u.cache_write_tokens, u.cost_micros, 900 FROM trajectory_turns AS u ORDER BY u.id
"""
_QUESTIONS = """
INSERT INTO trajectory_questions (id, turn_id, question_text, effort_level, source)
SELECT (u.id << 20) + 1, u.id, 'Which provider do you prefer, number ' || u.id || '?', 'low', 'text'
FROM trajectory_turns AS u WHERE u.low_questions = 1
"""
_VIOLATIONS = """
INSERT INTO trajectory_violations (id, turn_id, preference_name, expected, actual, severity)
SELECT (u.id << 20) + 1, u.id, 'concise_question', 'one sentence', 'three', 'minor'
FROM trajectory_turns AS u WHERE u.violations = 1
"""
_LIVE = (
    "'[' || ({ended} * 1000) || ', \"AgentSpoke\", {turns}, \"completed\", 1, ' || ({ended} * 1000) || ', true, "
    '[["call", "shell", "Bash", "python -m pytest -q", 5]], 0, "Which provider do you prefer?", false, 0, '
    '"", "", 0, 0, false, 0, 0, false, 0, 0]\''
)
_SUMMARIES = f"""
INSERT INTO trajectory_summaries (trajectory_id, revision, last_at, turns, last_turn_number, requests, input_tokens,
    output_tokens, cache_read_tokens, cost_micros, steps, failed_steps, low_questions, violations, tree_requests,
    tree_input_tokens, tree_output_tokens, tree_cache_read_tokens, tree_cost_micros, children, context_tokens,
    context_window, live, low_asks, minor_violations, task_key)
SELECT t.id, t.id, {_AT.format(seconds=_ENDED)}, {{turns}}, {{turns}}, {{turns}}, 2200, 500 * {{turns}} + t.id % 7919,
    400000, t.id * 6007 % 900001, 40, t.id % 3, t.id % 4, t.id % 2, {{turns}}, 2200, 500 * {{turns}} + t.id % 7919,
    400000, t.id * 6007 % 900001, (SELECT count(*) FROM trajectories AS c WHERE c.parent_id = t.id), 60000, 200000,
    {_LIVE.format(ended=_ENDED, turns="{turns}")}, t.id % 4, t.id % 2, iif(t.parent_id IS NULL, t.id % 20011, NULL)
FROM trajectories AS t WHERE t.id {{which}} ORDER BY t.id
"""
_SUMS = """
UPDATE trajectory_summaries AS s SET
    (input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros) = (
        SELECT sum(u.input_tokens), sum(u.output_tokens), sum(u.cache_read_tokens), sum(u.cache_write_tokens),
               sum(u.cost_micros)
        FROM trajectory_turns AS u WHERE u.id BETWEEN s.trajectory_id << 20 AND (s.trajectory_id << 20) + 1048575)
"""
_TREE_SUMS = """
UPDATE trajectory_summaries AS s SET
    (tree_input_tokens, tree_output_tokens, tree_cache_read_tokens, tree_cache_write_tokens, tree_cost_micros) = (
        WITH RECURSIVE tree (id) AS (
            SELECT s.trajectory_id UNION ALL SELECT c.id FROM tree JOIN trajectories AS c ON c.parent_id = tree.id)
        SELECT sum(m.input_tokens), sum(m.output_tokens), sum(m.cache_read_tokens), sum(m.cache_write_tokens),
               sum(m.cost_micros)
        FROM tree JOIN trajectory_summaries AS m ON m.trajectory_id = tree.id)
"""
"""What a session used is the sum of its turns, and with its sub-agents that of its tree."""

_VERDICTS = """
INSERT INTO preference_verdicts (trajectory_id, preference_name, verdict, reward, method)
SELECT t.id, p.value, iif(t.id % 3, 'kept', 'violated'), iif(t.id % 3, 0, -0.5), 'preferences/1'
FROM trajectories AS t CROSS JOIN json_each('["no_ask", "concise_question", "require_json", "commas", "length"]') AS p
ORDER BY t.id
"""
_ARTIFACTS = """
INSERT INTO consensus_artifacts (trajectory_id, spec_id, stage, agent_name, run_id, content_json, score)
SELECT t.id, t.spec_id, t.stage, t.agent_name, t.run_id, '{"work_breakdown": ["one", "two"], "tasks": [1]}',
    iif(t.id % 2, NULL, (t.id % 100) / 100.0) FROM trajectories AS t WHERE t.spec_id <> ''
"""
_DECISIONS = """
INSERT INTO decision_counts
SELECT t.id, 'tool_selection', k.value, iif(t.id % 5 = 0 AND k.key = 0, 'stated', 'derived'), 1 + t.id % 7, 0, 0
FROM trajectories AS t
    CROSS JOIN json_each('["fresh_data_required", "accuracy_required", "cost_optimization"]') AS k
WHERE (t.id + k.key) % 3 ORDER BY t.id, k.key
"""
_SIGNALS = """
INSERT INTO signal_counts
SELECT t.id, substr(k.value, 1, instr(k.value, '/') - 1), substr(k.value, instr(k.value, '/') + 1), 'derived',
    1 + t.id % 7, t.id % 3
FROM trajectories AS t
    CROSS JOIN json_each('["tool_success/first_attempt", "tool_failure/timeout", "tool_failure/invalid_input",
        "retry_occurred/single_retry", "empty_retrieval/no_results", "latency_threshold/exceeded_threshold",
        "token_usage/high_usage"]') AS k
WHERE (t.id + k.key) % 4 ORDER BY t.id, k.key
"""
"""Sums alone: the rows that they are made of are read for one run at a time."""

_SEGMENTS = """
INSERT INTO search_segments (turn_id, text_start, text_end)
SELECT u.id, m.n, iif(m.n < 0, length(u.prompt), length(u.response))
FROM trajectory_turns AS u CROSS JOIN (SELECT -1 AS n UNION ALL SELECT 0) AS m ORDER BY u.id, m.n
"""
_INDEX = "INSERT INTO search_index (rowid, body) SELECT id, body FROM search_texts"


def default_path() -> Path:
    """Where the database lies unless somebody says otherwise: another schema is another file."""
    rows = (
        *(step.sql for step in steps()),
        _DECISIONS,
        _SIGNALS,
        _TURNS,
        _USAGE,
        _SUMMARIES,
        _SUMS,
        _TREE_SUMS,
        _TRAJECTORIES,
        _ARTIFACTS,
    )
    schema = blake2b("".join(rows).encode(), digest_size=4).hexdigest()
    return Path(tempfile.gettempdir()) / "ppp-tui-benchmarks" / f"database_million_{schema}.db"


def measuring_arguments(description: str | None) -> argparse.Namespace:
    """The database and how often each thing is measured, from the command line of a benchmark so described."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--database", type=Path, default=default_path())
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    ensure_database(options.database)
    return options


def ensure_database(path: Path) -> None:
    """Make the database unless it is there; say what takes minutes, and how many."""
    if path.exists():
        return
    print("making the database of 1,000,000 turns, once", file=sys.stderr)
    began = time.perf_counter()
    path.parent.mkdir(parents=True, exist_ok=True)
    _build(path)
    print(f"made {path} in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _build(path: Path) -> None:
    """Make the database; an unfinished one never bears the name."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    connection = open_writer(unfinished)
    migrate(connection, unfinished)
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    connection.execute("BEGIN")
    _fill(connection)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    unfinished.rename(path)


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TEMP TABLE sentences (number INTEGER PRIMARY KEY, body TEXT)")
    connection.executemany("INSERT INTO sentences VALUES (?, ?)", enumerate(_sentences()))
    connection.execute(_FILES.format(most=TRAJECTORIES))
    connection.execute(_TRAJECTORIES.format(most=TRAJECTORIES))
    connection.execute(
        "INSERT INTO trajectories (id, spec_id, agent_name, created_at, source, native_id, title, project) VALUES "
        "(?, '', 'claude', '2026-11-01 00:00:00.000', 'claude_code', 'long-session', 'long', '/home/someone/long')",
        (LONG,),
    )
    for turns, which in ((TURNS, f"<= {TRAJECTORIES}"), (LONG_TURNS, f"= {LONG}")):
        connection.execute(_TURNS.format(most=turns, which=which))
        connection.execute(_SUMMARIES.format(turns=turns, which=which))
    rollups = [_name_columns(connection, statement) for statement in _rollups()]
    rows = (
        _SUMS,
        _TREE_SUMS,
        _STEPS,
        _USAGE,
        _QUESTIONS,
        _VIOLATIONS,
        _VERDICTS,
        _ARTIFACTS,
        _DECISIONS,
        _SIGNALS,
        *rollups,
        _SEGMENTS,
        _INDEX,
    )
    for statement in rows:
        connection.execute(statement)
    for span in unsummed_spans(connection, NOW_MS):
        sum_span(connection, span)
    connection.execute("UPDATE archive_facts SET value = ? WHERE name = 'revision'", (str(LONG),))


def _rollups() -> list[str]:
    """The statements with which the schema itself adds up what an older database holds."""
    statements = [part.strip() for step in steps() for part in re.sub(r"--.*", "", step.sql).split(";")]
    return [
        part
        for part in statements
        if re.match(r"INSERT INTO (usage|session|project|folder|total)_(minutes|hours|days|months)\s+[SW]", part)
    ]


def _name_columns(connection: sqlite3.Connection, statement: str) -> str:
    """The statement with the columns that its table had then: later steps added the effort, which has a default."""
    table = statement.split()[2]
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    if table != "usage_days":
        columns = [column for column in columns if column != "reasoning_effort"]
    return statement.replace(table, f"{table} ({', '.join(columns)})", 1)


def _sentences() -> list[str]:
    """Sentences over 5,000 made-up words, some of which are common and most of which are rare."""
    chance = random.Random(7)
    syllables = ["ba", "ke", "lo", "mi", "nu", "ra", "si", "to", "ve", "za"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(5000)]
    ranks = [1 / (place + 1) for place in range(len(words))]
    return [" ".join(chance.choices(words, ranks, k=24)) for _ in range(997)]
