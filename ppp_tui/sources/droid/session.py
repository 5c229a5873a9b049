"""Reads what a session gained: its new lines, then what its sums of tokens grew by."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import NOWHERE, ContextMeasured, RequestMeasured
from ppp_tui.model.limits import MAX_COUNT, MAX_LINE_BYTES
from ppp_tui.sources.droid.records import DroidEmitter, read_record
from ppp_tui.sources.droid.state import CODEC
from ppp_tui.sources.json_records import JsonObject, count_of, mended_object, object_of, read_records, text_of
from ppp_tui.sources.message_documents import read_beside
from ppp_tui.sources.source import TablesRead

MAX_POLL_BYTES = 16 * 1024 * 1024
"""Bytes of lines that a poll reads."""

MAX_SETTINGS_BYTES = 1024 * 1024

_SUMS = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheCreationTokens", "thinkingTokens")
_ROUTED = "auto"
"""Stands for a model that Droid chooses by itself."""

_OPEN_PROVIDER = "generic-chat-completion-api"
"""Stands for any provider that speaks OpenAI's protocol."""


def read_session(path: Path, state: bytes, settings: Path) -> TablesRead:
    """Return the events that a session gained since `state`. Raises OSError for a file that cannot be read."""
    session = CODEC.decode_or_new(state)
    emitter = DroidEmitter(session)
    with path.open("rb") as file:
        if path.stat().st_size < session.offset:
            # It was rewritten; records that were read before are known again.
            session.offset = 0
        file.seek(session.offset)
        content = file.read(MAX_POLL_BYTES)
        is_more = len(content) == MAX_POLL_BYTES
        if is_more and b"\n" not in content:
            content += file.read(MAX_LINE_BYTES)
    content = content[: content.rfind(b"\n") + 1]
    for record, _ in read_records(content, session.offset, emitter.reading.damage, _is_record):
        read_record(emitter, path.stem, record)
    session.offset += len(content)
    is_more = is_more and bool(content)
    if not is_more:
        _read_settings(emitter, path.stem, settings)
    return TablesRead(emitter.take_reading(), CODEC.encode(session), is_more)


def _is_record(decoded: object) -> bool:
    return (
        isinstance(decoded, dict) and isinstance(decoded.get("type"), str) and ("message" in decoded or "id" in decoded)
    )


def _read_settings(emitter: DroidEmitter, session: str, path: Path) -> None:
    """Read the model and the sums; settings that are being rewritten say nothing."""
    # A link is not followed: beside sessions lie files with keys in them.
    settings = mended_object(read_beside(path, MAX_SETTINGS_BYTES))
    if settings is None:
        return
    state = emitter.state
    model = text_of(settings, "model")
    if model in (_ROUTED, ""):
        model = text_of(object_of(settings, "effectiveFactoryRouterModel"), "modelId") or model
    emitter.note(state.last_at, "model", model)
    usage = object_of(settings, "tokenUsage")
    sums = {name: count_of(usage, name) or 0 for name in _SUMS}
    grown = {name: sums[name] - state.tokens.get(name, 0) for name in _SUMS}
    # Without a message there is no time at which they were used.
    if usage and any(grown.values()) and state.last_at:
        state.tokens = sums
        if min(grown.values()) >= 0:
            provider = text_of(settings, "providerLock")
            emitter.emit(
                _measured(session, grown, sums, state.last_at, model)._replace(
                    provider="" if provider == _OPEN_PROVIDER else provider
                )
            )
    _read_context(emitter, object_of(settings, "lastCallTokenUsage"))


def _measured(session: str, grown: dict[str, int], sums: dict[str, int], at: int, model: str) -> RequestMeasured:
    """Return what a session's sums grew by, as one request. Whether thoughts are part of the output is not known."""
    thought = grown["thinkingTokens"]
    output = grown["outputTokens"] + (thought if thought > grown["outputTokens"] else 0)
    return RequestMeasured(
        at,
        NOWHERE,
        key=f"droid:{session}:{':'.join(str(sums[name]) for name in _SUMS)}",
        model=model,
        input_tokens=grown["inputTokens"],
        output_tokens=min(output, MAX_COUNT),
        reasoning_tokens=thought,
        cache_read_tokens=grown["cacheReadTokens"],
        cache_write_5m_tokens=grown["cacheCreationTokens"],
        is_lower_bound=thought > 0,
        is_aside=True,
    )


def _read_context(emitter: DroidEmitter, last: JsonObject) -> None:
    used = sum(count_of(last, name) or 0 for name in ("inputTokens", "cacheReadTokens", "outputTokens"))
    if used and used != emitter.state.context_tokens:
        emitter.state.context_tokens = used
        emitter.emit(ContextMeasured(emitter.state.last_at, min(used, MAX_COUNT)))
