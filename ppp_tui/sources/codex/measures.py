"""Tokens, context and limits of a Codex rollout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.model.event import Compacted, ContextMeasured, LimitMeasured, Ref, RequestMeasured
from ppp_tui.sources.codex.records import Counts, Limits, Payload, Window

if TYPE_CHECKING:
    from ppp_tui.sources.codex.parser import CodexParser

Total = tuple[int, int, int, int, int]
"""Input, cached, written, output, reasoning."""


def read_usage_record(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    """One response's tokens, since 0.16x; once a thread has such records, its totals are not differenced any more."""
    state = parser.state_now
    state.has_usage_records = True
    if payload.usage is None:
        return
    turn_id = payload.turn_id or state.turn_id
    parser.add(_measured(parser, _numbers(payload.usage), f"{turn_id}:{payload.response_id or ref.offset}", at, ref))


def read_token_count(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    """The thread's total, the last request and the limits.

    The same counts are sent again at the end of a turn and when limits are refreshed, and after a compaction `last` is
    an estimate of the new context: what a request used is how far the total moved.
    """
    state = parser.state_now
    info = payload.info
    if info is not None:
        state.window = info.model_context_window or state.window
        if info.total_token_usage is not None:
            _difference(parser, _numbers(info.total_token_usage), at, ref)
        last = info.last_token_usage.total_tokens if info.last_token_usage else None
        if last and last != state.context:
            state.context = last
            parser.add(ContextMeasured(at, last, state.window))
    if payload.rate_limits is not None:
        _read_limits(parser, payload.rate_limits, at)


def read_compaction(parser: CodexParser, at: int, ref: Ref) -> None:
    """The history was replaced by a summary; what it held before is the last context known."""
    parser.add(Compacted(at, ref, "auto", parser.state_now.context or None))


def _difference(parser: CodexParser, total: Total, at: int, ref: Ref) -> None:
    state = parser.state_now
    before, state.total, state.has_total = state.total, total, True
    used: Total = tuple(new - old for new, old in zip(total, before, strict=True))  # type: ignore[assignment]
    if state.has_usage_records or not any(used) or min(used) < 0:
        return
    thread = state.turn_id or state.facts.get("native_id", "")
    parser.add(_measured(parser, used, f"{thread}:{total[0]}+{total[3]}", at, ref))


def _measured(parser: CodexParser, used: Total, key: str, at: int, ref: Ref) -> RequestMeasured:
    given, cached, written, output, reasoning = used
    return RequestMeasured(
        at, ref, key, "", parser.state_now.facts.get("model", ""), max(0, given - cached - written), output, reasoning,
        cached, written,
    )  # fmt: skip


def _numbers(counts: Counts) -> Total:
    return (
        counts.input_tokens or 0,
        counts.cached_input_tokens or 0,
        counts.cache_write_input_tokens or 0,
        counts.output_tokens or 0,
        counts.reasoning_output_tokens or 0,
    )


def _read_limits(parser: CodexParser, limits: Limits, at: int) -> None:
    for name, window in (("primary", limits.primary), ("secondary", limits.secondary)):
        if window is None or window.used_percent is None:
            continue
        ends_ms = _ends(window, at)
        known = (window.used_percent, ends_ms)
        label = f"{limits.limit_id or 'codex'} {_length(window.window_minutes) or name}"
        if parser.state_now.limits.get(label) != known:
            parser.state_now.limits[label] = known
            parser.add(
                LimitMeasured(
                    at, label, window.used_percent, window.window_minutes, ends_ms or None, limits.plan_type or ""
                )
            )


def _ends(window: Window, at: int) -> int:
    if window.resets_at:
        return int(window.resets_at * 1000)
    return at + int(window.resets_in_seconds * 1000) if window.resets_in_seconds else 0


def _length(minutes: int | None) -> str:
    if not minutes:
        return ""
    return f"{minutes // 60}h" if minutes < 1440 else f"{minutes // 1440}d"
