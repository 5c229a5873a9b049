"""Tokens, context and limits of a rollout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.model.event import Compacted, ContextMeasured, LimitMeasured, PromptAdded, Ref, RequestMeasured
from ppp_tui.sources.codex.records import Counts, Event, Info, Limits, UsageRecord, Window
from ppp_tui.sources.codex.state import LIMITS, Total, remember

if TYPE_CHECKING:
    from ppp_tui.sources.codex.parser import CodexParser

_NOTHING: Total = (0, 0, 0, 0, 0)


def read_usage_record(parser: CodexParser, record: UsageRecord, at: int, ref: Ref) -> None:
    """One response's tokens, since 0.16x. In a turn that has such records, totals are not differenced."""
    state = parser.state_now
    state.is_recorded = True
    thread = _numbers(record.thread_token_usage) if record.thread_token_usage else None
    state.total = thread or state.total
    if record.usage is None:
        return
    turn_id = record.turn_id or state.turn_id or state.lineage
    response = record.response_id or (str(_sum(thread)) if thread else "")
    key = f"{turn_id}:{response}" if turn_id and response else ""
    _measure(parser, _numbers(record.usage), key, at, ref)


def read_token_count(parser: CodexParser, event: Event, at: int, ref: Ref) -> None:
    """The thread's total, the last request and the limits.

    The same counts are sent again at the end of a turn and when limits are refreshed, and after a compaction `last` is
    an estimate of the new context: what a request used is how far the total moved.
    """
    if event.info is not None:
        _read_info(parser, event.info, at, ref)
    if event.rate_limits is not None and not parser.state_now.is_copied:
        _read_limits(parser, event.rate_limits, at)


def read_compaction(parser: CodexParser, at: int, ref: Ref) -> None:
    """The history was replaced by a summary; what it held before is the last context known."""
    state = parser.state_now
    is_manual = state.is_command and not state.has_prompt
    if is_manual:
        parser.add(PromptAdded(at, ref, "/compact", "command"))
        state.has_prompt = True
    parser.add(Compacted(at, ref, "manual" if is_manual else "auto", state.context or None))


def _read_info(parser: CodexParser, info: Info, at: int, ref: Ref) -> None:
    state = parser.state_now
    state.window = info.model_context_window or state.window
    if info.total_token_usage is not None:
        _difference(parser, info.total_token_usage, at, ref)
    used = (info.last_token_usage.total_tokens or 0) if info.last_token_usage else 0
    told = (used, state.window or 0)
    if used and told != state.told_context:
        state.context, state.told_context = used, told
        parser.add(ContextMeasured(at, used, state.window))


def _difference(parser: CodexParser, counts: Counts, at: int, ref: Ref) -> None:
    state = parser.state_now
    total = _numbers(counts)
    before, state.total = state.total, total
    if before is None:
        if state.has_base:
            return
        before = _NOTHING
    used = tuple(new - old for new, old in zip(total, before, strict=True))
    # A total that shrinks was counted anew: what it was before is not known, so nothing can be told from it.
    if state.is_recorded or not any(used) or min(used) < 0:
        return
    turn_id = state.turn_id or state.lineage
    key = f"{turn_id}:{_sum(total)}" if turn_id else ""
    _measure(parser, (used[0], used[1], used[2], used[3], used[4]), key, at, ref)


def _measure(parser: CodexParser, used: Total, key: str, at: int, ref: Ref) -> None:
    given, cached, written, output, reasoning = used
    parser.add(
        RequestMeasured(
            at, ref, key, "", parser.state_now.model, max(0, given - cached - written), output, reasoning, cached,
            written,
        )
    )  # fmt: skip


def _numbers(counts: Counts) -> Total:
    return (
        counts.input_tokens or 0,
        counts.cached_input_tokens or 0,
        counts.cache_write_input_tokens or 0,
        counts.output_tokens or 0,
        counts.reasoning_output_tokens or 0,
    )


def _sum(total: Total) -> int:
    """All tokens of a total: input holds what was cached, output holds reasoning."""
    return total[0] + total[3]


def _read_limits(parser: CodexParser, limits: Limits, at: int) -> None:
    known = parser.state_now.limits
    for slot, window in (("primary", limits.primary), ("secondary", limits.secondary)):
        if window is None or window.used_percent is None:
            continue
        name = f"{limits.limit_id or 'codex'}:{slot}{_length(window.window_minutes)}"
        ends_at = _end(window, at)
        if known.get(name) != (window.used_percent, ends_at):
            remember(known, name, (window.used_percent, ends_at), LIMITS)
            parser.tell(
                LimitMeasured(
                    at, name, window.used_percent, window.window_minutes, ends_at or None, limits.plan_type or ""
                )
            )


def _end(window: Window, at: int) -> int:
    """Unix milliseconds at which the window ends, 0 where that is not told."""
    if window.resets_at:
        return int(window.resets_at * 1000)
    if not window.resets_in_seconds or not at:
        return 0
    # Told anew with every request: to the minute, the end stays the same.
    return (at + int(window.resets_in_seconds * 1000) + 30_000) // 60_000 * 60_000


def _length(minutes: int | None) -> str:
    """A window's length for its name: versions of 2025 tell it a minute short."""
    if not minutes:
        return ""
    full = minutes + 1 if minutes % 60 == 59 else minutes
    if full % 1440 == 0:
        return f" ({full // 1440}d)"
    return f" ({full // 60}h)" if full % 60 == 0 else f" ({full}m)"
