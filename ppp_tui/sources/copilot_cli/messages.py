"""Reads what users and models say in a Copilot CLI session, calls with their results, and waits for permission."""

from __future__ import annotations

from ppp_tui.model.event import (
    AgentWaiting,
    AssistantMessage,
    QuestionAnswered,
    ReasoningEmitted,
    Ref,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.event_values import Origin, StepStatus
from ppp_tui.sources.copilot_cli.emitter import CopilotEmitter
from ppp_tui.sources.copilot_cli.state import MAX_CALLS, MAX_PROMPT_CHARS, CopilotCall, CopilotChild
from ppp_tui.sources.copilot_cli.tools import TOOLS, asked_question, read_reply, read_result
from ppp_tui.sources.copilot_cli.usage import read_output
from ppp_tui.sources.json_records import JsonObject, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import call_finished

_PERMISSION = "permission prompt"
_REFUSALS = ("denied", "rejected")


def read_user(emitter: CopilotEmitter, data: JsonObject, id_: str, at: int, ref: Ref) -> None:
    """Read a prompt."""
    end_wait(emitter, at)
    emitter.state.is_open = True
    origin: Origin = "system" if emitter.state.current else "typed"
    emitter.emit(TurnStarted(at, ref, id_, text_of(data, "content").strip(), origin))


def read_answer(emitter: CopilotEmitter, data: JsonObject, at: int, ref: Ref) -> None:
    """Read what the model answered to one request."""
    request = (text_of(data, "apiCallId") or text_of(data, "messageId"))[:MAX_KEY_CHARS]
    emitter.state.asks_more = bool(objects_of(data, "toolRequests"))
    emitter.note(at, "model", text_of(data, "model"))
    read_output(emitter, data, request, at, ref)
    if text_of(data, "reasoningText"):
        emitter.emit(ReasoningEmitted(at, ref, text_of(data, "reasoningText"), request))
    if text_of(data, "content").strip():
        is_final = not emitter.state.asks_more
        emitter.emit(AssistantMessage(at, ref, text_of(data, "content"), request, is_final=is_final))


def end_round(emitter: CopilotEmitter, at: int) -> None:
    """Read the end of a request and its calls: that of the turn, if it called nothing."""
    state = emitter.state
    if not state.asks_more and (state.is_open or state.current):
        emitter.emit(TurnEnded(at, "completed"))
        state.is_open = state.is_open and bool(state.current)


def start_call(emitter: CopilotEmitter, data: JsonObject, at: int, ref: Ref) -> None:
    """Read that a call begins."""
    key, name = text_of(data, "toolCallId")[:MAX_KEY_CHARS], text_of(data, "toolName")
    arguments = object_of(data, "arguments")
    if not key:
        return
    started = TOOLS.call_started(name, key, arguments, at, ref, "")
    if text_of(data, "mcpServerName"):
        started = started._replace(kind="mcp")
    emitter.emit(started)
    prompt = text_of(arguments, "prompt")[:MAX_PROMPT_CHARS] if started.kind == "subagent" else ""
    remember(emitter.state.calls, key, CopilotCall(name, prompt), MAX_CALLS)
    question = asked_question(key, arguments, at, ref) if started.kind == "ask" else None
    if question:
        emitter.emit(question)


def finish_call(emitter: CopilotEmitter, data: JsonObject, at: int, ref: Ref) -> None:
    """Read the result of a call."""
    key = text_of(data, "toolCallId")[:MAX_KEY_CHARS]
    if not key:
        return
    end_wait(emitter, at)
    call = emitter.state.calls.pop(key, None)
    result = read_result(data)
    if call and TOOLS.step_kind(call.tool) == "ask":
        emitter.emit(QuestionAnswered(at, key, *read_reply(result)))
    status: StepStatus = "denied" if call and call.is_denied and result.status != "ok" else result.status
    child = key if key in emitter.state.children else ""
    emitter.emit(call_finished(key, status, result.output, at=at, ref=ref, exit_code=result.exit_code, child=child))


def ask_permission(emitter: CopilotEmitter, at: int) -> None:
    """Read that the program waits for leave to act."""
    emitter.state.waits = True
    emitter.emit(AgentWaiting(at, _PERMISSION))


def end_permission(emitter: CopilotEmitter, data: JsonObject, at: int) -> None:
    """Read what became of a permission that was asked for."""
    end_wait(emitter, at)
    result = object_of(data, "result")
    call = emitter.state.calls.get(text_of(data, "toolCallId") or text_of(result, "toolCallId"))
    if call and text_of(result, "kind").startswith(_REFUSALS):
        call.is_denied = True


def end_wait(emitter: CopilotEmitter, at: int) -> None:
    """Emit that the program goes on, if it waited."""
    if emitter.state.waits:
        emitter.state.waits = False
        emitter.emit(AgentWaiting(at, ""))


def start_child(emitter: CopilotEmitter, data: JsonObject, agent: str, at: int, ref: Ref) -> None:
    """Read that a sub-agent begins; where no record names it, its call stands for it."""
    state = emitter.state
    key = text_of(data, "toolCallId")[:MAX_KEY_CHARS]
    name = agent or key
    if not name:
        return
    call = state.calls.get(key)
    child = state.children.setdefault(name, CopilotChild())
    child.call = key
    emitter.enter("")
    emitter.enter(name)
    emitter.note(at, "agent_role", text_of(data, "agentName"))
    emitter.note(at, "model", text_of(data, "model"))
    if not child.has_turn:
        child.has_turn = True
        emitter.emit(TurnStarted(at, ref, "", call.prompt if call else "", "system"))


def end_child(emitter: CopilotEmitter, data: JsonObject, agent: str, at: int, *, is_failed: bool) -> None:
    """Read that a sub-agent is done."""
    name = agent or text_of(data, "toolCallId")[:MAX_KEY_CHARS]
    if name in emitter.state.children:
        emitter.enter(name)
        emitter.emit(TurnEnded(at, "failed" if is_failed else "completed"))
