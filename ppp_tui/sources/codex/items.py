"""`response_item` lines: tool calls and their outputs, reasoning, and in the oldest form the messages too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.model.event import (
    AgentSpoke,
    Progressed,
    QuestionAsked,
    Ref,
    StepEnded,
    StepStarted,
    Thought,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.sources.codex import tools
from ppp_tui.sources.codex.records import Payload, loose
from ppp_tui.sources.codex.state import remember

if TYPE_CHECKING:
    from ppp_tui.sources.codex.parser import CodexParser

_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "tool_search_call"})
_OUTPUTS = frozenset(
    {"function_call_output", "custom_tool_call_output", "tool_search_output", "local_shell_call_output"}
)
_SILENT = frozenset(
    {"web_search_call", "image_generation_call", "compaction", "context_compaction", "agent_message", "ghost_snapshot",
     "compaction_summary", "other"}
)  # fmt: skip
_INJECTED = (
    "# AGENTS.md", "<environment_context>", "<INSTRUCTIONS>", "<user_instructions>", "<turn_aborted>", "<skill>",
    "<subagent_notification>", "<goal_context>", "<codex_internal_context", "<recommended_plugins>",
)  # fmt: skip


def read_item(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    """Read one item."""
    kind = payload.type or ""
    if kind in _CALLS:
        _call(parser, payload, at, ref)
    elif kind in _OUTPUTS:
        _return(parser, payload, at, ref)
    elif kind == "reasoning":
        parser.add(Thought(at, ref, _summary(payload)))
    elif kind == "message":
        if parser.state_now.is_bare:
            _read_message(parser, payload, at, ref)
    elif kind not in _SILENT:
        parser.count_unknown(f"response_item/{kind}")


def _call(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    state = parser.state_now
    key = payload.call_id or payload.id or ""
    name = payload.name or (payload.type or "").removesuffix("_call")
    called = tools.read_call(payload)
    if name == "write_stdin":
        started = state.terminals.get(str(called.values.get("session_id", "")))
        if started and not called.values.get("chars"):
            remember(state.polls, key, started)
            parser.add(Progressed(at, started))
            return
    remember(state.calls, key, name)
    kind = called.kind if payload.name else tools.kind_of(name, payload.namespace or "")
    parser.add(StepStarted(at, ref, key, kind, name, called.target, called.preview, called.length))
    if kind == "ask":
        for text, options in tools.questions_of(called.values):
            parser.add(QuestionAsked(at, ref, text, key, options))


def _return(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    state = parser.state_now
    key = payload.call_id or payload.id or ""
    returned = tools.read_output(payload)
    polled = state.polls.pop(key, "")
    state.calls.pop(key, None)
    step = polled or key
    if returned.terminal:
        remember(state.terminals, returned.terminal, step)
        if polled:
            parser.add(Progressed(at, step))
            return
    parser.add(
        StepEnded(
            at, ref, step, returned.status, returned.exit_code, returned.preview, returned.length, None, returned.child
        )
    )


def _summary(payload: Payload) -> str:
    """Reasoning is encrypted; a summary of it is not always there."""
    parts = loose(payload.summary)
    if not isinstance(parts, list):
        return ""
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _read_message(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    parts = loose(payload.content)
    if not isinstance(parts, list):
        return
    text = "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
    state = parser.state_now
    if payload.role == "assistant" and text.strip():
        parser.add(AgentSpoke(at, ref, text))
    elif payload.role == "user" and not text.lstrip().startswith(_INJECTED):
        if state.is_open:
            parser.add(TurnEnded(at, "unknown"))
        state.is_open = True
        parser.add(TurnStarted(at, ref, "", text))
