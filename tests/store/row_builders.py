"""Literal rows for tests of the store, with everything that a test does not speak of left plain."""

from __future__ import annotations

from ppp_tui.model.ids import hash64
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.rows import StepRow, TrajectoryDelta, TurnRow, UsageRow
from ppp_tui.store.write import FileBatch
from ppp_tui.store.writers.files import SourceFile


def turn(number: int, key: str = "", prompt: str = "Fix it", response: str = "Done.", wall_ms: int = 1000) -> TurnRow:
    """A finished turn."""
    return TurnRow(
        turn_number=number,
        key_hash=hash64(key) if key else None,
        origin="typed",
        status="completed",
        timestamp="2026-11-20 10:00:00.000",
        ended_at="2026-11-20 10:00:01.000",
        latency_ms=wall_ms,
        first_token_ms=None,
        context_tokens=None,
        context_window=None,
        prompt=prompt,
        response=response,
        prompt_length=len(prompt),
        response_length=len(response),
        prompt_hash=None,
        response_hash=None,
    )


def usage(turn_number: int, number: int, key: str, output: int, cost: int | None = 10, **changes: object) -> UsageRow:
    """A request with 100 fresh input tokens, 1000 read from the cache, 50 written for five minutes."""
    row = UsageRow(
        turn_number=turn_number,
        request_number=number,
        key_hash=hash64(key) if key else None,
        alias_hash=None,
        at="2026-11-20 10:00:00.500",
        model="m1",
        input_tokens=100,
        output_tokens=output,
        reasoning_tokens=None,
        cache_read_tokens=1000,
        cache_write_5m_tokens=50,
        cache_write_1h_tokens=0,
        cost_micros=cost,
        is_lower_bound=0,
        is_aside=0,
        stop_reason="end_turn",
        speed="",
        service_tier="",
        web_searches=0,
        first_token_ms=None,
    )
    return row._replace(**changes)  # type: ignore[arg-type]


def step(turn_number: int, number: int, status: str = "ok", kind: str = "shell") -> StepRow:
    """A command."""
    return StepRow(
        turn_number=turn_number,
        step_number=number,
        key=f"call{number}",
        kind=kind,  # type: ignore[arg-type]
        tool="Bash",
        target="ls",
        status=status,  # type: ignore[arg-type]
        exit_code=0,
        started_at="2026-11-20 10:00:00.100",
        ended_at=None,
        duration_ms=None,
        input_preview="ls",
        output_preview="",
        input_length=2,
        output_length=0,
        input_offset=0,
        input_bytes=10,
        output_offset=0,
        output_bytes=0,
        text_start=None,
        text_end=None,
        child_native_id="",
        request_number=None,
    )


def batch(
    path: str, *lanes: TrajectoryDelta, file_id: int = 0, native_id: str = "", parent: str = "", born_ns: int = 0
) -> FileBatch:
    """One read of one file."""
    return FileBatch(
        SourceFile(file_id, "claude_code", path, native_id=native_id or path, health="ok", born_ns=born_ns),
        "claude",
        parent,
        list(lanes),
    )


def delta(started_at: str = "2026-11-20 10:00:00.000", name: str = "", **changes: object) -> TrajectoryDelta:
    """One trajectory's changes."""
    rows = TrajectoryDelta(name, started_at=started_at, live=LiveFacts(last_at=1795168801000))
    for key, value in changes.items():
        setattr(rows, key, value)
    return rows
