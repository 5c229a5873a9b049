"""Sessions of Kimi CLI: turns and how they end, exit codes, questions, permissions, tokens, sub-agents, projects."""

from __future__ import annotations

import json
from hashlib import md5
from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.kimi_cli import SOURCE
from ppp_tui.sources.source import Identity, Payload
from tests.sources.gemini_lines import kinds
from tests.sources.kimi_lines import (
    PATH,
    SESSION,
    T0,
    call,
    content,
    events_of,
    line,
    metadata,
    of_subagent,
    prompt,
    read,
    result,
    said,
    status,
)


def test_session_and_sub_agent_are_known_by_their_folders() -> None:
    assert SOURCE.identify(PATH) == Identity(SESSION)
    assert SOURCE.identify(PATH.parent / "subagents" / "a1b2c3d4" / "wire.jsonl") == Identity("a1b2c3d4", SESSION)
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && kimi --session {SESSION}"
    assert SOURCE.roots({"KIMI_SHARE_DIR": "/kimi"}, Path("/home/me")) == [Path("/kimi/sessions")]
    assert SOURCE.roots({}, Path("/home/me")) == [Path("/home/me/.kimi/sessions")]


@pytest.mark.parametrize(("registered", "project"), [("/home/me/shop", "/home/me/shop"), ("/home/me/other", "")])
def test_project_is_the_registered_folder_of_the_same_digest(tmp_path: Path, registered: str, project: str) -> None:
    digest = md5(b"/home/me/shop", usedforsecurity=False).hexdigest()
    path = tmp_path / "sessions" / digest / SESSION / "wire.jsonl"
    path.parent.mkdir(parents=True)
    (tmp_path / "kimi.json").write_text(json.dumps({"work_dirs": [{"path": "/x"}, {"path": registered}]}))
    facts = [event for event in read(metadata(), path=path).events if isinstance(event, e.MetadataLearned)]
    assert [(fact.name, fact.value) for fact in facts] == ([("project", project)] if project else [])


def test_turn_has_its_steps_tokens_and_end() -> None:
    lines = (
        metadata(),
        prompt(0, "Fix it"),
        line(0, "StepBegin", n=1),
        line(1, "ContentPart", type="think", think="Look first.", encrypted=None),
        said(1, "I look."),
        call(2, "c1", "Shell", command="pytest -q"),
        status(2),
        result(4, "c1", "1 failed", "Command failed with exit code: 1.", is_error=True),
        said(5, "It fails."),
        line(6, "TurnEnd"),
    )
    assert kinds(read(*lines).events) == [
        "TurnStarted",
        "ReasoningEmitted",
        "AssistantMessage",
        "ToolCallStarted",
        "RequestMeasured",
        "ToolCallFinished",
        "AssistantMessage",
        "TurnEnded",
    ]
    [began] = events_of(e.TurnStarted, *lines)
    assert (began.at, began.prompt) == (T0, "Fix it")
    [request] = events_of(e.RequestMeasured, *lines)
    assert (request.key, request.input_tokens, request.cache_read_tokens) == ("chatcmpl-1", 100, 2000)
    assert (request.output_tokens, request.model) == (50, "")
    assert events_of(e.ContextMeasured, *lines) == [e.ContextMeasured(T0 + 2000, 2150, 262144)]
    assert events_of(e.TurnEnded, *lines) == [e.TurnEnded(T0 + 6000, "completed")]


@pytest.mark.parametrize(
    ("tool", "message", "is_error", "expected"),
    [
        ("Shell", "Command executed successfully.", False, ("ok", 0)),
        ("Shell", "Command failed with exit code: 2.", True, ("failed", 2)),
        ("Shell", "Command killed by timeout (60s)", True, ("failed", None)),
        ("Shell", "The tool call is rejected by the user. Please follow", True, ("denied", None)),
        ("ReadFile", "", False, ("ok", None)),
        ("ReadFile", "`/x` does not exist.", True, ("failed", None)),
    ],
)
def test_result_tells_status_and_exit_code(
    tool: str, message: str, is_error: bool, expected: tuple[str, int | None]
) -> None:
    lines = prompt(0, "Go"), call(1, "c1", tool, command="x"), result(2, "c1", "out", message, is_error=is_error)
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert (ended.status, ended.exit_code) == expected


def test_question_waits_for_its_answers_in_the_order_of_the_questions() -> None:
    asked = [{"question": f"Which {name}?", "options": [{"label": "A"}, {"label": "B"}]} for name in ("one", "two")]
    lines = (
        prompt(0, "Go"),
        call(1, "q1", "AskUserQuestion", questions=asked),
        line(1, "QuestionRequest", id="r", tool_call_id="q1", questions=asked),
        result(9, "q1", json.dumps({"answers": {"Which two?": "B"}}), "User has answered."),
    )
    questions = events_of(e.QuestionAsked, *lines)
    assert [(question.text, question.options, question.step) for question in questions] == [
        ("Which one?", ("A", "B"), "q1"),
        ("Which two?", ("A", "B"), "q1"),
    ]
    assert events_of(e.QuestionAnswered, *lines) == [e.QuestionAnswered(T0 + 9000, "q1", (None, "B"))]


def test_dismissed_question_is_rejected() -> None:
    asked = [{"question": "Which?", "options": []}]
    lines = (
        prompt(0, "Go"),
        call(1, "q1", "AskUserQuestion", questions=asked),
        result(2, "q1", "User dismissed the question without answering.", "User dismissed", is_error=True),
    )
    assert events_of(e.QuestionAnswered, *lines) == [e.QuestionAnswered(T0 + 2000, "q1", (), "rejected")]


def test_permission_is_waited_for_until_it_is_given() -> None:
    lines = (
        prompt(0, "Go"),
        line(1, "ApprovalRequest", id="p1", tool_call_id="c1", sender="Shell", action="run command", description="x"),
        line(3, "ApprovalResponse", request_id="p1", response="approve"),
        line(4, "ApprovalResponse", request_id="p1", response="approve"),
    )
    assert events_of(e.AgentWaiting, *lines) == [
        e.AgentWaiting(T0 + 1000, "permission prompt"),
        e.AgentWaiting(T0 + 3000, ""),
    ]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ([line(3, "TurnEnd")], ["interrupted"]),
        ([result(2, "c1", "x"), line(3, "TurnEnd")], ["completed"]),
        ([line(3, "StepInterrupted"), line(3, "TurnEnd")], ["unknown"]),
        ([], []),
    ],
)
def test_turn_with_a_call_that_never_ended_was_interrupted(last: list[dict[str, object]], expected: list[str]) -> None:
    lines = prompt(0, "Go"), call(1, "c1", "Shell", command="x"), *last
    assert [event.status for event in events_of(e.TurnEnded, *lines)] == expected


def test_repeated_status_of_a_message_is_one_request() -> None:
    usage = {"input_other": 100, "output": 9, "input_cache_read": 2000, "input_cache_creation": 0}
    requests = events_of(e.RequestMeasured, prompt(0, "Go"), status(1, token_usage=usage), status(2))
    assert [(request.key, request.output_tokens) for request in requests] == [("chatcmpl-1", 9), ("chatcmpl-1", 50)]


def test_status_without_tokens_measures_no_request() -> None:
    lines = prompt(0, "Go"), status(1, token_usage=None, context_tokens=None), line(2, "StatusUpdate", plan_mode=True)
    assert events_of(e.RequestMeasured, *lines) == []
    assert events_of(e.ContextMeasured, *lines) == []


def test_retry_tells_what_failed_and_how_long_it_waits() -> None:
    retried = line(
        1, "StepRetry", n=1, next_attempt=2, max_attempts=3, wait_s=0.5, error_type="APIStatusError", status_code=429
    )
    [failure] = events_of(e.RequestFailed, prompt(0, "Go"), retried)
    assert (failure.kind, failure.status_code, failure.attempt, failure.max_attempts, failure.wait_ms) == (
        "rate_limit",
        429,
        1,
        3,
        500,
    )
    assert failure.is_final is False


def test_old_sub_agent_is_told_from_its_session() -> None:
    lines = (
        prompt(0, "Go"),
        call(1, "t1", "Task", description="List", subagent_name="coder", prompt="List all"),
        of_subagent(prompt(1, "List all"), "t1"),
        of_subagent(status(2, "chatcmpl-9"), "t1"),
        result(3, "t1", "Two files"),
    )
    events = read(*lines).events
    switches = [event for event in events if isinstance(event, e.TrajectorySwitched)]
    assert switches == [e.TrajectorySwitched("t1", "", "t1"), e.TrajectorySwitched("", None, "")]
    assert [event.prompt for event in events if isinstance(event, e.TurnStarted)] == ["Go", "List all"]
    assert len([event for event in events if isinstance(event, e.RequestMeasured)]) == 1


def test_sub_agent_with_a_file_of_its_own_is_counted_there_only() -> None:
    lines = (
        prompt(0, "Go"),
        call(1, "t1", "Agent", description="List", subagent_type="explore", prompt="List all"),
        of_subagent(prompt(1, "List all"), "t1", "a1b2c3d4"),
        of_subagent(status(2, "chatcmpl-9"), "t1", "a1b2c3d4"),
        result(3, "t1", "Two files"),
    )
    assert events_of(e.RequestMeasured, *lines) == []
    assert events_of(e.TrajectorySwitched, *lines) == []
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert ended.child_native_id == "a1b2c3d4"


def test_steered_turn_gets_more_of_its_prompt_and_compaction_is_told() -> None:
    lines = (
        prompt(0, "Go"),
        status(1),
        line(2, "SteerInput", user_input="Faster"),
        line(3, "CompactionBegin"),
        line(4, "CompactionEnd"),
    )
    assert [event.text for event in events_of(e.PromptAdded, *lines)] == ["Faster"]
    assert [event.before_tokens for event in events_of(e.Compacted, *lines)] == [2150]


def test_unknown_kinds_are_counted_and_pictures_are_not() -> None:
    lines = line(0, "Sparkle"), line(1, "ContentPart", type="hologram"), line(1, "ContentPart", type="image_url")
    assert read(*lines).unknown == {"Sparkle": 1, "ContentPart/hologram": 1}


def test_arguments_that_are_no_json_are_shown_as_they_are() -> None:
    torn = line(1, "ToolCall", type="function", id="c1", function={"name": "Shell", "arguments": '{"command": "l'})
    record = content(torn).rstrip()
    assert SOURCE.load_input(record, "c1") == Payload('{"arguments":"{\\"command\\": \\"l"}', "json")


def test_payloads_of_a_sub_agent_stand_in_its_parents_record() -> None:
    record = content(of_subagent(call(1, "c1", "WriteFile", path="a", content="b"), "t1")).rstrip()
    assert SOURCE.load_input(record, "c1") == Payload("b", "text")
    outcome = content(of_subagent(result(1, "c1", "done"), "t1")).rstrip()
    assert SOURCE.load_output(outcome, "c1") == Payload("done", "text")


@pytest.mark.parametrize(("version", "is_final"), [("1.1", None), ("1.2", False), ("1.10", False), ("x", None)])
def test_last_text_ends_a_turn_where_the_protocol_tells_no_ends(version: str, is_final: bool | None) -> None:
    lines = {**metadata(), "protocol_version": version}, prompt(0, "Go"), said(1, "Done.")
    assert [event.is_final for event in events_of(e.AssistantMessage, *lines)] == [is_final]
