"""Reads the counts of answers, which some of them get later; of a run without, the last answer has the sum of all."""

from __future__ import annotations

from ppp_tui.model.event import NOWHERE, ContextMeasured, RequestMeasured
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.cline_sessions.emitter import ClineEmitter, is_shown_only
from ppp_tui.sources.cline_sessions.state import MAX_WAITING
from ppp_tui.sources.json_records import JsonObject, count_of, millis_of, object_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.plain.made_lines import cost_of

_MICROS = 1_000_000


def read(emitter: ClineEmitter, messages: list[JsonObject], number: int, id_: str) -> None:
    """Emit what an answer used, or wait for its counts."""
    message = messages[number]
    at, counts, model = millis_of(message, "ts"), object_of(message, "metrics"), object_of(message, "modelInfo")
    emitter.note(at, "model", text_of(model, "id"))
    prompt, output = count_of(counts, "inputTokens") or 0, count_of(counts, "outputTokens") or 0
    if not (prompt or output):
        remember(emitter.state.waiting, id_, True, MAX_WAITING)
        return
    emitter.state.waiting.pop(id_, None)
    cached, written = count_of(counts, "cacheReadTokens") or 0, count_of(counts, "cacheWriteTokens") or 0
    if prompt < cached + written:
        # Only a count without the cache can be less than the cache.
        emitter.state.has_fresh_input = True
    fresh = prompt if emitter.state.has_fresh_input else prompt - cached - written
    cost = cost_of(counts.get("cost"))
    is_sum = _is_sum(messages, number)
    emitter.emit(
        RequestMeasured(
            at,
            NOWHERE,
            key=emitter.key_of(id_, message),
            model=text_of(model, "id"),
            input_tokens=fresh,
            output_tokens=output,
            cache_read_tokens=cached,
            cache_write_5m_tokens=written,
            # A program that knows no price of a model says 0.
            reported_micros=round(cost * _MICROS) if cost else None,
            provider=text_of(model, "provider"),
            is_aside=is_sum,
        )
    )
    if not is_sum:
        emitter.emit(ContextMeasured(at, min(fresh + cached + written + output, MAX_COUNT)))


def _is_sum(messages: list[JsonObject], number: int) -> bool:
    """Return whether an answer before this one, in the same run, has no counts: then these are the run's."""
    for message in reversed(messages[:number]):
        if text_of(message, "role") == "assistant" and not is_shown_only(message):
            return not object_of(message, "metrics")
        content = message.get("content")
        has_results = isinstance(content, list) and any(
            isinstance(block, dict) and block.get("type") == "tool_result" for block in content
        )
        if text_of(message, "role") == "user" and not has_results:
            return False
    return False
