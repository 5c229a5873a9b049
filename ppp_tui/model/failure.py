"""The kind of failure of a model request, by its status or message, for every agent."""

from __future__ import annotations

import re
from typing import get_args

from ppp_tui.model.event_values import ErrorKind

KIND_BY_STATUS: dict[int, ErrorKind] = {
    401: "auth",
    403: "auth",
    408: "timeout",
    413: "context",
    429: "rate_limit",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}
"""Kinds of failures by their HTTP status."""

_KIND_BY_WORDS: tuple[tuple[str, ErrorKind], ...] = (
    ("rate_limit", "rate_limit"),
    ("rate limit", "rate_limit"),
    ("session limit", "rate_limit"),
    ("usage limit", "rate_limit"),
    ("weekly limit", "rate_limit"),
    ("hit your limit", "rate_limit"),
    ("overloaded", "overloaded"),
    ("timed out", "timeout"),
    ("timeout", "timeout"),
    ("prompt is too long", "context"),
    ("authentication", "auth"),
    ("invalid api key", "auth"),
    ("/login", "auth"),
    ("connect", "network"),
    ("network", "network"),
    ("econn", "network"),
    ("socket", "network"),
    ("fetch failed", "network"),
)


_KINDS: dict[str, ErrorKind] = {kind: kind for kind in get_args(ErrorKind)}
_STATUS = re.compile(r"\b[45]\d\d\b")
_STATUS_CHARS = 200
"""Characters at the beginning of an error's message in which a status is searched."""


def stated_failure(name: str, code: int | None, message: str) -> tuple[ErrorKind, int | None]:
    """Return the kind and HTTP status of a failure as a program states it.

    The status is the code, or is in the message; the kind is the name, if it is one, else follows from those.
    """
    status = code if code is not None and 400 <= code <= 599 else None
    if status is None:
        matched = _STATUS.search(message[:_STATUS_CHARS])
        status = int(matched[0]) if matched else None
    return _KINDS.get(name) or failure_kind(status, message), status


def failure_kind(status: int | None, message: str) -> ErrorKind:
    """Return the kind of failure by its status, else by words of the message."""
    if status in KIND_BY_STATUS:
        return KIND_BY_STATUS[status]
    lowered = message.lower()
    return next((kind for words, kind in _KIND_BY_WORDS if words in lowered), "error")
