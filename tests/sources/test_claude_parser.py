"""Claude Code's records become events: literal records in, literal events out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.model import event as e
from ppp_tui.sources.claude_code import SOURCE
from tests.sources.claude_lines import (
    CHILD,
    MAIN,
    as_bytes,
    assistant,
    call,
    envelope,
    kinds,
    read,
    result,
    text,
    told,
    user,
)

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""


def test_a_prompt_begins_a_turn_and_an_answer_ends_it() -> None:
    events = told(user("u1", "Fix it", promptSource="typed"), assistant("a1", text("Done."), 3, stop="end_turn"))
    assert kinds(events) == ["TurnStarted", "RequestMeasured", "AgentSpoke", "TurnEnded"]
    start, _, said, end = events
    assert isinstance(start, e.TurnStarted)
    assert (start.at, start.key, start.prompt, start.origin) == (T0, "u1", "Fix it", "typed")
    assert isinstance(said, e.AgentSpoke)
    assert (said.text, said.is_final, said.request) == ("Done.", True, "msg_1:req_1")
    assert end == e.TurnEnded(T0 + 3000, "completed")


@pytest.mark.parametrize(
    "record",
    [
        user("u", "<local-command-stdout>x</local-command-stdout>"),
        user("u", "Stop hook feedback: no"),
        user("u", "Base directory for this skill: /x", isMeta=True),
        user("u", "This session is being continued from a previous conversation", isCompactSummary=True),
        user("u", "<task-notification><summary>Agent done</summary></task-notification>"),
        user("u", "anything", origin={"kind": "task-notification"}),
        user("u", "<system-reminder>x</system-reminder>"),
    ],
)
def test_what_the_program_itself_says_is_no_prompt(record: dict[str, object]) -> None:
    assert "TurnStarted" not in kinds(told(record))


def test_a_task_notification_is_told_in_its_own_words() -> None:
    [event] = told(user("u", '<task-notification>\n<summary>Agent "x" finished</summary></task-notification>'))
    assert isinstance(event, e.Remarked)
    assert (event.tool, event.text) == ("notification", 'Agent "x" finished')


def test_a_prompt_behind_an_opened_file_is_the_prompt() -> None:
    [event] = told(user("u", "<ide_opened_file>The user opened /x</ide_opened_file>\nFix it"))
    assert isinstance(event, e.TurnStarted)
    assert event.prompt == "Fix it"


def test_a_slash_command_is_a_turn_by_its_name() -> None:
    content = (
        "<command-message>review</command-message>\n<command-name>/review</command-name>\n"
        "<command-args>12</command-args>"
    )
    [event] = told(user("u", content))
    assert isinstance(event, e.TurnStarted)
    assert (event.prompt, event.origin) == ("/review 12", "command")


def test_a_prompt_typed_while_busy_joins_the_turn() -> None:
    record = envelope(
        "attachment", "q", attachment={"type": "queued_command", "prompt": "And the tests", "commandMode": "prompt"}
    )
    [event] = told(record)
    assert isinstance(event, e.PromptAdded)
    assert event.text == "And the tests"


def test_an_interrupt_ends_the_turn() -> None:
    events = told(user("u", [text("[Request interrupted by user for tool use]")], 5))
    assert events == [e.TurnEnded(T0 + 5000, "interrupted")]


def test_one_message_in_many_records_is_one_request_with_its_greatest_output() -> None:
    events = told(
        assistant("a1", text("I look."), output=1, stop=None, version="2.1.12"),
        user("u", result("t0", "x")),
        assistant("a2", call("t1", "Bash", command="ls"), output=9, stop=None, version="2.1.12"),
        assistant("a3", call("t2", "Bash", command="pwd"), output=9, stop=None, version="2.1.12"),
    )
    measured = [event for event in events if isinstance(event, e.RequestMeasured)]
    assert [(m.key, m.alias, m.output_tokens, m.is_lower_bound) for m in measured] == [
        ("msg_1:req_1", "msg_1", 1, True),
        ("msg_1:req_1", "msg_1", 9, True),
    ]
    assert (measured[0].input_tokens, measured[0].cache_read_tokens) == (10, 1000)
    assert (measured[0].cache_write_5m_tokens, measured[0].cache_write_1h_tokens) == (0, 50)


def test_without_a_request_id_a_message_is_known_by_its_first_record() -> None:
    record = assistant("a1", text("x"), message_id="msg_000000")
    del record["requestId"]
    [measured] = [event for event in told(record) if isinstance(event, e.RequestMeasured)]
    assert (measured.key, measured.alias) == ("msg_000000:a1", "")


def test_a_command_and_its_exit_code() -> None:
    events = told(
        assistant("a1", call("t1", "Bash", command="pytest -q")),
        user(
            "u1", result("t1", "Exit code 2\n1 failed", is_error=True), 4, toolUseResult="Error: Exit code 2\n1 failed"
        ),
        assistant("a2", call("t2", "Bash", command="ls")),
        user("u2", result("t2", "app.py"), 5, toolUseResult={"stdout": "app.py", "stderr": "", "interrupted": False}),
    )
    ends = [event for event in events if isinstance(event, e.StepEnded)]
    assert [(end.key, end.status, end.exit_code) for end in ends] == [("t1", "failed", 2), ("t2", "ok", 0)]
    start = next(event for event in events if isinstance(event, e.StepStarted))
    assert (start.kind, start.tool, start.target) == ("shell", "Bash", "pytest -q")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("The user doesn't want to proceed with this tool use.", "denied"),
        ("<tool_use_error>Sibling tool call errored</tool_use_error>", "cancelled"),
        ("<tool_use_error>String to replace not found</tool_use_error>", "failed"),
    ],
)
def test_how_a_call_that_failed_failed(content: str, status: str) -> None:
    [end] = told(user("u", result("t", content, is_error=True)))
    assert isinstance(end, e.StepEnded)
    assert end.status == status


def test_a_structured_question_waits_for_its_answer() -> None:
    asked = {"question": "Which database?", "options": [{"label": "SQLite"}, {"label": "PostgreSQL"}]}
    events = told(assistant("a", call("t", "AskUserQuestion", questions=[asked])))
    assert kinds(events) == ["RequestMeasured", "StepStarted", "QuestionAsked"]
    question = events[2]
    assert isinstance(question, e.QuestionAsked)
    assert (question.text, question.step, question.options) == ("Which database?", "t", ("SQLite", "PostgreSQL"))


def test_a_plan_waits_for_the_person() -> None:
    assert kinds(told(assistant("a", call("t", "ExitPlanMode", plan="1. x"))))[1:] == ["StepStarted", "QuestionAsked"]


def test_a_sub_agent_is_linked_by_its_result() -> None:
    [end] = told(user("u", result("t", "ok"), toolUseResult={"agentId": "a1", "totalDurationMs": 1500}))
    assert isinstance(end, e.StepEnded)
    assert (end.child_native_id, end.duration_ms) == ("agent-a1", 1500)


def test_in_a_sub_agents_own_file_the_first_words_are_its_prompt() -> None:
    events = told(user("u", "List the files", isSidechain=True, agentId="a1"), path=CHILD)
    assert kinds(events) == ["TurnStarted"]
    assert SOURCE.identify(CHILD) == ("agent-a1", "5f0c1d9e")


def test_an_inline_sub_agent_is_a_lane_of_its_own() -> None:
    events = told(
        user("u1", "Count"), user("s1", "List", isSidechain=True, parentUuid=None),
        assistant("s2", text("Two."), isSidechain=True, parentUuid="s1"), assistant("a1", text("There are two.")),
    )  # fmt: skip
    lanes = [event for event in events if isinstance(event, e.LaneEntered)]
    assert lanes == [e.LaneEntered("s1", ""), e.LaneEntered("", None)]


def test_progress_is_a_sign_of_life_and_never_counted() -> None:
    inner = {"type": "assistant", "message": {"id": "msg_9", "usage": {"output_tokens": 99}}, "uuid": "x"}
    record = envelope("progress", "p", data={"type": "agent_progress", "message": inner}, parentToolUseID="t1")
    assert told(record) == [e.Progressed(T0, "t1")]


def test_a_ladder_of_retries_and_the_end_of_it() -> None:
    retry = envelope(
        "system", "r", subtype="api_error", error={"status": 529, "error": {"error": {"message": "Overloaded"}}},
        retryInMs=512.5, retryAttempt=3, maxRetries=10,
    )  # fmt: skip
    final = assistant("f", text("API Error: 529 Overloaded"), message_id="x", isApiErrorMessage=True)
    final["message"]["model"] = "<synthetic>"
    first, last = told(retry, final)
    assert isinstance(first, e.RequestFailed)
    assert (first.kind, first.status_code, first.attempt, first.max_attempts, first.wait_ms, first.is_final) == (
        "overloaded", 529, 3, 10, 512, False,
    )  # fmt: skip
    assert isinstance(last, e.RequestFailed)
    assert (last.kind, last.status_code, last.is_final) == ("overloaded", 529, True)


def test_a_session_limit_says_until_when() -> None:
    final = assistant(
        "f", text("You've hit your session limit · resets 7:20pm (Europe/Berlin)"), isApiErrorMessage=True
    )
    [event] = told(final)
    assert isinstance(event, e.RequestFailed)
    assert (event.kind, event.until) == ("rate_limit", T0 + (8 * 60 + 20) * 60_000)


def test_synthetic_messages_are_no_model_and_no_usage() -> None:
    record = assistant("a", text("No response requested."), isApiErrorMessage=False)
    record["message"]["model"] = "<synthetic>"
    assert kinds(read(record).events) == ["Remarked"]


def test_compaction_tells_its_size() -> None:
    record = envelope(
        "system", "c", subtype="compact_boundary", compactMetadata={"trigger": "auto", "preTokens": 155_000}
    )
    [event] = told(record)
    assert isinstance(event, e.Compacted)
    assert (event.trigger, event.before_tokens) == ("auto", 155_000)


def test_all_three_generations_of_turn_ends() -> None:
    events = told(
        envelope("system", "s1", 1, subtype="turn_duration", durationMs=52_737),
        envelope("system", "s2", 2, subtype="stop_hook_summary", preventedContinuation=False),
        envelope("system", "s3", 3, subtype="stop_hook_summary", preventedContinuation=True),
    )
    assert events == [e.TurnEnded(T0 + 1000, "completed", 52_737), e.TurnEnded(T0 + 2000, "completed")]


def test_a_summary_of_another_session_is_not_this_ones_title() -> None:
    records = (
        {"type": "summary", "summary": "Another session", "leafUuid": "elsewhere"},
        user("u1", "Hello"),
        {"type": "summary", "summary": "This session", "leafUuid": "u1"},
    )
    notes = [event for event in read(*records).events if isinstance(event, e.Noted)]
    assert notes == [e.Noted(0, "title", "This session")]


def test_what_is_unknown_is_counted_by_name() -> None:
    reading = read(
        envelope("telepathy", "x"), envelope("system", "y", subtype="mood"),
        envelope("attachment", "z", attachment={"type": "smell"}),
    )  # fmt: skip
    assert reading.unknown == {"telepathy": 1, "system/mood": 1, "attachment/smell": 1}


def test_two_records_on_one_line_are_two_records() -> None:
    line = json.dumps(user("u1", "One")) + json.dumps({"type": "summary", "summary": "x", "leafUuid": "u1"})
    reading = SOURCE.parser(MAIN).feed(line.encode() + b"\n", 0)
    assert kinds(reading.events) == ["TurnStarted", "Noted"]
    assert reading.damage == []


def test_of_a_torn_line_the_whole_records_are_kept_and_nothing_is_made_up() -> None:
    whole = json.dumps(user("u2", "Two")).encode()
    torn = json.dumps(assistant("a1", text("x")))[:150].encode()
    reading = SOURCE.parser(MAIN).feed(torn + whole + b"\n", 1000)
    assert kinds(reading.events) == ["TurnStarted"]
    [damage] = reading.damage
    assert (damage.offset, damage.length, damage.reason) == (1000, 150, "torn")


def test_bytes_that_are_no_text_cost_themselves_only() -> None:
    line = json.dumps(user("u1", "One")).encode().replace(b"One", b"O\x80e")
    reading = SOURCE.parser(MAIN).feed(line + b"\n", 0)
    [event] = reading.events
    assert isinstance(event, e.TurnStarted)
    assert event.prompt == "O\ufffde"
    assert [damage.reason for damage in reading.damage] == ["not utf-8"]


def test_half_a_surrogate_pair_costs_itself_only() -> None:
    line = json.dumps(user("u1", "One")).encode().replace(b"One", b"O\\ud83de")
    reading = SOURCE.parser(MAIN).feed(line + b"\n", 0)
    [event] = reading.events
    assert isinstance(event, e.TurnStarted)
    assert event.prompt == "O?e"


TALK = as_bytes(
    user("u1", "Fix it", cwd="/shop", version="2.1.219"), assistant("a1", text("I look."), 1),
    assistant("a2", call("t1", "Bash", command="ls"), 2), user("u2", result("t1", "app.py"), 3),
    user("s1", "List", isSidechain=True), assistant("s2", text("Two."), isSidechain=True, parentUuid="s1"),
    assistant("a3", text("Done."), 4, message_id="msg_2", stop="end_turn"), user("u3", "Thanks", 9),
)  # fmt: skip


@given(st.sets(st.integers(1, len(TALK.splitlines()) - 1)))
@settings(max_examples=60, deadline=None)
def test_read_in_any_parts_the_events_are_the_same(cuts: set[int]) -> None:
    lines = TALK.splitlines(keepends=True)
    whole = SOURCE.parser(MAIN).feed(TALK, 0).events
    events, state, offset, last = [], b"", 0, 0
    for cut in [*sorted(cuts), len(lines)]:
        parser = SOURCE.parser(MAIN, state)
        chunk = b"".join(lines[last:cut])
        events += parser.feed(chunk, offset).events
        state, offset, last = parser.state(), offset + len(chunk), cut
    assert events == whole


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_break_the_parser(content: bytes) -> None:
    SOURCE.parser(MAIN).feed(content, 0)
    SOURCE.parser(MAIN).feed(TALK[:200] + content + TALK[200:], 0)


def test_a_foreign_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no state of a Claude Code parser"):
        SOURCE.parser(MAIN, b"\xff\xff")


def test_wholes_are_read_back() -> None:
    edit = assistant("a", call("t", "Edit", file_path="/a.py", old_string="x = 1", new_string="x = 2"))
    assert SOURCE.whole_input(json.dumps(edit).encode(), "t") == ("--- /a.py\n+++ /a.py\n@@\n-x = 1\n+x = 2", "diff")
    told_back = {"filePath": "/a.py", "structuredPatch": [
        {"oldStart": 3, "oldLines": 1, "newStart": 3, "newLines": 1, "lines": ["-x = 1", "+x = 2"]}]}  # fmt: skip
    answer = user("u", result("t", "updated"), toolUseResult=told_back)
    assert SOURCE.whole_output(json.dumps(answer).encode(), "t") == (
        "--- /a.py\n+++ /a.py\n@@ -3,1 +3,1 @@\n-x = 1\n+x = 2", "diff",
    )  # fmt: skip
    with pytest.raises(ValueError, match="holds no call"):
        SOURCE.whole_input(json.dumps(answer).encode(), "t9")


def test_resuming_quotes_what_a_path_may_hold() -> None:
    assert (
        SOURCE.resume_command("5f0c", "/home/dev/my shop; rm") == "cd '/home/dev/my shop; rm' && claude --resume 5f0c"
    )
    assert SOURCE.resume_command("agent-a1", "/x") is None


def test_where_sessions_are_looked_for() -> None:
    home = Path("/home/dev")
    assert SOURCE.roots({}, home) == [home / ".claude/projects", home / ".config/claude/projects"]
    assert SOURCE.roots({"CLAUDE_CONFIG_DIR": "/a, /b/projects"}, home) == [Path("/a/projects"), Path("/b/projects")]


def test_finding_leaves_journals_out(tmp_path: Path) -> None:
    for name in (
        "p/one.jsonl",
        "p/one/subagents/agent-a.jsonl",
        "p/one/subagents/workflows/w/journal.jsonl",
        "p/notes.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in SOURCE.find(tmp_path)]
    assert sorted(found) == ["p/one.jsonl", "p/one/subagents/agent-a.jsonl"]
