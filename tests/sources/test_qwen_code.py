"""Sessions of Qwen Code: turns, calls, questions, tokens, failures, rewinds, and the sub-agents of its telemetry."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.qwen_code import SOURCE
from ppp_tui.sources.source import Identity, Payload
from tests.sources.gemini_lines import kinds
from tests.sources.qwen_lines import (
    AGENT,
    MAIN,
    SESSION,
    T0,
    answer,
    call,
    content,
    events_of,
    read,
    response,
    result,
    system,
    telemetry,
    user,
)

SHELL = (
    "Command: pytest -q\nDirectory: (root)\nOutput: 1 failed\n2 passed\nError: (none)\nExit Code: 1\nSignal: 0\n"
    "Process Group PGID: 7"
)
CHILD = "general-purpose-x1y2"


def said(text: str) -> dict[str, str]:
    return {"text": text}


def test_session_is_known_by_its_file_and_its_envelope() -> None:
    lines = user("u1", "Fix it", gitBranch="main"), system("custom_title", "t", payload={"customTitle": "Login"})
    assert {event.name: event.value for event in events_of(e.MetadataLearned, *lines)} == {
        "project": "/home/me/shop",
        "branch": "main",
        "agent_version": "0.15.10",
        "title": "Login",
    }
    assert SOURCE.identify(MAIN) == Identity(SESSION)
    assert SOURCE.resume_command(SESSION, "/home/me/shop") == f"cd /home/me/shop && qwen --resume {SESSION}"


def test_turn_ends_with_an_answer_that_calls_nothing() -> None:
    lines = (
        user("u1", "Fix it"),
        answer("a1", said("I look."), call("c1", "run_shell_command", command="pytest -q"), second=1),
        result("r1", "c1", "run_shell_command", SHELL, 3),
        answer("a2", said("Done."), second=4),
    )
    assert kinds(read(*lines).events) == [
        "TurnStarted",
        "AssistantMessage",
        "RequestMeasured",
        "ToolCallStarted",
        "ToolCallFinished",
        "AssistantMessage",
        "RequestMeasured",
        "TurnEnded",
    ]
    assert [event.is_final for event in events_of(e.AssistantMessage, *lines)] == [False, True]
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert (ended.status, ended.exit_code, ended.output) == ("failed", 1, "1 failed\n2 passed")


def test_tokens_of_thoughts_are_part_of_the_output_where_the_total_says_so() -> None:
    [request] = events_of(e.RequestMeasured, answer("a1", said("Done.")))
    assert (request.input_tokens, request.cache_read_tokens) == (200, 1000)
    assert (request.output_tokens, request.reasoning_tokens) == (45, 5)
    apart = answer("a1", said("Done."))
    apart["usageMetadata"]["totalTokenCount"] = 1250
    assert [event.output_tokens for event in events_of(e.RequestMeasured, apart)] == [50]


def test_request_that_telemetry_measured_is_the_one_that_its_message_measures() -> None:
    requests = events_of(e.RequestMeasured, response("t1"), answer("a1", said("Done.")))
    assert {request.key for request in requests} == {"t1"}
    [message] = events_of(e.AssistantMessage, response("t1"), answer("a1", said("Done.")))
    assert message.request == "t1"


def test_request_of_the_program_itself_is_another_than_that_of_the_next_message() -> None:
    lines = (
        answer("a1", said("Done.")),
        response("t1", prompt=9, output=4),
        user("u2", "More"),
        answer("a2", said("B.")),
    )
    requests = events_of(e.RequestMeasured, *lines)
    assert [(request.key, request.output_tokens) for request in requests] == [("a1", 45), ("t1", 4), ("a2", 45)]


def test_window_is_told_where_it_is_recorded() -> None:
    lines = answer("a1", said("A.")), answer("a2", said("B."), contextWindowSize=262144)
    contexts = events_of(e.ContextMeasured, *lines)
    assert [(context.used_tokens, context.window_tokens) for context in contexts] == [(1245, None), (1245, 262144)]


QUESTIONS = {
    "questions": [
        {"question": "Which provider?", "header": "Provider", "options": [{"label": "Google"}, {"label": "GitHub"}]},
        {"question": "Which name?", "header": "Name"},
    ]
}
ANSWERED = "User has provided the following answers:\n\n**Provider**: GitHub\n**Name**: login\nor auth"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (ANSWERED, (("GitHub", "login\nor auth"), "given")),
        ("User has provided the following answers:\n\n**Name**: x", ((None, "x"), "given")),
        ("User declined to answer the questions.", ((), "rejected")),
    ],
)
def test_questions_of_the_asking_tool_have_their_answers(output: str, expected: tuple[object, str]) -> None:
    lines = (
        answer("a1", call("c1", "ask_user_question", **QUESTIONS), second=1),
        result("r1", "c1", "ask_user_question", output, 9),
    )
    asked = events_of(e.QuestionAsked, *lines)
    assert [(it.at, it.text, it.options) for it in asked] == [
        (T0 + 1000, "Which provider?", ("Google", "GitHub")),
        (T0 + 1000, "Which name?", ()),
    ]
    [answered] = events_of(e.QuestionAnswered, *lines)
    assert (answered.at, answered.step, (answered.answers, answered.status)) == (T0 + 9000, "c1", expected)


def test_cancelled_call_interrupts_the_turn_and_a_refused_one_is_denied() -> None:
    lines = (
        answer("a1", call("c1", "run_shell_command", command="sleep 9")),
        result("r1", "c1", "run_shell_command", "[Operation Cancelled]", status="cancelled"),
    )
    assert [event.status for event in events_of(e.ToolCallFinished, *lines)] == ["cancelled"]
    assert [event.status for event in events_of(e.TurnEnded, *lines)] == ["interrupted"]
    refused = lines[0], telemetry("tool_call", "t1", decision="reject", prompt_id="p"), lines[1]
    assert [event.status for event in events_of(e.ToolCallFinished, *refused)] == ["denied"]


@pytest.mark.parametrize(
    ("code", "kind", "is_final"), [(429, "rate_limit", False), (400, "error", True), (None, "error", False)]
)
def test_failed_request_is_told_and_final_where_no_retry_helps(code: int | None, kind: str, is_final: bool) -> None:
    line = telemetry("api_error", "t1", 2, error_message="scripted", error_type="E", status_code=code, prompt_id="p")
    [failed] = events_of(e.RequestFailed, line)
    assert (failed.at, failed.kind, failed.status_code, failed.is_final) == (T0 + 2000, kind, code, is_final)


def child_lines() -> list[dict[str, object]]:
    agent = {"subagent_name": "general-purpose", "prompt_id": AGENT}
    return [
        user("u1", "Look at it"),
        answer("a1", call("c1", "agent", subagent_type="general-purpose", prompt="List the files"), second=1),
        {**response("t1", 2, prompt=300, output=20, subagent_name="general-purpose")},
        telemetry(
            "tool_call",
            "t2",
            4,
            function_name="run_shell_command",
            duration_ms=1500,
            success=True,
            function_args={"command": "ls"},
            prompt_id=AGENT,
        ),
        telemetry("api_response", "t3", 5, input_token_count=400, output_token_count=25, response_text="Two.", **agent),
        result("r1", "c1", "agent", "Two.", 6),
        answer("a2", said("Two files."), second=7),
    ]


def test_sub_agent_is_a_trajectory_of_its_own_with_its_requests_and_calls() -> None:
    lines = child_lines()
    lines[2]["systemPayload"]["uiEvent"]["prompt_id"] = AGENT  # type: ignore[index]
    events = read(*lines).events
    switches = [event for event in events if isinstance(event, e.TrajectorySwitched)]
    assert switches[0] == e.TrajectorySwitched(CHILD, "", "c1")
    assert [event.name for event in switches] == [CHILD, "", CHILD, ""]
    begin, end = events.index(switches[0]), events.index(switches[1])
    assert kinds(events[begin:end]) == [
        "TrajectorySwitched",
        "TurnStarted",
        "RequestMeasured",
        "ToolCallStarted",
        "ToolCallFinished",
        "AssistantMessage",
        "RequestMeasured",
    ]
    started = next(event for event in events[begin:end] if isinstance(event, e.TurnStarted))
    assert e.MetadataLearned(T0 + 2000, "project", "/home/me/shop") in events[begin:end]
    assert (started.prompt, started.origin) == ("List the files", "system")
    call_started = next(event for event in events[begin:end] if isinstance(event, e.ToolCallStarted))
    assert (call_started.at, call_started.kind, call_started.target) == (T0 + 2500, "shell", "ls")
    [finished] = [event for event in events if isinstance(event, e.ToolCallFinished) and event.key == "c1"]
    assert finished.child_native_id == CHILD
    ends = [event for event in events if isinstance(event, e.TurnEnded)]
    assert [event.at for event in ends] == [T0 + 6000, T0 + 7000]


def test_sub_agents_of_one_kind_belong_each_to_a_call_of_its_own() -> None:
    def agent(name: str, uuid: str) -> dict[str, object]:
        line = response(uuid, prompt=1, output=1, subagent_name="explore")
        line["systemPayload"]["uiEvent"]["prompt_id"] = f"s#{name}#0"
        return line

    asked = [call(key, "agent", subagent_type="explore", prompt=key) for key in ("c1", "c2")]
    lines = answer("a1", *asked), agent("explore-1", "t1"), agent("explore-2", "t2"), agent("explore-3", "t3")
    switches = [event for event in events_of(e.TrajectorySwitched, *lines) if event.name]
    assert [(event.name, event.parent_step) for event in switches] == [
        ("explore-1", "c1"),
        ("explore-2", "c2"),
        ("explore-3", ""),
    ]


def test_call_of_the_session_in_telemetry_is_no_step_beside_its_own() -> None:
    lines = (
        answer("a1", call("c1", "glob", pattern="*")),
        telemetry("tool_call", "t1", function_name="glob", prompt_id="p"),
        result("r1", "c1", "glob", "a.py"),
    )
    assert [event.key for event in events_of(e.ToolCallStarted, *lines)] == ["c1"]


@pytest.mark.parametrize(("parent", "expected"), [("a1", ("u2", "u3")), ("a2", ("u3",)), (None, ("u1", "u2", "u3"))])
def test_rewind_takes_back_the_turns_after_the_last_record_that_is_kept(
    parent: str | None, expected: tuple[str, ...]
) -> None:
    talk = user("u1", "A"), answer("a1", said("a")), user("u2", "B"), answer("a2", said("b")), user("u3", "C")
    rewind = system("rewind", "w1", parentUuid=parent)
    again = system("rewind", "w2", parentUuid=parent)
    taken_back = events_of(e.TurnsRolledBack, *talk, rewind, again)
    assert [event.keys for event in taken_back] == [tuple(map(hash64, expected))]


def test_branched_session_names_the_one_that_it_continues() -> None:
    line = user("u1", "Fix it", forkedFrom={"sessionId": "older", "messageUuid": "u1"})
    assert ("forked_from", "older") in {(event.name, event.value) for event in events_of(e.MetadataLearned, line)}


def test_prompts_of_the_program_are_no_user_s() -> None:
    lines = user("u1", "A"), user("u2", "B", subtype="cron"), user("u3", "C", subtype="notification")
    assert [event.origin for event in events_of(e.TurnStarted, *lines)] == ["typed", "system", "system"]


def test_condensed_conversation_tells_what_it_was_and_became() -> None:
    info = {"originalTokenCount": 9000, "newTokenCount": 700, "compressionStatus": 1}
    [compacted] = events_of(e.Compacted, system("chat_compression", "s1", payload={"info": info}))
    assert (compacted.before_tokens, compacted.after_tokens) == (9000, 700)


def test_command_of_the_user_is_a_notice_once() -> None:
    lines = [
        system("slash_command", f"s{number}", payload={"phase": phase, "rawCommand": "/about"})
        for number, phase in enumerate(("invocation", "result"))
    ]
    assert [event.text for event in events_of(e.SystemNotice, *lines)] == ["/about"]


def test_record_that_is_written_twice_is_read_once() -> None:
    assert kinds(read(user("u1", "A"), user("u1", "A")).events) == ["TurnStarted"]


def test_unknown_kinds_are_counted() -> None:
    lines = system("new_thing", "s1"), telemetry("new_event", "t1"), {**user("u1", "A"), "type": "video"}
    assert read(*lines).unknown == {"system/new_thing": 1, "telemetry/new_event": 1, "video": 1}


def test_payloads_are_the_whole_input_and_output() -> None:
    asked = content(answer("a1", call("c1", "edit", old_string="a", new_string="b")))
    assert SOURCE.load_input(asked, "c1") == Payload("-a\n+b\n", "diff")
    changed = result("r1", "c1", "edit", "ok")
    changed["toolCallResult"]["resultDisplay"] = {"fileDiff": "-a\n+b"}
    assert SOURCE.load_output(content(changed), "c1") == Payload("-a\n+b", "diff")
    assert SOURCE.load_output(content(result("r1", "c1", "run_shell_command", SHELL)), "c1") == Payload(
        "1 failed\n2 passed"
    )


def test_places_follow_the_environment_and_take_in_chats_only(tmp_path: Path) -> None:
    assert SOURCE.roots({}, tmp_path) == [tmp_path / ".qwen" / "projects"]
    assert SOURCE.roots({"QWEN_HOME": "/q"}, tmp_path) == [Path("/q/projects")]
    assert SOURCE.roots({"QWEN_HOME": "/q", "QWEN_RUNTIME_DIR": "/r"}, tmp_path) == [Path("/r/projects")]
    chats = tmp_path / "-home-me-shop" / "chats"
    chats.mkdir(parents=True)
    for path in (chats / f"{SESSION}.jsonl", chats.parent / "other.jsonl"):
        path.write_text("")
    assert list(SOURCE.find(tmp_path)) == [chats / f"{SESSION}.jsonl"]
