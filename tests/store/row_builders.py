"""Literal rows for tests of the store, with everything that a test does not speak of left plain."""

from __future__ import annotations

from ppp_tui.model.activity import ChainOutcome, ChainRow
from ppp_tui.model.ids import hash64
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.question import Effort
from ppp_tui.model.rows import QuestionRow, StepRow, TrajectoryDelta, TurnRow, UsageRow
from ppp_tui.store.write import FileBatch
from ppp_tui.store.writers.files import SourceFile
from tests.blank_rows import BLANK_REQUEST, BLANK_STEP, BLANK_TURN


def turn(number: int, key: str = "", prompt: str = "Fix it", response: str = "Done.", wall_ms: int = 1000) -> TurnRow:
    """A finished turn."""
    return BLANK_TURN._replace(
        turn_number=number,
        key_hash=hash64(key) if key else None,
        timestamp="2026-11-20 10:00:00.000",
        ended_at="2026-11-20 10:00:01.000",
        latency_ms=wall_ms,
        prompt=prompt,
        response=response,
        prompt_length=len(prompt),
        response_length=len(response),
    )


def usage(turn_number: int, number: int, key: str, output: int, cost: int | None = 10, **changes: object) -> UsageRow:
    """A request with 100 fresh input tokens, 1000 read from the cache, 50 written for five minutes."""
    row = BLANK_REQUEST._replace(
        turn_number=turn_number,
        request_number=number,
        key_hash=hash64(key) if key else None,
        at="2026-11-20 10:00:00.500",
        model="m1",
        input_tokens=100,
        output_tokens=output,
        cache_read_tokens=1000,
        cache_write_5m_tokens=50,
        cost_micros=cost,
    )
    return row._replace(**changes)  # type: ignore[arg-type]


def step(turn_number: int, number: int, status: str = "ok", kind: str = "shell") -> StepRow:
    """A command."""
    return BLANK_STEP._replace(
        turn_number=turn_number,
        step_number=number,
        key=f"call{number}",
        kind=kind,  # type: ignore[arg-type]
        target="ls",
        status=status,  # type: ignore[arg-type]
        exit_code=0,
        started_at="2026-11-20 10:00:00.100",
        input_preview="ls",
        input_length=2,
        input_bytes=10,
    )


def question(turn_number: int, number: int, effort: Effort, step_key: str = "") -> QuestionRow:
    """A question without an answer."""
    return QuestionRow(
        turn_number,
        number,
        question_text="Which?",
        effort_level=effort,
        method="spec",
        rule="",
        source="text",
        step_key=step_key,
    )


ROLLUPS = (
    "usage_minutes",
    "usage_hours",
    "usage_days",
    "total_hours",
    "project_hours",
    "project_days",
    "folder_days",
    "folder_months",
    "session_hours",
    "session_days",
)
"""Tables of sums by time."""


def batch(
    path: str, *deltas: TrajectoryDelta, file_id: int = 0, native_id: str = "", parent: str = "", born_ns: int = 0
) -> FileBatch:
    """One read of one file."""
    return FileBatch(
        SourceFile(file_id, "claude_code", path, native_id=native_id or path, health="ok", born_ns=born_ns),
        "claude",
        parent,
        list(deltas),
    )


def delta(started_at: str = "2026-11-20 10:00:00.000", name: str = "", **changes: object) -> TrajectoryDelta:
    """One trajectory's changes."""
    rows = TrajectoryDelta(name, started_at=started_at, live=LiveFacts(last_at=1795168801000))
    for key, value in changes.items():
        setattr(rows, key, value)
    return rows


def chain(number: int, attempts: int, outcome: ChainOutcome = "open") -> ChainRow:
    return ChainRow(
        turn_number=1,
        chain_number=number,
        kind="request",
        project="/shop",
        model="m1",
        fallback_model="",
        tool="",
        target="",
        reason="timeout",
        attempts=attempts,
        wait_ms=200,
        started_at="2026-11-20 10:00:00.000",
        ended_at=None,
        outcome=outcome,
    )
