"""Reads tokens of a Copilot CLI session: outputs while it runs, all the rest when the program is left.

An answer tells its output only. `session.shutdown` tells for each model all that the session used, again where it is
resumed. What was not told before is a request of its own then, and the answers before it are complete.
"""

from __future__ import annotations

from ppp_tui.model.event import ContextMeasured, Ref, RequestMeasured
from ppp_tui.sources.copilot_cli.emitter import CopilotEmitter
from ppp_tui.sources.copilot_cli.state import MAX_LIVE, MAX_MODELS, LiveRequest, ModelTotals
from ppp_tui.sources.json_records import JsonObject, count_of, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember


def read_output(emitter: CopilotEmitter, data: JsonObject, request: str, at: int, ref: Ref) -> None:
    """Read the output of an answer: at least that was used."""
    state, model, output = emitter.state, text_of(data, "model")[:MAX_KEY_CHARS], count_of(data, "outputTokens")
    if not output or not request:
        return
    live = LiveRequest(request, model, output, state.current, at)
    emitter.emit(_measured(live, ref, is_lower_bound=True))
    totals = state.totals.get(model) or ModelTotals()
    totals.live_output += output
    remember(state.totals, model, totals, MAX_MODELS)
    state.live = [*state.live, live][-MAX_LIVE:]


def _measured(live: LiveRequest, ref: Ref, *, is_lower_bound: bool) -> RequestMeasured:
    return RequestMeasured(
        live.at,
        ref,
        key=live.key,
        model=live.model,
        input_tokens=0,
        output_tokens=live.output,
        is_lower_bound=is_lower_bound,
    )


def read_totals(emitter: CopilotEmitter, data: JsonObject, at: int, ref: Ref) -> None:
    """Read what a session used until its program was left."""
    state, metrics = emitter.state, object_of(data, "modelMetrics")
    state.shutdowns += 1
    if metrics:
        for live in state.live:
            emitter.enter(live.trajectory)
            emitter.emit(_measured(live, ref, is_lower_bound=False))
        emitter.enter("")
        state.live = []
    for model in list(metrics)[:MAX_MODELS]:
        _read_model(emitter, model[:MAX_KEY_CHARS], object_of(object_of(metrics, model), "usage"), at, ref)
    context = count_of(data, "currentTokens")
    if context:
        emitter.emit(ContextMeasured(at, context))


def _read_model(emitter: CopilotEmitter, model: str, usage: JsonObject, at: int, ref: Ref) -> None:
    state = emitter.state
    before = state.totals.get(model) or ModelTotals()
    now = ModelTotals(
        input=count_of(usage, "inputTokens") or 0,
        output=count_of(usage, "outputTokens") or 0,
        cache_read=count_of(usage, "cacheReadTokens") or 0,
        cache_write=count_of(usage, "cacheWriteTokens") or 0,
        reasoning=count_of(usage, "reasoningTokens") or 0,
    )
    remember(state.totals, model, now, MAX_MODELS)
    if now.input < before.input or now.output < before.output:
        # Counted anew since the program began again.
        before = ModelTotals(live_output=before.live_output)
    read, written = max(0, now.cache_read - before.cache_read), max(0, now.cache_write - before.cache_write)
    # The input includes what came from the cache and what went into it.
    fresh = max(0, now.input - before.input - read - written)
    output = max(0, now.output - before.output - before.live_output)
    reasoning = max(0, now.reasoning - before.reasoning)
    if not (fresh or read or written or output):
        return
    emitter.emit(
        RequestMeasured(
            at,
            ref,
            key=f"{state.session}:{state.shutdowns}:{model}",
            model=model,
            input_tokens=fresh,
            output_tokens=output,
            # Most of it is part of outputs that were emitted before.
            reasoning_tokens=reasoning if reasoning <= output else None,
            cache_read_tokens=read,
            cache_write_5m_tokens=written,
            is_aside=True,
        )
    )
