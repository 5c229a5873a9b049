"""Reads all other records: system records, attachments, progress, side-car state."""

from __future__ import annotations

from ppp_tui.model.event import (
    Compacted,
    Heartbeat,
    PromptAdded,
    PullRequestLinked,
    Ref,
    RequestFailed,
    SystemNotice,
    TurnEnded,
)
from ppp_tui.sources.claude_code import embedded_agents, errors, messages, prompts
from ppp_tui.sources.claude_code.emitter import ClaudeEmitter, agent_trajectory_name
from ppp_tui.sources.claude_code.lenient_decode import decode_part
from ppp_tui.sources.claude_code.records import Attachment, ProgressData, Raw, Record, bounded, fields, loose
from ppp_tui.sources.claude_code.state import AGENTS
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember

_SILENT_TYPES = frozenset(
    {
        "file-history-snapshot",
        "file-history-delta",
        "queue-operation",
        "last-prompt",
        "mode",
        "permission-mode",
        "agent-name",
        "agent-color",
        "agent-setting",
        "frame-link",
        "worktree-state",
        "relocated",
        "started",
        "result",
        "tag",
        "content-replacement",
        "attribution-snapshot",
        "api-request",
        "api-request-blob",
        "api-request-shape",
        "atis-latch",
        "cost-state",
        "tools-used",
    }
)
"""Types of side-car state that is not read; a queued prompt comes again when it is taken up."""

_SILENT_ATTACHMENTS = frozenset(
    {
        "task_reminder",
        "todo_reminder",
        "hook_additional_context",
        "hook_success",
        "hook_system_message",
        "nested_memory",
        "edited_text_file",
        "command_permissions",
        "deferred_tools_delta",
        "skill_listing",
        "mcp_instructions_delta",
        "agent_listing_delta",
        "auto_mode",
        "auto_mode_exit",
        "file",
        "directory",
        "compact_file_reference",
        "plan_mode",
        "plan_mode_exit",
        "plan_mode_reentry",
        "plan_file_reference",
        "invoked_skills",
        "date_change",
        "output_style",
        "diagnostics",
        "opened_file_in_ide",
        "selected_lines_in_ide",
        "already_read_file",
        "mcp_resource",
        "async_hook_response",
        "ultrathink_effort",
        "compaction_reminder",
        "token_usage",
        "budget_usd",
        "agent_mention",
        "task_status",
        "critical_system_reminder",
        "verify_plan_reminder",
        "hook_stopped_continuation",
        "date",
        "environment",
        "model",
        "prompt_snapshot",
        "remote_session_change",
        "session_context",
        "total_tokens_reminder",
    }
)
_REMARKED_ATTACHMENTS = frozenset({"hook_non_blocking_error", "hook_blocking_error", "hook_error_during_execution"})
_SILENT_SYSTEM = frozenset({"informational", "away_summary", "scheduled_task_fire", "bridge_status", "memory_saved"})
_FALLBACKS = frozenset({"model_refusal_fallback", "model_consent_fallback"})
_SILENT_PROGRESS = frozenset({"query_update", "search_results_received", "waiting_for_task", "hook_progress"})
_LIVE_PROGRESS = frozenset({"bash_progress", "agent_progress", "mcp_progress", "powershell_progress"})


def read_aside(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    """Read a record that is neither `user` nor `assistant`."""
    kind = record.type
    if kind == "progress":
        _read_progress(emitter, record, at, ref)
    elif kind == "system":
        _read_system(emitter, record, at, ref)
    elif kind == "attachment":
        _read_attachment(emitter, record, at, ref)
    elif kind in ("custom-title", "ai-title"):
        emitter.state.is_titled = True
        emitter.note(at, "title", record.customTitle or record.aiTitle)
    elif kind == "summary":
        # Summaries of other sessions stand in a file too: only one that names a record of this session speaks of it.
        if emitter.chain.holds(record.leafUuid or "") and not emitter.state.is_titled:
            emitter.note(at, "title", record.summary)
    elif kind == "pr-link":
        emitter.emit(PullRequestLinked(at, record.prUrl or ""))
    elif kind not in _SILENT_TYPES:
        emitter.count_unknown(kind or "(no type)")


def _read_progress(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    progress = decode_part(record.data, ProgressData)
    kind, call = progress.type or "", record.parentToolUseID or ""
    if kind in _LIVE_PROGRESS:
        if progress.agentId and call:
            remember(emitter.state.agents, call, progress.agentId[:MAX_KEY_CHARS], AGENTS)
        emitter.emit(Heartbeat(at, call))
        if kind == embedded_agents.AGENT_PROGRESS:
            _read_embedded(emitter, embedded_agents.embedded_record(record, progress), call, ref)
    elif kind not in _SILENT_PROGRESS:
        emitter.count_unknown(f"progress/{kind}")


def _read_embedded(emitter: ClaudeEmitter, embedded: Record | None, call: str, ref: Ref) -> None:
    """Read the record of a sub-agent that stands in its parent's, unless this is the sub-agent's own file."""
    if embedded is None or agent_trajectory_name(embedded.agentId or "") in ("", emitter.name_in_parent):
        return
    at = emitter.enter_agent(embedded, call)
    embedded_agents.touch(emitter, at)
    if embedded.type == "assistant":
        messages.read_assistant(emitter, embedded, at, ref)
    else:
        messages.read_user_record(emitter, embedded, at, ref)


def _read_system(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    kind = record.subtype or ""
    if kind == "turn_duration":
        emitter.emit(TurnEnded(at, "completed", bounded(record.durationMs)))
    elif kind == "stop_hook_summary":
        # After a failed hook the agent may go on, which only its next record shows.
        if record.preventedContinuation or not loose(record.hookErrors):
            emitter.emit(TurnEnded(at, "completed"))
    elif kind == "api_error":
        emitter.emit(errors.read_retry(record, at, ref))
    elif kind in ("compact_boundary", "microcompact_boundary"):
        _compact(emitter, record, at, ref)
    elif kind == "local_command":
        _read_local_command(emitter, record, at, ref)
    elif kind in _FALLBACKS:
        emitter.emit(_read_fallback(record, at, ref))
    elif kind not in _SILENT_SYSTEM:
        emitter.count_unknown(f"system/{kind}")


def _read_fallback(record: Record, at: int, ref: Ref) -> RequestFailed:
    """Return the failure of a model that refused or is not allowed, after which another one took over."""
    failed, taken = record.originalModel or "", record.fallbackModel or ""
    message = f"{failed or 'the model'} did not answer; {taken or 'another one'} took over"
    return RequestFailed(at, ref, "model_fallback", message, fallback_model=taken, model=failed)


def _read_local_command(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    """Emit a command that the program itself carries out, or its output."""
    content = loose(record.content)
    text = content if isinstance(content, str) else ""
    command = prompts.command_of(text)
    if command:
        emitter.emit(SystemNotice(at, ref, "command", command))
    else:
        messages.end_command(emitter, prompts.output_of(text) or text, at, ref)


def _compact(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    if record.subtype == "microcompact_boundary":
        # Only old results of tools were dropped; the conversation stays.
        metadata = fields(record.microcompactMetadata)
        before, saved = bounded(metadata.get("preTokens")), bounded(metadata.get("tokensSaved"))
        after = max(0, before - saved) if before is not None and saved is not None else None
        emitter.emit(Compacted(at, ref, "micro", before, after))
        return
    metadata = fields(record.compactMetadata)
    before, after = bounded(metadata.get("preTokens")), bounded(metadata.get("postTokens"))
    trigger = metadata.get("trigger")
    duration = bounded(metadata.get("durationMs"))
    emitter.emit(Compacted(at, ref, trigger if isinstance(trigger, str) else "", before, after, duration))


def _read_attachment(emitter: ClaudeEmitter, record: Record, at: int, ref: Ref) -> None:
    attachment = decode_part(record.attachment, Attachment)
    kind = attachment.type or ""
    if kind == "queued_command":
        queued = prompts.read_queued(
            _prompt_of(attachment.prompt), attachment.origin, attachment.commandMode or "prompt"
        )
        if queued.kind == "prompt":
            emitter.emit(PromptAdded(at, ref, queued.text, queued.origin))
        else:
            messages.emit_notice(emitter, queued, at, ref)
    elif kind in _REMARKED_ATTACHMENTS:
        blocked = loose(attachment.blockingError)
        text = attachment.stderr or (blocked.get("blockingError") if isinstance(blocked, dict) else blocked)
        emitter.emit(SystemNotice(at, ref, "hook", text if isinstance(text, str) else kind))
    elif kind not in _SILENT_ATTACHMENTS:
        emitter.count_unknown(f"attachment/{kind}")


def _prompt_of(raw: Raw) -> str:
    """Return the text of a queued prompt, which is a text or blocks of text and pictures."""
    content = loose(raw)
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    blocks = [part for part in content if isinstance(part, dict)]
    return "\n".join(
        part["text"] if isinstance(part.get("text"), str) else f"[{part.get('type', 'part')}]" for part in blocks
    )
