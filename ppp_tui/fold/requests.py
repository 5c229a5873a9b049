"""Reducers of what is measured: tokens, cost, context, limits, failed requests."""

from __future__ import annotations

from ppp_tui.fold.state import MAX_REQUESTS, RequestMemo, drop_oldest
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.clock import UNTIMED
from ppp_tui.model.event import Compacted, ContextMeasured, LimitMeasured, RequestFailed, RequestMeasured
from ppp_tui.model.ids import hash64
from ppp_tui.model.rows import LimitRow, RetryRow, UsageRow

MAX_MESSAGE_CHARS = 180
"""Characters of an error's first line that name its step."""


def measure_request(fold: TrajectoryFold, event: RequestMeasured) -> None:
    """Count the tokens of a model request. Records of one request repeat; the one with the greatest output counts."""
    at, key = event.at, event.key
    fold.note_event(at, "RequestMeasured")
    state = fold.state
    memo = state.requests.get(key) if key else None
    attribution = (event.model, event.provider, event.service_tier, event.speed)
    if memo is not None:
        if event.output_tokens < memo.output_tokens or (
            event.output_tokens == memo.output_tokens
            and event.is_lower_bound == memo.is_lower_bound
            and event.stop_reason == memo.stop_reason
            and (not event.model or attribution == memo.attribution)
        ):
            return
        turn_number, number = memo.turn_number, memo.request_number
    else:
        turn_number = fold.turn(at).turn_number
        number = state.request_count = state.request_count + 1
    fold.usage[turn_number, number] = _usage_row(fold, event, turn_number, number)
    if key:
        newest = next(reversed(state.requests.values()), None)
        stop_reason = event.stop_reason
        if newest is not None and (newest.attribution, newest.stop_reason) == (attribution, stop_reason):
            # Share equal texts: the state of each active session is kept in memory.
            attribution, stop_reason = newest.attribution, newest.stop_reason
        state.requests[key] = RequestMemo(
            turn_number=turn_number,
            request_number=number,
            output_tokens=event.output_tokens,
            is_lower_bound=event.is_lower_bound,
            stop_reason=stop_reason,
            attribution=attribution,
        )
        if len(state.requests) > MAX_REQUESTS:
            drop_oldest(state.requests, MAX_REQUESTS)
    if event.first_token_ms is not None and state.turn is not None and state.turn.first_token_ms is None:
        fold.touch_turn().first_token_ms = event.first_token_ms


def measure_context(fold: TrajectoryFold, event: ContextMeasured) -> None:
    """Set how full the window is."""
    fold.note_event(event.at, "ContextMeasured")
    state, used = fold.state, event.used_tokens
    state.greatest_context = max(state.greatest_context, used)
    window, is_inferred = fold.pricing.window(state.fact("model"), event.window_tokens, state.greatest_context)
    if is_inferred:
        _infer_again(fold, window or 0)
    turn = fold.turn(event.at)
    if turn.context_tokens != used or turn.context_window != window:
        turn = fold.touch_turn()
        turn.context_tokens, turn.context_window = used, window
        turn.is_window_inferred = int(is_inferred and window is not None)


def _infer_again(fold: TrajectoryFold, window_tokens: int) -> None:
    """Infer the window again after a session held more than inferred, for its earlier turns as well."""
    state = fold.state
    before, state.inferred_window = state.inferred_window, window_tokens
    if 0 < before < min(window_tokens, state.greatest_context):
        fold.rows.raised_windows.append((before, window_tokens))


def add_compaction(fold: TrajectoryFold, event: Compacted) -> None:
    """Add a compaction. Unless it only dropped old results, open steps are lost with the old conversation."""
    fold.note_event(event.at, "Compacted")
    if event.trigger != "micro":
        fold.drop_lost_steps()
        fold.state.greatest_context = max(fold.state.greatest_context, event.before_tokens or 0)
    before = "?" if event.before_tokens is None else str(event.before_tokens)
    after = "" if event.after_tokens is None else f" to {event.after_tokens}"
    step = fold.add_step(event.at, event.ref, "compaction", event.trigger, f"from {before}{after} tokens")
    step.duration_ms = event.duration_ms


def add_failed_request(fold: TrajectoryFold, event: RequestFailed) -> None:
    """Add a model request that failed."""
    at = event.at
    fold.note_event(at, "RequestFailed")
    state, live = fold.state, fold.live
    turn = fold.turn(at)
    state.retry_count += 1
    message = fold.kept_text(event.message)
    fold.retries.append(
        RetryRow(
            turn_number=turn.turn_number,
            retry_number=state.retry_count,
            at=fold.time_text(at) or turn.timestamp,
            reason=event.kind,
            attempt=event.attempt,
            max_attempts=event.max_attempts,
            wait_ms=event.wait_ms,
            status_code=event.status_code,
            message=message,
            is_final=int(event.is_final),
        )
    )
    attempt = f" (attempt {event.attempt} of {event.max_attempts})" if event.attempt and event.max_attempts else ""
    target = f"{message.partition(chr(10))[0][:MAX_MESSAGE_CHARS]}{attempt}"
    fold.add_step(
        at, event.ref, "error", event.kind, target, status="failed", preview=message, length=len(event.message)
    )
    if event.wait_ms and not event.is_final:
        fold.count_open(at, pause_ms=event.wait_ms)
    live.error_kind, live.error_message, live.error_at = event.kind, message, at
    live.error_until = event.until or (at + event.wait_ms if event.wait_ms else 0)
    live.is_error_final, live.is_thinking, live.spoke_last = event.is_final, not event.is_final, False
    live.attempt, live.max_attempts = event.attempt or 0, event.max_attempts or 0
    if event.is_final:
        fold.close_turn(at, "failed")
        live.turn_status, live.turn_ended_at = "failed", at


def measure_limit(fold: TrajectoryFold, event: LimitMeasured) -> None:
    """Keep the newest reading of a usage limit."""
    fold.limits[event.name] = LimitRow(
        name=event.name,
        at=fold.time_text(event.at) or UNTIMED,
        used_percent=event.used_percent,
        window_minutes=event.window_minutes,
        resets_at=fold.time_text(event.resets_at) if event.resets_at else None,
        plan=event.plan,
    )


def _usage_row(fold: TrajectoryFold, event: RequestMeasured, turn_number: int, number: int) -> UsageRow:
    at_ms = event.at or fold.live.last_at
    price = fold.pricing.price(event, at_ms)
    return UsageRow(
        turn_number=turn_number,
        request_number=number,
        key_hash=hash64(event.key) if event.key else None,
        alias_hash=hash64(event.alias) if event.alias else None,
        at=fold.time_text(at_ms) or fold.state.started_at or UNTIMED,
        model=event.model,
        input_tokens=event.input_tokens,
        output_tokens=event.output_tokens,
        reasoning_tokens=event.reasoning_tokens,
        cache_read_tokens=event.cache_read_tokens,
        cache_write_5m_tokens=event.cache_write_5m_tokens,
        cache_write_1h_tokens=event.cache_write_1h_tokens,
        cost_micros=price.cost_micros,
        is_lower_bound=int(event.is_lower_bound),
        is_aside=int(event.is_aside),
        stop_reason=event.stop_reason,
        speed=event.speed,
        service_tier=event.service_tier,
        web_searches=event.web_searches,
        first_token_ms=event.first_token_ms,
        saved_micros=price.saved_micros,
        reported_micros=event.reported_micros,
        provider=event.provider,
        inference_geo=event.inference_geo,
        reasoning_effort=event.reasoning_effort,
    )
