"""Every query of the screens on a database of 1,000,000 turns in 50,000 trajectories, against the promise of 20 ms.

    python -m benchmarks.database_million [--database PATH] [--times 15]

The database is made on the first run and kept in the system's folder for temporary files. A query is late if it took
the processor longer than its limit; the least that SQLite can do stands first, for comparison.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.database_rows import LONG, LONG_TURNS, NOW_MS, PARENT, measuring_arguments
from ppp_tui.query import changes as moved
from ppp_tui.query import ingest_status as health
from ppp_tui.query.connect import open_reader
from ppp_tui.query.performance import stats
from ppp_tui.query.pool import Pool
from ppp_tui.query.quality import drilldown
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.scores.consensus import TechnicalWeights
from ppp_tui.query.sessions import live, search, steps, timing, turns
from ppp_tui.query.sessions import session_lists as sessions
from ppp_tui.query.sessions.filters import EMPTY, Filter, parse
from ppp_tui.query.sessions.session_lists import SORT_NAMES, Sort
from ppp_tui.query.signals import correlations, versions
from ppp_tui.query.signals import sums as entry_sums
from ppp_tui.query.usage import blocks, limits, spans, totals
from ppp_tui.query.usage import commits as features
from ppp_tui.query.usage import forecasts as outlook
from ppp_tui.query.usage import sums as usage
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.scoring.live_thresholds import DEFAULT

PROMISED_MS = 20.0
FOLLOWING_MS = 50.0
"""For what follows a part that is shown already."""

IN_PARTS = "after the first part"
DEEP = 30_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
COMMON, FREQUENT, RARE, UNFINISHED = "zamiba", "kelo", "bamiba", "kel"
"""Words of the database: in nearly all texts, in a twentieth, in few, and the beginning of many."""

PAGE = 256
"""Rows of a list that are read at once, as the table does."""

FILTERS = (
    ("cost", "cost>0.5"),
    ("age", "age<7d"),
    ("agent", "agent:codex"),
    ("agent and cost", "agent:codex cost>0.5"),
    ("title", "title:kelo"),
    ("a common word", COMMON),
    ("a rare word", "walnut"),
)
"""What lists of sessions are filtered by."""


def _newest(count: int) -> list[int]:
    return [pow(7919, -1, 50_000) * place % 50_000 or 1 for place in range(count)]


class Landmarks(NamedTuple):
    """What is asked for by name in a database."""

    session: int = 777
    parent: int = PARENT
    """A trajectory with sub-agents."""
    long: int = LONG
    """The trajectory with the most turns."""
    middle: int = 15_000
    """A turn in the middle of it."""
    newest: Callable[[int], list[int]] = _newest
    """So many trajectories that moved last."""
    folder: str = "/home/someone/projects/project-7"
    """What rows and sums call the project `project-7`."""
    moved_after: int = LONG - 5
    """A revision that few have moved since."""
    has_texts: bool = True


MILLION = Landmarks()


class Timing(NamedTuple):
    """Milliseconds of one query."""

    median: float
    p95: float
    rows: int
    cpu: float
    """The median of the processor's part, which other work on the machine hardly changes."""


def predicates(text: str) -> Filter:
    return parse(text, NOW_MS)


def screens(marks: Landmarks = MILLION) -> Iterator[tuple[str, Query[Any]]]:
    """What a person waits for, under a name."""
    turn = (marks.session << 20) + 3
    yield "one row by its key", Query("SELECT id FROM trajectories WHERE id = :id", len, {"id": marks.session})
    yield "Live: sessions of a day", live.live_sessions(NOW_MS - DAY_MS)
    yield "Live: sessions of a year, the newest 500", live.live_sessions(NOW_MS - 365 * DAY_MS)
    yield "strip: totals of today", totals.totals(NOW_MS, NOW_MS - DAY_MS // 2)
    yield "chart: an hour by the minute", totals.usage_points(NOW_MS - HOUR_MS, NOW_MS, 60_000)
    yield "chart: a day by ten minutes", totals.usage_points(NOW_MS - DAY_MS, NOW_MS, 600_000)
    yield "sparklines of 80 sessions", totals.activity(marks.newest(80), NOW_MS - HOUR_MS, NOW_MS, 12)
    yield "what moved", moved.moved_since(marks.moved_after)
    for name in SORT_NAMES:
        yield f"Sessions sorted by {name}", sessions.session_page(EMPTY, Sort(name), 0, PAGE)
    yield "Sessions, deep", sessions.session_page(EMPTY, Sort(), DEEP, PAGE)
    yield "Sessions sorted by cost, deep", sessions.session_page(EMPTY, Sort("cost"), DEEP, PAGE)
    yield "Sessions sorted by project, deep", sessions.session_page(EMPTY, Sort("project"), DEEP, PAGE)
    yield "Sessions, number of all", sessions.session_count()
    for what, text in FILTERS:
        yield from filtered_screens(f"Sessions filtered by {what}", predicates(text), Sort(), marks)
    yield from filtered_screens("Sessions filtered by agent, by cost", predicates("agent:codex"), Sort("cost"), marks)
    yield from usage_screens(marks)
    yield from quality_screens()
    yield "a session", sessions.session(marks.session)
    yield "sub-agents", sessions.children(marks.parent)
    yield "a name", sessions.sessions_named("0000")
    yield "256 turns in the middle", turns.turn_window(marks.long, marks.middle, 256)
    yield "first and last turn", turns.turn_bounds(marks.long)
    yield "next mark, none in the longest session", turns.next_mark(marks.long, 0, is_forward=True)
    yield "text of a turn", turns.turn_text(turn)
    yield "time of the longest session", timing.session_timing(marks.long)
    yield "times of 256 turns", timing.turn_timings(marks.long, marks.middle, 256)
    yield "waterfall of a turn", timing.turn_waterfall(turn)
    yield "steps of a turn", steps.step_lines(turn)
    yield "last 200 steps", steps.latest_steps(marks.long, 200)
    yield "questions of a turn", steps.question_lines(turn)
    yield "requests of a turn", steps.usage_lines(turn)
    if marks.has_texts:
        for text in (COMMON, FREQUENT, f"{FREQUENT} {COMMON}", RARE, "walnut"):
            yield f"search {text}", search.search(text)
        yield f"prefix search {UNFINISHED}", search.search(UNFINISHED)
        yield f"prefix search {COMMON} {UNFINISHED}", search.search(f"{COMMON} {UNFINISHED}")
        yield f"search {FREQUENT}, of codex", search.search(FREQUENT, 200, predicates("agent:codex"))
    yield "doctor: files of all sources", health.source_health()
    yield "doctor: files that tell nothing", health.silent_files()
    yield "doctor: news of files", health.file_problems()


def filtered_screens(name: str, kept: Filter, sort: Sort, marks: Landmarks) -> Iterator[tuple[str, Query[Any]]]:
    """What the list of sessions asks under a filter: a page and a number, or the first, a page of them, and all."""
    if sessions.has_cheap_pages(kept, sort):
        yield name, sessions.session_page(kept, sort, 0, PAGE)
        yield f"{name}: number", sessions.session_count(kept)
    else:
        yield f"{name}: first part", sessions.first_session_ids(kept, sort)
        yield f"{name}: page", sessions.sessions(marks.newest(PAGE))
        yield f"{name}: all, {IN_PARTS}", sessions.session_ids(kept, sort)


def quality_screens() -> Iterator[tuple[str, Query[Any]]]:
    """What Quality tells of all runs."""
    weights = TechnicalWeights()
    yield "tasks: first part", stats.session_stats("agent", EVERYTHING, weights, stats.FIRST_SESSIONS)
    yield f"tasks: all, {IN_PARTS}", stats.session_stats("agent", EVERYTHING, weights)
    half_a_day = Scope(since_ms=NOW_MS - 30 * DAY_MS - DAY_MS // 2)
    for name, scope in (("all", EVERYTHING), ("30 days and a half", half_a_day)):
        yield f"decisions of {name}", entry_sums.decision_sums(scope)
        yield f"quality signals of {name}", entry_sums.signal_sums(scope)
        yield f"versions of {name}", versions.version_list(scope)
        yield f"failures beside signals of {name}", correlations.correlations("signals", scope)
        yield f"questions and violations of {name}", drilldown.conduct_sums(scope)


def usage_screens(marks: Landmarks) -> Iterator[tuple[str, Query[Any]]]:
    """Thirty days of usage, in every way that it is told apart; in a zone of half hours too."""
    until_ms = spans.midnight(NOW_MS, UTC, 1)
    since_ms = until_ms - 30 * DAY_MS
    whole = spans.TimeSpan(since_ms, until_ms)
    by_day = spans.days(since_ms, until_ms, UTC)
    half = timezone(timedelta(hours=5, minutes=30))
    yield "usage by day", usage.usage(by_day)
    yield "usage by day, a zone of half hours", usage.usage(spans.days(since_ms, until_ms, half))
    yield "usage by day, each model", usage.usage(by_day, "model")
    yield "usage by day, of a project", usage.usage(by_day, "none", UsageFilter(project="project-7"))
    yield "usage by model", usage.usage([whole], "model")
    yield "usage by project", usage.usage([whole], "project")
    yield "usage, the 200 dearest sessions", usage.dearest_sessions(whole, 200)
    yield (
        "usage, the dearest sessions of a project",
        usage.dearest_sessions(whole, 200, UsageFilter(project="project-7")),
    )
    quarter = spans.TimeSpan(until_ms - 90 * DAY_MS, until_ms)
    year = spans.TimeSpan(until_ms - 365 * DAY_MS, until_ms)
    yield "usage by model of 90 days", usage.usage([quarter], "model")
    yield "usage by project of 90 days", usage.usage([quarter], "project")
    yield (
        "usage by day and project of 90 days",
        usage.usage(spans.days(*quarter, UTC), "none", UsageFilter(only=(("project", marks.folder),))),
    )
    yield "usage by session of 90 days", usage.dearest_sessions(quarter, 200)
    yield "usage by session of 90 days, by tokens", usage.dearest_sessions(quarter, 200, by_tokens=True)
    yield "usage by day of a year", usage.usage(spans.days(*year, UTC))
    yield "usage by day of a year, a zone of whole hours", usage.usage(spans.days(*year, timezone(timedelta(hours=-8))))
    yield "usage by project of a year", usage.usage([year], "project")
    yield "usage by hour of eleven months", usage.usage(spans.hours(until_ms - 334 * DAY_MS, until_ms, UTC))
    yield "blocks", blocks.block_usage(blocks.block_hours(since_ms, NOW_MS, [], NOW_MS))
    yield "pace of the last hour", outlook.recent_cost(NOW_MS)
    yield "limits", limits.latest_limits()
    yield "commits and finished specs", features.features(whole)
    yield "context of the newest sessions", features.context_use(whole)


def measure(ask: Callable[[Query[Any]], Any], query: Query[Any], times: int) -> Timing:
    """Ask once to warm up, then so often."""
    found = ask(query)
    taken, used = [], []
    for _ in range(times):
        began, began_cpu = time.perf_counter(), time.thread_time()
        ask(query)
        taken.append((time.perf_counter() - began) * 1000)
        used.append((time.thread_time() - began_cpu) * 1000)
    taken.sort()
    rows = len(found) if isinstance(found, list | tuple | dict) else 1
    return Timing(
        statistics.median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.95))], rows, statistics.median(used)
    )


def measure_database(path: Path, times: int) -> None:
    """One connection, as the command line asks."""
    connection = open_reader(path)
    print(f"{'query':<66}{'rows':>6}{'median ms':>11}{'p95 ms':>9}{'cpu ms':>9}{'limit ms':>10}")
    for name, query in screens():
        timing = measure(lambda asked: answer(connection, asked), query, times)
        limit_ms = FOLLOWING_MS if name.endswith(IN_PARTS) else PROMISED_MS
        late = "" if timing.cpu <= limit_ms else "  late"
        figures = f"{timing.rows:>6}{timing.median:>11.2f}{timing.p95:>9.2f}{timing.cpu:>9.2f}{limit_ms:>10.0f}"
        print(f"{name:<66}{figures}{late}")
    _measure_states(connection, times)
    connection.close()


def _measure_states(connection: sqlite3.Connection, times: int) -> None:
    rows = answer(connection, live.live_sessions(NOW_MS - DAY_MS))
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        live.with_states(rows, NOW_MS, DEFAULT)
        taken.append((time.perf_counter() - began) * 1000)
    print(f"states of {len(rows)} sessions, judged each second: {statistics.median(taken):.2f} ms")


async def measure_pool(path: Path) -> None:
    """What the way through the dashboard's pool costs on top of the query itself."""
    pool = Pool(path)
    began = time.perf_counter()
    await pool.open()
    opened_ms = (time.perf_counter() - began) * 1000
    connection = open_reader(path)
    query = sessions.session(777)
    plain = statistics.median(_taken_us(lambda: answer(connection, query)) for _ in range(2000))
    pooled = statistics.median([await _awaited_us(pool, query) for _ in range(2000)])
    connection.close()
    await pool.close()
    print(f"pool: opened in {opened_ms:.1f} ms; one session {plain:.0f} µs plainly, {pooled:.0f} µs through the pool")


def _taken_us(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e6


async def _awaited_us(pool: Pool, query: Query[Any]) -> float:
    began = time.perf_counter()
    await pool.fetch(query)
    return (time.perf_counter() - began) * 1e6


def main() -> None:
    """Make the database unless it is there, and measure."""
    options = measuring_arguments(__doc__)
    print(
        f"{options.database.stat().st_size / 1e9:.1f} GB, SQLite {sqlite3.sqlite_version}, {LONG_TURNS:,} turns in one"
    )
    measure_database(options.database, options.times)
    asyncio.run(measure_pool(options.database))


if __name__ == "__main__":
    main()
