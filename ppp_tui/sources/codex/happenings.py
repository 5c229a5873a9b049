"""`event_msg` lines and turn contexts: turns, messages, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.model.event import (
    AgentSpoke,
    ErrorKind,
    Origin,
    Progressed,
    PromptAdded,
    Ref,
    RequestFailed,
    SessionEnded,
    StepEnded,
    StepStarted,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
    TurnStatus,
)
from ppp_tui.sources.codex import measures
from ppp_tui.sources.codex.records import Item, Payload, Raw, loose

if TYPE_CHECKING:
    from ppp_tui.sources.codex.parser import CodexParser

_SILENT = frozenset(
    {
        "agent_reasoning", "agent_reasoning_raw_content", "agent_reasoning_section_break", "context_compacted",
        "thread_goal_updated", "thread_settings_applied", "patch_apply_begin", "patch_apply_end", "plan_update",
        "exec_command_begin", "exec_command_end", "exec_command_output_delta", "mcp_tool_call_begin",
        "web_search_begin", "image_generation_begin", "image_generation_end", "view_image_tool_call", "turn_diff",
        "sub_agent_activity", "entered_review_mode", "exited_review_mode", "item_started", "warning",
        "thread_name_updated", "background_event", "undo_started", "undo_completed", "collab_agent_spawn_begin",
        "collab_agent_spawn_end", "hook_started", "hook_completed",
    }
)  # fmt: skip
"""Events that repeat what items tell, or that no screen shows."""

_SILENT_ITEMS = frozenset(
    {
        "CommandExecution", "Reasoning", "FileChange", "McpToolCall", "Plan", "Sleep", "ContextCompaction", "ImageView",
        "ImageGeneration", "EnteredReviewMode", "ExitedReviewMode", "HookPrompt", "CollabAgentToolCall",
        "DynamicToolCall",
    }
)  # fmt: skip
_ABORTS: dict[str, TurnStatus] = {"interrupted": "interrupted", "replaced": "superseded", "review_ended": "completed"}


def read_event(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    """Read one event."""
    kind = payload.type or ""
    if kind == "token_count":
        measures.read_token_count(parser, payload, at, ref)
    elif kind == "user_message":
        _hear(parser, _text(payload.message), at, ref)
    elif kind == "agent_message":
        _speak(parser, _text(payload.message), payload.phase, at, ref)
    elif kind == "item_completed" and payload.item is not None:
        _read_completed(parser, payload.item, at, ref)
    elif kind in ("task_started", "turn_started"):
        _start(parser, payload, at, ref)
    elif kind in ("task_complete", "turn_complete"):
        _complete(parser, payload, at)
    elif kind == "turn_aborted":
        _end(parser, at, _ABORTS.get(payload.reason or "", "interrupted"), payload)
    elif kind == "thread_rolled_back":
        parser.add(TurnsRolledBack(at, payload.num_turns or 0))
    elif kind == "web_search_end":
        _search(parser, payload.call_id or "", payload.query or "", at, ref)
    elif kind == "mcp_tool_call_end":
        parser.add(Progressed(at, payload.call_id or ""))
    elif kind in ("error", "stream_error"):
        _fail(parser, _text(payload.message), at, ref, is_final=kind == "error")
    elif kind == "shutdown_complete":
        parser.add(SessionEnded(at))
    elif kind not in _SILENT:
        parser.count_unknown(f"event_msg/{kind}")


def read_context(parser: CodexParser, payload: Payload, at: int) -> None:
    """What a turn runs with; it opens the turn where no event does."""
    state = parser.state_now
    parser.note(at, "project", state.facts.get("project") or payload.cwd)
    parser.note(at, "model", payload.model)
    if payload.turn_id and not state.turn_id:
        state.turn_id = payload.turn_id


def origin_of(parser: CodexParser) -> Origin:
    """`codex exec` and other programs are no person at a prompt."""
    return "sdk" if "exec" in parser.state_now.facts.get("entrypoint", "") else "typed"


def open_turn(parser: CodexParser, key: str, at: int, ref: Ref) -> None:
    """Begin a turn; its prompt comes on a line of its own."""
    state = parser.state_now
    state.turn_id, state.is_open, state.has_prompt, state.has_spoken = key, True, False, False
    parser.add(TurnStarted(at, ref, key, "", origin_of(parser)))


def _start(parser: CodexParser, payload: Payload, at: int, ref: Ref) -> None:
    parser.state_now.window = payload.model_context_window or parser.state_now.window
    open_turn(parser, payload.turn_id or "", at, ref)


def _hear(parser: CodexParser, text: str, at: int, ref: Ref) -> None:
    state = parser.state_now
    if not state.is_open:
        open_turn(parser, "", at, ref)
    parser.add(PromptAdded(at, ref, text, "queued" if state.has_prompt else origin_of(parser)))
    state.has_prompt = True


def _speak(parser: CodexParser, text: str, phase: str | None, at: int, ref: Ref) -> None:
    if text.strip():
        parser.state_now.has_spoken = True
        parser.add(AgentSpoke(at, ref, text, "", phase == "final_answer"))


def _complete(parser: CodexParser, payload: Payload, at: int) -> None:
    # A turn that ends without a word of the agent is how a failed one shows: its error is not written.
    is_silent = payload.last_agent_message is None and not parser.state_now.has_spoken
    _end(parser, at, "failed" if is_silent else "completed", payload)


def _end(parser: CodexParser, at: int, status: TurnStatus, payload: Payload) -> None:
    parser.state_now.is_open = False
    parser.add(TurnEnded(at, status, payload.duration_ms, payload.time_to_first_token_ms))


def _read_completed(parser: CodexParser, item: Item, at: int, ref: Ref) -> None:
    if item.type == "UserMessage":
        _hear(parser, _texts(item.content), at, ref)
    elif item.type == "AgentMessage":
        _speak(parser, _texts(item.content), item.phase, at, ref)
    elif item.type == "WebSearch":
        _search(parser, item.id or "", item.query or "", at, ref)
    elif item.type not in _SILENT_ITEMS:
        parser.count_unknown(f"item/{item.type}")


def _search(parser: CodexParser, key: str, query: str, at: int, ref: Ref) -> None:
    parser.add(StepStarted(at, ref, key, "web", "web_search", query[:200], query[:300], len(query)))
    parser.add(StepEnded(at, ref, key, "ok"))


def _fail(parser: CodexParser, message: str, at: int, ref: Ref, *, is_final: bool) -> None:
    lowered = message.lower()
    kind: ErrorKind = "error"
    if "usage limit" in lowered or "rate limit" in lowered or "429" in lowered:
        kind = "rate_limit"
    elif "timeout" in lowered or "timed out" in lowered:
        kind = "timeout"
    elif "context window" in lowered:
        kind = "context"
    elif "disconnected" in lowered or "connect" in lowered:
        kind = "network"
    parser.add(RequestFailed(at, ref, kind, message, is_final=is_final))


def _text(raw: Raw) -> str:
    told = loose(raw)
    return told if isinstance(told, str) else ""


def _texts(raw: Raw) -> str:
    parts = loose(raw)
    if not isinstance(parts, list):
        return ""
    return "\n".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))
