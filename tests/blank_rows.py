"""Rows in which every column is plain, for tests that name only the columns they speak of."""

from __future__ import annotations

from ppp_tui.model.rows import StepRow, TurnRow, UsageRow

BLANK_TURN = TurnRow(turn_number=0, key_hash=None, origin="typed", status="completed", timestamp="")
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
    stop_reason="end_turn",
)
"""A request without a model, tokens and a price."""

BLANK_STEP = StepRow(
    turn_number=0, step_number=0, key="", kind="shell", tool="Bash", target="", status="ok", started_at=""
)
"""A command that succeeded, without a name, times and texts."""
