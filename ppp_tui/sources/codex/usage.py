"""Reads tokens, context and limits of a rollout."""

from __future__ import annotations

from functools import lru_cache

from ppp_tui.model.event import Compacted, ContextMeasured, LimitMeasured, PromptAdded, Ref, RequestMeasured
from ppp_tui.sources.codex import counters as counting
from ppp_tui.sources.codex.counters import Awaited, Total
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import EMPTY, Raw, loose
from ppp_tui.sources.codex.records import Counts, EventPayload, Info, Limits, LimitWindow, UsageRecord
from ppp_tui.sources.codex.state import LIMITS, NAMELESS, MeasuredRequest, Service
from ppp_tui.sources.parser_state import remember

_COUNTED_TURN = 16
"""Shorter turn ids are numbers that start over in each thread."""

_STANDARD = frozenset({"", "auto", "default", "standard", "none"})
"""Service tiers that are sold at the list price."""


def read_usage_record(emitter: ThreadEmitter, record: UsageRecord, at: int, ref: Ref) -> None:
    """Read the tokens of one response, as versions since 0.151 write them before the count that repeats them."""
    state = emitter.state
    usage, thread = _numbers(record.usage), _numbers(record.thread_token_usage)
    turn = _numbers(record.turn_token_usage)
    turn_id = record.turn_id or state.turn_id
    model, service = _model_and_service(record, state.model, state.service)
    if _is_forwarded(emitter, record):
        if usage is not None:
            position = str(counting.tokens(thread)) if thread else record.response_id or ""
            key = _key(emitter, turn_id, position, record.thread_id or "") if position else ""
            _emit(emitter, MeasuredRequest(key, at, *ref, usage, False, service), model)
        return
    state.is_recorded = True
    response = counting.add_record(state.counters, usage, thread, turn, turn_id, record.response_id or "")
    if isinstance(response, Awaited):
        state.nameless = [request for request in state.nameless if request.key != response.key]
        _emit(
            emitter,
            MeasuredRequest(
                key=response.key,
                at=response.at,
                offset=response.offset,
                length=response.length,
                used=response.used,
                is_lower_bound=False,
                service=service,
            ),
            model,
        )
    elif response is not None:
        key = _key(emitter, turn_id, response.position)
        _emit(emitter, MeasuredRequest(key, at, *ref, response.used, response.is_lower_bound, service), model)


def read_token_count(emitter: ThreadEmitter, event: EventPayload, at: int, ref: Ref) -> None:
    """Read the thread's running total, the last request and the limits.

    The same counts are sent again at the end of a turn, at the beginning of the next and when limits are refreshed, and
    after a compaction `last` is an estimate of the new context: what a request used is how far the total moved.
    """
    if event.info is not None:
        _read_info(emitter, event, event.info, at, ref)
    if event.rate_limits is not None and not emitter.state.is_copied:
        _read_limits(emitter, event.rate_limits, at)


def read_compaction(emitter: ThreadEmitter, at: int, ref: Ref) -> None:
    """Emit that a summary replaced the history; its size before is the last known context."""
    state = emitter.state
    is_manual = state.is_command and not state.has_prompt
    if is_manual:
        emitter.emit(PromptAdded(at, ref, "/compact", "command"))
        state.has_prompt = True
    emitter.emit(Compacted(at, ref, "manual" if is_manual else "auto", state.context or None))


def read_settings(emitter: ThreadEmitter, event: EventPayload) -> None:
    """Read settings of the thread, which hold from the next turn on."""
    settings = loose(event.thread_settings)
    if not isinstance(settings, dict):
        return
    state = emitter.state
    texts = {name: value for name, value in settings.items() if isinstance(value, str)}
    state.next_service = Service(
        texts.get("model_provider_id") or texts.get("model_provider") or state.service.provider,
        _tier(settings.get("service_tier", state.service.tier), state.service.tier),
        texts.get("reasoning_effort") or state.service.effort,
    )
    if not (state.is_open and state.has_prompt):
        state.service, state.next_service = state.next_service, None
    if not state.model:
        name_model(emitter, texts.get("model", ""))


def name_model(emitter: ThreadEmitter, model: str | None) -> None:
    """Set the model; requests that were measured before any model was named are emitted with this one."""
    state = emitter.state
    state.model = model or state.model
    if state.model and state.nameless:
        for request in state.nameless:
            # Their keys are known, so they join the turns in which they were measured.
            emitter.emit_detached(_event(request, state.model))
        state.nameless = []


def read_tier(raw: Raw, tier_before: str) -> str:
    """Return a service tier, '' for the list price; `tier_before` if none is stated."""
    return tier_before if raw is EMPTY else _tier(loose(raw), tier_before)


def _is_forwarded(emitter: ThreadEmitter, record: UsageRecord) -> bool:
    """Return whether a record is a sub-agent's, whose responses no counter of this thread shows.

    Copied lines hold records of the threads that they were copied from.
    """
    state = emitter.state
    thread = record.thread_id or ""
    if not thread or not state.thread_id or thread in (state.thread_id, state.lineage):
        return False
    return not state.is_copied or bool(record.parent_thread_id)


def _read_info(emitter: ThreadEmitter, event: EventPayload, info: Info, at: int, ref: Ref) -> None:
    state = emitter.state
    state.window = info.model_context_window or state.window
    counters = state.counters
    if counters.is_copied and not state.is_copied:
        counters.is_inherited = True
    counters.is_copied = state.is_copied
    response = counting.add_count(
        counters,
        _numbers(info.total_token_usage),
        _numbers(info.last_token_usage),
        is_quiet=state.is_quiet and not state.is_copied,
        is_answered=state.is_answered,
        is_recorded=state.is_recorded,
    )
    state.is_quiet, state.is_answered = True, False
    if response is not None:
        # Before anything was done in a turn, the counts are those of the previous turn.
        turn_id = (state.turn_before if state.is_untouched else "") or state.turn_id
        key = _key(emitter, turn_id, response.position)
        service = state.service
        if event.service_tier is not EMPTY:
            service = service._replace(tier=read_tier(event.service_tier, service.tier))
        _emit(
            emitter,
            MeasuredRequest(key, at, *ref, response.used, response.is_lower_bound, service),
            info.model or state.model,
        )
        counting.await_record(counters, Awaited(response.used, state.turn_id, key, at, ref.offset, ref.length))
    used = (info.last_token_usage.total_tokens or 0) if info.last_token_usage else 0
    told_context = (used, state.window or 0)
    if used and told_context != state.told_context:
        state.context, state.told_context = used, told_context
        emitter.emit(ContextMeasured(at, used, state.window))


def _model_and_service(record: UsageRecord, model: str, service: Service) -> tuple[str, Service]:
    """Return the model and service that a record names, else those of the turn."""
    attributed = loose(record.attribution)
    attribution = attributed if isinstance(attributed, dict) else {}

    def named(own: str | None, name: str) -> str:
        value = attribution.get(name)
        return own or (value if isinstance(value, str) else "")

    tier = _tier(attribution["service_tier"], service.tier) if "service_tier" in attribution else service.tier
    return named(record.model, "model") or model, Service(
        named(record.model_provider, "model_provider") or service.provider,
        tier if attribution.get("service_tier") else read_tier(record.service_tier, tier),
        named(record.reasoning_effort, "reasoning_effort") or service.effort,
    )


def _tier(stated: object, tier_before: str) -> str:
    if stated is not None and not isinstance(stated, str):
        return tier_before
    name = (stated or "").strip().lower()
    return "" if name in _STANDARD else name


def _key(emitter: ThreadEmitter, turn_id: str, position: str, thread: str = "") -> str:
    """Return the identity of a response in every copy of its thread: its turn and the running total after it."""
    if len(turn_id) < _COUNTED_TURN:
        thread = thread or emitter.state.lineage or emitter.identity.native_id
        turn_id = f"{thread}/{turn_id}" if turn_id else thread
    return f"{turn_id}:{position}"


def _emit(emitter: ThreadEmitter, request: MeasuredRequest, model: str) -> None:
    state = emitter.state
    if not model and request.key:
        state.nameless = [*state.nameless[1 - NAMELESS :], request]
    emitter.emit(_event(request, model))


def _event(request: MeasuredRequest, model: str) -> RequestMeasured:
    given, cached, written, output, reasoning = request.used
    return RequestMeasured(
        request.at,
        Ref(request.offset, request.length),
        request.key,
        model=model,
        input_tokens=max(0, given - cached - written),
        output_tokens=output,
        reasoning_tokens=reasoning,
        cache_read_tokens=cached,
        cache_write_5m_tokens=written,
        is_lower_bound=request.is_lower_bound,
        service_tier=request.service.tier,
        provider=request.service.provider,
        reasoning_effort=request.service.effort,
    )


def _numbers(counts: Counts | None) -> Total | None:
    if counts is None:
        return None
    return (
        counts.input_tokens or 0,
        counts.cached_input_tokens or 0,
        counts.cache_write_input_tokens or 0,
        counts.output_tokens or 0,
        counts.reasoning_output_tokens or 0,
    )


def _read_limits(emitter: ThreadEmitter, limits: Limits, at: int) -> None:
    measured = emitter.state.limits
    for slot, window in (("primary", limits.primary), ("secondary", limits.secondary)):
        if window is None or window.used_percent is None:
            continue
        name = f"{limits.limit_id or 'codex'}:{slot}{_length(window.window_minutes)}"
        ends_at = _end(window, at)
        if measured.get(name) != (window.used_percent, ends_at):
            remember(measured, name, (window.used_percent, ends_at), LIMITS)
            emitter.emit_unless_copied(
                LimitMeasured(
                    at, name, window.used_percent, window.window_minutes, ends_at or None, limits.plan_type or ""
                )
            )


def _end(window: LimitWindow, at: int) -> int:
    """Return the Unix milliseconds at which the window ends, 0 if unknown."""
    if window.resets_at:
        return int(window.resets_at * 1000)
    if not window.resets_in_seconds or not at:
        return 0
    # Every request states it again; rounded to the minute, the end stays the same.
    return (at + int(window.resets_in_seconds * 1000) + 30_000) // 60_000 * 60_000


@lru_cache(maxsize=64)
def _length(minutes: int | None) -> str:
    """Return a window's length for its name; versions of 2025 state it a minute short."""
    if not minutes:
        return ""
    full = minutes + 1 if minutes % 60 == 59 else minutes
    if full % 1440 == 0:
        return f" ({full // 1440}d)"
    return f" ({full // 60}h)" if full % 60 == 0 else f" ({full}m)"
