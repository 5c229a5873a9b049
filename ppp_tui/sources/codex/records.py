"""The shape of Codex's rollout lines, as far as anybody reads it; what nobody reads is skipped undecoded.

Seen in versions 0.140 to 0.142 and 0.169; lines of mid-2025 carry the item itself without ``type`` and ``payload``.
"""

from __future__ import annotations

from typing import Any

import msgspec

Raw = msgspec.Raw
EMPTY = Raw(b"")


class Counts(msgspec.Struct):
    """Token counts: input includes cached and written, output includes reasoning."""

    input_tokens: int | None = 0
    cached_input_tokens: int | None = 0
    cache_write_input_tokens: int | None = 0
    output_tokens: int | None = 0
    reasoning_output_tokens: int | None = 0
    total_tokens: int | None = 0


class Info(msgspec.Struct):
    """Of a `token_count` event."""

    total_token_usage: Counts | None = None
    last_token_usage: Counts | None = None
    model_context_window: int | None = None


class Window(msgspec.Struct):
    """One usage limit."""

    used_percent: float | None = None
    window_minutes: int | None = None
    resets_at: float | None = None
    """Unix seconds."""
    resets_in_seconds: float | None = None


class Limits(msgspec.Struct):
    """Usage limits of the person's plan."""

    limit_id: str | None = ""
    plan_type: str | None = ""
    primary: Window | None = None
    secondary: Window | None = None
    rate_limit_reached_type: str | None = ""


class Git(msgspec.Struct):
    """Where the session began."""

    branch: str | None = ""


class Action(msgspec.Struct):
    """Of a web search."""

    type: str | None = ""
    query: str | None = ""
    url: str | None = ""
    pattern: str | None = ""


class Item(msgspec.Struct):
    """Of an `item_completed` event, since 0.16x."""

    type: str = ""
    id: str | None = ""
    content: Raw = EMPTY
    query: str | None = ""
    action: Raw = EMPTY
    phase: str | None = ""


class Payload(msgspec.Struct):
    """What a line says."""

    type: str | None = ""
    id: str | None = ""
    role: str | None = ""
    content: Raw = EMPTY
    phase: str | None = ""
    message: Raw = EMPTY
    summary: Raw = EMPTY
    name: str | None = ""
    namespace: str | None = ""
    arguments: Raw = EMPTY
    input: str | None = ""
    call_id: str | None = ""
    output: Raw = EMPTY
    action: Raw = EMPTY
    status: str | None = ""
    query: str | None = ""
    item: Item | None = None
    info: Info | None = None
    rate_limits: Limits | None = None
    usage: Counts | None = None
    response_id: str | None = ""
    turn_id: str | None = ""
    last_agent_message: str | None = None
    duration_ms: int | None = None
    time_to_first_token_ms: int | None = None
    model_context_window: int | None = None
    reason: str | None = ""
    num_turns: int | None = 0
    model: str | None = ""
    cwd: str | None = ""
    originator: str | None = ""
    cli_version: str | None = ""
    source: Raw = EMPTY
    git: Git | None = None
    forked_from_id: str | None = ""
    parent_thread_id: str | None = ""
    agent_nickname: str | None = ""
    agent_role: str | None = ""
    thread_id: str | None = ""
    thread_name: str | None = ""
    success: bool | None = None


class Line(msgspec.Struct):
    """One line; `payload` is missing in the oldest form."""

    type: str | None = ""
    timestamp: str | None = ""
    payload: Payload | None = None
    record_type: str | None = ""
    instructions: Raw = EMPTY


decode_line = msgspec.json.Decoder(Line).decode
"""Decode one line. Raises msgspec.MsgspecError."""

decode_bare = msgspec.json.Decoder(Payload).decode
"""Decode a line of the oldest form as the item that it is. Raises msgspec.MsgspecError."""

_decode_any = msgspec.json.Decoder().decode


def loose(raw: Raw) -> Any:
    """A raw part as plain Python, None where there is none or it cannot be decoded."""
    content = bytes(raw)
    if not content:
        return None
    try:
        return _decode_any(content)
    except (msgspec.MsgspecError, RecursionError):
        return None


def is_record(decoded: object) -> bool:
    """Whether an object stands by itself as a line: it has a time and a payload, or is an item of the oldest form."""
    return isinstance(decoded, dict) and "timestamp" in decoded and isinstance(decoded.get("payload"), dict)
