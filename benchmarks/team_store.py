"""A team in a shared store: what every screen's query takes a lead, how fast machines push, what a turn takes on disk.

    python -m benchmarks.team_store [--people 10 30 100] [--times 15] [--pushed 500]

Each size is a database of a private PostgreSQL server in a temporary folder: about 10,000 turns, 105,000 steps and
60,000 requests a person, a year of daily work. A thousand people are extrapolated from the two largest sizes. Queries
go through the translation and row-level security as a lead's; two machines push at once, each a process of its own.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

import psutil
import psycopg

from benchmarks import work_million
from benchmarks.database_million import Landmarks, screens
from benchmarks.measure import percentile
from benchmarks.team_rows import NOW_MS, TeamSize, fill_local, fill_tenant
from ppp_tui.model.clock import DAY_MS, to_text
from ppp_tui.query.query import Query
from ppp_tui.team.connect import CONTEXT_SQL, Store, context
from ppp_tui.team.dialect import translate
from ppp_tui.team.founding import add_member
from ppp_tui.team.reader import PLANNER_SQL, TeamReader, open_for_reading, open_team_reader
from tests.postgres import SETTINGS, Server, begin_server, remove_server

PROMISED_MS = 100.0
TRAJECTORIES_A_PERSON = 500
PLANS = 3
"""Plans that are made to see how long one takes."""

MORE_PEOPLE = 1000
"""What the largest size is extrapolated to."""

SERVER = {
    **SETTINGS,
    "shared_buffers": "1GB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "60",
}
BIG = ("trajectory_turns", "steps", "token_usage")


class Timing(NamedTuple):
    """Milliseconds of one query."""

    name: str
    rows: int
    median: float
    p95: float
    cpu: float
    """Of the server's process, in the mean: other work on the machine hardly changes it."""
    pages: int
    """Pages of 8 KiB that the server looked at: the same whenever it is asked."""
    planning: float
    """Milliseconds in which the server made a plan, at best: more people change nothing about them."""


def landmarks(connection: psycopg.Connection[Any]) -> Landmarks:
    """What there is to ask for in a tenant that was filled."""

    def number(sql: str) -> int:
        row = connection.execute(sql.encode()).fetchone()
        return int(row[0]) if row else 0

    newest = [
        row[0]
        for row in connection.execute(
            "SELECT trajectory_id FROM trajectory_summaries WHERE is_child = 0 ORDER BY last_at DESC LIMIT 500"
        )
    ]
    longest = "FROM trajectory_summaries ORDER BY turns DESC, trajectory_id LIMIT 1"
    return Landmarks(
        session=newest[100],
        parent=number("SELECT parent_id FROM trajectories WHERE parent_id IS NOT NULL ORDER BY id DESC LIMIT 1"),
        long=number(f"SELECT trajectory_id {longest}"),
        middle=number(f"SELECT turns / 2 {longest}"),
        newest=lambda count: newest[:count],
        folder="project-7",
        moved_after=number("SELECT max(revision) - 1 FROM trajectory_summaries"),
        has_texts=False,
    )


def asked(marks: Landmarks) -> Iterator[tuple[str, Query[Any]]]:
    """Every query of the screens."""
    yield from screens(marks)
    yield from work_million.queries(marks.folder, marks.session, marks.long)


def explained(store: Store, query: Query[Any], options: str) -> dict[str, Any]:
    """Return what the server tells of how it answers a query, as EXPLAIN says it with some options."""
    statement = translate(query.sql, query.parameters)
    with store.connection.transaction():
        store.connection.execute(CONTEXT_SQL, context(store.member.tenant_id, timeout_s=600, is_read_only=True))
        store.connection.execute(PLANNER_SQL)
        cursor = psycopg.RawCursor(store.connection)
        sql = f"EXPLAIN ({options}, FORMAT JSON) {statement.sql}"
        row = cursor.execute(cast("Any", sql), statement.values(query.parameters)).fetchone()
    return dict(row[0][0]) if row else {}


def pages_read(store: Store, query: Query[Any]) -> int:
    """Return how many pages the server looks at to answer a query, found in memory or not, temporary ones included."""
    plan = explained(store, query, "ANALYZE, BUFFERS, TIMING OFF").get("Plan", {})
    return sum(int(plan.get(f"{name} Blocks", 0)) for name in ("Shared Hit", "Shared Read", "Temp Read"))


def planning_ms(store: Store, query: Query[Any]) -> float:
    """Return how long the server takes for a plan, the shortest of a few."""
    return min(float(explained(store, query, "SUMMARY").get("Planning Time", 0)) for _ in range(PLANS))


def measure_queries(
    reader: TeamReader, store: Store, backend: psutil.Process, marks: Landmarks, times: int
) -> list[Timing]:
    """Ask each query once to warm up, then so often."""
    timings = []
    for name, query in asked(marks):
        rows = reader.execute(query.sql, query.parameters).fetchall()
        pages, planning = pages_read(store, query), planning_ms(store, query)
        taken = []
        before = backend.cpu_times()
        for _ in range(times):
            began = time.perf_counter()
            query.build(reader.execute(query.sql, query.parameters).fetchall())
            taken.append((time.perf_counter() - began) * 1000)
        after = backend.cpu_times()
        cpu = (after.user + after.system - before.user - before.system) * 1000 / times
        median, p95 = statistics.median(taken), percentile(taken, 95)
        timings.append(
            Timing(name=name, rows=len(rows), median=median, p95=p95, cpu=cpu, pages=pages, planning=planning)
        )
    return timings


def tell_queries(timings: list[Timing]) -> None:
    """Print each query that is late or slow, and how many are not."""
    print(f"{'query':<66}{'rows':>6}{'median ms':>11}{'p95 ms':>9}{'server cpu ms':>15}{'pages':>10}{'plan ms':>9}")
    for timing in sorted(timings, key=lambda each: -each.cpu):
        late = "" if timing.cpu <= PROMISED_MS else "  late"
        print(
            f"{timing.name:<66}{timing.rows:>6}{timing.median:>11.1f}{timing.p95:>9.1f}{timing.cpu:>15.1f}{timing.pages:>10,}"
            f"{timing.planning:>9.1f}{late}"
        )
    within = sum(timing.p95 <= PROMISED_MS for timing in timings)
    within_cpu = sum(timing.cpu <= PROMISED_MS for timing in timings)
    p95s = [timing.p95 for timing in timings]
    print(
        f"{within} of {len(timings)} queries have a p95 within {PROMISED_MS:.0f} ms, {within_cpu} take the server's "
        f"processor as long at most; median of the p95s {statistics.median(p95s):.1f} ms, of all {max(p95s):.1f} ms"
    )


def tell_extrapolated(people: list[int], timings: list[list[Timing]]) -> None:
    """Print what the queries would take of the server's processor with more people.

    The pages that a query looks at grow on a line through two sizes, and with them its time, but for that of its plan.
    """
    (smaller, larger), (before, after) = people[-2:], timings[-2:]
    pages = {timing.name: timing.pages for timing in before}
    expected = {}
    for timing in after:
        more = max(0, timing.pages - pages[timing.name]) / (larger - smaller) * (MORE_PEOPLE - larger)
        planning = min(timing.planning, timing.cpu)
        expected[timing.name] = planning + (timing.cpu - planning) * (1 + more / max(1, timing.pages))
    late = sorted((name for name in expected if expected[name] > PROMISED_MS), key=lambda name: -expected[name])
    print(
        f"extrapolated: {len(expected) - len(late)} of {len(expected)} queries take {PROMISED_MS:.0f} ms at most; not"
    )
    for name in late:
        print(f"  {name:<64}{expected[name]:>9.0f} ms")


def tell_storage(connection: psycopg.Connection[Any], size: TeamSize) -> float:
    """Print what the database takes on disk; return the bytes of a turn with all that hangs on it."""

    def one(sql: str) -> int:
        row = connection.execute(sql.encode()).fetchone()
        return int(row[0]) if row else 0

    turns, whole = one("SELECT count(*) FROM trajectory_turns"), one("SELECT pg_database_size(current_database())")
    parts = []
    for table in BIG:
        rows, used = one(f"SELECT count(*) FROM {table}"), one(f"SELECT pg_total_relation_size('{table}')")
        parts.append(f"{table} {rows:,} rows of {used / max(1, rows):.0f} bytes")
    print(f"{size.people} people: {whole / 1e9:.2f} GB, {whole / turns:.0f} bytes a turn; {', '.join(parts)}")
    return whole / turns


def measure_push(server: Server, server_pid: int, folder: Path, trajectories: int) -> None:
    """Two machines push a history of their own at once, then one pushes again what changed: nothing.

    The processor's time of the server is that of all its processes that ended meanwhile; it hardly depends on what else
    the machine does.
    """
    database = server.make_database()
    machines = []
    for name in ("ann", "ben"):
        home = folder / name
        home.mkdir()
        local = home / "own.db"
        rows = fill_local(local, trajectories)
        machines.append((home, local, server.add_member(database, "pushing", name)))
    began, clients, servers = time.perf_counter(), _ended_s(psutil.Process()), _ended_s(psutil.Process(server_pid))
    running = [_push(home, local, url) for home, local, url in machines]
    outputs = [process.communicate()[0] for process in running]
    spent = time.perf_counter() - began
    clients, servers = _ended_s(psutil.Process()) - clients, _ended_s(psutil.Process(server_pid)) - servers
    pushed = sum(
        int(found.replace(",", "")) for output in outputs for found in re.findall(r"\(([\d,]+) rows?\)", output)
    )
    if any(process.returncode for process in running):
        raise SystemExit("\n".join(outputs))
    print(f"push: {pushed:,} rows of two machines ({rows:,} turns each) in {spent:.1f} s, {pushed / spent:,.0f} rows/s")
    print(
        f"push, of the processor: {clients / pushed * 1e6:.0f} µs a row of the machines, "
        f"{servers / pushed * 1e6:.0f} µs of the server, {pushed / servers:,.0f} rows/s for each of its cores"
    )
    began = time.perf_counter()
    home, local, url = machines[0]
    _push(home, local, url).communicate()
    print(f"push of nothing new: {time.perf_counter() - began:.2f} s, the program's start included")


def _ended_s(process: psutil.Process) -> float:
    """Return the seconds of the processor that a process's children took that have ended."""
    times = process.cpu_times()
    return float(times.children_user + times.children_system)


def _push(home: Path, local: Path, url: str) -> subprocess.Popen[str]:
    environment: Mapping[str, str] = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    command = [sys.executable, "-m", "ppp_tui", "team", "push", "--database", str(local), "--url", url]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home
    )


@contextmanager
def running_server(folder: Path) -> Iterator[tuple[Server, int]]:
    """A private server in a folder, which is removed with it, and its process id."""
    pid = begin_server(folder, SERVER)
    try:
        yield Server(folder), pid
    finally:
        remove_server(pid, folder)


def measure_size(server: Server, size: TeamSize, times: int) -> tuple[float, list[Timing]]:
    """Fill a database, measure, and drop it; return the bytes of a turn, and what each query took."""
    database = server.make_database()
    with closing(server.connect(database)) as connection:
        began = time.perf_counter()
        connection.execute("INSERT INTO tenants (name) VALUES ('team')")
        fill_tenant(connection, 1, size)
        filled = time.perf_counter()
        yesterday = to_text(NOW_MS - DAY_MS)[:10]
        connection.execute("SELECT ppp_sum_days_of(1, %s, 1000000)", (yesterday,))
        summed = time.perf_counter()
        connection.execute("VACUUM ANALYZE")
        print(f"made in {filled - began:.0f} s, sums of its days in {summed - filled:.1f} s")
        login = f"team_lead_{size.people}"
        connection.execute(f"CREATE ROLE {login} LOGIN".encode())
        add_member(connection, "team", "lead", "lead", login=login)
        turn_bytes = tell_storage(connection, size)
        marks = landmarks(connection)
    address = server.url(database, login)
    store = open_for_reading(address, "")
    with closing(store.connection), closing(open_team_reader(address)) as reader:
        backend = psutil.Process(int(reader.execute("SELECT pg_backend_pid()").fetchall()[0][0]))
        timings = measure_queries(reader, store, backend, marks, times)
        tell_queries(timings)
    server.drop_database(database)
    return turn_bytes, timings


def main() -> None:
    """Start a server, measure, and take it away."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, nargs="+", default=[10, 30, 100])
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--pushed", type=int, default=500, help="trajectories that each of two machines pushes")
    options = parser.parse_args()
    print(f"SQLite {sqlite3.sqlite_version}, {socket.gethostname()}, {os.cpu_count()} cores")
    with (
        tempfile.TemporaryDirectory(prefix="ppp-team-") as work,
        running_server(Path(tempfile.mkdtemp(prefix="ppp-pg-"))) as (server, pid),
    ):
        measure_push(server, pid, Path(work), options.pushed)
        turn_bytes, timings = 0.0, []
        for people in options.people:
            size = TeamSize(people, people * TRAJECTORIES_A_PERSON)
            turn_bytes, of_size = measure_size(server, size, options.times)
            timings.append(of_size)
        if len(timings) > 1:
            tell_extrapolated(options.people, timings)
        turns = MORE_PEOPLE * TRAJECTORIES_A_PERSON * 20
        print(f"extrapolated: {MORE_PEOPLE:,} people, {turns:,} turns: {turns * turn_bytes / 1e9:.0f} GB")


if __name__ == "__main__":
    main()
