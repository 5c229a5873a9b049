"""Turns the messages of a task's panel into events: what it says, and what it asks of the user.

A message is `settled` when it is whole, or another one follows it; many that were streamed are marked partial for ever.
"""

from __future__ import annotations

from ppp_tui.model import event as e
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.sources.cline import requests, steps
from ppp_tui.sources.cline.emitter import TaskEmitter
from ppp_tui.sources.cline.state import MAX_TURNS
from ppp_tui.sources.cline.tools import call_of, shown
from ppp_tui.sources.json_records import JsonObject, count_of, millis_of, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.toolbox import call_finished

_PERMISSION = "permission prompt"
_WAITS = {
    "tool": _PERMISSION,
    "command": f"{_PERMISSION}, unless the command runs",
    "use_mcp_server": _PERMISSION,
    "browser_action_launch": _PERMISSION,
    "use_subagents": _PERMISSION,
    "new_task": _PERMISSION,
    "condense": _PERMISSION,
    "report_bug": _PERMISSION,
    "mistake_limit_reached": "guidance after mistakes",
    "auto_approval_max_req_reached": "leave for more requests",
}
"""What the user is asked by a message that is the last one."""

_CHANGES_FLAG = "HAS_CHANGES"
_RETRY_TIMER = "<retry_timer>"
_OWN_LIMIT = "Rate limiting for"
"""Begins a wait that the user's own settings ask for."""

_SILENT = frozenset(
    {
        "act_mode_respond",
        "api_req_deleted",
        "api_req_finished",
        "api_req_rate_limit_wait",
        "api_req_rate_limited",
        "browser_action_result",
        "browser_session_status",
        "checkpoint_created",
        "checkpoint_saved",
        "codebase_search_result",
        "command_output",
        "condense_context_error",
        "conditional_rules_applied",
        "deleted_api_reqs",
        "generate_explanation",
        "hook_output_stream",
        "hook_status",
        "image",
        "info",
        "load_mcp_documentation",
        "mcp_notification",
        "mcp_server_request_started",
        "mcp_server_response",
        "resume_completed_task",
        "shell_integration_warning",
        "shell_integration_warning_with_suggestion",
        "subagent",
        "summarize_task",
        "task_progress",
        "tool_preparing",
        "user_edit_todos",
        "user_feedback_diff",
    }
)
"""Kinds of messages that say nothing here, or nothing that is not said elsewhere."""


def read_messages(emitter: TaskEmitter, messages: list[JsonObject]) -> None:
    """Emit what the messages gained since the state was left."""
    state = emitter.state
    _find_place(emitter, messages)
    requests.read_counts(emitter, messages)
    while state.next_message < len(messages):
        number = state.next_message
        message = messages[number]
        if message.get("partial") is True and number == len(messages) - 1:
            break
        _read_message(emitter, messages, number)
        state.next_message, state.last_at = number + 1, millis_of(message, "ts")
    _read_wait(emitter, messages)


def _find_place(emitter: TaskEmitter, messages: list[JsonObject]) -> None:
    """Find where to go on: messages after a checkpoint or an edited prompt are gone, and so are their turns."""
    state = emitter.state
    before = state.next_message
    if not before or (before <= len(messages) and millis_of(messages[before - 1], "ts") == state.last_at):
        return
    times = [millis_of(message, "ts") for message in messages]
    state.next_message = next((number for number, at in enumerate(times) if at > state.last_at), len(times))
    gone = [at for at in state.turns if at not in set(times)]
    if gone:
        emitter.emit(e.TurnsRolledBack(0, 0, tuple(state.turns.pop(at) for at in gone)))
        state.is_open = False


def _read_message(emitter: TaskEmitter, messages: list[JsonObject], number: int) -> None:
    message = messages[number]
    at, text = millis_of(message, "ts"), text_of(message, "text")
    is_ask = text_of(message, "type") == "ask"
    kind = text_of(message, "ask" if is_ask else "say")
    emitter.note_model(at, object_of(message, "modelInfo"))
    if _read_answer(emitter, messages, number, kind):
        return
    if number == 0 and kind in ("text", "task"):
        _begin_turn(emitter, at, text)
    elif call := call_of(kind, text):
        steps.start(emitter, call, at)
    elif kind in _ASKS if is_ask else kind in _SAYS:
        (_ASKS if is_ask else _SAYS)[kind](emitter, message, at, text)
    elif kind not in _SILENT and kind not in _WAITS:
        emitter.count_unknown(f"{'ask' if is_ask else 'say'}/{kind or '(no type)'}")


def _begin_turn(emitter: TaskEmitter, at: int, text: str) -> None:
    state, key = emitter.state, f"{emitter.task}:{at}"
    if at in state.turns:
        return
    remember(state.turns, at, hash64(key), MAX_TURNS)
    state.is_open = True
    emitter.emit(e.TurnStarted(at, e.NOWHERE, key, text))


def _read_answer(emitter: TaskEmitter, messages: list[JsonObject], number: int, kind: str) -> bool:
    """Read what the user answered to the open question: the next message, or an option marked in the question.

    Returns whether the message is no more than the answer.
    """
    state = emitter.state
    if not state.question_at:
        return False
    at, asked_at = millis_of(messages[number], "ts"), state.question_at
    question = next((each for each in reversed(messages[:number]) if millis_of(each, "ts") == asked_at), {})
    selected = text_of(shown(text_of(question, "text")), "selected")
    answer = text_of(messages[number], "text") if kind == "user_feedback" else selected
    key = steps.key_of(asked_at)
    if answer:
        emitter.emit(e.QuestionAnswered(at, key, (answer,)))
    emitter.emit(call_finished(key, "ok" if answer else "cancelled", answer, at=at, ref=e.NOWHERE))
    state.question_at = 0
    return kind == "user_feedback"


def _feedback(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    del message
    if not emitter.state.is_open:
        _begin_turn(emitter, at, text)
    elif text:
        emitter.emit(e.PromptAdded(at, e.NOWHERE, text, "typed"))


def _say_text(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    del message
    if text.strip():
        emitter.state.is_open = True
        emitter.emit(e.AssistantMessage(at, e.NOWHERE, text, emitter.state.request))


def _reason(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    thought = text or text_of(message, "reasoning")
    if thought.strip():
        emitter.emit(e.ReasoningEmitted(at, e.NOWHERE, thought, emitter.state.request))


def _complete(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read the result: said once, and then asked about without its text."""
    del message
    result = text.removesuffix(_CHANGES_FLAG).strip()
    if result:
        emitter.emit(e.AssistantMessage(at, e.NOWHERE, result, emitter.state.request, is_final=True))
    _end_turn(emitter, at)


def _end_turn(emitter: TaskEmitter, at: int) -> None:
    steps.finish_all(emitter, at, "")
    if emitter.state.is_open:
        emitter.state.is_open = False
        emitter.emit(e.TurnEnded(at, "completed"))


def _respond_with_plan(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    plan = text_of(shown(text), "response") or text
    _complete(emitter, message, at, plan)


def _ask_question(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    del message
    asked = shown(text)
    question = text_of(asked, "question") or text
    options = asked.get("options") if isinstance(asked.get("options"), list) else []
    suggested = [text_of(each, "answer") for each in objects_of(asked, "suggest")]
    choices = (*(each for each in options or () if isinstance(each, str)), *filter(None, suggested))
    steps.start(emitter, ("ask_followup_question", {"question": question}), at, is_result_sent=False)
    emitter.emit(e.QuestionAsked(at, e.NOWHERE, question, steps.key_of(at), choices))
    emitter.state.question_at = at


def _resume(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read that a task which had stopped in the middle was opened again."""
    del message, text
    steps.finish_all(emitter, at, "", status="cancelled")
    if emitter.state.is_open:
        emitter.state.is_open = False
        emitter.emit(e.TurnEnded(at, "interrupted"))


def _fail_finally(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    del message
    emitter.state.is_open = False
    error = shown(text)
    words = text_of(error, "message") or text
    kind, status = stated_failure("", count_of(error, "status"), words)
    emitter.emit(e.RequestFailed(at, e.NOWHERE, kind, words, status, is_final=True))


def _retry(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read that a failed request is asked again, with a count (Cline) or with its error (Roo Code)."""
    del message
    error = shown(text)
    words = text_of(error, "errorMessage") or ("" if error else text.partition(_RETRY_TIMER)[0].strip())
    if words.startswith(_OWN_LIMIT):
        return
    kind, status = stated_failure("", None, words)
    delay = count_of(error, "delaySeconds")
    emitter.emit(
        e.RequestFailed(
            at,
            e.NOWHERE,
            kind,
            words,
            status_code=status,
            attempt=count_of(error, "attempt"),
            max_attempts=count_of(error, "maxAttempts"),
            wait_ms=None if delay is None else delay * 1000,
        )
    )


def _note_error(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    del message
    emitter.emit(e.SystemNotice(at, e.NOWHERE, "error", text))


def _condense(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    del text
    figures = object_of(message, "contextCondense") or object_of(message, "contextTruncation")
    before, after = count_of(figures, "prevContextTokens"), count_of(figures, "newContextTokens")
    emitter.emit(e.Compacted(at, e.NOWHERE, "auto", before, after))


def _read_wait(emitter: TaskEmitter, messages: list[JsonObject]) -> None:
    """Emit that the extension waits for the user's leave, or that it goes on."""
    state, last = emitter.state, messages[-1] if messages else {}
    is_asking = text_of(last, "type") == "ask" and state.next_message == len(messages)
    is_over = last.get("isAnswered") is True or last.get("commandCompleted") is True
    waits_for = _WAITS.get(text_of(last, "ask"), "") if is_asking and not is_over else ""
    if bool(waits_for) != state.waits:
        state.waits = bool(waits_for)
        emitter.emit(e.AgentWaiting(millis_of(last, "ts"), waits_for))


_SAYS = {
    "text": _say_text,
    "task": _say_text,
    "reasoning": _reason,
    "user_feedback": _feedback,
    "completion_result": _complete,
    "api_req_started": requests.start,
    "api_req_retried": _retry,
    "api_req_retry_delayed": _retry,
    "error_retry": _retry,
    "error": _note_error,
    "diff_error": steps.fail_last,
    "clineignore_error": steps.fail_last,
    "rooignore_error": steps.fail_last,
    "command_permission_denied": steps.deny_last,
    "subtask_result": steps.finish_subtask,
    "subagent_usage": requests.read_subagents,
    "condense_context": _condense,
    "sliding_window_truncation": _condense,
}
_ASKS = {
    "followup": _ask_question,
    "completion_result": _complete,
    "plan_mode_respond": _respond_with_plan,
    "api_req_failed": _fail_finally,
    "resume_task": _resume,
}
