"""What the parser of received records remembers between two readings."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec

MAX_REQUESTS = 128
"""Requests that are remembered, for the other signal that tells of them too."""

MAX_CALLS = 500
"""Tool calls that are remembered, for the same reason."""

MAX_TRACES = 64
"""Traces that are remembered."""


class SentRequest(msgspec.Struct, array_like=True):
    """Figures of a request of which one signal told, for the other one."""

    output_tokens: int = -1
    """-1 where the signal told no tokens."""
    first_token_ms: int | None = None
    stop_reason: str = ""
    reported_micros: int | None = None


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
    has_logs: bool = False
    """Whether any log told of the session: spans of the same program repeat it."""


CODEC = StateCodec(OtelState, "OpenTelemetry")
