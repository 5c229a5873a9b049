"""Open tool calls: begin, continuation and end of their steps.

A call's end is told up to twice, by an event and in the model's history; the first that comes ends the step. A command
that runs on after its call returned is one step until its terminal session is seen to end.
"""

from __future__ import annotations

from ppp_tui.model.event import Heartbeat, QuestionAnswered, Ref, ToolCallFinished, ToolCallStarted
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.sources.codex import questions
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.outputs import CodexResult, is_lost
from ppp_tui.sources.codex.state import CALLS, CLOSED, MAX_POLLED_BYTES, OUTPUT, Call
from ppp_tui.sources.codex.tools import CodexCall, command_of, files_of
from ppp_tui.sources.parser_state import remember


def start_call(emitter: ThreadEmitter, key: str, called: CodexCall, at: int, ref: Ref) -> None:
    """Begin the step of a call, or continue that of the call which started the same terminal session."""
    state = emitter.state
    started = state.terminals.get(called.session) if called.session else None
    if started:
        remember(state.polls, key, started, CALLS)
        emitter.emit(Heartbeat(at, started))
        return
    remember(state.calls, key, Call(called.tool, called.kind), CALLS)
    emitter.emit(_started(emitter, key, called, at, ref))
    if called.questions:
        questions.ask(emitter, key, called.questions, at, ref, is_blocking=called.tool != questions.FREE_TOOL)


def end_call(emitter: ThreadEmitter, key: str, returned: CodexResult, at: int, ref: Ref) -> None:
    """End the step of a call with its output; does nothing for a call that is unknown or ended."""
    state = emitter.state
    polled = state.polls.pop(key, "")
    step = polled or key
    if step not in state.calls:
        return
    if returned.terminal:
        remember(state.terminals, returned.terminal, step, CALLS)
        _keep_output(state.calls[step], returned, ref)
        if polled:
            emitter.emit(Heartbeat(at, step))
        else:
            emitter.emit(_ended(step, returned._replace(duration_ms=None), at, ref))
    elif polled:
        if is_lost(returned):
            returned = returned._replace(status="unknown", text="")
        returned, ref = _with_earlier(state.calls[step], returned, ref)
        finish(emitter, step, returned, at, ref, has_time=False)
    else:
        finish(emitter, step, returned, at, ref)


def _keep_output(call: Call, returned: CodexResult, ref: Ref) -> None:
    """Append what a running command printed since its last poll."""
    if not call.output_length:
        call.output_offset = ref.offset
    call.preview = (call.preview + returned.text)[:PREVIEW_CHARS]
    call.output = (call.output + returned.text)[-OUTPUT:]
    call.output_length += len(returned.text)


def _with_earlier(call: Call, returned: CodexResult, ref: Ref) -> tuple[CodexResult, Ref]:
    """Return the end of a command with all that it printed, and all lines that tell it."""
    if not call.output_length:
        return returned, ref
    _keep_output(call, returned, ref)
    length = ref.offset + ref.length - call.output_offset
    lines = Ref(call.output_offset, length) if length <= MAX_POLLED_BYTES else ref
    return returned._replace(text=call.output, preview=call.preview, length=call.output_length), lines


def finish(
    emitter: ThreadEmitter, key: str, returned: CodexResult, at: int, ref: Ref, *, has_time: bool = True
) -> None:
    """End the step of an open call; without `has_time` the output's duration is not that of the whole call."""
    state = emitter.state
    call = state.calls.pop(key, None)
    remember(state.closed, key, True, CLOSED)
    if state.terminals:
        for session in [session for session, step in state.terminals.items() if step == key]:
            del state.terminals[session]
    if call is not None:
        if call.asked:
            returned = _take_answers(emitter, key, call, returned, at)
        if call.output_length and not returned.text and not returned.length:
            returned, ref = _with_earlier(call, returned, ref)
        duration_ms = call.duration_ms or (returned.duration_ms if has_time else None)
        if call.status or call.child or duration_ms != returned.duration_ms:
            returned = returned._replace(
                status=call.status or returned.status, child=call.child or returned.child, duration_ms=duration_ms
            )
    emitter.emit(_ended(key, returned, at, ref))


def emit_completed_step(
    emitter: ThreadEmitter, key: str, called: CodexCall, returned: CodexResult, span: tuple[int, int], ref: Ref
) -> None:
    """Emit begin and end of a step that no call announced."""
    if key in emitter.state.closed:
        return
    remember(emitter.state.closed, key, True, CLOSED)
    emitter.emit(_started(emitter, key, called, span[0], ref))
    emitter.emit(_ended(key, returned, span[1], ref))


def _take_answers(emitter: ThreadEmitter, key: str, call: Call, returned: CodexResult, at: int) -> CodexResult:
    """Emit the answers in an output. Return the output without secret answers."""
    answers = questions.read_answers(call, returned.text)
    if answers is not None:
        emitter.emit(QuestionAnswered(at, key, answers))
    elif questions.was_dismissed(returned.text):
        emitter.emit(QuestionAnswered(at, key, (), "rejected"))
    is_secret = any(is_hidden for _, is_hidden in call.asked)
    return returned._replace(text=questions.HIDDEN) if is_secret else returned


def _started(emitter: ThreadEmitter, key: str, called: CodexCall, at: int, ref: Ref) -> ToolCallStarted:
    text, project = called.payload.text, emitter.state.facts.get("project", "")
    return ToolCallStarted(
        at,
        ref,
        key=key,
        kind=called.kind,
        tool=called.tool,
        target=called.target,
        input_preview=text[:PREVIEW_CHARS],
        input_length=len(text),
        command=command_of(called, project),
        paths=files_of(called),
    )


def _ended(key: str, returned: CodexResult, at: int, ref: Ref) -> ToolCallFinished:
    return ToolCallFinished(
        at,
        ref,
        key=key,
        status=returned.status,
        exit_code=returned.exit_code,
        output_preview=returned.preview or returned.text[:PREVIEW_CHARS],
        output_length=returned.length or len(returned.text),
        duration_ms=returned.duration_ms,
        child_native_id=returned.child,
        output=returned.text,
    )
