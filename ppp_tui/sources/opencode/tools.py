"""Reads the calls of OpenCode's tools, with results, exit codes, questions and sub-agents."""

from __future__ import annotations

from ppp_tui.model.event import NOWHERE, Heartbeat, QuestionAnswered
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.json_records import JsonObject, exit_code_of, millis_of, object_of, text_of
from ppp_tui.sources.opencode.rows import Part
from ppp_tui.sources.opencode.state import FINISHED, MAX_CHILDREN, STARTED, SessionState
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import Toolbox, call_finished

_KINDS: dict[str, StepKind] = {
    "bash": "shell",
    "shell": "shell",
    "read": "read",
    "edit": "edit",
    "multiedit": "edit",
    "write": "edit",
    "patch": "edit",
    "apply_patch": "edit",
    "grep": "search",
    "glob": "search",
    "list": "search",
    "codesearch": "search",
    "lsp": "search",
    "webfetch": "web",
    "websearch": "web",
    "task": "subagent",
    "question": "ask",
    "todowrite": "plan",
    "todoread": "plan",
    "plan_enter": "plan",
    "plan_exit": "plan",
}
_TOOLS = Toolbox(_KINDS, {"bash": "command", "shell": "command", "write": "content", "apply_patch": "patchText"})
_INVALID = "invalid"
"""Stands for a tool that the model made up; its status is ``completed`` all the same."""

_REJECTED = ("rejected permission", "prevents you from using")
_ABORTED = "aborted"
_STOPPED = "\nUser aborted the command\n"
"""Stands behind the output of a command that the user stopped, whose status is ``completed``."""

_DISMISSED = "dismissed"
_FEEDBACK = "feedback"
"""Stands in the refusal of a user who said what to do instead: the agent goes on."""


def read_tool(emitter: EventEmitter[SessionState], part: Part, request: str, flags: int) -> int:
    """Emit what a call gained; return what was read of it by now."""
    data, state = part.data, object_of(part.data, "state")
    status, times = text_of(state, "status"), object_of(object_of(part.data, "state"), "time")
    if status not in ("running", "completed", "error"):
        # Its input is still being written.
        if status != "pending":
            emitter.count_unknown(f"tool/{status or '(no status)'}")
        return flags
    name, key, arguments = text_of(data, "tool"), part.id[:MAX_KEY_CHARS], object_of(state, "input")
    started_at = millis_of(times, "start") or emitter.state.last_at
    if not flags & STARTED:
        emitter.emit(_TOOLS.call_started(name, key, arguments, started_at, NOWHERE, request))
        for question in _TOOLS.questions_of(name, key, arguments, started_at, NOWHERE):
            emitter.emit(question)
    elif status == "running":
        emitter.emit(Heartbeat(emitter.state.last_at, key))
    emitter.state.is_open, emitter.state.last_at = True, max(emitter.state.last_at, started_at)
    metadata = object_of(state, "metadata")
    child = text_of(metadata, "sessionId")[:MAX_KEY_CHARS] if _TOOLS.step_kind(name) == "subagent" else ""
    if child:
        remember(emitter.state.children, child, key, MAX_CHILDREN)
    if status == "running":
        return flags | STARTED
    ended_at = millis_of(times, "end") or started_at
    emitter.state.last_at = max(emitter.state.last_at, ended_at)
    _finish(emitter, name, key, state, at=ended_at, child=child)
    return STARTED | FINISHED


def _finish(
    emitter: EventEmitter[SessionState], name: str, key: str, state: JsonObject, *, at: int, child: str
) -> None:
    metadata, error = object_of(state, "metadata"), text_of(state, "error")
    is_error = text_of(state, "status") == "error"
    is_shell = _TOOLS.step_kind(name) == "shell"
    exit_code = exit_code_of(metadata, "exit") if is_shell else None
    output = text_of(state, "output") or error
    status: StepStatus = "failed" if is_error or exit_code or name == _INVALID else "ok"
    if is_error and any(words in error for words in _REJECTED):
        status = "denied"
    elif (is_error and _ABORTED in error) or (is_shell and exit_code is None and _STOPPED in output):
        status = "cancelled"
    if is_error and (status == "denied" or _DISMISSED in error) and _FEEDBACK not in error:
        emitter.state.is_refused = True
    if _TOOLS.step_kind(name) == "ask":
        _read_answers(emitter, key, metadata, error, at)
    emitter.emit(call_finished(key, status, output, at=at, ref=NOWHERE, exit_code=exit_code, child=child))


def _read_answers(emitter: EventEmitter[SessionState], key: str, metadata: JsonObject, error: str, at: int) -> None:
    """Read what the user answered: for each question a list of labels, or of what was typed."""
    answers = metadata.get("answers")
    if isinstance(answers, list):
        texts = tuple(_joined(answer) or None for answer in answers)
        emitter.emit(QuestionAnswered(at, key, texts, "given" if any(texts) else "empty"))
    elif _DISMISSED in error:
        emitter.emit(QuestionAnswered(at, key, (), "rejected"))


def _joined(answer: object) -> str:
    return ", ".join(text for text in answer if isinstance(text, str)) if isinstance(answer, list) else ""
