"""What Claude Code hands to a status line: every field may be absent or of another kind."""

from __future__ import annotations

import json

import pytest

from ppp_tui.sources.claude_status import Status, StatusLimit, read_status

WHOLE = {
    "hook_event_name": "Status",
    "session_id": "0123",
    "model": {"id": "claude-opus-5", "display_name": "Opus 5"},
    "cost": {"total_cost_usd": 1.2345678, "total_duration_ms": 9000, "total_api_duration_ms": 5000},
    "context_window": {
        "context_window_size": 200_000,
        "used_percentage": 34.5,
        "current_usage": {
            "input_tokens": 10,
            "output_tokens": 5,
            "cache_read_input_tokens": 60_000,
            "cache_creation_input_tokens": 9000,
        },
    },
    "rate_limits": {
        "five_hour": {"used_percentage": 42, "resets_at": 1_795_180_000},
        "seven_day": {"used_percentage": 18.5, "resets_at": None},
        "seven_day_opus": {"used_percentage": None},
    },
}


def test_every_stated_value_is_read() -> None:
    assert read_status(json.dumps(WHOLE)) == Status(
        session_id="0123",
        model="claude-opus-5",
        model_name="Opus 5",
        cost_micros=1_234_568,
        api_ms=5000,
        wall_ms=9000,
        context_tokens=69_010,
        context_window=200_000,
        context_percent=34.5,
        limits=(StatusLimit("five_hour", 42.0, 300, 1_795_180_000_000), StatusLimit("seven_day", 18.5, 10_080, None)),
    )


UNKNOWN = Status(
    session_id="",
    model="",
    model_name="",
    cost_micros=None,
    api_ms=None,
    wall_ms=None,
    context_tokens=None,
    context_window=None,
    context_percent=None,
    limits=(),
)


def test_missing_values_are_unknown() -> None:
    assert read_status("{}") == UNKNOWN


@pytest.mark.parametrize(
    "given",
    [
        {"model": "opus", "cost": [], "rate_limits": 3, "context_window": None, "session_id": 7},
        {"cost": {"total_cost_usd": -1, "total_duration_ms": "9"}, "rate_limits": {"x": {"used_percentage": True}}},
        {"cost": {"total_cost_usd": 1e300}, "context_window": {"used_percentage": -3, "context_window_size": 0}},
    ],
)
def test_values_of_another_kind_are_unknown(given: object) -> None:
    assert read_status(json.dumps(given)) == UNKNOWN


@pytest.mark.parametrize("text", ["", "no json", "[]", "3", "null", '{"a": ', "[" * 100_000])
def test_text_that_is_no_status_is_none(text: str) -> None:
    assert read_status(text) is None
