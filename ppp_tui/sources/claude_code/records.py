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

    parentUuid: str | None = None  # noqa: N815
    isSidechain: bool | None = False  # noqa: N815
    cwd: str | None = ""
    sessionId: str | None = ""  # noqa: N815
    version: str | None = ""
    gitBranch: str | None = ""  # noqa: N815
    agentId: str | None = ""  # noqa: N815
    attributionAgent: str | None = ""  # noqa: N815
    message: MessageRecord | None = None
    requestId: str | None = ""  # noqa: N815
    type: str = ""
    subtype: str | None = ""
    uuid: str | None = ""
    timestamp: str | None = ""
    toolUseResult: Raw = EMPTY  # noqa: N815
    forkedFrom: Raw = EMPTY  # noqa: N815
    entrypoint: str | None = ""
    isMeta: bool | None = False  # noqa: N815
    isCompactSummary: bool | None = False  # noqa: N815
    isApiErrorMessage: bool | None = None  # noqa: N815
    effort: str | None = ""
    advisorModel: str | None = ""  # noqa: N815
    origin: Raw = EMPTY
    promptSource: str | None = ""  # noqa: N815
    permissionMode: str | None = ""  # noqa: N815
    toolDenialKind: str | None = ""  # noqa: N815
    error: Raw = EMPTY
    apiErrorStatus: int | None = None  # noqa: N815
    attachment: Raw = EMPTY
    data: Raw = EMPTY
    parentToolUseID: str | None = ""  # noqa: N815
    content: Raw = EMPTY
    summary: str | None = ""
    leafUuid: str | None = ""  # noqa: N815
    customTitle: str | None = ""  # noqa: N815
    aiTitle: str | None = ""  # noqa: N815
    prUrl: str | None = ""  # noqa: N815
    costUSD: float | None = None  # noqa: N815
    durationMs: float | None = None  # noqa: N815
    retryInMs: float | None = None  # noqa: N815
    retryAttempt: float | None = None  # noqa: N815
    maxRetries: float | None = None  # noqa: N815
    originalModel: str | None = ""  # noqa: N815
    fallbackModel: str | None = ""  # noqa: N815
    hookErrors: Raw = EMPTY  # noqa: N815
    preventedContinuation: bool | None = False  # noqa: N815
    compactMetadata: Raw = EMPTY  # noqa: N815
    microcompactMetadata: Raw = EMPTY  # noqa: N815


class ToolResult(msgspec.Struct, gc=False):
    """The fields of `toolUseResult` that are read; its outputs repeat the result block and are skipped."""

    agentId: str | None = None  # noqa: N815
    totalDurationMs: float | None = None  # noqa: N815
    interrupted: bool | None = None
    backgroundTaskId: str | None = None  # noqa: N815
    returnCodeInterpretation: str | None = None  # noqa: N815
    stdout: Raw = EMPTY
    questions: Raw = EMPTY
    answers: Raw = EMPTY
    annotations: Raw = EMPTY


class ProgressData(msgspec.Struct, gc=False):
    """`data` of a progress record."""

    type: str | None = ""
    agentId: str | None = ""  # noqa: N815
    message: Raw = EMPTY
    """A record of the sub-agent without an envelope."""


class Attachment(msgspec.Struct, gc=False):
    """`attachment` of an attachment record."""

    type: str | None = ""
    prompt: Raw = EMPTY
    commandMode: str | None = ""  # noqa: N815
    origin: Raw = EMPTY
    stderr: str | None = ""
    blockingError: Raw = EMPTY  # noqa: N815


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
