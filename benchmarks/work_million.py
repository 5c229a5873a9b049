"""What the queries about tests, retries, files, context and codebases take over the work of a million turns.

Each is held against the 20 ms that a screen's query may take. The rows are made by SQL, through the same triggers that
keep the sums when sessions are read.

    python -m benchmarks.work_million
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.database_million import PROMISED_MS, measure
from ppp_tui.model.clock import DAY_MS, from_text
from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality import codebases, context_use, file_use, retry_history, suite_history
from ppp_tui.query.quality import flaky_tests as flaky
from ppp_tui.query.quality.span_tests import span_tests
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.usage.spans import days
from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate

NOW_MS = from_text("2026-11-20 12:00:00.000")
TRAJECTORIES, TURNS = 49_000, 20
LONG, LONG_TURNS = TRAJECTORIES + 1, 20_000
PROJECTS = 211
RUNS, CHAINS, ACCESSES, CHANGES, FILES = 200_000, 50_000, 500_000, 500_000, 100_000
TIMES = 15

_SERIES = "WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {most} - 1) "
_TURN = f"(((n * 7919) % {TRAJECTORIES} + 1) << 20) + n % {TURNS} + 1"
_AT = f"strftime('%Y-%m-%d %H:%M:%f', {NOW_MS // 1000} - (n * 7919) % {{most}} * {{spacing}}, 'unixepoch')"
_PROJECT = f"'/home/someone/projects/project-' || (n % {PROJECTS})"
_CONTEXT = (
    "context_use (id, used_tokens, peak_tokens, window_tokens, system_tokens, file_tokens, tool_tokens, "
    "conversation_tokens, compactions, overflows)"
)
_AGENT = "CASE n % 3 WHEN 0 THEN 'claude' WHEN 1 THEN 'codex' ELSE 'gemini' END"


def _at(most: int, days: int) -> str:
    return _AT.format(most=most, spacing=days * 86_400 / most)


STATEMENTS = (
    (
        f"INSERT INTO trajectory_turns (id, trajectory_id, turn_number, timestamp, prompt, response) "
        f"{_SERIES.format(most=TRAJECTORIES * TURNS)} SELECT ((n / {TURNS} + 1) << 20) + n % {TURNS} + 1, "
        f"n / {TURNS} + 1, "
        f"n % {TURNS} + 1, {_at(TRAJECTORIES * TURNS, 700)}, 'Mend the page of part ' || n, 'Done.' FROM series"
    ),
    (
        f"INSERT INTO {_CONTEXT} {_SERIES.format(most=TRAJECTORIES * TURNS)} SELECT ((n / {TURNS} + 1) << 20) "
        f"+ n % {TURNS} + 1, 50000 + n % 9000, 60000, 200000, 20000, 9000, 9000, "
        "12000 + n % 9000, n % 50 = 0, 0 FROM series"
    ),
    (
        f"INSERT INTO {_CONTEXT} {_SERIES.format(most=LONG_TURNS)} SELECT ({LONG} << 20) + n, 50000 + n % 9000, "
        "60000, 200000, 20000, 9000, 9000, 12000, n % 50 = 0, 0 FROM series"
    ),
    (
        f"INSERT INTO test_runs (id, agent_name, project, suite, framework, at, model, total, passed, failed, skipped, "
        f"duration_ms, variant) {_SERIES.format(most=RUNS)} SELECT (({_TURN}) << 20) + n / 980000 + 1 + n % 7, "
        f"{_AGENT}, {_PROJECT}, "
        f"'pytest tests/part' || (n % 9), 'pytest', {_at(RUNS, 700)}, 'm' || (n % 4), 100, 100 - n % 23, n % 23, "
        "0, 900, n % 9 FROM series WHERE true ON CONFLICT DO NOTHING"
    ),
    (
        f"INSERT INTO project_changes (id, project, at) {_SERIES.format(most=CHANGES)} "
        f"SELECT (({_TURN}) << 20) + n / 49000 + 1, {_PROJECT}, {_at(CHANGES, 700)} FROM series WHERE true "
        "ON CONFLICT DO NOTHING"
    ),
    (
        f"INSERT INTO retry_chains (id, agent_name, kind, project, model, reason, attempts, wait_ms, started_at, "
        f"outcome) {_SERIES.format(most=CHAINS)} SELECT (({_TURN}) << 20) + n % 5 + 1, {_AGENT}, "
        f"'request', {_PROJECT}, 'm' || (n % 4), "
        f"'overloaded', n % 9 + 1, 900, {_at(CHAINS, 700)}, iif(n % 4, 'recovered', 'gave_up') FROM series WHERE true "
        "ON CONFLICT DO NOTHING"
    ),
    (
        f"INSERT INTO file_accesses (id, step_number, agent_name, project, path, action, at, tokens) "
        f"{_SERIES.format(most=ACCESSES)} SELECT (({_TURN}) << 20) + n / 49000 + 1, 1, {_AGENT}, {_PROJECT}, "
        f"'src/part' || (n % 1997) || '.py', iif(n % 3, 'read', 'edit'), {_at(ACCESSES, 700)}, 700 FROM series "
        "WHERE true ON CONFLICT DO NOTHING"
    ),
    (
        f"INSERT INTO codebases {_SERIES.format(most=PROJECTS)} SELECT n + 1, {_PROJECT}, "
        "'2026-11-20 12:00:00.000', 5000, "
        "10, 1, 1000, 900000, 30000 + n, 3000, 2000, 200000 FROM series"
    ),
    (
        f"INSERT INTO codebase_files {_SERIES.format(most=FILES)} SELECT 1, "
        "'src/part' || n || '.py', 'Python', n * 31 % 9001, "
        "1, 30, 3, 3 FROM series"
    ),
)


def queries(
    project: str = "/home/someone/projects/project-7", session: int = 777, long: int = LONG
) -> Iterator[tuple[str, Query[Any]]]:
    """Every query that a screen or a command asks."""
    month = Scope(since_ms=NOW_MS - 30 * DAY_MS)
    yield "newest test runs", suite_history.suite_runs()
    yield "test runs of a project", suite_history.suite_runs(Scope(project=project))
    yield "test runs of an agent", suite_history.suite_runs(Scope(agent="codex"))
    yield "test runs of an unknown model", suite_history.suite_runs(Scope(model="none"))
    yield "regressions", suite_history.regressions()
    yield "regressions of a project", suite_history.regressions(Scope(project=project))
    yield "suites of a project", suite_history.suites(project)
    yield "tests of a month by day", span_tests(days(NOW_MS - 30 * DAY_MS, NOW_MS, ZoneInfo("Asia/Kolkata")))
    yield "flaky tests", flaky.flaky_tests()
    yield "retries of a month by reason", retry_history.retry_sums(month)
    yield "retries of a month by hour", retry_history.retry_sums(month, "hour")
    yield "retries of a session", retry_history.chains(session)
    yield "hot files", file_use.hot_files(project)
    yield "most changed files", file_use.hot_files(project, "edits")
    yield "hot files of a month", file_use.hot_files_within(month._replace(project=project))
    yield "files of a session", file_use.session_files(session)
    yield "newest prompts of a project", context_use.newest_prompts(project)
    yield "context, 1,000 turns", context_use.context_turns(long)
    yield "codebase", codebases.codebase(project)
    yield "largest codebases", codebases.largest_codebases()
    yield "largest of 100,000 files", codebases.largest_files(1)
    yield "projects with files", codebases.projects("file_sums")


def build(connection: sqlite3.Connection) -> None:
    """Fill the tables."""
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    for statement in STATEMENTS:
        began = time.perf_counter()
        connection.execute("BEGIN")
        connection.execute(statement)
        connection.execute("COMMIT")
        table = statement.split("INTO ", 1)[1].split(" ", 1)[0]
        print(f"made {table} in {time.perf_counter() - began:.0f} s")


def main() -> None:
    """Make a database, measure, and take it away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        writer = open_writer(path)
        migrate(writer, path)
        build(writer)
        writer.close()
        reader = open_reader(path)
        print(f"{path.stat().st_size / 1e9:.1f} GB")
        print(f"{'query':<40}{'rows':>6}{'median ms':>11}{'cpu ms':>9}{'limit ms':>10}")
        for name, query in queries():
            timing = measure(partial(answer, reader), query, TIMES)
            late = "" if timing.cpu <= PROMISED_MS else "  late"
            print(f"{name:<40}{timing.rows:>6}{timing.median:>11.2f}{timing.cpu:>9.2f}{PROMISED_MS:>10.0f}{late}")
        reader.close()


if __name__ == "__main__":
    main()
