"""Assistant and user records: what the agent says, thinks and calls, and what comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ppp_tui.model.event import (
    AgentSpoke,
    PromptAdded,
    QuestionAnswered,
    QuestionAsked,
    Ref,
    Remarked,
    StepEnded,
    StepStarted,
    Thought,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
)
from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code import agent_lanes, errors, prompts, tools, usage
from ppp_tui.sources.claude_code.records import Block, Record
from ppp_tui.sources.claude_code.state import ASKED, TASKS, remember

if TYPE_CHECKING:
    from ppp_tui.sources.claude_code.parser import ClaudeParser

SYNTHETIC = "<synthetic>"
"""The model name of messages that no model wrote."""

_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL)
_ENDS = frozenset({"end_turn", "stop_sequence", "refusal"})
_SILENT_BLOCKS = frozenset(
    {"redacted_thinking", "image", "document", "server_tool_use", "container_upload", "fallback"}
)


def read_assistant(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> None:
    """One block (rarely more) of a message of the agent."""
    message = record.message
    if message is None:
        parser.count_unknown("assistant/no message")
        return
    if record.isApiErrorMessage:
        parser.add(errors.read_final(record, prompts.text_of(message.content), at, ref))
        return
    if message.model == SYNTHETIC:
        parser.add(Remarked(at, ref, "synthetic", prompts.text_of(message.content)))
        return
    parser.state_now.is_command = False
    parser.chain.answer()
    parser.note(at, "model", message.model)
    key = usage.measure(parser, record, at, ref)
    blocks = [Block("text", message.content)] if isinstance(message.content, str) else message.content
    # Versions that store a message as its stream began never tell how it ended.
    is_final = None if message.stop_reason is None else message.stop_reason in _ENDS
    spoke = False
    for block in blocks:
        spoke = _read_block(parser, block, at, ref, key, is_final=is_final) or spoke
    if spoke and is_final:
        parser.add(TurnEnded(at, "failed" if message.stop_reason == "refusal" else "completed"))


def _read_block(parser: ClaudeParser, block: Block, at: int, ref: Ref, key: str, *, is_final: bool | None) -> bool:
    """Read one block; tells whether it was text for the person."""
    if block.type == "text":
        if block.text.strip():
            parser.add(AgentSpoke(at, ref, block.text, key, is_final))
            return True
    elif block.type == "tool_use":
        _call(parser, block, at, ref, key)
    elif block.type == "thinking":
        parser.add(Thought(at, ref, block.thinking, key))
    elif block.type not in _SILENT_BLOCKS:
        parser.count_unknown(f"block/{block.type}")
    return False


def _call(parser: ClaudeParser, block: Block, at: int, ref: Ref, key: str) -> None:
    called = tools.read_call(block)
    parser.add(
        StepStarted(
            at, ref, block.id, called.kind, block.name, called.target, called.preview, called.length, key,
            called.command, called.paths,
        )
    )  # fmt: skip
    if called.questions:
        remember(parser.state_now.asked, block.id, len(called.questions), ASKED)
    for text, options in called.questions:
        parser.add(QuestionAsked(at, ref, text, block.id, options))
    if called.task and not parser.is_child_file:
        remember(parser.state_now.tasks, hash64(called.task), block.id, TASKS)


def read_user_record(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> None:
    """A prompt, tool results, or something that Claude Code itself says in the person's place."""
    content = record.message.content if record.message else ""
    results = [] if isinstance(content, str) else [block for block in content if block.type == "tool_result"]
    for block in results:
        _return(parser, block, record, at, ref)
    if results:
        return
    said = prompts.read_user(record, is_child=parser.is_child_file or bool(parser.state_now.lane))
    if said.what == "prompt" or (said.what == "message" and not parser.state_now.has_turn):
        # The first message that another agent sends to a session that it started is what the session works on.
        _begin_turn(parser, record, said, at, ref)
    elif said.what == "interrupt":
        if not parser.state_now.lane:
            agent_lanes.end_open(parser, "interrupted")
        parser.add(TurnEnded(at, "interrupted"))
    elif said.what == "output":
        end_command(parser, said.text, at, ref)
    else:
        remark(parser, said, at, ref)
        if said.what == "stopped":
            parser.add(TurnEnded(at, "interrupted"))


_REMARKS = {"note": "meta", "stopped": "hook", "message": "message"}
"""What a remark is called, by what was said."""


def remark(parser: ClaudeParser, said: prompts.Said, at: int, ref: Ref) -> None:
    """Tell what was said in the user's place and is no prompt."""
    if said.what == "notification":
        parser.add(Remarked(at, ref, "notification", notified(said.text)))
    elif said.what in _REMARKS:
        parser.add(Remarked(at, ref, _REMARKS[said.what], said.text))


def _begin_turn(parser: ClaudeParser, record: Record, said: prompts.Said, at: int, ref: Ref) -> None:
    parser.state_now.is_command = is_command = said.origin == "command"
    usage.end_responses(parser.state_now)
    if not parser.state_now.lane:
        agent_lanes.end_open(parser, "unknown")
        parser.state_now.has_turn = True
        if record.uuid:
            departure = parser.chain.begin_turn(record.parentUuid, is_command=is_command)
            if departure.taken_back or departure.restored:
                parser.add(TurnsRolledBack(at, 0, departure.taken_back, departure.restored))
    parser.add(TurnStarted(at, ref, record.uuid or "", said.text, said.origin))


def _return(parser: ClaudeParser, block: Block, record: Record, at: int, ref: Ref) -> None:
    returned = tools.read_result(block, record)
    agent = parser.state_now.agents.pop(block.tool_use_id, "")
    child = returned.agent or agent
    asked = parser.state_now.asked.pop(block.tool_use_id, 0)
    if asked and returned.replies is not None:
        answers, status = returned.replies
        answers = (*answers, *[None] * (asked - len(answers)))
        parser.add(QuestionAnswered(at, block.tool_use_id, answers, status))
    parser.add(
        StepEnded(
            at, ref, block.tool_use_id, returned.status, returned.exit_code, returned.preview, returned.length,
            returned.duration_ms, f"agent-{child}" if child else "", returned.text,
        )
    )  # fmt: skip
    if agent:
        agent_lanes.end(parser, agent, returned, at, ref)
    if returned.feedback:
        parser.add(PromptAdded(at, ref, returned.feedback, "typed"))


def end_command(parser: ClaudeParser, text: str, at: int, ref: Ref) -> None:
    """A command of the person wrote something: if no model took it up, it is done."""
    if text:
        parser.add(Remarked(at, ref, "command", text))
    if parser.state_now.is_command:
        parser.state_now.is_command = False
        parser.add(TurnEnded(at, "completed"))


def notified(text: str) -> str:
    """What a task notification says, without the tags around it."""
    found = _SUMMARY.search(text)
    return found[1].strip() if found else text
