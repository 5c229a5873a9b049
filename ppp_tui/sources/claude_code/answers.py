"""Assistant and user records: what the agent says, thinks and calls, and what comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ppp_tui.model.event import (
    AgentSpoke,
    ContextMeasured,
    PromptAdded,
    QuestionAsked,
    Ref,
    Remarked,
    RequestMeasured,
    StepEnded,
    StepStarted,
    Thought,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code import errors, prompts, tools
from ppp_tui.sources.claude_code.records import MOST, Block, Record, Usage
from ppp_tui.sources.claude_code.state import MESSAGES, TASKS, Seen, remember

if TYPE_CHECKING:
    from ppp_tui.sources.claude_code.parser import ClaudeParser

SYNTHETIC = "<synthetic>"
"""The model name of messages that no model wrote."""

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_COMPLETE_SINCE = (2, 1, 205)
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
    parser.note(at, "model", message.model)
    key = _measure(parser, record, at, ref)
    blocks = [Block("text", message.content)] if isinstance(message.content, str) else message.content
    is_final = message.stop_reason in _ENDS
    spoke = False
    for block in blocks:
        spoke = _read_block(parser, block, at, ref, key, is_final=is_final) or spoke
    if spoke and is_final:
        parser.add(TurnEnded(at, "failed" if message.stop_reason == "refusal" else "completed"))


def _read_block(parser: ClaudeParser, block: Block, at: int, ref: Ref, key: str, *, is_final: bool) -> bool:
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
    for text, options in called.questions:
        parser.add(QuestionAsked(at, ref, text, block.id, options))
    if called.task and not parser.is_child_file:
        remember(parser.state_now.tasks, hash64(called.task), block.id, TASKS)


def _measure(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> str:
    """Say what the request used, if this record knows more than those before; returns the request's key."""
    message = record.message
    usage = message.usage if message else None
    if message is None or usage is None or not message.id:
        return ""
    messages = parser.state_now.messages
    seen = messages.get(message.id)
    output, has_stop = _tokens(usage.output_tokens), message.stop_reason is not None
    if seen is not None and seen.output >= output and seen.has_stop >= has_stop:
        return seen.key
    # Without a request id, the message id alone may not be unique (proxies count from zero): the first record's own id
    # makes it so, and is the same in every copy.
    key = seen.key if seen else f"{message.id}:{record.requestId or record.uuid or ''}"
    most = max(output, seen.output if seen else 0)
    remember(messages, message.id, Seen(key, most, has_stop or bool(seen and seen.has_stop)), MESSAGES)
    is_bound = not has_stop and is_under_recorded(record.version or "")
    parser.add(_measured(record, usage, at, ref, key, is_bound=is_bound))
    if seen is None and not (record.isSidechain and not parser.is_child_file):
        parser.add(ContextMeasured(at, _prompt_tokens(usage)))
    return key


def _measured(record: Record, usage: Usage, at: int, ref: Ref, key: str, *, is_bound: bool) -> RequestMeasured:
    message = record.message
    written = _tokens(usage.cache_creation_input_tokens)
    hour = _tokens(usage.cache_creation.ephemeral_1h_input_tokens) if usage.cache_creation else 0
    return RequestMeasured(
        at, ref, key, (message.id or "") if message and record.requestId else "",
        (message.model or "") if message else "",
        _tokens(usage.input_tokens), _tokens(usage.output_tokens), None, _tokens(usage.cache_read_input_tokens),
        max(0, written - hour), min(hour, written), is_bound, bool(record.isSidechain),
        (message.stop_reason or "") if message else "", "fast" if usage.speed == "fast" else "",
        usage.service_tier or "", _tokens(usage.server_tool_use.web_search_requests) if usage.server_tool_use else 0,
        None, _micros(record.costUSD),
    )  # fmt: skip


def _micros(dollars: float | None) -> int | None:
    """What versions of early 2025 said that a request cost."""
    return None if dollars is None or not 0 <= dollars < 1e6 else round(dollars * 1_000_000)


def _tokens(count: int | None) -> int:
    if not count or count < 0:
        return 0
    return min(MOST, count)


def _prompt_tokens(usage: Usage) -> int:
    counts = (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens)
    return sum(map(_tokens, counts))


def is_under_recorded(version: str) -> bool:
    """Versions that stored a message's usage as it stood when its stream began, so that output is far too small.

    Measured: 2.1.8 to 2.1.42 record a hundredth of what they wrote; earlier ones in part; 2.1.205 and later all of it.
    Without a stop reason on any record of a message the figure is such a beginning.
    """
    parts = _VERSION.match(version)
    return parts is None or (int(parts[1]), int(parts[2]), int(parts[3])) < _COMPLETE_SINCE


def read_user_record(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> None:
    """A prompt, tool results, or something that Claude Code itself says in the person's place."""
    content = record.message.content if record.message else ""
    results = [] if isinstance(content, str) else [block for block in content if block.type == "tool_result"]
    for block in results:
        _return(parser, block, record, at, ref)
    if results:
        return
    said = prompts.read_user(record, is_child=parser.is_child_file or bool(parser.state_now.lane))
    if said.what == "prompt":
        parser.state_now.is_command = said.origin == "command"
        parser.add(TurnStarted(at, ref, record.uuid or "", said.text, said.origin))
    elif said.what == "interrupt":
        parser.add(TurnEnded(at, "interrupted"))
    elif said.what == "note":
        parser.add(Remarked(at, ref, "meta", said.text))
    elif said.what == "output":
        end_command(parser, said.text, at, ref)
    elif said.what == "notification":
        parser.add(Remarked(at, ref, "notification", notified(said.text)))


def _return(parser: ClaudeParser, block: Block, record: Record, at: int, ref: Ref) -> None:
    returned = tools.read_result(block, record)
    agent = parser.state_now.agents.pop(block.tool_use_id, "")
    child = returned.agent or agent
    parser.add(
        StepEnded(
            at, ref, block.tool_use_id, returned.status, returned.exit_code, returned.preview, returned.length,
            returned.duration_ms, f"agent-{child}" if child else "", returned.text,
        )
    )  # fmt: skip
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
