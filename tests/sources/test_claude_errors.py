"""Requests that failed: why, which attempt it was, and until when a limit holds."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.claude_code.errors import reset_time
from tests.sources.claude_lines import T0, assistant, envelope, text, told

HOUR = 3_600_000


def retry(error: Any, **more: Any) -> e.RequestFailed:
    """A failed request that will be asked again."""
    [event] = told(envelope("system", "r", subtype="api_error", error=error, **more))
    assert isinstance(event, e.RequestFailed)
    return event


def final(said: str, **more: Any) -> e.RequestFailed:
    """The message that stands where an answer should be."""
    record = assistant("f", text(said), isApiErrorMessage=True, **more)
    record["message"]["model"] = "<synthetic>"
    [event] = told(record)
    assert isinstance(event, e.RequestFailed)
    return event


def test_a_retry_tells_its_attempt_and_its_wait() -> None:
    event = retry(
        {"status": 529, "error": {"type": "error", "error": {"message": "Overloaded"}}},
        retryInMs=512.5,
        retryAttempt=3,
        maxRetries=10,
    )
    assert event[2:9] == ("overloaded", "Overloaded", 529, 3, 10, 512, False)


@pytest.mark.parametrize(
    ("error", "kind", "message", "status"),
    [
        ({"status": 429, "error": {"message": "Slow down"}}, "rate_limit", "Slow down", 429),
        ({"status": 500}, "error", "HTTP 500", 500),
        ({}, "error", "request failed", None),
        ("odd", "error", "request failed", None),
        (
            {
                "message": "Connection error.",
                "formatted": "Unable to connect to API (ECONNRESET)",
                "isNetworkDown": False,
            },
            "network",
            "Unable to connect to API (ECONNRESET)",
            None,
        ),
        ({"message": "Failed.", "isNetworkDown": True}, "network", "Failed.", None),
        ({"message": "Request timed out."}, "timeout", "Request timed out.", None),
        ({"status": 10**40, "message": ["odd"]}, "error", "request failed", None),
    ],
)
def test_retry_has_the_reason_of_its_failure(error: Any, kind: str, message: str, status: int | None) -> None:
    event = retry(error)
    assert (event.kind, event.message, event.status_code, event.attempt) == (kind, message, status, None)


@pytest.mark.parametrize(
    ("said", "more", "kind", "status"),
    [
        ('API Error: 529 {"error":{"message":"Overloaded"}}', {"error": "unknown"}, "overloaded", 529),
        ("API Error: 401 · Please run /login", {"error": "authentication_failed"}, "auth", 401),
        ("Invalid API key · Please run /login", {}, "auth", None),
        ("Prompt is too long", {"apiErrorStatus": 400}, "context", 400),
        ("API Error: Request timed out.", {}, "timeout", None),
        ("You've hit your limit · resets 3pm (UTC)", {"error": "rate_limit", "apiErrorStatus": 429}, "rate_limit", 429),
        ("Out of cheese", {}, "error", None),
    ],
)
def test_final_failure_has_its_reason(said: str, more: dict[str, Any], kind: str, status: int | None) -> None:
    event = final(said, **more)
    assert (event.kind, event.message, event.status_code, event.is_final) == (kind, said, status, True)


@pytest.mark.parametrize(
    ("said", "after_ms"),
    [
        ("You've hit your session limit · resets 7:20pm (Europe/Berlin)", 8 * HOUR + 20 * 60_000),
        ("resets 11am (Europe/Berlin)", 24 * HOUR),
        ("resets at 12am (UTC)", 14 * HOUR),
        ("resets 13:05 (UTC)", 3 * HOUR + 5 * 60_000),
        ("You've hit your weekly limit · resets Nov 22, 1pm (UTC)", 51 * HOUR),
        ("resets Nov 19, 10am (UTC)", 364 * 24 * HOUR),
        ("Claude AI usage limit reached|1795172400", HOUR),
        ("resets 7pm", None),
        ("resets 25:00 (UTC)", None),
        ("resets 7pm (Middle/Earth)", None),
        ("resets 7pm (America)", None),
        ("resets Feb 31, 7pm (UTC)", None),
        ("Overloaded", None),
    ],
)
def test_end_of_a_limit_is_read_from_its_text(said: str, after_ms: int | None) -> None:
    assert reset_time(said, T0) == (None if after_ms is None else T0 + after_ms)


def test_end_of_a_limit_is_unknown_without_a_record_time() -> None:
    assert reset_time("resets 7pm (UTC)", 0) is None


@pytest.mark.parametrize("subtype", ["model_refusal_fallback", "model_consent_fallback"])
def test_fallback_model_is_emitted(subtype: str) -> None:
    record = envelope(
        "system",
        "m",
        subtype=subtype,
        originalModel="claude-opus-4-5",
        fallbackModel="claude-sonnet-4-5",
    )
    [event] = told(record)
    assert isinstance(event, e.RequestFailed)
    assert (event.kind, event.message, event.is_final) == (
        "model_fallback",
        "claude-opus-4-5 did not answer; claude-sonnet-4-5 took over",
        False,
    )
    assert (event.model, event.fallback_model) == ("claude-opus-4-5", "claude-sonnet-4-5")
