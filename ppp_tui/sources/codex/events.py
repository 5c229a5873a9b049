"""Reads `event_msg` lines: turns, messages, ends of tool calls, failures."""

from __future__ import annotations

from ppp_tui.model.event import Heartbeat, Ref, RequestFailed, SessionEnded, SystemNotice, TurnsRolledBack
from ppp_tui.model.event_values import TurnStatus
from ppp_tui.sources.codex import failures, items, prompts, reasoning, session_meta, turns, usage
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import EMPTY, loose, whole_number
from ppp_tui.sources.codex.records import EventPayload, Item

_SILENT = frozenset(
    {
        "agent_reasoning_section_break",
        "context_compacted",
        "thread_goal_updated",
        "patch_apply_begin",
        "patch_apply_updated",
        "plan_update",
        "exec_command_begin",
        "terminal_interaction",
        "mcp_tool_call_begin",
        "web_search_begin",
        "image_generation_begin",
        "turn_diff",
        "item_started",
        "warning",
        "background_event",
        "undo_started",
        "undo_completed",
        "hook_started",
        "hook_completed",
        "session_configured",
        "exec_approval_request",
        "apply_patch_approval_request",
        "request_permissions",
        "request_user_input",
        "elicitation_request",
        "guardian_assessment",
        "guardian_warning",
        "deprecation_notice",
        "injected_message",
        "dynamic_tool_call_request",
        "dynamic_tool_call_response",
        "collab_agent_spawn_begin",
        "collab_agent_interaction_begin",
        "collab_agent_interaction_end",
        "collab_waiting_begin",
        "collab_waiting_end",
        "collab_close_begin",
        "collab_close_end",
        "collab_resume_begin",
        "collab_resume_end",
        "mcp_startup_update",
        "mcp_startup_complete",
        "model_verification",
        "safety_buffering",
        "turn_moderation_metadata",
    }
)
"""Events that repeat others, or that are not read."""

_ENDS = {
    "exec_command_end": "CommandExecution",
    "patch_apply_end": "FileChange",
    "mcp_tool_call_end": "McpToolCall",
    "web_search_end": "WebSearch",
    "image_generation_end": "ImageGeneration",
    "view_image_tool_call": "ImageView",
}
"""Items that replaced events of versions before 0.16x."""

_ABORTS: dict[str, TurnStatus] = {"replaced": "superseded", "review_ended": "completed", "budget_limited": "failed"}


def read_event(emitter: ThreadEmitter, event: EventPayload, at: int, ref: Ref) -> None:
    """Read one event."""
    kind = event.type or ""
    if kind == "token_count":
        usage.read_token_count(emitter, event, at, ref)
    elif kind == "agent_message":
        turns.add_message(emitter, event.message or "", event.phase or "", at, ref, is_event=True)
    elif kind == "user_message":
        has_picture = loose(event.images) or loose(event.local_images)
        text = prompts.own_words(event.message or "") or ("[image]" if has_picture else "")
        turns.add_prompt(emitter, text, at, ref, is_event=True)
    elif kind == "item_completed" and event.item is not None:
        items.read_item(emitter, event, event.item, at, ref)
    elif kind in _ENDS:
        items.read_item(emitter, event, as_item(event), at, ref)
    elif kind in ("agent_reasoning", "agent_reasoning_raw_content"):
        reasoning.add_thought(emitter, event.text or "", at, ref)
    else:
        _read_rarer(emitter, event, kind, at, ref)


def _read_rarer(emitter: ThreadEmitter, event: EventPayload, kind: str, at: int, ref: Ref) -> None:
    if kind in ("task_started", "turn_started"):
        _start(emitter, event, at, ref)
    elif kind in ("task_complete", "turn_complete"):
        _complete(emitter, event, at, ref)
    elif kind == "turn_aborted":
        _abort(emitter, event, at)
    elif kind == "thread_rolled_back":
        turns.close_turn(emitter, at)
        emitter.emit(TurnsRolledBack(at, event.num_turns or 0))
    elif kind in ("error", "stream_error"):
        _fail(emitter, event, at, ref, is_final=kind == "error")
    elif kind == "thread_settings_applied":
        usage.read_settings(emitter, event)
    elif kind == "thread_name_updated":
        emitter.note(at, "title", event.thread_name)
    elif kind in ("sub_agent_activity", "collab_agent_spawn_end"):
        started = event.new_thread_id or (event.agent_thread_id if event.kind == "started" else "")
        items.remember_child(emitter, event.event_id or event.call_id or "", started or "")
    elif kind == "exec_command_output_delta":
        emitter.emit(Heartbeat(at, event.call_id or ""))
    elif kind == "model_reroute":
        usage.name_model(emitter, event.to_model)
        message = f"{event.from_model} gave way to {event.to_model}"
        failed, taken = event.from_model or "", event.to_model or ""
        emitter.emit(RequestFailed(at, ref, "model_fallback", message, fallback_model=taken, model=failed))
    elif kind == "entered_review_mode":
        emitter.emit(SystemNotice(at, ref, "review", event.user_facing_hint or "Review begins."))
    elif kind == "exited_review_mode":
        review = loose(event.review_output)
        text = review.get("overall_explanation") if isinstance(review, dict) else None
        emitter.emit(SystemNotice(at, ref, "review", text if isinstance(text, str) else "Review ends."))
    elif kind == "shutdown_complete":
        emitter.emit(SessionEnded(at))
    elif kind not in _SILENT:
        emitter.count_unknown(f"event_msg/{kind}")


def _start(emitter: ThreadEmitter, event: EventPayload, at: int, ref: Ref) -> None:
    state = emitter.state
    turn_id = event.turn_id or ""
    session_meta.leave_copied(emitter, turn_id)
    state.has_lifecycle = True
    state.window = event.model_context_window or state.window
    trigger = event.turn_attribution.turn_trigger if event.turn_attribution else None
    origin = turns.origin_of(emitter, trigger or "")
    # Versions that state a turn's trigger leave it out for commands: /compact, or a shell command with "!".
    is_command = bool(event.root_turn_id) and not trigger and not state.is_child
    turns.begin(emitter, turn_id, at, ref, "command" if is_command else origin)
    state.is_command = is_command


def _complete(emitter: ThreadEmitter, event: EventPayload, at: int, ref: Ref) -> None:
    state = emitter.state
    if event.turn_id and event.turn_id in state.ended:
        return
    last = event.last_agent_message
    if last and not state.has_spoken:
        turns.add_message(emitter, last, "final_answer", at, ref, is_event=True)
    status: TurnStatus = "completed"
    if event.error is not None and not state.has_failed:
        state.has_failed = True
        message = event.error.message or ""
        emitter.emit(failures.read_failure(emitter, message, event.error.codex_error_info, at, ref, is_final=True))
    if state.has_failed or _failed_in_silence(emitter, event):
        status = "failed"
    first_token_ms = whole_number(event.time_to_first_token_ms)
    turns.end_turn(emitter, event.turn_id or "", status, at, whole_number(event.duration_ms), first_token_ms)


def _failed_in_silence(emitter: ThreadEmitter, event: EventPayload) -> bool:
    """Return whether a turn failed unrecorded (before 0.16x): it ended without any text of the agent."""
    state = emitter.state
    return not event.root_turn_id and event.last_agent_message is None and state.has_prompt and not state.has_spoken


def _abort(emitter: ThreadEmitter, event: EventPayload, at: int) -> None:
    status = _ABORTS.get(event.reason or "", "interrupted")
    # A process that outlives the interrupt is polled by steps of their own: its first step was cancelled.
    emitter.state.terminals.clear()
    turns.end_turn(emitter, event.turn_id or "", status, at, whole_number(event.duration_ms), None)


def _fail(emitter: ThreadEmitter, event: EventPayload, at: int, ref: Ref, *, is_final: bool) -> None:
    emitter.state.has_failed = emitter.state.has_failed or is_final
    message = event.message or ""
    emitter.emit(failures.read_failure(emitter, message, event.codex_error_info, at, ref, is_final=is_final))


def as_item(event: EventPayload) -> Item:
    """Return an event that ends a call as the item of newer versions (0.16x); one without a type for other events."""
    invocation = event.invocation
    status = event.status or ""
    if event.success is not None and status != "declined":
        status = "completed" if event.success else "failed"
    return Item(
        type=_ENDS.get(event.type or "", ""),
        id=event.call_id,
        command=event.command,
        process_id=event.process_id,
        source=event.source,
        status=status,
        aggregated_output=event.aggregated_output or event.stdout,
        exit_code=event.exit_code,
        duration=event.duration,
        changes=event.changes,
        stdout=event.stdout,
        stderr=event.stderr,
        query=event.query,
        action=event.action,
        server=invocation.server if invocation else "",
        tool=invocation.tool if invocation else "",
        arguments=invocation.arguments if invocation else EMPTY,
        result=event.result,
        path=event.path,
        revised_prompt=event.revised_prompt,
    )
