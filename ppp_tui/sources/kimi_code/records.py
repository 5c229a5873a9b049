"""Reads the records of a transcript: turns, what the model says and calls, results, tokens, waits and retries."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import (
    AgentWaiting,
    AssistantMessage,
    Compacted,
    ContextMeasured,
    ModeStated,
    PromptAdded,
    QuestionAnswered,
    ReasoningEmitted,
    Ref,
    RequestFailed,
    RequestMeasured,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
)
from ppp_tui.model.event_values import Origin, TurnStatus
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.model.question import AnswerStatus
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, content_text, count_of, millis_of, object_of, text_of
from ppp_tui.sources.kimi_cli.tools import answers_of, is_version_from
from ppp_tui.sources.kimi_code.discovery import is_subagent, project_of, subagent_id
from ppp_tui.sources.kimi_code.state import MAX_CALLS, MAX_TURNS, KimiCodeCall, KimiCodeState
from ppp_tui.sources.kimi_code.tools import TOOLS, arguments_of, duration_of, read_result
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import call_finished

KimiCodeEmitter = TextlessEmitter[KimiCodeState]

_PERMISSION = "permission prompt"
_APPROVAL = "approval"

FIRST_WITH_ENDS = (1, 5)
"""The first version of the protocol that states where turns end."""

_STATUS: dict[str, TurnStatus] = {
    "completed": "completed",
    "cancelled": "interrupted",
    "failed": "failed",
    "blocked": "failed",
}
_COMMANDS = frozenset({"skill_activation", "plugin_command", "shell_command"})
_USERS = frozenset({"user", *_COMMANDS})
"""Origins of prompts that a user wrote: an undo goes back to those."""

_OFF = "off"
_CONTEXT = ("<git-context>", "</git-context>")
"""Around what is put before the prompt of a sub-agent."""

_SILENT_PREFIXES = ("agent.", "goal.", "cron.", "file_history.", "token_counting.", "tools.", "swarm_mode.", "task.")
_SILENT = frozenset(
    {
        "context.append_message",
        "context.clear",
        "context.undone",
        "context.update_token_count",
        "forked",
        "full_compaction.cancel",
        "full_compaction.complete",
        "interruptionReminder.recorded",
        "llm.tools_snapshot",
        "mcp.tools_discovered",
        "micro_compaction.apply",
        "permission.record_approval_result",
        "plan.revision",
        "plan_mode.cancel",
        "plugin.session_start",
        "prompt.aborted",
        "prompt.accepted",
        "prompt.completed",
        "prompt.steered",
        "runtime.set_binding",
        "staleGuard.recorded",
        "staleGuard.cleared",
        "subagent.started",
        "subagent.completed",
        "subagent.failed",
        "tower_mode.enter",
        "tower_mode.exit",
        "turn.cancel",
        "turn.step.interrupted",
    }
)
"""What another record states as well, what the model was shown, or what concerns the program's own display."""

_SILENT_PARTS = frozenset({"image_url", "audio_url", "video_url"})


class RecordReader:
    """Reads records one after the other."""

    def __init__(self, emitter: KimiCodeEmitter, path: Path) -> None:
        """Emit for the transcript at a path."""
        self._emitter, self._path = emitter, path
        self._state = emitter.state

    def read(self, record: JsonObject, ref: Ref) -> None:
        """Read one record by its type."""
        at, kind = millis_of(record, "time"), text_of(record, "type")
        match kind:
            case "metadata":
                self._state.has_ends = is_version_from(text_of(record, "protocol_version"), FIRST_WITH_ENDS)
            case "profile.bind" | "config.update":
                folder = text_of(object_of(record, "environmentDisclosure"), "cwd") or text_of(record, "cwd")
                self._emitter.note(at, "project", folder)
            case "permission.set_mode":
                self._emitter.emit(ModeStated(at, text_of(record, "mode")))
            case "plan_mode.enter" | "plan_mode.exit":
                self._emitter.emit(ModeStated(at, "plan" if kind.endswith("enter") else "default"))
            case "turn.prompt":
                self._begin_turn(record, at, ref)
            case "turn.steer":
                self._emitter.emit(PromptAdded(at, ref, content_text(record.get("input")).strip()))
            case "turn.ended":
                self._end_turn(record, at, ref)
            case "turn.step.retrying":
                self._read_retry(record, at, ref)
            case "context.append_loop_event":
                self._read_event(object_of(record, "event"), at, ref)
            case "context.undo":
                self._undo(count_of(record, "count") or 1, at)
            case "full_compaction.begin":
                self._state.compaction = text_of(record, "source")[:MAX_KEY_CHARS]
            case "context.apply_compaction":
                before, after = count_of(record, "tokensBefore"), count_of(record, "tokensAfter")
                self._emitter.emit(Compacted(at, ref, self._state.compaction, before, after))
            case "llm.request":
                self._state.request_at = at
                self._state.model, self._state.provider = text_of(record, "model"), text_of(record, "provider")
                self._emitter.note(at, "model", self._state.model)
                effort = text_of(record, "thinkingEffort")
                self._state.effort = "" if effort == _OFF else effort
            case "usage.record":
                self._read_usage(record, at, ref)
            case "token_counting.measured":
                if used := count_of(record, "tokens"):
                    self._emitter.emit(ContextMeasured(at, used))
            case "interaction.request":
                if text_of(record, "kind") == _APPROVAL:
                    self._state.waits_for = text_of(record, "id")[:MAX_KEY_CHARS]
                    self._emitter.emit(AgentWaiting(at, _PERMISSION))
            case "interaction.resolved":
                self._end_wait(at, text_of(record, "id")[:MAX_KEY_CHARS])
            case "subagent.spawned":
                call = self._state.calls.get(text_of(record, "parentToolCallId")[:MAX_KEY_CHARS])
                if call is not None:
                    call.child = text_of(record, "subagentId")[:MAX_KEY_CHARS]
            case _:
                if kind not in _SILENT and not kind.startswith(_SILENT_PREFIXES):
                    self._emitter.count_unknown(kind or "(no type)")

    def _begin_turn(self, record: JsonObject, at: int, ref: Ref) -> None:
        prompt = content_text(record.get("input")).strip()
        key = text_of(record, "promptId")[:MAX_KEY_CHARS] or f"kimi:{at}:{hash64(prompt):x}"
        if hash64(key) in self._state.turns:
            return
        kind = text_of(object_of(record, "origin"), "kind")
        remember(self._state.turns, hash64(key), kind in _USERS, MAX_TURNS)
        self._end_wait(at, self._state.waits_for)
        self._state.calls.clear()
        self._state.began_at, self._state.first_token_ms = at, -1
        if "project" not in self._state.facts:
            self._emitter.note(at, "project", project_of(self._path))
        if prompt.startswith(_CONTEXT[0]):
            prompt = prompt.partition(_CONTEXT[1])[2].strip() or prompt
        origin: Origin = "command" if kind in _COMMANDS else "typed" if kind == "user" else "system"
        self._emitter.emit(TurnStarted(at, ref, key, prompt, "system" if is_subagent(self._path) else origin))

    def _end_turn(self, record: JsonObject, at: int, ref: Ref) -> None:
        reason, error = text_of(record, "reason"), object_of(record, "error")
        self._end_wait(at, self._state.waits_for)
        self._state.calls.clear()
        if error:
            message = text_of(error, "message") or text_of(error, "code")
            kind, code = stated_failure("", count_of(error, "statusCode"), message)
            self._emitter.emit(RequestFailed(at, ref, kind, message, code, is_final=True))
        first_token_ms = self._state.first_token_ms if self._state.first_token_ms >= 0 else None
        status = _STATUS.get(reason, "unknown")
        self._emitter.emit(TurnEnded(at, status, count_of(record, "durationMs"), first_token_ms))
        self._state.began_at, self._state.first_token_ms = 0, -1

    def _undo(self, count: int, at: int) -> None:
        """Take back the last prompts of the user, and all that followed the first of them."""
        turns = list(self._state.turns.items())
        anchors = [place for place, (_, is_anchor) in enumerate(turns) if is_anchor]
        if anchors:
            gone = [key for key, _ in turns[anchors[max(0, len(anchors) - count)] :]]
            for key in gone:
                del self._state.turns[key]
            self._emitter.emit(TurnsRolledBack(at, 0, tuple(gone)))

    def _end_wait(self, at: int, waited_for: str) -> None:
        if waited_for and waited_for == self._state.waits_for:
            self._state.waits_for = ""
            self._emitter.emit(AgentWaiting(at, ""))

    def _read_event(self, event: JsonObject, at: int, ref: Ref) -> None:
        match text_of(event, "type"):
            case "step.begin":
                pass
            case "step.end":
                latency = count_of(event, "llmFirstTokenLatencyMs")
                if self._state.first_token_ms < 0 and latency is not None and self._state.began_at:
                    waited = max(0, self._state.request_at - self._state.began_at)
                    self._state.first_token_ms = waited + latency
            case "content.part":
                self._read_part(object_of(event, "part"), at, ref)
            case "tool.call":
                self._start_call(event, at, ref)
            case "tool.result":
                self._finish_call(event, at, ref)
            case kind:
                self._emitter.count_unknown(f"context.append_loop_event/{kind or '(no type)'}")

    def _read_part(self, part: JsonObject, at: int, ref: Ref) -> None:
        kind = text_of(part, "type")
        if kind == "text":
            if text_of(part, "text").strip():
                is_final = False if self._state.has_ends else None
                self._emitter.emit(AssistantMessage(at, ref, text_of(part, "text"), is_final=is_final))
        elif kind == "think":
            if text_of(part, "think"):
                self._emitter.emit(ReasoningEmitted(at, ref, text_of(part, "think")))
        elif kind not in _SILENT_PARTS:
            self._emitter.count_unknown(f"content.part/{kind or '(no type)'}")

    def _start_call(self, event: JsonObject, at: int, ref: Ref) -> None:
        key, name = text_of(event, "toolCallId")[:MAX_KEY_CHARS], text_of(event, "name")
        if not key:
            return
        arguments, call = arguments_of(event), KimiCodeCall(name)
        call.is_background = arguments.get("run_in_background") is True
        self._emitter.emit(TOOLS.call_started(name, key, arguments, at, ref, ""))
        for asked in TOOLS.questions_of(name, key, arguments, at, ref):
            call.questions.append(hash64(asked.text))
            self._emitter.emit(asked._replace(is_blocking=arguments.get("background") is not True))
        remember(self._state.calls, key, call, MAX_CALLS)

    def _finish_call(self, event: JsonObject, at: int, ref: Ref) -> None:
        key, result = text_of(event, "toolCallId")[:MAX_KEY_CHARS], object_of(event, "result")
        if not key:
            return
        call = self._state.calls.pop(key, None) or KimiCodeCall("")
        outcome = read_result(call.tool, result, is_background=call.is_background)
        if call.questions:
            answers = answers_of(outcome.output, call.questions) if outcome.status == "ok" else ()
            status: AnswerStatus = "given" if any(answers) else "empty" if outcome.status == "ok" else "rejected"
            self._emitter.emit(QuestionAnswered(at, key, answers, status))
        child = subagent_id(self._path, call.child) if call.child else ""
        ended = call_finished(
            key, outcome.status, outcome.output, at=at, ref=ref, exit_code=outcome.exit_code, child=child
        )
        self._emitter.emit(ended._replace(duration_ms=duration_of(result)))

    def _read_usage(self, record: JsonObject, at: int, ref: Ref) -> None:
        usage, state = object_of(record, "usage"), self._state
        fresh, output = count_of(usage, "inputOther") or 0, count_of(usage, "output") or 0
        read, written = count_of(usage, "inputCacheRead") or 0, count_of(usage, "inputCacheCreation") or 0
        if not (fresh or output or read or written):
            return
        self._emitter.emit(
            RequestMeasured(
                at,
                ref,
                # It has no id; a forked session repeats it with its time.
                key=f"kimi:{at}:{fresh}:{read}:{written}:{output}",
                model=state.model or text_of(record, "model").rpartition("/")[2],
                input_tokens=fresh,
                output_tokens=output,
                cache_read_tokens=read,
                cache_write_5m_tokens=written,
                provider=state.provider,
                reasoning_effort=state.effort,
            )
        )

    def _read_retry(self, record: JsonObject, at: int, ref: Ref) -> None:
        message = text_of(record, "errorMessage") or text_of(record, "errorName")
        kind, code = stated_failure("", count_of(record, "statusCode"), message)
        self._emitter.emit(
            RequestFailed(
                at,
                ref,
                kind,
                message,
                code,
                attempt=count_of(record, "failedAttempt"),
                max_attempts=count_of(record, "maxAttempts"),
                wait_ms=count_of(record, "delayMs"),
            )
        )
