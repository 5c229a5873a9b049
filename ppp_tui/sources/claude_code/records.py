"""The shape of Claude Code's records, as far as anybody reads it; what nobody reads is skipped undecoded.

Seen in versions 2.0 to 2.1.219 and in recordings of November 2026. A field whose type varies stays raw.
"""

from __future__ import annotations

import msgspec

Raw = msgspec.Raw
EMPTY = Raw(b"")


class CacheCreation(msgspec.Struct):
    """Cache writes by lifetime."""

    ephemeral_5m_input_tokens: int | None = 0
    ephemeral_1h_input_tokens: int | None = 0


class ServerTools(msgspec.Struct):
    """Tools that ran at the provider's."""

    web_search_requests: int | None = 0


class Usage(msgspec.Struct):
    """Token usage of one request; `input_tokens` leaves the cache out."""

    input_tokens: int | None = 0
    output_tokens: int | None = 0
    cache_creation_input_tokens: int | None = 0
    cache_read_input_tokens: int | None = 0
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = ""
    speed: str | None = ""


class Block(msgspec.Struct):
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


class Message(msgspec.Struct):
    """A message of the provider's API."""

    id: str | None = ""
    model: str | None = ""
    content: str | list[Block] = ""
    stop_reason: str | None = None
    usage: Usage | None = None


class Origin(msgspec.Struct):
    """Who a user record is from, since 2.1.2xx."""

    kind: str = ""


class Record(msgspec.Struct):
    """One line."""

    type: str = ""
    subtype: str | None = ""
    uuid: str | None = ""
    parentUuid: str | None = None  # noqa: N815
    timestamp: str | None = ""
    sessionId: str | None = ""  # noqa: N815
    agentId: str | None = ""  # noqa: N815
    cwd: str | None = ""
    gitBranch: str | None = ""  # noqa: N815
    version: str | None = ""
    entrypoint: str | None = ""
    isSidechain: bool | None = False  # noqa: N815
    isMeta: bool | None = False  # noqa: N815
    isCompactSummary: bool | None = False  # noqa: N815
    isApiErrorMessage: bool | None = None  # noqa: N815
    requestId: str | None = ""  # noqa: N815
    message: Message | None = None
    origin: Raw = EMPTY
    promptSource: str | None = ""  # noqa: N815
    toolUseResult: Raw = EMPTY  # noqa: N815
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
    durationMs: int | None = None  # noqa: N815
    retryInMs: float | None = None  # noqa: N815
    retryAttempt: int | None = None  # noqa: N815
    maxRetries: int | None = None  # noqa: N815
    preventedContinuation: bool | None = False  # noqa: N815
    compactMetadata: Raw = EMPTY  # noqa: N815
    microcompactMetadata: Raw = EMPTY  # noqa: N815


decode_record = msgspec.json.Decoder(Record).decode
"""Decode one line. Raises msgspec.MsgspecError."""

decode_any = msgspec.json.Decoder().decode
"""Decode a raw part into plain Python. Raises msgspec.MsgspecError."""


def loose(raw: Raw) -> object:
    """A raw part as plain Python, None where there is none or it cannot be decoded."""
    content = bytes(raw)
    if not content:
        return None
    try:
        return decode_any(content)
    except (msgspec.MsgspecError, RecursionError):
        return None


def is_record(decoded: object) -> bool:
    """Whether an object stands by itself as a record.

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
