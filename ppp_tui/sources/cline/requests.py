"""Reads model requests: a message states that one began, and is replaced with its counts at its end."""

from __future__ import annotations

import re

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.event import NOWHERE, ContextMeasured, RequestFailed, RequestMeasured
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.cline import steps
from ppp_tui.sources.cline.emitter import TaskEmitter
from ppp_tui.sources.cline.state import MAX_WAITING
from ppp_tui.sources.cline.tools import shown
from ppp_tui.sources.json_records import JsonObject, count_of, millis_of, object_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.plain.made_lines import cost_of

WHOLE_INPUT_SINCE_MS = 1_761_955_200_000
"""1 November 2025: since then (3.29.5) Roo Code counts what a cache held as input, whatever the provider."""

_FOLDER = re.compile(r"^# Current (?:Working|Workspace) Directory \(([^)\n]{1,1000})\)", re.MULTILINE)
_MODEL = re.compile(r"<model>([A-Za-z0-9._:/@+-]{1,120})</model>")
_MICROS = 1_000_000


def start(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read that a request began: the calls before it are over, with what it sends as their results."""
    state, info = emitter.state, shown(text)
    sent = text_of(info, "request")
    steps.finish_all(emitter, at, sent)
    state.is_open, state.request = True, f"{emitter.task}:{at}"
    folder = _FOLDER.search(sent)
    if folder and "project" not in state.facts:
        emitter.note(at, "project", folder[1])
    named = [] if object_of(message, "modelInfo") else _MODEL.findall(sent)
    model = named[-1] if named else emitter.model
    emitter.note(at, "model", model)
    remember(state.waiting, at, model, MAX_WAITING)
    _read_info(emitter, message, at)


def read_counts(emitter: TaskEmitter, messages: list[JsonObject]) -> None:
    """Emit the counts that requests which were read before have got by now, and how they ended."""
    waiting = emitter.state.waiting
    oldest = min(waiting, default=MAX_TIME_MS)
    for message in reversed(messages[: emitter.state.next_message]):
        at = millis_of(message, "ts")
        if at < oldest:
            break
        if at in waiting and text_of(message, "say") == "api_req_started":
            _read_info(emitter, message, at)


def _read_info(emitter: TaskEmitter, message: JsonObject, at: int) -> None:
    state, info = emitter.state, shown(text_of(message, "text"))
    reason = text_of(info, "cancelReason")
    if "tokensIn" not in info and not reason:
        return
    key, model = f"{emitter.task}:{at}", state.waiting.pop(at)
    if count_of(info, "tokensIn") or count_of(info, "tokensOut"):
        provider = text_of(object_of(message, "modelInfo"), "providerId")
        measured = _measured(info, at, key, model, provider)._replace(input_tokens=_fresh_input(emitter, info, at))
        emitter.emit(measured)
        prompt = measured.input_tokens + measured.cache_read_tokens + measured.cache_write_5m_tokens
        emitter.emit(ContextMeasured(at, min(prompt + measured.output_tokens, MAX_COUNT)))
    # A task that the user cancelled is opened again at once, by a message that says so.
    if reason and reason != "user_cancelled":
        words = text_of(info, "streamingFailedMessage")
        kind, status = stated_failure("", None, words)
        emitter.emit(RequestFailed(at, NOWHERE, kind, words, status))


def _fresh_input(emitter: TaskEmitter, info: JsonObject, at: int) -> int:
    """Return the input that no cache held; some versions count what it held as well."""
    fresh = count_of(info, "tokensIn") or 0
    cached = (count_of(info, "cacheReads") or 0) + (count_of(info, "cacheWrites") or 0)
    if fresh < cached:
        # Only a count without the cache can be less than the cache.
        emitter.state.has_fresh_input = True
    protocol = text_of(info, "apiProtocol")
    is_whole = protocol == "openai" or (protocol == "anthropic" and at >= WHOLE_INPUT_SINCE_MS)
    return fresh - cached if is_whole and not emitter.state.has_fresh_input else fresh


def _measured(info: JsonObject, at: int, key: str, model: str, provider: str) -> RequestMeasured:
    """Return the counts in a message, its input unchanged."""
    cost = cost_of(info.get("cost"))
    return RequestMeasured(
        at,
        NOWHERE,
        key=key,
        model=model,
        input_tokens=count_of(info, "tokensIn") or 0,
        output_tokens=count_of(info, "tokensOut") or 0,
        cache_read_tokens=count_of(info, "cacheReads") or 0,
        cache_write_5m_tokens=count_of(info, "cacheWrites") or 0,
        # An extension that knows no price of a model says 0.
        reported_micros=round(cost * _MICROS) if cost else None,
        provider=provider,
    )


def read_subagents(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read the sum of what the sub-agents of a call used, which is all that is recorded of them."""
    provider = text_of(object_of(message, "modelInfo"), "providerId")
    measured = _measured(shown(text), at, f"{emitter.task}:{at}", emitter.model, provider)
    emitter.emit(measured._replace(is_aside=True))
