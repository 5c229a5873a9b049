"""Tasks of Cline: turns, calls with their results, questions, counts that come later, and messages that go again."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import ClassVar

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.cline import SOURCE
from ppp_tui.sources.source import Identity, ParsedChunk
from ppp_tui.testing.document_contract import DocumentContract
from tests.sources.polled import of
from tests.sources.task_messages import SESSION, T0, Task, ask, counts, request, say, tool


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(SOURCE, tmp_path / "tasks")


def test_task_tells_its_facts_turns_and_answers(task: Task) -> None:
    task.beside(
        "task_metadata.json", {"environment_history": [{"cline_version": "3.50.0"}, {"cline_version": "3.51.0"}]}
    )
    reading = task.write(*SESSION)
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts["agent_version"] == "3.51.0"
    assert facts["project"] == "/home/me/shop"
    turns = [(event.prompt, event.at) for event in of(e.TurnStarted, reading)]
    assert turns == [("Fix the failing test", T0), ("Now the docs", T0 + 60_000)]
    assert [(event.status, event.at) for event in of(e.TurnEnded, reading)] == [("completed", T0 + 31_000)]
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["I run the tests.", "Done."]
    assert [event.text for event in of(e.ReasoningEmitted, reading)] == ["First I look."]
    assert (reading.unknown, SOURCE.identify(task.path)) == ({}, Identity("1795168800000"))


def test_results_stand_in_what_is_sent_next(task: Task) -> None:
    reading = task.write(*SESSION)
    started = {event.key: event for event in of(e.ToolCallStarted, reading)}
    ends = [(started[end.key].kind, end.status, end.exit_code, end.output) for end in of(e.ToolCallFinished, reading)]
    assert ends == [
        ("shell", "failed", 1, "1 failed"),
        ("read", "ok", None, "print(1)"),
        ("ask", "ok", None, "B, please"),
        ("edit", "denied", None, "The user denied this operation."),
    ]
    assert [event.paths for event in started.values()] == [(), ("a.py",), (), ("a.py",)]


def test_reminder_behind_a_result_is_no_part_of_it(task: Task) -> None:
    reminder = "\n\n\n# task_progress RECOMMENDED\n\nInclude a list.\n"
    done = "[execute_command for 'touch a'] Result:\nCommand executed successfully (exit code 0)."
    reading = task.write(SESSION[0], ask(1, "command", "touch aREQ_APP"), request(2, done + reminder))
    assert [event.command for event in of(e.ToolCallStarted, reading)] == ["touch a"]
    ends = [(event.status, event.exit_code, event.output) for event in of(e.ToolCallFinished, reading)]
    assert ends == [("ok", 0, "Command executed successfully (exit code 0).")]


def test_command_that_is_over_waits_for_nothing(task: Task) -> None:
    assert of(e.AgentWaiting, task.write(SESSION[0], ask(1, "command", "ls", commandCompleted=True))) == []


def test_question_has_its_options_and_the_next_message_answers_it(task: Task) -> None:
    reading = task.write(*SESSION)
    (question,) = of(e.QuestionAsked, reading)
    assert (question.text, question.options, question.step) == ("Which one?", ("A", "B"), f"call:{T0 + 10_000}")
    assert [event.answers for event in of(e.QuestionAnswered, reading)] == [("B, please",)]
    assert of(e.PromptAdded, reading) == []


def test_option_that_was_chosen_is_marked_in_the_question(task: Task) -> None:
    shown = {"question": "Which one?", "options": ["A", "B"]}
    assert of(e.QuestionAnswered, task.write(SESSION[0], ask(1, "followup", json.dumps(shown)))) == []
    chosen = ask(1, "followup", json.dumps({**shown, "selected": "A"}))
    assert [event.answers for event in of(e.QuestionAnswered, task.write(SESSION[0], chosen, request(2, "x")))] == [
        ("A",)
    ]


def test_counts_are_told_once_when_they_come(task: Task) -> None:
    assert of(e.RequestMeasured, task.write(SESSION[0], request(2, "x"))) == []
    filled = request(2, "x", **counts(10, 595, 7, 9573, 0.0448))
    (measured,) = of(e.RequestMeasured, task.write(SESSION[0], filled))
    assert (measured.input_tokens, measured.output_tokens, measured.cache_read_tokens) == (10, 595, 7)
    assert (measured.cache_write_5m_tokens, measured.reported_micros) == (9573, 44_800)
    assert (measured.model, measured.provider) == ("claude-sonnet-4-5-20250929", "anthropic")
    assert measured.key == f"1795168800000:{T0 + 2000}"
    assert of(e.RequestMeasured, task.write(SESSION[0], filled, say(3, "text", "Hi"))) == []


def test_counts_belong_to_the_turn_that_asked_for_them(task: Task) -> None:
    finished = [SESSION[0], request(2, "x", **counts(10, 5)), say(3, "completion_result", "Done.")]
    reading = task.write(*finished, say(60, "user_feedback", "More"))
    kinds = [type(event) for event in reading.events]
    assert kinds.index(e.RequestMeasured) < kinds.index(e.TurnEnded)
    late = Task(SOURCE, task.path.parent.parent, "2")
    late.write(SESSION[0], request(2, "x"))
    kinds = [type(event) for event in late.write(*finished, say(60, "user_feedback", "More")).events]
    assert kinds.index(e.RequestMeasured) < kinds.index(e.TurnEnded)


def test_cost_of_zero_is_not_known_to_be_free(task: Task) -> None:
    (measured,) = of(e.RequestMeasured, task.write(SESSION[0], request(2, "x", **counts(10, 5))))
    assert measured.reported_micros is None


def test_message_that_is_being_streamed_is_waited_for_until_another_follows(task: Task) -> None:
    streamed = say(3, "text", "I lo", partial=True)
    assert of(e.AssistantMessage, task.write(SESSION[0], streamed)) == []
    whole = say(3, "text", "I look.", partial=True)
    reading = task.write(SESSION[0], whole, say(4, "tool", tool("readFile", path="a.py")))
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["I look."]


def test_call_that_waits_for_leave_says_so_until_something_follows(task: Task) -> None:
    waiting = ask(5, "tool", tool("newFileCreated", path="b.py", content="x"))
    assert of(e.AgentWaiting, task.write(SESSION[0], waiting)) == [e.AgentWaiting(T0 + 5000, "permission prompt")]
    assert of(e.AgentWaiting, task.write(SESSION[0], waiting, request(6, "x"))) == [e.AgentWaiting(T0 + 6000, "")]


def test_results_of_several_calls_are_told_apart_only_if_all_are_there(task: Task) -> None:
    calls = [say(3, "tool", tool("readFile", path="a.py")), say(4, "tool", tool("readFile", path="b.py"))]
    both = "[read_file for 'a.py'] Result:\none\n\n[read_file for 'b.py'] Result:\ntwo"
    ends = of(e.ToolCallFinished, task.write(SESSION[0], *calls, request(5, both)))
    assert [(event.status, event.output) for event in ends] == [("ok", "one"), ("ok", "two")]
    odd = both + "\n[read_file for 'c.py'] Result:\nthree"
    ends = of(e.ToolCallFinished, Task(SOURCE, task.path.parent.parent, "2").write(*calls, request(5, odd)))
    assert [(event.status, event.output) for event in ends] == [("unknown", ""), ("unknown", "")]


def test_interrupted_task_ends_its_turn_and_its_calls(task: Task) -> None:
    call = ask(3, "command", "sleep 99")
    stopped = request(2, "x", cancelReason="user_cancelled", **counts(1, 2))
    reading = task.write(SESSION[0], stopped, call, ask(9, "resume_task"))
    assert [event.status for event in of(e.TurnEnded, reading)] == ["interrupted"]
    assert [event.status for event in of(e.ToolCallFinished, reading)] == ["cancelled"]
    reading = task.write(SESSION[0], stopped, call, ask(9, "resume_task"), say(10, "user_feedback", "Go on"))
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Go on"]


def test_plan_ends_its_turn(task: Task) -> None:
    reading = task.write(SESSION[0], ask(3, "plan_mode_respond", json.dumps({"response": "My plan", "options": []})))
    assert [(event.text, event.is_final) for event in of(e.AssistantMessage, reading)] == [("My plan", True)]
    assert [event.status for event in of(e.TurnEnded, reading)] == ["completed"]


def test_failed_requests_are_retries_or_the_end(task: Task) -> None:
    again = json.dumps({"attempt": 1, "maxAttempts": 3, "delaySeconds": 2, "errorMessage": "429 rate limit"})
    final = json.dumps({"message": "529 overloaded", "status": 529})
    reading = task.write(SESSION[0], say(3, "error_retry", again), ask(9, "api_req_failed", final))
    retry, end = of(e.RequestFailed, reading)
    assert (retry.kind, retry.attempt, retry.max_attempts, retry.wait_ms, retry.is_final) == (
        "rate_limit",
        1,
        3,
        2000,
        False,
    )
    assert (end.kind, end.status_code, end.message, end.is_final) == ("overloaded", 529, "529 overloaded", True)


def test_messages_after_a_restored_checkpoint_are_taken_back(task: Task) -> None:
    task.write(*SESSION)
    reading = task.write(*SESSION[:9], say(90, "user_feedback", "Otherwise"))
    assert len(of(e.TurnsRolledBack, reading)) == 1
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Otherwise"]
    assert of(e.ToolCallStarted, reading) == []


def test_sum_of_sub_agents_is_one_request(task: Task) -> None:
    used = say(8, "subagent_usage", json.dumps({"source": "subagents", **counts(100, 20, 5, 6, 0.5)}))
    (measured,) = of(e.RequestMeasured, task.write(SESSION[0], used))
    assert (measured.input_tokens, measured.output_tokens, measured.reported_micros) == (100, 20, 500_000)
    assert measured.is_aside


def test_task_that_is_written_or_has_not_changed_tells_nothing(task: Task) -> None:
    task.write(*SESSION)
    state = task.state
    assert (task.poll(), task.state) == (ParsedChunk(), state)
    os.truncate(task.path, 900)
    assert (task.poll(), task.state) == (ParsedChunk(), state)


def test_unknown_kinds_are_counted(task: Task) -> None:
    reading = task.write(SESSION[0], say(1, "telepathy"), ask(2, "dance"), {"ts": 5, "type": "say"})
    assert reading.unknown == {"say/telepathy": 1, "ask/dance": 1, "say/(no type)": 1}


def test_tasks_lie_in_every_editor_that_is_there(tmp_path: Path) -> None:
    folders = [
        tmp_path / ".config" / "Code" / "User" / "globalStorage" / "saoudrizwan.claude-dev" / "tasks",
        tmp_path / "Library/Application Support/Cursor/User/globalStorage/saoudrizwan.claude-dev/tasks",
        tmp_path / ".vscode-server" / "data" / "User" / "globalStorage" / "saoudrizwan.claude-dev" / "tasks",
        tmp_path / ".cline" / "data" / "tasks",
    ]
    assert SOURCE.roots({}, tmp_path) == folders[:1]
    for folder in folders:
        folder.mkdir(parents=True)
    assert SOURCE.roots({}, tmp_path) == folders
    assert SOURCE.roots({"XDG_CONFIG_HOME": str(tmp_path / "x"), "CLINE_DIR": "/nowhere"}, tmp_path) == folders[1:3]


def test_only_the_panel_of_a_task_is_a_session(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    for name in ("ui_messages.json", "api_conversation_history.json", "task_metadata.json", "other.txt"):
        (folder / name).write_text("[]")
    assert list(SOURCE.find(tmp_path)) == [folder / "ui_messages.json"]
    assert (SOURCE.claims(folder / "ui_messages.json"), SOURCE.claims(folder / "task_metadata.json")) == (True, False)
    assert list(SOURCE.companions(folder / "ui_messages.json")) == [
        folder / "task_metadata.json",
        folder / "history_item.json",
    ]


class TestContract(DocumentContract):
    source = SOURCE
    documents: ClassVar = {
        "tasks/1795168800000/ui_messages.json": [
            *SESSION,
            say(62, "subagent_usage", json.dumps(counts(100, 20, 5, 6, 0.5))),
            say(63, "error_retry", json.dumps({"attempt": 1, "maxAttempts": 3, "delaySeconds": 2})),
            say(64, "condense_context", "", contextCondense={"prevContextTokens": 9, "newContextTokens": 5}),
            ask(65, "use_mcp_server", json.dumps({"serverName": "s", "toolName": "t", "arguments": "{}"})),
            say(66, "error", "It broke"),
            ask(67, "api_req_failed", "No network"),
        ]
    }
