"""What logging costs the program that logs, and how many turns a second reach the database; rivals in the same run.

A turn has about 600 bytes, with two questions and one violation where it says so. Latency is told for bursts (caches
warm) and paced at a thousand calls a second (caches cold); throughput is told until the last row is committed.
"""

from __future__ import annotations

import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from ppp_tui import TrajectoryLogger
from ppp_tui.store.connect import open_writer
from ppp_tui.store.logged.entries import QuestionEntry, TurnLogged, ViolationEntry
from ppp_tui.store.logged.rows import MESSAGE_COLUMNS, QUESTION_COLUMNS, TURN_COLUMNS, VIOLATION_COLUMNS, Rows
from ppp_tui.store.write import Writer

PROMPT, RESPONSE = "x" * 200, "y" * 400
QUESTIONS = ({"text": "Which one do you want?", "effort": "low"}, {"text": "Should I look into it?", "effort": "high"})
VIOLATIONS = ({"preference_name": "no_ask", "expected": "none", "actual": "asked", "severity": "minor"},)

BURST, BURSTS, PACED = 64, 60, 2000
STARTS_S = 4.0
"""Seconds within which an ingest has started."""

TURNS = 30_000

NOW_MS = 1_795_176_000_000


@contextmanager
def ours(folder: Path, **options: Any) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """A call that logs a plain turn, and one that waits until the channel is empty."""
    with TrajectoryLogger.open(folder / "archive.db", environment={}, **options) as log:
        trajectory = log.start("SPEC", "agent")
        yield (
            lambda: trajectory.log_turn(PROMPT, RESPONSE, token_count=50, latency_ms=200),
            lambda: log.flush(60),
        )


@contextmanager
def telemetry(folder: Path) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """A span through OpenTelemetry's batch processor, to an exporter that throws it away. Raises ImportError."""
    del folder
    from opentelemetry.sdk.trace import TracerProvider  # type: ignore[import-not-found]
    from opentelemetry.sdk.trace.export import (  # type: ignore[import-not-found]
        BatchSpanProcessor,
        SpanExporter,
        SpanExportResult,
    )

    class Nowhere(SpanExporter):  # type: ignore[misc]
        def export(self, spans: object) -> object:
            del spans
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    tracer = provider.get_tracer("benchmark")

    def call() -> None:
        with tracer.start_as_current_span("turn") as span:
            span.set_attribute("prompt", PROMPT)
            span.set_attribute("response", RESPONSE)
            span.set_attribute("token_count", 50)

    yield call, provider.force_flush
    provider.shutdown()


@contextmanager
def stdlib(folder: Path) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """A line through the standard library's logging to a file."""
    handler = logging.FileHandler(folder / "lines.log")
    logger = logging.getLogger("benchmark")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield lambda: logger.info("%s %s %d", PROMPT, RESPONSE, 50), handler.flush
    logger.removeHandler(handler)
    handler.close()


@contextmanager
def bare(folder: Path) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    """One write of as many bytes: what the machine itself takes now."""
    descriptor = os.open(folder / "bytes", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    line = (PROMPT + RESPONSE).encode()
    yield lambda: os.write(descriptor, line), lambda: None
    os.close(descriptor)


def latency(
    call: Callable[[], object], drain: Callable[[], object], burst: int, times: int, rest_s: float
) -> tuple[float, float]:
    """Median and 99th percentile of single calls in microseconds; `drain` goes between bursts, unmeasured."""
    took = []
    for _ in range(times):
        for _ in range(burst):
            began = time.perf_counter_ns()
            call()
            took.append((time.perf_counter_ns() - began) / 1000)
        if rest_s:
            time.sleep(rest_s)
        else:
            drain()
    cuts = statistics.quantiles(took, n=100)
    return cuts[49], cuts[98]


def recorded(folder: Path, *, anonymize: bool) -> str:
    """Time of recording a task execution in microseconds, in bursts and paced."""
    took = []
    with TrajectoryLogger.open(folder / f"events{anonymize}.db", environment={}, anonymize=anonymize) as log:
        call = log.performance.record_task_performance
        for burst, times, rest_s in ((BURST, BURSTS, 0.0), (1, PACED, 0.001)):
            each = []
            for _ in range(times):
                for _ in range(burst):
                    began = time.perf_counter_ns()
                    call("planner", "fix", success=True, quality_score=0.9, latency_ms=1200, tokens_used=800)
                    each.append((time.perf_counter_ns() - began) / 1000)
                if rest_s:
                    time.sleep(rest_s)
                else:
                    log.flush(60)
            took.append(statistics.quantiles(each, n=100))
    burst_cuts, paced_cuts = took
    return (
        f"burst p50 {burst_cuts[49]:6.1f}  p95 {burst_cuts[94]:7.1f}   "
        f"paced p50 {paced_cuts[49]:6.1f}  p95 {paced_cuts[94]:7.1f}"
    )


def sustained(folder: Path, batch: int, *, is_plain: bool) -> tuple[float, float]:
    """Turns a second through the logger until the last is committed, and processor time of a turn in microseconds."""
    channel = max(100, 2 * batch)
    more: dict[str, Any] = {} if is_plain else {"questions": QUESTIONS, "violations": VIOLATIONS}
    with TrajectoryLogger.open(
        folder / f"sustained{batch}{is_plain}.db", environment={}, buffer_size=batch, channel=channel
    ) as log:
        trajectory = log.start("SPEC", "agent")
        log.flush()
        began, worked = time.perf_counter(), time.process_time()
        for _ in range(TURNS):
            trajectory.log_turn(PROMPT, RESPONSE, token_count=50, latency_ms=200, **more)
        log.flush(600)
        return TURNS / (time.perf_counter() - began), (time.process_time() - worked) / TURNS * 1e6


def raw(folder: Path, batch: int, *, is_plain: bool) -> tuple[float, float]:
    """The same by `executemany` of the same columns into the same tables, a transaction for each batch."""
    path = folder / f"raw{batch}{is_plain}.db"
    questions = () if is_plain else tuple(QuestionEntry(each["text"], each["effort"]) for each in QUESTIONS)  # type: ignore[arg-type]
    violations = () if is_plain else tuple(ViolationEntry(**each) for each in VIOLATIONS)  # type: ignore[arg-type]
    Writer(path).close()
    connection = open_writer(path)
    connection.execute("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (1, 'SPEC', 'agent')")
    batches = []
    for first in range(1, TURNS + 1, batch):
        rows = Rows(1)
        for number in range(first, min(first + batch, TURNS + 1)):
            rows.add_simple(
                TurnLogged(
                    trajectory="t",
                    at=NOW_MS + number,
                    number=number,
                    prompt=PROMPT,
                    response=RESPONSE,
                    token_count=50,
                    latency_ms=200,
                    status="completed",
                    questions=questions,
                    violations=violations,
                )
            )
        batches.append(rows)
    began, worked = time.perf_counter(), time.process_time()
    for rows in batches:
        connection.execute("BEGIN IMMEDIATE")
        for table, columns, values in (
            ("trajectory_turns", TURN_COLUMNS, rows.turns),
            ("trajectory_questions", QUESTION_COLUMNS, rows.questions),
            ("trajectory_violations", VIOLATION_COLUMNS, rows.violations),
            ("steps", MESSAGE_COLUMNS, rows.messages),
        ):
            marks = ", ".join("?" * (columns.count(",") + 1))
            connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        connection.execute("COMMIT")
    took = TURNS / (time.perf_counter() - began), (time.process_time() - worked) / TURNS * 1e6
    connection.close()
    return took


@contextmanager
def following(database: Path) -> Iterator[None]:
    """An ingest that follows a database, with nothing else to read."""
    command = [sys.executable, "-m", "ppp_tui", "ingest", "--follow", "--database", str(database)]
    home = {**os.environ, "HOME": str(database.parent)}
    process = subprocess.Popen(command, env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(STARTS_S)
        yield
    finally:
        process.terminate()
        process.wait()


def cost(folder: Path, *, has_ingest: bool) -> str:
    """Latency of paced calls, and the whole program's processor time of each, alone or beside an ingest."""
    database = folder / f"cost{has_ingest}.db"
    with following(database) if has_ingest else nullcontext(), TrajectoryLogger.open(database, environment={}) as log:
        trajectory = log.start("SPEC", "agent")
        time.sleep(1)
        worked = time.process_time()
        p50, p99 = latency(
            lambda: trajectory.log_turn(PROMPT, RESPONSE, token_count=50, latency_ms=200), log.flush, 1, PACED, 0.001
        )
        each = (time.process_time() - worked) / PACED * 1e6
    return f"p50 {p50:6.1f}  p99 {p99:7.1f}  {each:6.1f} us of processor a turn, waking up included"


def main() -> None:
    """Print every figure beside its rivals."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; microseconds a call")
        ours_took: tuple[float, float] | None = None
        for label, rival in (
            ("ppp-tui", ours),
            ("OpenTelemetry batch", telemetry),
            ("logging to a file", stdlib),
            ("bare write", bare),
        ):
            try:
                with rival(folder) as (call, drain):
                    call()
                    drain()
                    burst = latency(call, drain, BURST, BURSTS, 0)
                    paced = latency(call, drain, 1, PACED, 0.001)
            except ImportError:
                print(f"{label:20} not installed: pip install opentelemetry-sdk")
                continue
            took = burst[0], paced[0]
            ours_took = ours_took or took
            print(
                f"{label:20} burst p50 {burst[0]:6.1f}  p99 {burst[1]:7.1f}   paced p50 {paced[0]:6.1f}  "
                f"p99 {paced[1]:7.1f}   ppp-tui: {ours_took[0] / took[0]:.2f} and {ours_took[1] / took[1]:.2f} of it"
            )
        for what, anonymize in (("as it is", False), ("with hashed names", True)):
            print(f"recording a performance event {what}: {recorded(folder, anonymize=anonymize)}")
        for what, has_ingest in (("alone", False), ("beside an ingest that follows", True)):
            print(f"a program that logs 1,000 turns a second {what}: {cost(folder, has_ingest=has_ingest)}")
        for what, is_plain in (("plain", True), ("with two questions and a violation each", False)):
            print(f"turns a second until the last is committed, {what}; raw executemany of the same columns")
            for batch in (10, 100, 1000):
                turns, worked = sustained(folder, batch, is_plain=is_plain)
                peer, peer_worked = raw(folder, batch, is_plain=is_plain)
                print(
                    f"batch {batch:5}  ppp-tui {turns:8,.0f} ({worked:5.1f} us of processor each)  "
                    f"raw {peer:8,.0f} ({peer_worked:5.1f} us)  ratio {turns / peer:.2f}"
                )


if __name__ == "__main__":
    main()
