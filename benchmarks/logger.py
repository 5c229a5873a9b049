"""What logging costs the program that logs, and how many turns a second reach the archive; rivals in the same run.

A turn has about 600 bytes, with two questions and one violation where it says so. Latency is told for bursts (caches
warm) and paced at a thousand calls a second (caches cold); throughput is told until the last row is committed.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ppp_tui import TrajectoryLogger

PROMPT, RESPONSE = "x" * 200, "y" * 400
QUESTIONS = ({"text": "Which one do you want?", "effort": "low"}, {"text": "Should I look into it?", "effort": "high"})
VIOLATIONS = ({"preference_name": "no_ask", "expected": "none", "actual": "asked", "severity": "minor"},)

BURST, BURSTS, PACED = 64, 60, 2000
TURNS = 30_000

_TABLES = """
CREATE TABLE trajectory_turns (id INTEGER PRIMARY KEY AUTOINCREMENT, trajectory_id INTEGER NOT NULL,
    turn_number INTEGER NOT NULL, prompt TEXT NOT NULL, response TEXT NOT NULL, token_count INTEGER,
    latency_ms INTEGER, timestamp TEXT NOT NULL DEFAULT (datetime('now')), UNIQUE (trajectory_id, turn_number));
CREATE INDEX idx_turns_trajectory ON trajectory_turns (trajectory_id);
CREATE TABLE trajectory_questions (id INTEGER PRIMARY KEY AUTOINCREMENT, turn_id INTEGER NOT NULL,
    question_text TEXT NOT NULL, effort_level TEXT, FOREIGN KEY (turn_id) REFERENCES trajectory_turns (id));
CREATE INDEX idx_questions_turn ON trajectory_questions (turn_id);
CREATE TABLE trajectory_violations (id INTEGER PRIMARY KEY AUTOINCREMENT, turn_id INTEGER NOT NULL,
    preference_name TEXT NOT NULL, expected TEXT NOT NULL, actual TEXT NOT NULL, severity TEXT NOT NULL,
    FOREIGN KEY (turn_id) REFERENCES trajectory_turns (id));
CREATE INDEX idx_violations_turn ON trajectory_violations (turn_id);
CREATE INDEX idx_violations_preference ON trajectory_violations (preference_name);
"""
"""The tables of the trajectory documents, their index statements written so that SQLite takes them."""


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


def sustained(folder: Path, batch: int) -> float:
    """Turns a second through the logger, until the last is committed."""
    channel = max(100, 2 * batch)
    with TrajectoryLogger.open(
        folder / f"sustained{batch}.db", environment={}, buffer_size=batch, channel=channel
    ) as log:  # fmt: skip
        trajectory = log.start("SPEC", "agent")
        log.flush()
        began = time.perf_counter()
        for _ in range(TURNS):
            trajectory.log_turn(
                PROMPT, RESPONSE, token_count=50, latency_ms=200, questions=QUESTIONS, violations=VIOLATIONS
            )
        log.flush(600)
        return TURNS / (time.perf_counter() - began)


def raw(folder: Path, batch: int) -> float:
    """Turns a second by `executemany` into the documents' tables."""
    connection = sqlite3.connect(folder / f"raw{batch}.db", isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_TABLES}")
    began = time.perf_counter()
    for first in range(1, TURNS + 1, batch):
        turns = range(first, min(first + batch, TURNS + 1))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response, token_count, latency_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(turn, 1, turn, PROMPT, RESPONSE, 50, 200) for turn in turns],
        )
        connection.executemany(
            "INSERT INTO trajectory_questions (turn_id, question_text, effort_level) VALUES (?, ?, ?)",
            [(turn, question["text"], question["effort"]) for turn in turns for question in QUESTIONS],
        )
        connection.executemany(
            "INSERT INTO trajectory_violations (turn_id, preference_name, expected, actual, severity) "
            "VALUES (?, ?, ?, ?, ?)",
            [(turn, *violation.values()) for turn in turns for violation in VIOLATIONS],
        )
        connection.execute("COMMIT")
    rate = TURNS / (time.perf_counter() - began)
    connection.close()
    return rate


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
        print("turns a second with two questions and a violation each, until the last is committed")
        for batch in (10, 100, 1000):
            turns, peer = sustained(folder, batch), raw(folder, batch)
            print(f"batch {batch:5}  ppp-tui {turns:8,.0f}  raw executemany {peer:8,.0f}  ratio {turns / peer:.2f}")


if __name__ == "__main__":
    main()
