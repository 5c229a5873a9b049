"""Emits events of received records; what two signals tell of one thing is emitted once."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model import event as e
from ppp_tui.model.event_values import Origin, StepKind, StepStatus
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.model.sent_event import CallTraced, CallWaited
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, compact_json, text_of
from ppp_tui.sources.otel.state import MAX_CALLS, MAX_REQUESTS, OtelState, SentRequest
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.source import ParsedChunk
from ppp_tui.sources.toolbox import target_of

DONE = "done"
"""Marks a tool call whose result was emitted."""

_PATHS = ("file_path", "absolute_path", "notebook_path", "path")


class SentCall(NamedTuple):
    """A tool call that is over."""

    key: str
    name: str
    kind: StepKind
    arguments: JsonObject
    output: str
    status: StepStatus
    duration_ms: int | None
    exit_code: int | None = None


class OtelEmitter(TextlessEmitter[OtelState]):
    """Emits events of one session."""

    _beside = 0
    """Events that make no session by themselves, among those that were emitted."""

    def take_reading(self) -> ParsedChunk:
        """Return what was emitted since the last call; nothing of it is kept."""
        self._beside = 0
        return super().take_reading()

    def enter_turn(self, at: int, ref: e.Ref, key: str, prompt: str = "", origin: Origin = "typed") -> None:
        """Begin the turn of that key, unless it is open; a prompt that comes late is added to it."""
        state, key = self.state, key[:MAX_KEY_CHARS]
        if state.turn and key == state.turn:
            if prompt and not state.has_prompt:
                self.emit(e.PromptAdded(at, ref, prompt, origin))
                state.has_prompt = True
            return
        state.turn, state.has_prompt = key, bool(prompt)
        self.emit(e.TurnStarted(at, ref, key, prompt, origin))

    def ensure_turn(self, at: int, ref: e.Ref, key: str) -> None:
        """Begin the turn that a record names, if it is another than the open one."""
        if key and key[:MAX_KEY_CHARS] != self.state.turn:
            self.enter_turn(at, ref, key)

    def measure(self, request: e.RequestMeasured) -> None:
        """Emit a request, with what a span told of it before."""
        before = self.state.requests.pop(request.key, None) if request.key else None
        if before is not None and before.request is None:
            request = _completed(request, before.first_token_ms, before.stop_reason)
        if request.key:
            # A record that repeats a request counts if its stop reason is news: it is kept back for a span's.
            sent = SentRequest(request._replace(ref=e.Ref(0, 0)), request.first_token_ms, request.stop_reason)
            remember(self.state.requests, request.key, sent, MAX_REQUESTS)
        self.emit(request)

    def complete(self, key: str, first_token_ms: int | None, stop_reason: str) -> None:
        """Emit a request again with what a span tells of it, or remember that until the request comes."""
        if not key:
            return
        sent = self.state.requests.get(key)
        if sent is None:
            remember(self.state.requests, key, SentRequest(None, first_token_ms, stop_reason), MAX_REQUESTS)
        elif sent.request is not None:
            completed = _completed(sent.request, first_token_ms, stop_reason or "completed")
            if completed != sent.request:
                sent.request = completed
                self.emit(completed)

    def finish_call(self, call: SentCall, at: int, ref: e.Ref) -> None:
        """Emit a tool call that is over, once."""
        key = call.key or f"@{ref.offset}"
        decided = self.state.calls.get(key, "")
        if decided == DONE:
            return
        remember(self.state.calls, key, DONE, MAX_CALLS)
        command = text_of(call.arguments, "command") if call.kind == "shell" else ""
        text = command or (compact_json(call.arguments) if call.arguments else "")
        paths = [text_of(call.arguments, name) for name in _PATHS] if call.kind in ("read", "edit") else []
        began = max(0, at - (call.duration_ms or 0))
        self.emit(
            e.ToolCallStarted(
                began,
                ref,
                key=key,
                kind=call.kind,
                tool=call.name,
                target=target_of(call.arguments),
                input_preview=text[:PREVIEW_CHARS],
                input_length=len(text),
                command=command,
                paths=tuple(path for path in paths if path),
            )
        )
        self.emit(
            e.ToolCallFinished(
                at,
                ref,
                key=key,
                status="denied" if decided == "reject" else call.status,
                exit_code=call.exit_code,
                output_preview=call.output[:PREVIEW_CHARS],
                output_length=len(call.output),
                duration_ms=call.duration_ms,
                output=call.output,
            )
        )

    def decide_call(self, key: str, decision: str) -> None:
        """Remember what was decided of a call before its result comes."""
        if key and self.state.calls.get(key) != DONE:
            remember(self.state.calls, key, decision, MAX_CALLS)

    def trace_call(self, at: int, trace_id: str, span: tuple[str, str], key: str) -> None:
        """Emit a span that programs may name as their parent; `span` is its id and that of the one around it."""
        if not trace_id or not span[0]:
            return
        self._emit_beside(CallTraced(at, trace_id, *span, key[:MAX_KEY_CHARS]))
        if key:
            remember(self.state.span_calls, span[0], key, MAX_CALLS)
            waited = self.state.span_waits.pop(span[0], None)
            if waited is not None:
                self._emit_beside(CallWaited(waited[1], key, waited[0]))

    def wait_within(self, key: str, call_span: str, began: int, ended: int) -> None:
        """Emit that a call waited, or remember it until the span of the call tells its key."""
        key = key or self.state.span_calls.get(call_span, "")
        if key:
            self._emit_beside(CallWaited(ended, key, began))
        elif call_span:
            remember(self.state.span_waits, call_span, (began, ended), MAX_CALLS)

    def wait_until(self, key: str, ended: int) -> None:
        """Emit that a call waited from its beginning on."""
        if key:
            self._emit_beside(CallWaited(ended, key, 0))

    @property
    def has_news(self) -> bool:
        """Whether anything was emitted that a session is made of."""
        return len(self.reading.events) > self._beside

    def _emit_beside(self, event: e.Event) -> None:
        """Emit what completes a session, and makes none by itself."""
        self._beside += 1
        self.emit(event)

    def fail_request(
        self, at: int, ref: e.Ref, message: str, *, code: int | None, attempt: int | None, model: str, is_final: bool
    ) -> None:
        """Emit a failed request."""
        kind, status = stated_failure("", code, message)
        self.emit(
            e.RequestFailed(
                at,
                ref,
                kind,
                message or "request failed",
                status_code=status,
                attempt=attempt,
                is_final=is_final,
                model=model,
            )
        )

    def answer(self, at: int, ref: e.Ref, text: str, request: str = "") -> None:
        """Emit text of the agent, if there is any."""
        if text:
            self.emit(e.AssistantMessage(at, ref, text, request, is_final=None))

    def notice(self, at: int, ref: e.Ref, tool: str, text: str) -> None:
        """Emit a remark of the agent's program."""
        self.emit(e.SystemNotice(at, ref, tool, text))


def _completed(request: e.RequestMeasured, first_token_ms: int | None, stop_reason: str) -> e.RequestMeasured:
    return request._replace(
        first_token_ms=first_token_ms if request.first_token_ms is None else request.first_token_ms,
        stop_reason=request.stop_reason or stop_reason,
    )
