"""Events of tool calls that only what agents send by OpenTelemetry tells; they complete a session, and make none."""

from __future__ import annotations

from typing import NamedTuple


class CallTraced(NamedTuple):
    """A span that a program which a tool call started may name as its parent (W3C trace context), in hexadecimal."""

    at: int
    trace_id: str
    span_id: str
    parent_span_id: str
    key: str
    """Of the tool call, '' where the span does not name one."""


class CallWaited(NamedTuple):
    """A tool call waited for the user's permission, which the session's own file does not record."""

    at: int
    """When it ended."""
    key: str
    began_at: int
    """0 where only the end is told: it began with the call."""
