"""Tool calls while they are open: where a step begins, goes on and ends.

A call's end is told up to twice, by an event and in the model's history; the first that comes ends the step. A command
that runs on after its call returned is one step until its terminal session is seen to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.model.event import Progressed, QuestionAnswered, Ref, StepEnded, StepStarted
from ppp_tui.sources.codex import questions
from ppp_tui.sources.codex.outputs import PREVIEW, Returned, is_lost
from ppp_tui.sources.codex.state import CLOSED, MAX_POLLED_BYTES, OUTPUT, Call, remember
from ppp_tui.sources.codex.tools import Called, command_of, files_of

if TYPE_CHECKING:
    from ppp_tui.sources.codex.parser import CodexParser


def start_call(parser: CodexParser, key: str, called: Called, at: int, ref: Ref) -> None:
    """A call begins, or goes on with the terminal that an earlier one started."""
    state = parser.state_now
    started = state.terminals.get(called.session) if called.session else None
    if started:
        remember(state.polls, key, started)
        parser.add(Progressed(at, started))
        return
    remember(state.calls, key, Call(called.tool, called.kind))
    parser.add(_started(parser, key, called, at, ref))
    if called.questions:
        questions.ask(parser, key, called.questions, at, ref, is_blocking=called.tool != questions.FREE_TOOL)


def end_call(parser: CodexParser, key: str, returned: Returned, at: int, ref: Ref) -> None:
    """A call's output. One whose call is not open, or was ended before, says nothing new."""
    state = parser.state_now
    polled = state.polls.pop(key, "")
    step = polled or key
    if step not in state.calls:
        return
    if returned.terminal:
        remember(state.terminals, returned.terminal, step)
        _keep_output(state.calls[step], returned, ref)
        if polled:
            parser.add(Progressed(at, step))
        else:
            parser.add(_ended(step, returned._replace(duration_ms=None), at, ref))
    elif polled:
        if is_lost(returned):
            returned = returned._replace(status="unknown", text="")
        returned, ref = _with_earlier(state.calls[step], returned, ref)
        finish(parser, step, returned, at, ref, has_time=False)
    else:
        finish(parser, step, returned, at, ref)


def _keep_output(call: Call, returned: Returned, ref: Ref) -> None:
    """Keep what a running command printed since it was looked at before."""
    if not call.output_length:
        call.output_offset = ref.offset
    call.preview = (call.preview + returned.text)[:PREVIEW]
    call.output = (call.output + returned.text)[-OUTPUT:]
    call.output_length += len(returned.text)


def _with_earlier(call: Call, returned: Returned, ref: Ref) -> tuple[Returned, Ref]:
    """Return the end of a command with all that it printed, and all lines that tell it."""
    if not call.output_length:
        return returned, ref
    _keep_output(call, returned, ref)
    length = ref.offset + ref.length - call.output_offset
    lines = Ref(call.output_offset, length) if length <= MAX_POLLED_BYTES else ref
    return returned._replace(text=call.output, preview=call.preview, length=call.output_length), lines


def finish(parser: CodexParser, key: str, returned: Returned, at: int, ref: Ref, *, has_time: bool = True) -> None:
    """An open call is over; without `has_time` what its output tells is not how long the whole took."""
    state = parser.state_now
    call = state.calls.pop(key, None)
    remember(state.closed, key, True, CLOSED)
    for session in [session for session, step in state.terminals.items() if step == key]:
        del state.terminals[session]
    if call is not None:
        returned = _take_answers(parser, key, call, returned, at)
        if not returned.text and not returned.length:
            returned, ref = _with_earlier(call, returned, ref)
        returned = returned._replace(
            status=call.status or returned.status,
            child=call.child or returned.child,
            duration_ms=call.duration_ms or (returned.duration_ms if has_time else None),
        )
    parser.add(_ended(key, returned, at, ref))


def tell_whole(
    parser: CodexParser, key: str, called: Called, returned: Returned, span: tuple[int, int], ref: Ref
) -> None:
    """A step that no call announced: its beginning and end are told at once."""
    if key in parser.state_now.closed:
        return
    remember(parser.state_now.closed, key, True, CLOSED)
    parser.add(_started(parser, key, called, span[0], ref))
    parser.add(_ended(key, returned, span[1], ref))


def _take_answers(parser: CodexParser, key: str, call: Call, returned: Returned, at: int) -> Returned:
    """Say what was answered; returns the output without answers that are secret."""
    if not call.asked:
        return returned
    answers = questions.read_answers(call, returned.text)
    if answers is not None:
        parser.add(QuestionAnswered(at, key, answers))
    elif questions.was_dismissed(returned.text):
        parser.add(QuestionAnswered(at, key, (), "rejected"))
    is_secret = any(is_hidden for _, is_hidden in call.asked)
    return returned._replace(text=questions.HIDDEN) if is_secret else returned


def _started(parser: CodexParser, key: str, called: Called, at: int, ref: Ref) -> StepStarted:
    text, project = called.whole.text, parser.state_now.facts.get("project", "")
    return StepStarted(
        at, ref, key, called.kind, called.tool, called.target, text[:PREVIEW], len(text),
        command=command_of(called, project), paths=files_of(called),
    )  # fmt: skip


def _ended(key: str, returned: Returned, at: int, ref: Ref) -> StepEnded:
    return StepEnded(
        at, ref, key, returned.status, returned.exit_code, returned.preview or returned.text[:PREVIEW],
        returned.length or len(returned.text), returned.duration_ms, returned.child, returned.text,
    )  # fmt: skip
