"""Token usage of the model requests of a session, each once, under an identity that its copies share.

A request is known by message id and request id. Relays leave the request id out and may give every response the same
message id: what tells responses apart is then the chain of records, the prompt that they were given, and the prompts of
the user between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ppp_tui.model.event import ContextMeasured, Ref, RequestMeasured
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.claude_code.emitter import ClaudeEmitter
from ppp_tui.sources.claude_code.records import Iteration, MessageRecord, Record, Usage
from ppp_tui.sources.claude_code.state import AGENT_PREFIX, MESSAGES, ClaudeState, SeenMessage
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember

Prompt = tuple[int, int, int]
"""Fresh, read and written tokens that a request was given: the same on every record of a response."""

Counts = tuple[int, int, int, int, int]
"""Fresh input, output, cache reads, and cache writes for five minutes and for an hour."""

BILLED_APART = frozenset({"advisor_message", "compaction"})
"""Iterations whose tokens are billed apart from the message's counts."""

_KNOWN_ITERATIONS = BILLED_APART | {"message", "fallback_message", ""}
_NOT_ELSEWHERE = frozenset({"", "global", "not_available"})
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_COMPLETE_SINCE = (2, 1, 205)
_UNIQUE_ID = re.compile(r"(?=.*\d).{16,}", re.DOTALL)


def measure(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> str:
    """Emit the usage of the request, if this record states more than earlier ones. Return the request's key."""
    message = record.message
    usage = message.usage if message else None
    if message is None or usage is None:
        return ""
    messages, message_id, iterations = emitter.state.messages, message.id or "", usage.iterations or ()
    has_stop = message.stop_reason is not None
    counts = counts_of(usage)
    fresh, output, read, short, hour = counts
    prompt = (fresh, read, short + hour)
    if record.requestId:
        place = f"{message_id}:{record.requestId}"
        seen = messages.get(place)
    else:
        place, seen = _find_response(messages, message_id, record, prompt)
    context_before = None if seen is None else seen.context
    if seen is None:
        # One text for both where they are the same: a state is kept for each session at work.
        key = place if record.requestId else _key_of(message_id, record)
        seen = SeenMessage(key, output, has_stop)
    elif seen.output >= output and seen.has_stop >= has_stop and len(iterations) <= seen.iterations:
        seen.uuid = record.uuid or seen.uuid
        return seen.key
    seen.output, seen.has_stop = max(output, seen.output), has_stop or seen.has_stop
    seen.prompt, seen.uuid, seen.iterations = prompt, (record.uuid or "")[:MAX_KEY_CHARS], len(iterations)
    seen.context = context = _context_of(prompt, iterations) if iterations else fresh + read + short + hour
    if seen.key:
        remember(messages, place, seen, MESSAGES)
    is_aside = bool(record.isSidechain) or place.endswith(":")
    request = _measured(record, message, usage, at, ref, key=seen.key, counts=counts, is_aside=is_aside)
    emitter.emit(request)
    if iterations:
        _emit_iterations(emitter, request, iterations, record.advisorModel or "")
    if context != context_before and (
        not record.isSidechain or emitter.is_child_file or emitter.state.current_trajectory.startswith(AGENT_PREFIX)
    ):
        emitter.emit(ContextMeasured(at, context))
    return seen.key


def end_responses(state: ClaudeState) -> None:
    """Drop responses without a request id: records after a prompt belong to none of them."""
    for place in [place for place in state.messages if place.endswith(":")]:
        del state.messages[place]


def _find_response(
    messages: dict[str, SeenMessage], message_id: str, record: Record, prompt: Prompt
) -> tuple[str, SeenMessage | None]:
    """Return the name under which a response without a request id is remembered, and what is remembered of it."""
    place = f"{message_id}:"
    seen = messages.get(place)
    if seen is not None and _goes_on(seen, message_id, record, prompt):
        return place, seen
    if message_id and any(prompt):
        # The record has no request id: message id and prompt identify its request.
        for other, candidate in messages.items():
            if other != place and candidate.prompt == prompt and other.startswith(place):
                return other, candidate
    return place, None


def _goes_on(seen: SeenMessage, message_id: str, record: Record, prompt: Prompt) -> bool:
    """Return whether a record without a request id belongs to the last response with this message id."""
    if record.uuid and record.uuid == seen.uuid:
        return True
    if seen.prompt != prompt:
        return False
    if record.parentUuid and record.parentUuid == seen.uuid:
        return True
    # Results of tools may stand between the records of one response. An id that does not look unique is a relay's: for
    # all its responses.
    is_told_apart = bool(record.parentUuid) and not _UNIQUE_ID.match(message_id)
    return any(prompt) and not is_told_apart


def _key_of(message_id: str, record: Record) -> str:
    """Return the identity of a request, from its first record; '' where nothing distinguishes it."""
    own = record.requestId or record.uuid or ""
    return f"{message_id}:{own}" if own else ""


def _measured(
    record: Record, message: MessageRecord, usage: Usage, at: int, ref: Ref, *, key: str, counts: Counts, is_aside: bool
) -> RequestMeasured:
    fresh, output, read, short, hour = counts
    geo = (usage.inference_geo or "").strip().lower()
    return RequestMeasured(
        at=at,
        ref=ref,
        key=key,
        alias=message.id or "",
        model=message.model or "",
        input_tokens=fresh,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=hour,
        is_lower_bound=not message.id or (message.stop_reason is None and is_under_recorded(record.version or "")),
        is_aside=is_aside,
        stop_reason=message.stop_reason or "",
        speed="fast" if usage.speed == "fast" else "",
        service_tier=usage.service_tier or "",
        web_searches=tokens(usage.server_tool_use.web_search_requests) if usage.server_tool_use else 0,
        reported_micros=None if record.costUSD is None else _micros(record.costUSD),
        inference_geo="" if geo in _NOT_ELSEWHERE else geo,
        reasoning_effort=record.effort.strip().lower() if record.effort else "",
    )


def _emit_iterations(
    emitter: ClaudeEmitter, request: RequestMeasured, iterations: Sequence[Iteration], advisor_model: str
) -> None:
    """Emit the iterations that are billed beside the message, as requests of the models that ran them."""
    for number, iteration in enumerate(iterations):
        kind = iteration.type or ""
        if kind not in _KNOWN_ITERATIONS:
            emitter.count_unknown(f"iteration/{kind}")
        if kind not in BILLED_APART:
            continue
        fresh, output, read, short, hour = counts_of(iteration)
        model = iteration.model or (advisor_model if kind == "advisor_message" else "") or request.model
        own_model = model != request.model
        emitter.emit(
            request._replace(
                key=f"{request.key}#{number}" if request.key else "",
                alias=f"{request.alias}#{number}" if request.alias else "",
                model=model,
                input_tokens=fresh,
                output_tokens=output,
                cache_read_tokens=read,
                cache_write_5m_tokens=short,
                cache_write_1h_tokens=hour,
                stop_reason="",
                speed="" if own_model else request.speed,
                reasoning_effort="" if own_model else request.reasoning_effort,
                web_searches=0,
                reported_micros=None,
            )
        )


def _context_of(prompt: Prompt, iterations: Sequence[Iteration]) -> int:
    """Return the tokens in the window at the end: the prompt of the last main iteration, since messages add them up."""
    for iteration in reversed(iterations):
        if iteration.type == "message":
            fresh, _, read, short, hour = counts_of(iteration)
            return (fresh + read + short + hour) or sum(prompt)
    return sum(prompt)


def counts_of(usage: Usage | Iteration) -> Counts:
    """Return a request's counts; what is cached without a lifetime is taken for cached for five minutes."""
    fresh, output = usage.input_tokens or 0, usage.output_tokens or 0
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    hour = (usage.cache_creation.ephemeral_1h_input_tokens or 0) if usage.cache_creation else 0
    if min(fresh, output, read, written, hour) < 0 or max(fresh, output, read, written, hour) > MAX_COUNT:
        fresh, output, read, written, hour = map(tokens, (fresh, output, read, written, hour))
    hour = min(hour, written)
    return fresh, output, read, written - hour, hour


def _micros(dollars: float) -> int | None:
    """Return the cost of a request that versions of early 2025 stated."""
    return round(dollars * 1_000_000) if 0 <= dollars < 1e6 else None


def tokens(count: int | None) -> int:
    """Return a number of tokens within bounds, 0 for None."""
    if not count or count < 0:
        return 0
    return min(MAX_COUNT, count)


@lru_cache(maxsize=64)
def is_under_recorded(version: str) -> bool:
    """Return whether a version stored usage as it stood when its stream began, with far too small an output.

    Measured: 2.1.8 to 2.1.42 record a hundredth of what they wrote; earlier ones in part; 2.1.205 and later all of it.
    Without a stop reason on any record of a message the figure is such a beginning.
    """
    parts = _VERSION.match(version)
    return parts is None or (int(parts[1]), int(parts[2]), int(parts[3])) < _COMPLETE_SINCE
