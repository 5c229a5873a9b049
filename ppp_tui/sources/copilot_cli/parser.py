"""Turns the lines of a Copilot CLI session into events.

Each line is an event of the program: `type`, `data`, `id`, `timestamp`, `parentId`, and in later versions `agentId` on
what a sub-agent does. A `turn` of the program is one request with its calls.
"""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import Compacted, Ref, RequestFailed, SessionEnded, TurnEnded
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.sources.copilot_cli import messages
from ppp_tui.sources.copilot_cli.emitter import CopilotEmitter
from ppp_tui.sources.copilot_cli.state import CODEC, MAX_RECORDS
from ppp_tui.sources.copilot_cli.usage import read_totals
from ppp_tui.sources.json_records import JsonObject, count_of, has_fields, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.record_parser import RecordParser

_FIELDS = frozenset({"type", "data", "id", "timestamp"})
_SILENT = frozenset(
    {
        "assistant.turn_start",
        "hook.start",
        "hook.end",
        "session.info",
        "session.permissions_changed",
        "session.compaction_start",
        "session.idle",
        "system.message",
        "system.notification",
    }
)


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a session."""
    return has_fields(decoded, _FIELDS)


class CopilotParser(RecordParser[CopilotEmitter]):
    """Reads one session file."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        del path
        super().__init__(CopilotEmitter(CODEC.decode(state)), CODEC, is_record)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        emitter, kind, data = self._emitter, text_of(record, "type"), object_of(record, "data")
        id_ = text_of(record, "id")[:MAX_KEY_CHARS]
        if id_:
            if hash64(id_) in emitter.state.records:
                return
            remember(emitter.state.records, hash64(id_), 1, MAX_RECORDS)
        at, agent = emitter.time_of(text_of(record, "timestamp")), text_of(record, "agentId")[:MAX_KEY_CHARS]
        if kind in _SILENT:
            return
        if kind.startswith("subagent."):
            self._read_child(kind, data, agent, at, ref)
            return
        emitter.enter(agent)
        if not (self._read_work(kind, data, id_, at, ref) or self._read_session(kind, data, at, ref)):
            emitter.count_unknown(kind or "(no type)")

    def _read_work(self, kind: str, data: JsonObject, id_: str, at: int, ref: Ref) -> bool:
        """Read what users, models and tools do; whether the kind is one of that."""
        emitter = self._emitter
        match kind:
            case "user.message":
                messages.read_user(emitter, data, id_, at, ref)
            case "assistant.message":
                messages.read_answer(emitter, data, at, ref)
            case "assistant.turn_end":
                messages.end_round(emitter, at)
            case "tool.execution_start":
                messages.start_call(emitter, data, at, ref)
            case "tool.execution_complete":
                messages.finish_call(emitter, data, at, ref)
            case "permission.requested":
                messages.ask_permission(emitter, at)
            case "permission.completed":
                messages.end_permission(emitter, data, at)
            case "abort":
                messages.end_wait(emitter, at)
                emitter.emit(TurnEnded(at, "interrupted"))
                emitter.state.is_open = False
            case _:
                return False
        return True

    def _read_session(self, kind: str, data: JsonObject, at: int, ref: Ref) -> bool:
        """Read what concerns the session as a whole; whether the kind is one of that."""
        emitter = self._emitter
        match kind:
            case "session.start" | "session.resume":
                self._read_start(data, at)
            case "session.model_change":
                emitter.note(at, "model", text_of(data, "newModel"))
            case "session.title_changed":
                emitter.note(at, "title", text_of(data, "title"))
            case "session.error":
                message = text_of(data, "message")
                failure, status = stated_failure(text_of(data, "errorType"), count_of(data, "statusCode"), message)
                emitter.emit(RequestFailed(at, ref, failure, message, status, is_final=True))
            case "session.compaction_complete":
                if data.get("success") is not False:
                    before, after = count_of(data, "preCompactionTokens"), count_of(data, "postCompactionTokens")
                    emitter.emit(Compacted(at, ref, text_of(data, "trigger")[:MAX_KEY_CHARS], before, after))
            case "session.shutdown":
                messages.end_wait(emitter, at)
                read_totals(emitter, data, at, ref)
                emitter.emit(SessionEnded(at))
            case _:
                return False
        return True

    def _read_start(self, data: JsonObject, at: int) -> None:
        emitter, context = self._emitter, object_of(data, "context")
        emitter.state.session = text_of(data, "sessionId")[:MAX_KEY_CHARS] or emitter.state.session
        emitter.note(at, "native_id", text_of(data, "sessionId"))
        if "project" not in emitter.facts:
            emitter.note(at, "project", text_of(context, "cwd"))
        emitter.note(at, "branch", text_of(context, "branch"))
        emitter.note(at, "agent_version", text_of(data, "copilotVersion"))
        emitter.note(at, "model", text_of(data, "selectedModel"))

    def _read_child(self, kind: str, data: JsonObject, agent: str, at: int, ref: Ref) -> None:
        emitter = self._emitter
        if kind == "subagent.started":
            messages.start_child(emitter, data, agent, at, ref)
        elif kind in ("subagent.completed", "subagent.failed"):
            messages.end_child(emitter, data, agent, at, is_failed=kind == "subagent.failed")
        elif kind not in ("subagent.selected", "subagent.deselected"):
            emitter.count_unknown(kind)


PARSER = CopilotParser
