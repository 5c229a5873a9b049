"""Transcripts of Kimi Code: turns and their ends, exit codes, questions, permissions, tokens, undos, sub-agents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.kimi_code import SOURCE
from ppp_tui.sources.source import Identity, Payload
from tests.sources.gemini_lines import kinds
from tests.sources.kimi_code_lines import (
    PATH,
    SESSION,
    T0,
    bound,
    call,
    ended,
    event,
    events_of,
    metadata,
    prompt,
    read,
    record,
    request,
    result,
    said,
    step_end,
    usage,
)
from tests.sources.parsed_lines import content

CHILD = PATH.parent.parent / "agent-0" / "wire.jsonl"


def test_session_and_sub_agent_are_known_by_their_folders() -> None:
    assert SOURCE.identify(PATH) == Identity(SESSION)
    assert SOURCE.identify(CHILD) == Identity(f"{SESSION}/agent-0", SESSION)
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && kimi --session {SESSION}"
    assert SOURCE.roots({"KIMI_CODE_HOME": "/kimi"}, Path("/home/me")) == [Path("/kimi/sessions")]
    assert SOURCE.roots({}, Path("/home/me")) == [Path("/home/me/.kimi-code/sessions")]


def test_turn_has_its_steps_tokens_and_end() -> None:
    records = (
        metadata(),
        bound(),
        prompt(0, "Fix it"),
        event(1, "step.begin", uuid="s1"),
        request(1),
        usage(2),
        record(2, "token_counting.measured", length=4, tokens=2150),
        event(2, "content.part", stepUuid="s1", part={"type": "think", "think": "Look first."}),
        said(2, "I look."),
        call(3, "c1", "Bash", command="pytest -q"),
        result(4, "c1", "1 failed\nCommand failed with exit code: 1.", is_error=True, took_ms=900),
        step_end(4, 250),
        ended(5),
    )
    assert kinds(read(*records).events) == [
        "TurnStarted",
        "RequestMeasured",
        "ReasoningEmitted",
        "AssistantMessage",
        "ToolCallStarted",
        "ToolCallFinished",
        "TurnEnded",
    ]
    facts = [(fact.name, fact.value) for fact in events_of(e.MetadataLearned, *records)]
    assert facts == [("project", "/home/me/shop"), ("model", "k3")]
    [began] = events_of(e.TurnStarted, *records)
    assert (began.at, began.key, began.prompt, began.origin) == (T0, "msg_1", "Fix it", "typed")
    [measured] = events_of(e.RequestMeasured, *records)
    assert (measured.model, measured.provider, measured.reasoning_effort) == ("k3", "kimi", "high")
    assert (measured.input_tokens, measured.cache_read_tokens, measured.output_tokens) == (100, 2000, 50)
    assert events_of(e.ContextMeasured, *records) == [e.ContextMeasured(T0 + 2000, 2150)]
    [done] = events_of(e.ToolCallFinished, *records)
    assert (done.status, done.exit_code, done.duration_ms) == ("failed", 1, 900)
    # It was asked a second after the prompt, and its first token came a quarter of a second later.
    assert events_of(e.TurnEnded, *records) == [e.TurnEnded(T0 + 5000, "completed", 5000, 1250)]


def test_project_is_that_of_the_session_where_the_transcript_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / SESSION / "agents" / "main" / "wire.jsonl"
    path.parent.mkdir(parents=True)
    (tmp_path / SESSION / "state.json").write_text('{"id": "x", "version": 2, "cwd": "/srv/shop"}')
    facts = events_of(e.MetadataLearned, metadata("1.4"), prompt(0, "Go"), path=path)
    assert [(fact.name, fact.value) for fact in facts] == [("project", "/srv/shop")]


@pytest.mark.parametrize(
    ("tool", "output", "is_error", "expected"),
    [
        ("Bash", "two files", False, ("ok", 0)),
        ("Bash", "Command failed with exit code: 2.", True, ("failed", 2)),
        ("Bash", "Command timed out", True, ("failed", None)),
        ("Bash", "The text says Command failed with exit code: 2. and goes on", True, ("failed", None)),
        ("Bash", 'Tool "Bash" was not run because the user rejected the approval request.', True, ("denied", None)),
        ("Bash", "Interrupted by user", True, ("cancelled", None)),
        ("Read", "1\tx", False, ("ok", None)),
        ("Read", "No such file", True, ("failed", None)),
    ],
)
def test_result_tells_status_and_exit_code(
    tool: str, output: str, is_error: bool, expected: tuple[str, int | None]
) -> None:
    records = prompt(0, "Go"), call(1, "c1", tool, command="x"), result(2, "c1", output, is_error=is_error)
    [done] = events_of(e.ToolCallFinished, *records)
    assert (done.status, done.exit_code) == expected


def test_command_in_the_background_has_no_exit_code_yet() -> None:
    records = prompt(0, "Go"), call(1, "c1", "Bash", command="x", run_in_background=True), result(2, "c1", "task_id: 1")
    [done] = events_of(e.ToolCallFinished, *records)
    assert (done.status, done.exit_code) == ("ok", None)


@pytest.mark.parametrize(
    ("output", "is_error", "expected"),
    [
        ('{"answers": {"Which one?": "B"}}', False, ((None, "B"), "given")),
        ('{"answers": {}}', False, ((None, None), "empty")),
        ("The user dismissed the question.", True, ((), "rejected")),
    ],
)
def test_question_gets_its_answers_in_the_order_of_the_questions(
    output: str, is_error: bool, expected: tuple[tuple[str | None, ...], str]
) -> None:
    asked = [{"question": f"Which {name}?", "options": [{"label": "A"}, {"label": "B"}]} for name in ("two", "one")]
    waits = record(1, "interaction.request", id="question_1", kind="question", toolCallId="q1", request={})
    records = (
        prompt(0, "Go"),
        call(1, "q1", "AskUserQuestion", questions=asked),
        waits,
        record(9, "interaction.resolved", id="question_1", response={}),
        result(9, "q1", output, is_error=is_error),
    )
    questions = events_of(e.QuestionAsked, *records)
    assert [(question.text, question.options, question.step) for question in questions] == [
        ("Which two?", ("A", "B"), "q1"),
        ("Which one?", ("A", "B"), "q1"),
    ]
    [answered] = events_of(e.QuestionAnswered, *records)
    assert (answered.answers, answered.status) == expected
    assert events_of(e.AgentWaiting, *records) == [], "the open question says so"


def test_permission_is_waited_for_until_it_is_given_or_the_turn_ends() -> None:
    asked = [record(at, "interaction.request", id=f"approval_{at}", kind="approval", request={}) for at in (1, 5)]
    records = (
        prompt(0, "Go"),
        asked[0],
        record(3, "interaction.resolved", id="approval_1", response={"decision": "approved"}),
        record(4, "interaction.resolved", id="approval_1", response={"decision": "approved"}),
        asked[1],
        ended(7, "cancelled"),
    )
    assert events_of(e.AgentWaiting, *records) == [
        e.AgentWaiting(T0 + 1000, "permission prompt"),
        e.AgentWaiting(T0 + 3000, ""),
        e.AgentWaiting(T0 + 5000, "permission prompt"),
        e.AgentWaiting(T0 + 7000, ""),
    ]
    assert [event.status for event in events_of(e.TurnEnded, *records)] == ["interrupted"]


def test_failed_turn_tells_why() -> None:
    error = {"code": "provider.error", "message": "401 invalid key"}
    records = prompt(0, "Go"), ended(2, "failed", error=error)
    [failure] = events_of(e.RequestFailed, *records)
    assert (failure.kind, failure.status_code, failure.is_final) == ("auth", 401, True)
    assert [event.status for event in events_of(e.TurnEnded, *records)] == ["failed"]


def test_retry_tells_what_failed_and_how_long_it_waits() -> None:
    retried = record(
        1,
        "turn.step.retrying",
        failedAttempt=1,
        nextAttempt=2,
        maxAttempts=10,
        delayMs=1000,
        errorName="APIProviderOverloadedError",
        errorMessage="529 scripted",
        statusCode=529,
    )
    [failure] = events_of(e.RequestFailed, prompt(0, "Go"), retried)
    assert (failure.kind, failure.status_code, failure.attempt) == ("overloaded", 529, 1)
    assert (failure.max_attempts, failure.wait_ms, failure.is_final) == (10, 1000, False)


def test_undo_takes_back_prompts_of_the_user_and_all_that_followed() -> None:
    records = (
        prompt(0, "One", "msg_1"),
        prompt(1, "Two", "msg_2"),
        prompt(2, "Woken", "msg_3", "task"),
        prompt(3, "Three", "msg_4"),
        record(4, "context.undo", count=2),
        record(5, "context.undo", count=1),
    )
    assert [event.keys for event in events_of(e.TurnsRolledBack, *records)] == [
        (hash64("msg_2"), hash64("msg_3"), hash64("msg_4")),
        (hash64("msg_1"),),
    ]


def test_compaction_tells_its_sizes_and_its_tokens() -> None:
    records = (
        record(1, "full_compaction.begin", source="manual"),
        request(1, kind="compaction"),
        usage(2, "session"),
        record(2, "context.apply_compaction", summary="All of it", compactedCount=9, tokensBefore=2045, tokensAfter=72),
    )
    [compacted] = events_of(e.Compacted, *records)
    assert (compacted.trigger, compacted.before_tokens, compacted.after_tokens) == ("manual", 2045, 72)
    assert len(events_of(e.RequestMeasured, *records)) == 1


def test_fork_repeats_turns_and_requests_by_their_keys() -> None:
    records = prompt(0, "Go"), usage(1), record(2, "forked")
    first, second = (events_of(e.RequestMeasured, *records, path=path) for path in (PATH, CHILD))
    assert [request.key for request in first] == [request.key for request in second]
    assert len(events_of(e.TurnStarted, *records, *records)) == 1


def test_sub_agent_is_the_child_of_the_call_that_started_it() -> None:
    records = (
        prompt(0, "Go"),
        call(1, "t1", "Agent", prompt="List all", subagent_type="explore"),
        record(1, "subagent.spawned", subagentId="agent-0", parentToolCallId="t1"),
        record(3, "subagent.completed", subagentId="agent-0", usage={"inputOther": 9, "output": 9}),
        result(3, "t1", "agent_id: agent-0\nTwo files"),
    )
    [done] = events_of(e.ToolCallFinished, *records)
    assert done.child_native_id == f"{SESSION}/agent-0"
    assert events_of(e.RequestMeasured, *records) == [], "its tokens stand in its own transcript"
    text = "<git-context>\nBranch: main\n</git-context>\n\nList all"
    [began] = events_of(e.TurnStarted, prompt(2, text, kind="system_trigger", name="subagent"), path=CHILD)
    assert (began.prompt, began.origin) == ("List all", "system")


@pytest.mark.parametrize(("version", "is_final"), [("1.1", None), ("1.4", None), ("1.5", False), ("2.0", False)])
def test_older_protocol_does_not_tell_where_a_turn_ends(version: str, is_final: bool | None) -> None:
    [message] = events_of(e.AssistantMessage, metadata(version), prompt(0, "Go"), said(1, "Done."))
    assert message.is_final is is_final


def test_unknown_records_are_counted_by_their_names() -> None:
    new = record(1, "quantum.leap"), event(1, "tool.dream"), record(1, "goal.update", status="x")
    assert read(prompt(0, "Go"), *new).unknown == {"quantum.leap": 1, "context.append_loop_event/tool.dream": 1}


def test_whole_inputs_and_outputs_are_read_back() -> None:
    written = content(call(1, "c1", "Write", path="a.txt", content="x\ny\n"))
    assert SOURCE.load_input(written, "c1") == Payload("x\ny\n", "text")
    assert SOURCE.load_input(content(said(1, "Hello")), "") == Payload("Hello", "markdown")
    assert SOURCE.load_input(content(prompt(1, "Fix it")), "") == Payload("Fix it", "markdown")
    assert SOURCE.load_output(content(result(1, "c1", "out")), "c1") == Payload("out")
    assert json.loads(SOURCE.load_input(content(request(1)), "").text)["type"] == "llm.request"
    with pytest.raises(ValueError, match=r"no tool\.call of c2"):
        SOURCE.load_input(written, "c2")
