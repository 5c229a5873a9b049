"""Claude Code's records of failed requests: retries (`system/api_error`) and the message that gives up."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ppp_tui.model.event import ErrorKind, Ref, RequestFailed
from ppp_tui.sources.claude_code.records import Record, loose

_BY_STATUS: dict[int, ErrorKind] = {429: "rate_limit", 529: "overloaded", 503: "overloaded", 401: "auth", 403: "auth",
    408: "timeout", 504: "timeout", 413: "context"}  # fmt: skip
_BY_WORD: tuple[tuple[str, ErrorKind], ...] = (
    ("rate_limit", "rate_limit"), ("rate limit", "rate_limit"), ("session limit", "rate_limit"),
    ("usage limit", "rate_limit"), ("weekly limit", "rate_limit"), ("overloaded", "overloaded"),
    ("timed out", "timeout"), ("timeout", "timeout"), ("prompt is too long", "context"),
    ("authentication", "auth"), ("invalid api key", "auth"), ("connect", "network"), ("network", "network"),
    ("econn", "network"), ("fetch failed", "network"),
)  # fmt: skip
_STATUS = re.compile(r"API Error: (\d{3})")
_RESETS = re.compile(
    r"resets (?:at )?(\d{1,2})(?::(\d{2}))?\s*([ap]m)?(?:\s*\(([A-Za-z_]+(?:/[A-Za-z_+-]+)*)\))?", re.IGNORECASE
)


def read_retry(record: Record, at: int, ref: Ref) -> RequestFailed:
    """A failed request that the agent will ask again."""
    told = loose(record.error)
    error: dict[str, Any] = told if isinstance(told, dict) else {}
    status = error.get("status")
    status = status if isinstance(status, int) else None
    message = _message(error)
    wait = record.retryInMs
    return RequestFailed(
        at, ref, kind_of(status, message), message, status, record.retryAttempt, record.maxRetries,
        int(wait) if wait is not None else None,
    )  # fmt: skip


def read_final(record: Record, text: str, at: int, ref: Ref) -> RequestFailed:
    """The message that stands where an answer should be."""
    told = loose(record.error)
    matched = _STATUS.search(text)
    status = record.apiErrorStatus or (int(matched[1]) if matched else None)
    kind = kind_of(status, f"{told if isinstance(told, str) else ''} {text}")
    return RequestFailed(at, ref, kind, text, status, is_final=True, until=reset_time(text, at))


def kind_of(status: int | None, message: str) -> ErrorKind:
    """What kind of failure a status or a message tells."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    lowered = message.lower()
    return next((kind for word, kind in _BY_WORD if word in lowered), "error")


def reset_time(text: str, at: int) -> int | None:
    """When a limit ends, from a text such as ``resets 7:20pm (Europe/Berlin)``: the next such time after `at`.

    Unix milliseconds; None where the text names no time or no time zone that this system knows.
    """
    matched = _RESETS.search(text)
    if matched is None or not at:
        return None
    hour, minute, half, zone = matched.groups()
    clock_hour = int(hour) % 12 + (12 if half and half.lower() == "pm" else 0) if half else int(hour)
    if clock_hour > 23 or not zone:
        return None
    try:
        began = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return None
    ends = began.replace(hour=clock_hour, minute=int(minute or 0), second=0, microsecond=0)
    if ends <= began:
        ends += timedelta(days=1)
    return int(ends.timestamp() * 1000)


def _message(error: dict[str, Any]) -> str:
    for name in ("formatted", "message"):
        if isinstance(error.get(name), str):
            return str(error[name])
    inner = error.get("error")
    while isinstance(inner, dict):
        if isinstance(inner.get("message"), str):
            return str(inner["message"])
        inner = inner.get("error")
    status = error.get("status")
    return f"HTTP {status}" if status else "request failed"
