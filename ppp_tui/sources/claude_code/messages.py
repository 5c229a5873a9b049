"""Reads assistant and user records: texts, thoughts, tool calls and their results."""

from __future__ import annotations

from ppp_tui.model.event import (
    AssistantMessage,
    ModeStated,
    PromptAdded,
    QuestionAnswered,
    QuestionAsked,
    ReasoningEmitted,
    Ref,
    SystemNotice,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
)
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.sources.claude_code import embedded_agents, errors, prompts, tools, usage
from ppp_tui.sources.claude_code.emitter import ClaudeEmitter
from ppp_tui.sources.claude_code.records import ContentBlock, Record
from ppp_tui.sources.claude_code.state import ASKED, PROCESSES, TASKS
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.tags import tagged_text
from ppp_tui.tool_output.commands import runs_tests

SYNTHETIC = "<synthetic>"
"""Model name of messages that no model wrote."""

_ENDS = frozenset({"end_turn", "stop_sequence", "refusal"})
_SILENT_BLOCKS = frozenset(
    {"redacted_thinking", "image", "document", "server_tool_use", "container_upload", "fallback"}
)


def read_assistant(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    """Emit the events of an agent's record, usually one block of a message."""
    message = record.message
    if message is None:
        emitter.count_unknown("assistant/no message")
        return
    if record.isApiErrorMessage:
        emitter.emit(errors.read_final(record, prompts.text_of(message.content), at, ref))
        return
    if message.model == SYNTHETIC:
        emitter.emit(SystemNotice(at, ref, "synthetic", prompts.text_of(message.content)))
        return
    emitter.state.is_command = False
    emitter.chain.answer()
    if message.model and message.model != emitter.facts.get("model"):
        emitter.note(at, "model", message.model)
    key = usage.measure(emitter, record, at, ref)
    blocks = [ContentBlock("text", message.content)] if isinstance(message.content, str) else message.content
    # Versions that store a message when its stream begins have no stop reason.
    is_final = None if message.stop_reason is None else message.stop_reason in _ENDS
    spoke = False
    for block in blocks:
        kind = block.type
        if kind == "tool_use":
            _start_step(emitter, block, at, ref, key)
        elif kind == "text":
            if block.text and not block.text.isspace():
                emitter.emit(AssistantMessage(at, ref, block.text, key, is_final))
                spoke = True
        elif kind == "thinking":
            emitter.emit(ReasoningEmitted(at, ref, block.thinking, key))
        elif kind not in _SILENT_BLOCKS:
            emitter.count_unknown(f"block/{kind}")
    if spoke and is_final:
        emitter.emit(TurnEnded(at, "failed" if message.stop_reason == "refusal" else "completed"))


def _start_step(emitter: ClaudeEmitter, block: ContentBlock, at: int, ref: Ref, request: str) -> None:
    call = tools.read_call(block)
    command = call.command
    if command and runs_tests(command):
        remember(emitter.state.testing, block.id, command, PROCESSES)
    elif call.process and call.process in emitter.state.testing:
        # What it will print, and how it ended, is that of the command.
        command = emitter.state.testing[call.process]
        remember(emitter.state.polls, block.id, call.process, PROCESSES)
    emitter.emit(
        ToolCallStarted(
            at,
            ref,
            key=block.id,
            kind=call.kind,
            tool=block.name,
            target=call.target,
            input_preview=call.preview,
            input_length=call.length,
            request=request,
            command=command,
            paths=call.paths,
        )
    )
    if call.questions:
        remember(emitter.state.asked, block.id, len(call.questions), ASKED)
        for text, options in call.questions:
            emitter.emit(QuestionAsked(at, ref, text, block.id, options))
    if call.task and not emitter.is_child_file:
        remember(emitter.state.tasks, hash64(call.task), block.id, TASKS)


def read_user_record(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    """Emit the events of a prompt, of tool results, or of a text by Claude Code in the user's place."""
    content = record.message.content if record.message else ""
    has_results = False
    if not isinstance(content, str):
        for block in content:
            if block.type == "tool_result":
                has_results = True
                _end_step(emitter, block, record, at, ref)
    if has_results:
        return
    message = prompts.read_user(record, is_child=emitter.is_child_file or bool(emitter.state.current_trajectory))
    if message.kind == "prompt" or (message.kind == "message" and not emitter.state.has_turn):
        # The first message of an agent to a session that it started is the session's prompt.
        _begin_turn(emitter, record, message, at, ref)
    elif message.kind == "interrupt":
        if not emitter.state.current_trajectory:
            embedded_agents.end_open(emitter, "interrupted")
        emitter.emit(TurnEnded(at, "interrupted"))
    elif message.kind == "output":
        end_command(emitter, message.text, at, ref)
    else:
        emit_notice(emitter, message, at, ref)
        if message.kind == "stopped":
            emitter.emit(TurnEnded(at, "interrupted"))


_REMARKS = {"note": "meta", "stopped": "hook", "message": "message"}
"""Names of notices by the kind of the text."""


def emit_notice(emitter: ClaudeEmitter, message: prompts.UserText, at: int, ref: Ref) -> None:
    """Emit a notice for a text in the user's place that is not a prompt."""
    if message.kind == "notification":
        emitter.emit(SystemNotice(at, ref, "notification", notification_text(message.text)))
    elif message.kind in _REMARKS:
        emitter.emit(SystemNotice(at, ref, _REMARKS[message.kind], message.text))


def _begin_turn(emitter: ClaudeEmitter, record: Record, message: prompts.UserText, at: int, ref: Ref) -> None:
    emitter.state.is_command = is_command = message.origin == "command"
    usage.end_responses(emitter.state)
    if not emitter.state.current_trajectory:
        embedded_agents.end_open(emitter, "unknown")
        emitter.state.has_turn = True
        if record.uuid:
            departure = emitter.chain.begin_turn(record.parentUuid, is_command=is_command)
            if departure.taken_back or departure.restored:
                emitter.emit(TurnsRolledBack(at, 0, departure.taken_back, departure.restored))
    emitter.emit(TurnStarted(at, ref, record.uuid or "", message.text, message.origin))
    if record.permissionMode:
        emitter.emit(ModeStated(at, record.permissionMode))


def _end_step(emitter: ClaudeEmitter, block: ContentBlock, record: Record, at: int, ref: Ref) -> None:
    result, state, key = tools.read_result(block, record), emitter.state, block.tool_use_id
    agent = state.agents.pop(key, "") if state.agents else ""
    asked = state.asked.pop(key, 0) if state.asked else 0
    if asked and result.replies is not None:
        answers, status = result.replies
        answers = (*answers, *[None] * (asked - len(answers)))
        emitter.emit(QuestionAnswered(at, key, answers, status))
    command = state.testing.pop(key, "") if state.testing else ""
    if command and result.process:
        remember(state.testing, result.process, command, PROCESSES)
    polled = state.polls.pop(key, "") if state.polls else ""
    if polled and not result.is_detached:
        state.testing.pop(polled, None)
    child = result.agent or agent
    emitter.emit(
        ToolCallFinished(
            at,
            ref,
            key=key,
            status=result.status,
            exit_code=result.exit_code,
            output_preview=result.text[:PREVIEW_CHARS],
            output_length=len(result.text),
            duration_ms=result.duration_ms,
            child_native_id=f"agent-{child}" if child else "",
            output=result.text,
            is_detached=result.is_detached,
        )
    )
    if agent:
        embedded_agents.end(emitter, agent, result, at, ref)
    if result.feedback:
        emitter.emit(PromptAdded(at, ref, result.feedback, "typed"))


def end_command(emitter: ClaudeEmitter, text: str, at: int, ref: Ref) -> None:
    """End the turn of a command that wrote output, unless a model took it up."""
    if text:
        emitter.emit(SystemNotice(at, ref, "command", text))
    if emitter.state.is_command:
        emitter.state.is_command = False
        emitter.emit(TurnEnded(at, "completed"))


def notification_text(text: str) -> str:
    """Return the text of a task notification without its tags."""
    summary = tagged_text(text, "summary")
    return text if summary is None else summary.strip()
