"""Sessions of Gemini CLI: turns, calls, questions, tokens and what the user takes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.gemini_cli import SOURCE, discovery
from ppp_tui.sources.source import Identity, Payload
from tests.sources.gemini_lines import (
    CHILD,
    CHILD_FILE,
    MAIN,
    SESSION,
    T0,
    answer,
    call,
    content,
    events_of,
    fields,
    header,
    kinds,
    read,
    user,
)

SHELL = "<untrusted_context>\nOutput: 1 failed, 2 passed\nExit Code: 1\nProcess Group PGID: 7\n</untrusted_context>"
CONTEXT = (
    "<session_context>\nThis is the Gemini CLI.\n- **Workspace Directories:**\n  - /home/me/shop\n</session_context>"
)


def facts(*lines: dict[str, object], path: Path = MAIN) -> dict[str, str]:
    return {event.name: event.value for event in events_of(e.MetadataLearned, *lines, path=path)}


def test_session_has_the_id_that_resumes_it_and_the_folder_of_its_context() -> None:
    lines = header(), fields(messages=[user("c", CONTEXT)]), fields(summary="Fix the login"), user("u1", "Fix it")
    assert facts(*lines) == {"native_id": SESSION, "project": "/home/me/shop", "title": "Fix the login"}
    assert SOURCE.resume_command(SESSION, "/home/me/shop") == f"cd /home/me/shop && gemini --resume {SESSION}"


def test_session_that_was_opened_and_left_says_nothing() -> None:
    opened = header(), fields(messages=[user("c", CONTEXT)]), fields(sessionId=SESSION)
    assert read(*opened).events == []


def test_project_is_read_from_the_file_beside_the_sessions(tmp_path: Path) -> None:
    path = tmp_path / "tmp" / "shop" / "chats" / MAIN.name
    path.parent.mkdir(parents=True)
    (tmp_path / "tmp" / "shop" / ".project_root").write_text("/home/me/shop")
    assert facts(header(), user("u1", "Fix it"), path=path)["project"] == "/home/me/shop"
    assert discovery.project_of(path.parent / SESSION / CHILD_FILE.name) == "/home/me/shop"


def test_message_that_is_written_again_with_its_calls_is_told_once() -> None:
    early = answer("g1", "I look.", 1)
    late = answer("g1", "I look.", 1, toolCalls=[call("c1", "run_shell_command", SHELL, 3, args={"command": "pytest"})])
    reading = read(header(), user("u1", "Fix it"), early, late, late, user("u1", "Fix it"))
    assert kinds(reading.events) == [
        "TurnStarted",
        "AssistantMessage",
        "RequestMeasured",
        "ToolCallStarted",
        "ToolCallFinished",
    ]


def test_call_runs_from_its_message_to_its_result_and_a_failing_command_has_failed() -> None:
    lines = answer("g1", "", 1, toolCalls=[call("c1", "run_shell_command", SHELL, 3.5, args={"command": "pytest -q"})])
    [started] = events_of(e.ToolCallStarted, lines)
    [ended] = events_of(e.ToolCallFinished, lines)
    assert (started.at, started.kind, started.target, started.command) == (T0 + 1000, "shell", "pytest -q", "pytest -q")
    assert (ended.at, ended.status, ended.exit_code, ended.output) == (T0 + 3500, "failed", 1, "1 failed, 2 passed")


@pytest.mark.parametrize(
    ("output", "status", "expected"),
    [
        ("Output: fine\nProcess Group PGID: 7", "success", ("ok", 0, "fine")),
        ("Output: (empty)\nProcess Group PGID: 7", "success", ("ok", 0, "")),
        ("Output: a\nExit Code: 2\nb\nExit Code: 130\nSignal: 2", "success", ("failed", 130, "a\nExit Code: 2\nb")),
        ("Output: a\nSignal: 9", "success", ("failed", None, "a")),
        ("Output: a\nError: no such command\nExit Code: 127", "success", ("failed", 127, "a")),
        ("Command moved to background (PID: 7).", "success", ("ok", None, "Command moved to background (PID: 7).")),
        ("Command not allowed", "error", ("failed", None, "Command not allowed")),
        ("[Operation Cancelled] Reason: User did not allow tool call", "cancelled", ("denied", None, None)),
    ],
)
def test_outcome_of_a_command_is_read_from_its_result(
    output: str, status: str, expected: tuple[str, int | None, str | None]
) -> None:
    line = answer("g1", "", toolCalls=[call("c1", "run_shell_command", output, status=status)])
    [ended] = events_of(e.ToolCallFinished, line)
    assert (ended.status, ended.exit_code) == expected[:2]
    assert expected[2] in (None, ended.output)


def test_tokens_are_disjoint_and_thoughts_are_billed_as_output() -> None:
    [request] = events_of(e.RequestMeasured, answer("g1", "Done.", 1))
    assert (request.key, request.model) == ("g1", "gemini-3-pro")
    assert (request.input_tokens, request.cache_read_tokens) == (200, 1000)
    assert (request.output_tokens, request.reasoning_tokens) == (50, 5)
    [context] = events_of(e.ContextMeasured, answer("g1", "Done.", 1))
    assert (context.used_tokens, context.window_tokens) == (1250, None)


def test_prompt_of_tools_is_billed_as_input() -> None:
    tokens = {"input": 100, "output": 10, "cached": 0, "thoughts": 0, "tool": 40, "total": 150}
    [request] = events_of(e.RequestMeasured, answer("g1", "Done.", tokens=tokens))
    assert (request.input_tokens, request.output_tokens) == (140, 10)


def test_answer_without_calls_may_be_the_last_and_one_with_calls_is_not() -> None:
    messages = events_of(
        e.AssistantMessage, answer("g1", "A."), answer("g2", "B.", toolCalls=[call("c1", "read_file", "x")])
    )
    assert [message.is_final for message in messages] == [None, False]


def test_thoughts_come_before_the_text() -> None:
    thought = {"subject": "Plan", "description": "First the tests.", "timestamp": "2026-11-20T10:00:02.000Z"}
    reading = read(answer("g1", "I look.", 3, thoughts=[thought]))
    assert kinds(reading.events) == ["ReasoningEmitted", "AssistantMessage", "RequestMeasured"]
    [spoken] = events_of(e.ReasoningEmitted, answer("g1", "", thoughts=[thought]))
    assert (spoken.at, spoken.text) == (T0 + 2000, "Plan\nFirst the tests.")


QUESTIONS = {
    "questions": [
        {"question": "Which provider?", "header": "Provider", "options": [{"label": "Google"}, {"label": "GitHub"}]},
        {"question": "Which name?", "header": "Name"},
    ]
}


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ('{"answers": {"0": "GitHub"}}', (("GitHub", None), "given")),
        ('{"answers": {}}', ((), "empty")),
        ("User dismissed ask_user dialog without answering.", ((), "rejected")),
    ],
)
def test_questions_of_the_asking_tool_have_their_answers(output: str, expected: tuple[object, str]) -> None:
    line = answer("g1", "", 1, toolCalls=[call("c1", "ask_user", output, 9, args=QUESTIONS)])
    assert [(it.text, it.step, it.options) for it in events_of(e.QuestionAsked, line)] == [
        ("Which provider?", "c1", ("Google", "GitHub")),
        ("Which name?", "c1", ()),
    ]
    [answered] = events_of(e.QuestionAnswered, line)
    assert (answered.at, answered.step, (answered.answers, answered.status)) == (T0 + 9000, "c1", expected)


def test_result_of_a_call_that_no_message_holds_is_a_failed_step() -> None:
    response = {"id": "c9", "name": "write_todos", "response": {"error": "Unauthorized tool call"}}
    line = {**user("r1", ""), "content": [{"functionResponse": response}]}
    reading = read(line, line)
    assert kinds(reading.events) == ["ToolCallStarted", "ToolCallFinished"]
    [ended] = events_of(e.ToolCallFinished, line)
    assert (ended.key, ended.status, ended.output) == ("c9", "failed", "Unauthorized tool call")


@pytest.mark.parametrize("text", [CONTEXT, "<hook_context>x</hook_context>", "  "])
def test_what_the_program_writes_for_the_user_opens_no_turn(text: str) -> None:
    assert events_of(e.TurnStarted, user("u1", text)) == []


def test_prompt_is_what_the_user_typed_and_not_what_it_became() -> None:
    line = user("u1", "Look at @a.py\n--- a.py ---\nprint(1)", displayContent=[{"text": "Look at @a.py"}])
    assert [event.prompt for event in events_of(e.TurnStarted, line)] == ["Look at @a.py"]


def test_program_that_goes_on_by_itself_is_no_user() -> None:
    lines = user("u1", "Fix it"), answer("g1", "A."), user("u2", "Please continue."), user("u3", "/tests:run")
    assert [event.origin for event in events_of(e.TurnStarted, *lines)] == ["typed", "system", "command"]


def test_cancelled_turn_stays_interrupted_when_its_calls_are_recorded_after_it() -> None:
    cancelled = call("c1", "run_shell_command", "[Operation Cancelled] Reason: aborted", 5, status="cancelled")
    late = {**answer("g2", "", 5, toolCalls=[cancelled]), "tokens": None}
    info = {"id": "i1", "timestamp": "2026-11-20T10:00:04.000Z", "type": "info", "content": "Request cancelled."}
    reading = read(user("u1", "Run it"), answer("g1", "", 1), info, late)
    assert kinds(reading.events)[2:] == ["TurnEnded", "ToolCallStarted", "ToolCallFinished", "TurnEnded"]
    assert {event.status for event in events_of(e.TurnEnded, info, late)} == {"interrupted"}


def test_error_of_the_interface_ends_the_turn_and_other_notices_do_not() -> None:
    error = {"id": "e1", "timestamp": "", "type": "error", "content": '[API Error: {"error": {"code": 429}}]'}
    other = {"id": "e2", "timestamp": "", "type": "error", "content": "Unknown command"}
    [failed] = events_of(e.RequestFailed, error, other, error)
    assert (failed.kind, failed.status_code, failed.is_final) == ("rate_limit", 429, True)
    assert [event.text for event in events_of(e.SystemNotice, error, other)] == ["Unknown command"]


def test_history_that_replaces_the_messages_repeats_no_turn_and_no_tokens() -> None:
    kept = [user("u1", "Fix it"), answer("g1", "Done.")]
    renamed = [user("u7", "Fix it"), answer("g7", "Done.")]
    reading = read(*kept, fields(messages=kept), fields(messages=renamed))
    assert kinds(reading.events) == ["TurnStarted", "AssistantMessage", "RequestMeasured"]


def test_condensed_history_is_told_once_with_what_it_condensed() -> None:
    history = [user("s1", "What was done so far"), answer("s2", "Got it. Thanks for the additional context!")]
    lines = answer("g1", "Done."), fields(messages=history), fields(messages=history)
    [compacted] = events_of(e.Compacted, *lines)
    assert (compacted.at, compacted.before_tokens) == (T0, 1250)


@pytest.mark.parametrize(
    ("target", "expected"),
    [("u2", ("u2", "u3")), ("g2", ("u3",)), ("unknown", ("u1", "u2", "u3"))],
)
def test_rewind_takes_back_the_turns_from_a_message_on(target: str, expected: tuple[str, ...]) -> None:
    said = [user("u1", "A"), answer("g1", "a"), user("u2", "B"), answer("g2", "b"), user("u3", "C")]
    taken_back = events_of(e.TurnsRolledBack, *said, {"$rewindTo": target}, {"$rewindTo": target})
    assert [event.keys for event in taken_back] == [tuple(map(hash64, expected))]


def test_sub_agent_is_a_child_of_the_call_that_started_it() -> None:
    started = call("c1", "invoke_agent", "There are two files.", args={"agent_name": "generalist", "prompt": "List"})
    [ended] = events_of(e.ToolCallFinished, answer("g1", "", toolCalls=[{**started, "agentId": CHILD}]))
    assert ended.child_native_id == CHILD
    assert SOURCE.identify(CHILD_FILE) == Identity(CHILD, SESSION)


def test_sub_agent_ends_when_it_completes_its_task_and_its_program_s_words_are_no_user_s() -> None:
    done = call("c1", "complete_task", "ok", 4)
    lines = (
        header(kind="subagent", directories=["/home/me/shop"]),
        user("u1", "List"),
        answer("g1", "", toolCalls=[done]),
    )
    reading = read(*lines, user("u2", "You have stopped."), path=CHILD_FILE)
    assert [event.origin for event in reading.events if isinstance(event, e.TurnStarted)] == ["typed", "system"]
    assert e.TurnEnded(T0 + 4000, "completed") in reading.events
    assert facts(*lines, path=CHILD_FILE) == {"project": "/home/me/shop", "model": "gemini-3-pro"}


def test_unknown_kinds_are_counted_and_bytes_that_are_no_record_are_reported() -> None:
    reading = read({"new": 1}, {"id": "x", "type": "video"})
    assert reading.unknown == {"(no type)": 1, "message/video": 1}
    torn = content(user("u1", "Fix it"))[:-10] + b"\n" + content(user("u2", "Again"))
    reading = SOURCE.parser(MAIN).feed(torn, 0)
    assert kinds(reading.events) == ["TurnStarted"]
    assert [damage.reason for damage in reading.damage] == ["torn"]


def test_message_survives_a_record_that_is_glued_to_it() -> None:
    glued = content(user("u1", "Fix it"))[:-1] + content(user("u2", "Again"))
    assert kinds(SOURCE.parser(MAIN).feed(glued, 0).events) == ["TurnStarted", "TurnStarted"]


@pytest.mark.parametrize(
    ("name", "arguments", "display", "expected_input", "expected_output"),
    [
        ("run_shell_command", {"command": "ls"}, "x", Payload("ls"), Payload("1 failed, 2 passed")),
        ("glob", {"pattern": "*"}, "x", Payload('{"pattern":"*"}', "json"), Payload(SHELL[20:-21])),
        (
            "replace",
            {"old_string": "a\nb", "new_string": "c"},
            {"fileDiff": "-a\n+c"},
            Payload("-a\n-b\n+c\n", "diff"),
            Payload("-a\n+c", "diff"),
        ),
    ],
)
def test_payloads_are_the_whole_input_and_output(
    name: str, arguments: dict[str, str], display: object, expected_input: Payload, expected_output: Payload
) -> None:
    record = content(answer("g1", "", toolCalls=[call("c1", name, SHELL, args=arguments, resultDisplay=display)]))
    assert SOURCE.load_input(record, "c1") == expected_input
    assert SOURCE.load_output(record, "c1") == expected_output


def test_places_follow_the_environment_and_take_in_sessions_and_sub_agents_only(tmp_path: Path) -> None:
    assert SOURCE.roots({}, tmp_path) == [tmp_path / ".gemini" / "tmp"]
    assert SOURCE.roots({"GEMINI_CLI_HOME": "/other"}, tmp_path) == [Path("/other/.gemini/tmp")]
    chats = tmp_path / "shop" / "chats"
    (chats / SESSION).mkdir(parents=True)
    wanted = [chats / MAIN.name, chats / SESSION / CHILD_FILE.name]
    for path in (*wanted, chats.parent / "logs.json", chats.parent / ".project_root", chats / "notes.jsonl"):
        path.write_text("")
    assert sorted(SOURCE.find(tmp_path)) == sorted(wanted)
    assert [SOURCE.claims(path) for path in (*wanted, chats / "notes.jsonl")] == [True, True, False]
