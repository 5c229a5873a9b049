"""Rows in which every column is plain, for tests that name only the columns they speak of."""

from __future__ import annotations

from ppp_tui.model.rows import StepRow, TurnRow, UsageRow

BLANK_TURN = TurnRow(
    turn_number=0,
    key_hash=None,
    origin="typed",
    status="completed",
    timestamp="",
    ended_at=None,
    latency_ms=None,
    first_token_ms=None,
    context_tokens=None,
    context_window=None,
    prompt="",
    response="",
    prompt_length=0,
    response_length=0,
    prompt_hash=None,
    response_hash=None,
)
"""A completed turn without times and texts."""

BLANK_REQUEST = UsageRow(
    turn_number=0,
    request_number=1,
    key_hash=None,
    alias_hash=None,
    at="",
    model="",
    input_tokens=0,
    output_tokens=0,
    reasoning_tokens=None,
    cache_read_tokens=0,
    cache_write_5m_tokens=0,
    cache_write_1h_tokens=0,
    cost_micros=None,
    is_lower_bound=0,
    is_aside=0,
    stop_reason="end_turn",
    speed="",
    service_tier="",
    web_searches=0,
    first_token_ms=None,
)
"""A request without a model, tokens and a price."""

BLANK_STEP = StepRow(
    turn_number=0,
    step_number=0,
    key="",
    kind="shell",
    tool="Bash",
    target="",
    status="ok",
    exit_code=None,
    started_at="",
    ended_at=None,
    duration_ms=None,
    input_preview="",
    output_preview="",
    input_length=0,
    output_length=0,
    input_offset=0,
    input_bytes=0,
    output_offset=0,
    output_bytes=0,
    text_start=None,
    text_end=None,
    child_native_id="",
    request_number=None,
)
"""A command that succeeded, without a name, times and texts."""
