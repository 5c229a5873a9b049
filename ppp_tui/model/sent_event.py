"""Events of tool calls that agents only send by OpenTelemetry; they complete a session, and begin none."""

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
    """0 if only the end is recorded: the wait then began with the call."""
