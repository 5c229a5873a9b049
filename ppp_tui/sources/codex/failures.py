"""Failed model requests: kind of the failure, and until when it holds."""

from __future__ import annotations

import re

from ppp_tui.model.event import Ref, RequestFailed
from ppp_tui.model.event_values import ErrorKind
from ppp_tui.model.failure import KIND_BY_STATUS
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import Raw, bounded, loose, parse

_KINDS: dict[str, ErrorKind] = {
    "usage_limit_exceeded": "rate_limit",
    "rate_limit_exceeded": "rate_limit",
    "session_budget_exceeded": "rate_limit",
    "model_cap": "rate_limit",
    "server_overloaded": "overloaded",
    "context_window_exceeded": "context",
    "unauthorized": "auth",
    "http_connection_failed": "network",
    "response_stream_connection_failed": "network",
    "response_stream_disconnected": "network",
}
_WORDS: tuple[tuple[str, ErrorKind], ...] = (
    ("usage limit", "rate_limit"),
    ("rate limit", "rate_limit"),
    ("too many requests", "rate_limit"),
    ("overloaded", "overloaded"),
    ("at capacity", "overloaded"),
    ("timed out", "timeout"),
    ("timeout", "timeout"),
    ("context window", "context"),
    ("unauthorized", "auth"),
    ("sign in", "auth"),
    ("log in", "auth"),
    ("disconnected", "network"),
    ("connection", "network"),
    ("error sending request", "network"),
)
_TRIED = re.compile(r"\b(\d{1,9})/(\d{1,9})\b")


def read_failure(
    emitter: ThreadEmitter, message: str, info: Raw, at: int, ref: Ref, *, is_final: bool
) -> RequestFailed:
    """Return a failed request from an error: its kind by its class if it has one, else by its words."""
    message = _message_in(message)
    name, status_code = _class_and_status(info)
    kind = (
        KIND_BY_STATUS.get(status_code or 0)
        or _KINDS.get(name)
        or (_by_words(message) if name in ("", "other") else "error")
    )
    tried = None if is_final else _TRIED.search(message)
    until = _limit_end(emitter, at) if kind == "rate_limit" else None
    return RequestFailed(
        at=at,
        ref=ref,
        kind=kind,
        message=message,
        status_code=status_code,
        attempt=int(tried[1]) if tried else None,
        max_attempts=int(tried[2]) if tried else None,
        is_final=is_final,
        until=until,
    )


def _message_in(message: str) -> str:
    """Return the readable message in an error; Codex passes the body of a refusal on as JSON."""
    body = parse(message) if message.startswith("{") else None
    if not isinstance(body, dict):
        return message
    error = body.get("error")
    detail = error.get("message") if isinstance(error, dict) else body.get("detail")
    return detail if isinstance(detail, str) and detail else message


def _class_and_status(info: Raw) -> tuple[str, int | None]:
    """Return an error's class and HTTP status: a name, or an object with the name as its only key."""
    value = loose(info)
    if isinstance(value, str):
        return value, None
    if not isinstance(value, dict) or not value:
        return "", None
    name, more = next(iter(value.items()))
    code = more.get("http_status_code") if isinstance(more, dict) else None
    return str(name), bounded(code) if isinstance(code, int) else None


def _by_words(message: str) -> ErrorKind:
    lowered = message.lower()
    return next((kind for words, kind in _WORDS if words in lowered), "error")


def _limit_end(emitter: ThreadEmitter, at: int) -> int | None:
    """Return when all used-up limits will have ended, None if that is unknown."""
    ends = [end for used, end in emitter.state.limits.values() if used >= 100 and end > at]
    return max(ends, default=None)
