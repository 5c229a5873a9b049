"""Everything that is neither the agent's nor the person's: system records, attachments, progress, side-car state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ppp_tui.model.event import Compacted, Progressed, Ref, Remarked, TurnEnded
from ppp_tui.sources.claude_code import answers, errors
from ppp_tui.sources.claude_code.records import Raw, Record, loose

if TYPE_CHECKING:
    from ppp_tui.sources.claude_code.parser import ClaudeParser

_SILENT_TYPES = frozenset(
    {
        "file-history-snapshot", "file-history-delta", "queue-operation", "last-prompt", "mode", "permission-mode",
        "agent-name", "agent-color", "agent-setting", "pr-link", "frame-link", "worktree-state", "relocated", "started",
        "result", "tag", "content-replacement", "attribution-snapshot",
    }
)  # fmt: skip
"""Side-car state that no screen shows; a queued prompt comes again when it is taken up."""

_SILENT_ATTACHMENTS = frozenset(
    {
        "task_reminder", "todo_reminder", "hook_additional_context", "hook_success", "hook_system_message",
        "nested_memory", "edited_text_file", "command_permissions", "deferred_tools_delta", "skill_listing",
        "mcp_instructions_delta", "agent_listing_delta", "auto_mode", "auto_mode_exit", "file", "directory",
        "compact_file_reference", "plan_mode", "plan_mode_exit", "plan_mode_reentry", "plan_file_reference",
        "invoked_skills", "date_change", "output_style", "diagnostics", "opened_file_in_ide", "selected_lines_in_ide",
        "already_read_file", "mcp_resource", "async_hook_response", "ultrathink_effort", "compaction_reminder",
        "token_usage", "budget_usd", "agent_mention", "task_status", "critical_system_reminder", "verify_plan_reminder",
    }
)  # fmt: skip
_REMARKED_ATTACHMENTS = frozenset({"hook_non_blocking_error", "hook_blocking_error", "hook_error_during_execution"})
_SILENT_SYSTEM = frozenset(
    {"informational", "away_summary", "scheduled_task_fire", "model_consent_fallback", "microcompact_boundary",
     "bridge_status", "memory_saved"}
)  # fmt: skip
_SILENT_PROGRESS = frozenset({"query_update", "search_results_received", "waiting_for_task", "hook_progress"})
_LIVE_PROGRESS = frozenset({"bash_progress", "agent_progress", "mcp_progress", "powershell_progress"})


def read_aside(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> None:
    """Read a record that is neither `user` nor `assistant`."""
    kind = record.type
    if kind == "progress":
        _read_progress(parser, record, at)
    elif kind == "system":
        _read_system(parser, record, at, ref)
    elif kind == "attachment":
        _read_attachment(parser, record, at, ref)
    elif kind in ("custom-title", "ai-title"):
        parser.state_now.is_titled = True
        parser.note(at, "title", record.customTitle or record.aiTitle)
    elif kind == "summary":
        # Summaries of other sessions stand in a file too: only one that names a record of this session speaks of it.
        if record.leafUuid in parser.state_now.uuids and not parser.state_now.is_titled:
            parser.note(at, "title", record.summary)
    elif kind not in _SILENT_TYPES:
        parser.count_unknown(kind or "(no type)")


def _read_progress(parser: ClaudeParser, record: Record, at: int) -> None:
    told = fields(record.data)
    kind = str(told.get("type", ""))
    if kind in _LIVE_PROGRESS:
        parser.add(Progressed(at, record.parentToolUseID or ""))
    elif kind not in _SILENT_PROGRESS:
        parser.count_unknown(f"progress/{kind}")


def _read_system(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> None:
    kind = record.subtype or ""
    if kind == "turn_duration":
        parser.add(TurnEnded(at, "completed", record.durationMs))
    elif kind == "stop_hook_summary":
        if not record.preventedContinuation:
            parser.add(TurnEnded(at, "completed"))
    elif kind == "api_error":
        parser.add(errors.read_retry(record, at, ref))
    elif kind == "compact_boundary":
        _compact(parser, fields(record.compactMetadata), at, ref)
    elif kind == "local_command":
        content = loose(record.content)
        parser.add(Remarked(at, ref, "command", content if isinstance(content, str) else ""))
    elif kind == "model_refusal_fallback":
        parser.add(Remarked(at, ref, "fallback", "The model refused; another one took over."))
    elif kind not in _SILENT_SYSTEM:
        parser.count_unknown(f"system/{kind}")


def _compact(parser: ClaudeParser, told: dict[str, Any], at: int, ref: Ref) -> None:
    numbers = {name: value for name, value in told.items() if isinstance(value, int)}
    parser.add(
        Compacted(
            at, ref, str(told.get("trigger", "")), numbers.get("preTokens"), numbers.get("postTokens"),
            numbers.get("durationMs"),
        )
    )  # fmt: skip


def _read_attachment(parser: ClaudeParser, record: Record, at: int, ref: Ref) -> None:
    told = fields(record.attachment)
    kind = str(told.get("type", ""))
    if kind == "queued_command":
        prompt = told.get("prompt")
        if told.get("commandMode", "prompt") == "prompt" and isinstance(prompt, str):
            answers.queue_prompt(parser, prompt, at, ref)
        else:
            parser.add(Remarked(at, ref, "notification", answers.notified(prompt) if isinstance(prompt, str) else ""))
    elif kind in _REMARKED_ATTACHMENTS:
        parser.add(Remarked(at, ref, "hook", str(told.get("stderr") or told.get("blockingError") or kind)))
    elif kind not in _SILENT_ATTACHMENTS:
        parser.count_unknown(f"attachment/{kind}")


def fields(raw: Raw) -> dict[str, Any]:
    """A raw object as a dict, empty if it is none."""
    told = loose(raw)
    return told if isinstance(told, dict) else {}
