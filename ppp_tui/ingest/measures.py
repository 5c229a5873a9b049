"""Folds of what is measured: tokens, cost, context, limits, failed requests."""

from __future__ import annotations

from ppp_tui.ingest.lane import RECENT_REQUESTS, shorten
from ppp_tui.ingest.lane_fold import LaneFold, when
from ppp_tui.model.clock import to_text
from ppp_tui.model.event import Compacted, ContextMeasured, LimitMeasured, RequestFailed, RequestMeasured
from ppp_tui.model.ids import hash64
from ppp_tui.model.rows import LimitRow, RetryRow, UsageRow


def measure_request(fold: LaneFold, event: RequestMeasured) -> None:
    """Tokens of a model request. Records of one request repeat; the one with the greatest output counts."""
    fold.see(event.at, "RequestMeasured")
    state = fold.state
    known = state.requests.get(event.key) if event.key else None
    if known is not None:
        turn_number, number, best = known
        if event.output_tokens < best.output_tokens or (
            event.output_tokens == best.output_tokens
            and event.is_lower_bound == bool(best.is_lower_bound)
            and event.stop_reason == best.stop_reason
            and (not event.model or _attribution(event) == _attribution(best))
        ):
            return
    else:
        turn_number = fold.turn(event.at).turn_number
        state.request_count += 1
        number = state.request_count
    row = _usage_row(fold, event, turn_number, number)
    fold.usage[turn_number, number] = row
    if event.key:
        state.requests[event.key] = (turn_number, number, row)
        shorten(state.requests, RECENT_REQUESTS)
    if event.first_token_ms is not None and state.turn is not None and state.turn.first_token_ms is None:
        fold.change_turn(first_token_ms=event.first_token_ms)


def measure_context(fold: LaneFold, event: ContextMeasured) -> None:
    """How full the window is."""
    fold.see(event.at, "ContextMeasured")
    state = fold.state
    state.greatest_context = max(state.greatest_context, event.used_tokens)
    window = fold.pricing.window(state.fact("model"), event.window_tokens, state.greatest_context)
    if window.is_inferred:
        _infer_again(fold, window.tokens or 0)
    turn = fold.turn(event.at)
    if turn.context_tokens != event.used_tokens or turn.context_window != window.tokens:
        fold.change_turn(
            context_tokens=event.used_tokens,
            context_window=window.tokens,
            is_window_inferred=int(window.is_inferred and window.tokens is not None),
        )


def _infer_again(fold: LaneFold, window_tokens: int) -> None:
    """Where a session held more than the window inferred so far, its earlier turns had the larger window as well."""
    state = fold.state
    before, state.inferred_window = state.inferred_window, window_tokens
    if 0 < before < min(window_tokens, state.greatest_context):
        fold.rows.raised_windows.append((before, window_tokens))


def compact(fold: LaneFold, event: Compacted) -> None:
    """The conversation was condensed; a whole new one waits for no result of the old one."""
    fold.see(event.at, "Compacted")
    if event.trigger != "micro":
        fold.drop_lost_steps()
        fold.state.greatest_context = max(fold.state.greatest_context, event.before_tokens or 0)
    before = "?" if event.before_tokens is None else str(event.before_tokens)
    after = "" if event.after_tokens is None else f" to {event.after_tokens}"
    row = fold.add_step(event.at, event.ref, "", "compaction", event.trigger, f"from {before}{after} tokens", "ok")
    if event.duration_ms is not None:
        fold.steps[row.turn_number, row.step_number] = row._replace(duration_ms=event.duration_ms)


def fail_request(fold: LaneFold, event: RequestFailed) -> None:
    """A model request failed."""
    fold.see(event.at, "RequestFailed")
    state = fold.state
    turn = fold.turn(event.at)
    state.retry_count += 1
    message = fold.shown(event.message)
    fold.retries.append(
        RetryRow(
            turn.turn_number, state.retry_count, when(event.at) or turn.timestamp, event.kind, event.attempt,
            event.max_attempts, event.wait_ms, event.status_code, message, int(event.is_final),
        )
    )  # fmt: skip
    tried = f" (attempt {event.attempt} of {event.max_attempts})" if event.attempt and event.max_attempts else ""
    fold.add_step(
        event.at, event.ref, "", "error", event.kind, f"{message.partition(chr(10))[0][:180]}{tried}", "failed",
        preview=message, length=len(event.message),
    )  # fmt: skip
    if event.wait_ms and not event.is_final:
        fold.spend(event.at, pause_ms=event.wait_ms)
    until = event.until or (event.at + event.wait_ms if event.wait_ms else 0)
    fold.live.set(
        error_kind=event.kind, error_message=message, error_at=event.at, error_until=until,
        is_error_final=event.is_final, attempt=event.attempt or 0, max_attempts=event.max_attempts or 0,
        is_thinking=not event.is_final, spoke_last=False,
    )  # fmt: skip
    if event.is_final:
        fold.close_turn(event.at, "failed", None, None)
        fold.live.set(turn_status="failed", turn_ended_at=event.at)


def measure_limit(fold: LaneFold, event: LimitMeasured) -> None:
    """The last word on a usage limit."""
    fold.limits[event.name] = LimitRow(
        event.name, when(event.at) or to_text(0), event.used_percent, event.window_minutes,
        when(event.resets_at) if event.resets_at else None, event.plan,
    )  # fmt: skip


def _attribution(request: RequestMeasured | UsageRow) -> tuple[str, ...]:
    """Who answered a request, and on which terms."""
    return (request.model, request.provider, request.service_tier, request.speed)


def _usage_row(fold: LaneFold, event: RequestMeasured, turn_number: int, number: int) -> UsageRow:
    at_ms = event.at or fold.live.last_at
    row = UsageRow(
        turn_number, number, hash64(event.key) if event.key else None, hash64(event.alias) if event.alias else None,
        when(at_ms) or fold.state.started_at or to_text(0), event.model, event.input_tokens, event.output_tokens,
        event.reasoning_tokens, event.cache_read_tokens, event.cache_write_5m_tokens, event.cache_write_1h_tokens,
        None, int(event.is_lower_bound), int(event.is_aside), event.stop_reason, event.speed, event.service_tier,
        event.web_searches, event.first_token_ms, None, event.reported_micros, event.provider, event.inference_geo,
        event.reasoning_effort,
    )  # fmt: skip
    return row._replace(
        cost_micros=fold.pricing.cost_micros(row, at_ms), saved_micros=fold.pricing.saved_micros(row, at_ms)
    )
