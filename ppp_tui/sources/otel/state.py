"""What the parser of received records remembers between two readings."""

from __future__ import annotations

import msgspec

from ppp_tui.model.event import RequestMeasured
from ppp_tui.sources.parser_state import StateCodec

MAX_REQUESTS = 128
"""Requests that are remembered, for the other signal that tells of them too."""

MAX_CALLS = 500
"""Tool calls that are remembered, for the same reason."""

MAX_TRACES = 64
"""Traces that are remembered."""


class SentRequest(msgspec.Struct, array_like=True):
    """A request of which a log told, or what a span told of one before its log came."""

    request: RequestMeasured | None
    """As it was emitted; None before its log came."""
    first_token_ms: int | None = None
    stop_reason: str = ""


class SentTrace(msgspec.Struct, array_like=True):
    """A trace that is a turn."""

    has_answer: bool = False
    """Whether one of its spans brought the answer's text."""


class OtelState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    turn: str = ""
    """Key of the open turn."""
    has_prompt: bool = False
    """Whether the prompt of the open turn is known, or why it is not."""
    requests: dict[str, SentRequest] = {}
    calls: dict[str, str] = {}
    """How tool calls were decided (`accept`, `reject`), or `done`."""
    traces: dict[str, SentTrace] = {}
    first_token_ms: int | None = None
    """Time to the first token of the open turn, where an event of its own tells it before the request's."""
    span_calls: dict[str, str] = {}
    """Calls by the spans that they are."""
    span_waits: dict[str, tuple[int, int]] = {}
    """When a call waited for the user, by its span, which comes after it."""


CODEC = StateCodec(OtelState, "OpenTelemetry")
