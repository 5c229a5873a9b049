"""The shapes of Claude Code's records; fields that nothing reads are skipped undecoded.

Seen in versions 2.0 to 2.1.219 and in recordings of November 2026. A field whose type varies stays raw. For
records of a shape that no version has shown yet there is `shapes`.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.lines import mend

Raw = msgspec.Raw
EMPTY = Raw(b"")

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Exceptions that decoding raises."""


class CacheCreation(msgspec.Struct, gc=False):
    """Cache writes by lifetime."""

    ephemeral_5m_input_tokens: int | None = 0
    ephemeral_1h_input_tokens: int | None = 0


class ServerTools(msgspec.Struct, gc=False):
    """Tools that ran at the provider's."""

    web_search_requests: int | None = 0


class Iteration(msgspec.Struct, gc=False):
    """One of the model calls of a message: the model's own, or an advisor's, a fallback's, a compaction's."""

    type: str | None = ""
    model: str | None = ""
    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cache_creation_input_tokens: int | None = 0
    cache_read_input_tokens: int | None = 0
    cache_creation: CacheCreation | None = None


class Usage(msgspec.Struct, gc=False):
    """Token usage of one request; `input_tokens` leaves the cache out."""

    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cache_creation_input_tokens: int | None = 0
    cache_read_input_tokens: int | None = 0
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = ""
    speed: str | None = ""
    inference_geo: str | None = ""
    iterations: list[Iteration] | None = None


class ContentBlock(msgspec.Struct, gc=False):
    """One block of a message: text, thinking, tool_use, tool_result, image and others."""

    type: str = ""
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: Raw = EMPTY
    tool_use_id: str = ""
    content: Raw = EMPTY
    is_error: bool | None = None


class MessageRecord(msgspec.Struct, gc=False):
    """A message of the provider's API."""

    id: str | None = ""
    model: str | None = ""
    content: str | list[ContentBlock] = ""
    stop_reason: str | None = None
    usage: Usage | None = None


class Record(msgspec.Struct, gc=False):
    """One line; fields of most records come first, in their order, since they decode fastest so."""

    parentUuid: str | None = None
    isSidechain: bool | None = False
    cwd: str | None = ""
    sessionId: str | None = ""
    version: str | None = ""
    gitBranch: str | None = ""
    agentId: str | None = ""
    attributionAgent: str | None = ""
    message: MessageRecord | None = None
    requestId: str | None = ""
    type: str = ""
    subtype: str | None = ""
    uuid: str | None = ""
    timestamp: str | None = ""
    toolUseResult: Raw = EMPTY
    forkedFrom: Raw = EMPTY
    entrypoint: str | None = ""
    isMeta: bool | None = False
    isCompactSummary: bool | None = False
    isApiErrorMessage: bool | None = None
    effort: str | None = ""
    advisorModel: str | None = ""
    origin: Raw = EMPTY
    promptSource: str | None = ""
    permissionMode: str | None = ""
    toolDenialKind: str | None = ""
    error: Raw = EMPTY
    apiErrorStatus: int | None = None
    attachment: Raw = EMPTY
    data: Raw = EMPTY
    parentToolUseID: str | None = ""
    content: Raw = EMPTY
    summary: str | None = ""
    leafUuid: str | None = ""
    customTitle: str | None = ""
    aiTitle: str | None = ""
    prUrl: str | None = ""
    costUSD: float | None = None
    durationMs: float | None = None
    retryInMs: float | None = None
    retryAttempt: float | None = None
    maxRetries: float | None = None
    originalModel: str | None = ""
    fallbackModel: str | None = ""
    hookErrors: Raw = EMPTY
    preventedContinuation: bool | None = False
    compactMetadata: Raw = EMPTY
    microcompactMetadata: Raw = EMPTY


class ToolResult(msgspec.Struct, gc=False):
    """The fields of `toolUseResult` that are read; its outputs repeat the result block and are skipped."""

    agentId: str | None = None
    totalDurationMs: float | None = None
    interrupted: bool | None = None
    backgroundTaskId: str | None = None
    returnCodeInterpretation: str | None = None
    stdout: Raw = EMPTY
    questions: Raw = EMPTY
    answers: Raw = EMPTY
    annotations: Raw = EMPTY


class ProgressData(msgspec.Struct, gc=False):
    """`data` of a progress record."""

    type: str | None = ""
    agentId: str | None = ""
    message: Raw = EMPTY
    """A record of the sub-agent without an envelope."""


class Attachment(msgspec.Struct, gc=False):
    """`attachment` of an attachment record."""

    type: str | None = ""
    prompt: Raw = EMPTY
    commandMode: str | None = ""
    origin: Raw = EMPTY
    stderr: str | None = ""
    blockingError: Raw = EMPTY


decode_record = msgspec.json.Decoder(Record).decode
"""Decode one line. Raises one of `UNREADABLE`."""

_decode_any = msgspec.json.Decoder().decode


def loose(raw: Raw) -> object:
    """Return a raw part as plain Python, None if there is none or it cannot be decoded."""
    if raw is EMPTY:
        return None
    try:
        return _decode_any(raw)
    except UNREADABLE:
        mended = mend(bytes(raw))
        return None if mended is None else json.loads(mended)


def fields(raw: Raw) -> dict[str, Any]:
    """Return a raw object as a dict, empty for other values."""
    if raw is EMPTY:
        return {}
    try:
        value = _decode_any(raw)
    except UNREADABLE:
        value = loose(raw)
    return value if isinstance(value, dict) else {}


def bounded(number: object) -> int | None:
    """Return a count or duration as a whole number from 0 to `MAX_COUNT`; None for other values."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return int(max(0, min(number, MAX_COUNT)))


def is_record(decoded: object) -> bool:
    """Return whether an object is a record by itself.

    Nearly all carry their session's id; summaries and file snapshots name what they belong to. Objects nested in a
    record, a sub-agent's message in a progress record included, carry none of these.
    """
    if not isinstance(decoded, dict) or not isinstance(decoded.get("type"), str):
        return False
    return (
        "sessionId" in decoded
        or decoded.keys() >= {"summary", "leafUuid"}
        or decoded.keys() >= {"messageId", "snapshot"}
    )
