"""Claude Code's records of failed requests: retries (`system/api_error`) and the message that gives up."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ppp_tui.model.event import Ref, RequestFailed
from ppp_tui.model.failure import failure_kind
from ppp_tui.sources.claude_code.records import Record, bounded, fields, loose

_STATUS = re.compile(r"API Error: (\d{3})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RESETS = re.compile(
    rf"resets (?:at )?(?:({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}})(?:,| at)? )?"
    r"(\d{1,2})(?::(\d{2}))?\s*([ap]m)?\s*\(([A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*)\)",
    re.IGNORECASE,
)
_RESETS_EPOCH = re.compile(r"limit reached\|(\d{10})\b")


def read_retry(record: Record, at: int, ref: Ref) -> RequestFailed:
    """Return a failed request that the agent will send again."""
    error = fields(record.error)
    status = _status(error.get("status"))
    message = _message(error)
    kind = "network" if error.get("isNetworkDown") is True else failure_kind(status, message)
    return RequestFailed(
        at=at,
        ref=ref,
        kind=kind,
        message=message,
        status_code=status,
        attempt=bounded(record.retryAttempt),
        max_attempts=bounded(record.maxRetries),
        wait_ms=bounded(record.retryInMs),
    )


def read_final(record: Record, text: str, at: int, ref: Ref) -> RequestFailed:
    """Return a failed request out of the message that stands in place of an answer."""
    error = loose(record.error)
    matched = _STATUS.search(text)
    status = _status(record.apiErrorStatus) or (int(matched[1]) if matched else None)
    kind = failure_kind(status, f"{error if isinstance(error, str) else ''} {text}")
    return RequestFailed(at, ref, kind, text, status, is_final=True, until=reset_time(text, at))


def reset_time(text: str, at: int) -> int | None:
    """Return when a limit ends, from a text such as ``resets 7:20pm (Europe/Berlin)`` or ``resets Oct 6, 1pm (UTC)``.

    The next such time after `at`, in Unix milliseconds; None where the text names no time, or no time zone that this
    system knows. Texts of 2025 end with ``limit reached|`` and the Unix seconds.
    """
    epoch = _RESETS_EPOCH.search(text)
    if epoch:
        return int(epoch[1]) * 1000
    matched = _RESETS.search(text)
    if matched is None or not at:
        return None
    month, day, hour, minute, half, zone = matched.groups()
    clock_hour = int(hour) % 12 + (12 if half.lower() == "pm" else 0) if half else int(hour)
    try:
        began = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
        ends = began.replace(hour=clock_hour, minute=int(minute or 0), second=0, microsecond=0)
        if month:
            ends = ends.replace(month=_MONTHS.index(month.lower()) + 1, day=int(day))
            ends = ends if ends > began else ends.replace(year=ends.year + 1)
        elif ends <= began:
            ends += timedelta(days=1)
        return int(ends.timestamp() * 1000)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _status(number: object) -> int | None:
    """Return an HTTP status, None for other values."""
    return number if type(number) is int and 100 <= number <= 599 else None


def _message(error: dict[str, Any]) -> str:
    for name in ("formatted", "message"):
        if isinstance(error.get(name), str):
            return str(error[name])
    inner = error.get("error")
    while isinstance(inner, dict):
        if isinstance(inner.get("message"), str):
            return str(inner["message"])
        inner = inner.get("error")
    status = _status(error.get("status"))
    return f"HTTP {status}" if status else "request failed"
