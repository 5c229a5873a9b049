"""Attribute values and ids as plain Python values, bounded, whichever encoding they came in."""

from __future__ import annotations

import math
from typing import Any

from ppp_tui.receive.otlp import MAX_ATTRIBUTES, MAX_DEPTH, MAX_VALUE_CHARS

DROPPED_ATTRIBUTES = frozenset(
    {"user.email", "user.account_uuid", "user.account_id", "organization.id", "authorization", "api_key"}
)
"""Attributes that identify the user or hold credentials: never kept."""

TEXT_ATTRIBUTES = frozenset(
    {
        "prompt",
        "response",
        "arguments",
        "output",
        "tool_input",
        "tool_parameters",
        "body",
        "error",
        "error_message",
        "function_args",
        "input.value",
        "output.value",
        "request_text",
        "response_text",
        "message",
        "command_name",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "exception.message",
        "exception.stacktrace",
    }
)
"""Attributes that hold what users, models and tools wrote."""

TEXT_PREFIXES = ("llm.input_messages.", "llm.output_messages.", "gen_ai.prompt.", "gen_ai.completion.", "ai.prompt")

MAX_TEXTLESS_CHARS = 200
"""Characters of a value that is kept where no text is: no longer than names and ids are."""


def bounded_text(text: str) -> str:
    """Return a text cut to `MAX_VALUE_CHARS`."""
    return text if len(text) <= MAX_VALUE_CHARS else text[:MAX_VALUE_CHARS]


def is_kept(name: str, value: Any, *, keeps_text: bool) -> bool:
    """Return whether an attribute is kept."""
    if name in DROPPED_ATTRIBUTES:
        return False
    if keeps_text:
        return True
    is_text = name in TEXT_ATTRIBUTES or name.startswith(TEXT_PREFIXES)
    return not is_text and not (isinstance(value, str | list | dict) and len(str(value)) > MAX_TEXTLESS_CHARS)


def plain_attributes(pairs: Any, plain_value: Any, *, keeps_text: bool) -> dict[str, Any]:
    """Return attributes by name out of name and value pairs; `plain_value` converts a value of the encoding."""
    attributes: dict[str, Any] = {}
    for name, raw in pairs:
        if len(attributes) >= MAX_ATTRIBUTES:
            break
        value = plain_value(raw, 0)
        if value is not None and is_kept(name, value, keeps_text=keeps_text):
            attributes[name[:MAX_TEXTLESS_CHARS]] = value
    return attributes


def is_too_deep(depth: int) -> bool:
    """Return whether a value lies within more lists and maps than are kept."""
    return depth >= MAX_DEPTH


def finite(value: float) -> float | int | None:
    """Return a number; None for infinities and NaN, which JSON cannot hold."""
    return value if math.isfinite(value) else None


def event_name(stated: str, attributes: dict[str, Any], body: Any) -> str:
    """Return the name of a log's event: as an attribute, as stated, or as its text.

    The attribute comes first: what Codex's logger states is a line of its program.
    """
    return bounded_text(str(attributes.get("event.name") or "") or stated or (body if isinstance(body, str) else ""))
