"""Calls of tools become steps, their results the steps' ends, and what waits for the person a question."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model import event as e
from tests.sources.claude_lines import T0, assistant, call, kinds, result, told, user


def started(name: str, **given: Any) -> e.ToolCallStarted:
    """The step of a call."""
    [event] = [
        event for event in told(assistant("a", call("t", name, **given))) if isinstance(event, e.ToolCallStarted)
    ]
    return event


def ended(content: Any, *, is_error: bool = False, **more: Any) -> e.ToolCallFinished:
    """The end of a step."""
    events = told(user("u", result("t", content, is_error=is_error), 4, **more))
    assert isinstance(events[0], e.ToolCallFinished)
    return events[0]


@pytest.mark.parametrize(
    ("name", "given", "kind", "target"),
    [
        ("Bash", {"command": "pytest  -q\n  tests", "description": "Run tests"}, "shell", "pytest -q tests"),
        ("PowerShell", {"command": "dir", "timeout": 5}, "shell", "dir"),
        ("Read", {"file_path": "/shop/a.py", "offset": 5}, "read", "/shop/a.py"),
        ("Edit", {"file_path": "/shop/a.py", "old_string": "x", "new_string": "y"}, "edit", "/shop/a.py"),
        ("NotebookEdit", {"notebook_path": "/n.ipynb", "new_source": "1"}, "edit", "/n.ipynb"),
        ("Grep", {"pattern": "def main", "path": "/shop"}, "search", "def main"),
        ("WebFetch", {"url": "https://example.org", "prompt": "Sum up"}, "web", "https://example.org"),
        ("WebSearch", {"query": "sqlite wal"}, "web", "sqlite wal"),
        ("Task", {"description": "Count files", "prompt": "Count them"}, "subagent", "Count files"),
        ("Agent", {"description": "Count files", "prompt": "Count them"}, "subagent", "Count files"),
        (
            "TodoWrite",
            {"todos": [{"content": "A", "status": "completed"}, {"content": "B", "status": "in_progress"}]},
            "plan",
            "B",
        ),
        ("TodoWrite", {"todos": [{"content": "A", "status": "completed"}]}, "plan", "1 tasks"),
        ("Skill", {"skill": "review", "args": "12"}, "tool", "review"),
        ("mcp__linear__get_issue", {"id": "ENT-95", "includeRelations": True}, "mcp", "ENT-95"),
        ("Hologram", {}, "tool", ""),
        ("Bash", {"command": ["not", "a", "text"]}, "shell", "['not', 'a', 'text']"),
    ],
)
def test_target_of_a_call_is_its_most_specific_argument(
    name: str, given: dict[str, Any], kind: str, target: str
) -> None:
    step = started(name, **given)
    assert (step.key, step.kind, step.tool, step.target) == ("t", kind, name, target)


@pytest.mark.parametrize(
    ("name", "given", "preview", "length"),
    [
        ("Bash", {"command": "ls -l"}, "ls -l", 5),
        ("Task", {"description": "Count", "prompt": "Count the files"}, "Count the files", 15),
        ("Write", {"file_path": "/a.py", "content": "x = 1\n"}, "x = 1\n", 6),
        ("Read", {"file_path": "/a.py"}, '{"file_path": "/a.py"}', 22),
        ("Read", {"file_path": "/ä.py"}, '{"file_path": "/\\u00e4.py"}', 27),
        ("Bash", {"command": "é" * 400}, "é" * 300, 400),
    ],
)
def test_the_preview_is_the_beginning_and_the_length_that_of_the_whole(
    name: str, given: dict[str, Any], preview: str, length: int
) -> None:
    step = started(name, **given)
    assert (step.input_preview, step.input_length) == (preview, length)


def test_previews_and_targets_are_short_whatever_the_whole_is() -> None:
    step = started("Grep", pattern="p" * 5000, path="q" * 5000)
    assert (len(step.target), len(step.input_preview), step.input_length) == (200, 300, 10_027)
    end = ended("o" * 5000)
    assert (end.output_preview, end.output_length) == ("o" * 300, 5000)


@pytest.mark.parametrize(
    ("content", "told_so", "status", "exit_code"),
    [
        ("Exit code 2\n1 failed", "Error: Exit code 2\n1 failed", "failed", 2),
        ("Error: Exit code 143\nCommand timed out", "Error: Exit code 143", "failed", 143),
        ("Exit code -1", None, "failed", -1),
        ("Exit code " + "9" * 5000, None, "failed", None),
        ("<tool_use_error>String to replace not found</tool_use_error>", None, "failed", None),
        ("The user doesn't want to proceed with this tool use.", "User rejected tool use", "denied", None),
        ("Permission to use Bash with command rm has been denied.", None, "denied", None),
        ("<tool_use_error>Sibling tool call errored</tool_use_error>", "Sibling tool call errored", "cancelled", None),
        ("<tool_use_error>Cancelled: parallel tool call Bash errored</tool_use_error>", None, "cancelled", None),
        ("[Request interrupted by user for tool use]", None, "cancelled", None),
    ],
)
def test_failed_call_has_status_and_exit_code(
    content: str, told_so: str | None, status: str, exit_code: int | None
) -> None:
    end = ended(content, is_error=True, toolUseResult=told_so)
    assert (end.status, end.exit_code) == (status, exit_code)


def test_a_policy_may_deny_in_its_own_words() -> None:
    assert ended("No, said the policy.", is_error=True, toolDenialKind="automode-unavailable").status == "denied"


@pytest.mark.parametrize(
    ("told_so", "status", "exit_code"),
    [
        ({"stdout": "app.py", "stderr": "", "interrupted": False}, "ok", 0),
        ({"stdout": "", "stderr": "", "interrupted": True}, "cancelled", None),
        ({"stdout": "", "returnCodeInterpretation": "No matches found"}, "ok", 1),
        ({"stdout": "", "backgroundTaskId": "b1"}, "ok", None),
        ({"type": "text", "file": {"content": "x"}}, "ok", None),
        ([{"type": "text", "text": "x"}], "ok", None),
        ("x", "ok", None),
        ({"stdout": "app.py", "interrupted": "no", "agentId": 7}, "ok", 0),
    ],
)
def test_successful_call_has_its_status(told_so: Any, status: str, exit_code: int | None) -> None:
    end = ended("app.py", toolUseResult=told_so)
    assert (end.status, end.exit_code) == (status, exit_code)


@pytest.mark.parametrize(
    ("content", "preview"),
    [
        ("plain", "plain"),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo"),
        ([{"type": "text", "text": "see"}, {"type": "image", "source": {"data": "x" * 900}}], "see\n[image]"),
        ([{"type": "tool_reference", "tool_name": "x"}], "[tool_reference]"),
        ([{"type": 7, "text": "odd"}, "odder"], "odd"),
        (None, ""),
        ({"text": "no list"}, ""),
    ],
)
def test_text_of_a_result_joins_its_parts(content: Any, preview: str) -> None:
    end = ended(content)
    assert (end.output_preview, end.output_length) == (preview, len(preview))


def test_results_that_come_between_the_blocks_of_a_message_end_their_own_steps() -> None:
    events = told(
        assistant("a1", call("t1", "Bash", command="a")),
        user("u1", result("t1", "x"), 1),
        assistant("a2", call("t2", "Bash", command="b"), 2),
        user("u2", result("t2", "y"), 3),
    )
    steps = [event for event in events if isinstance(event, e.ToolCallStarted | e.ToolCallFinished)]
    assert [(type(event).__name__, event.key) for event in steps] == [
        ("ToolCallStarted", "t1"),
        ("ToolCallFinished", "t1"),
        ("ToolCallStarted", "t2"),
        ("ToolCallFinished", "t2"),
    ]


def test_several_results_in_one_record_are_several_ends() -> None:
    events = told(user("u", [*result("t1", "x"), *result("t2", "y")]))
    assert [event.key for event in events if isinstance(event, e.ToolCallFinished)] == ["t1", "t2"]


def test_structured_questions_wait_for_their_answers() -> None:
    asked = [
        {"question": "Which database?", "options": [{"label": "SQLite"}, {"label": "PostgreSQL"}]},
        {"question": "Which port?", "options": ["80", "8080"]},
        {"question": "Anything else?", "options": 5},
        "no question",
    ]
    events = told(assistant("a", call("t", "AskUserQuestion", questions=asked)), user("u", result("t", "SQLite"), 80))
    assert kinds(events)[1:] == [
        "ToolCallStarted",
        "QuestionAsked",
        "QuestionAsked",
        "QuestionAsked",
        "ToolCallFinished",
    ]
    questions = [event for event in events if isinstance(event, e.QuestionAsked)]
    assert [(question.text, question.step, question.options) for question in questions] == [
        ("Which database?", "t", ("SQLite", "PostgreSQL")),
        ("Which port?", "t", ("80", "8080")),
        ("Anything else?", "t", ()),
    ]
    step = events[1]
    assert isinstance(step, e.ToolCallStarted)
    assert (step.kind, step.target) == ("ask", "Which database?")


@pytest.mark.parametrize("name", ["ExitPlanMode", "EnterPlanMode"])
def test_plan_waits_for_the_user(name: str) -> None:
    events = told(assistant("a", call("t", name, plan="1. x")))
    assert kinds(events)[1:] == ["ToolCallStarted", "QuestionAsked"]
    step, question = events[1], events[2]
    assert isinstance(step, e.ToolCallStarted)
    assert isinstance(question, e.QuestionAsked)
    assert (step.kind, question.step, question.options) == ("plan", "t", ("yes", "no"))


def test_a_plan_that_is_sent_back_with_words_goes_on() -> None:
    refusal = "The user doesn't want to proceed with this tool use. To tell you how to proceed, the user said:\nSmaller"
    events = told(assistant("a", call("t", "ExitPlanMode", plan="x")), user("u", result("t", refusal, is_error=True)))
    assert "TurnEnded" not in kinds(events)


def test_a_sub_agent_is_linked_by_its_result() -> None:
    end = ended("ok", toolUseResult={"agentId": "a1", "totalDurationMs": 1500, "status": "completed"})
    assert (end.child_native_id, end.duration_ms, end.at) == ("agent-a1", 1500, T0 + 4000)


def test_a_sub_agent_that_was_interrupted_is_linked_by_its_progress() -> None:
    progress = user("p", "")
    progress |= {"type": "progress", "parentToolUseID": "t", "data": {"type": "agent_progress", "agentId": "a7"}}
    events = told(progress, user("u", result("t", "[Request interrupted by user]", is_error=True)))
    assert kinds(events) == ["Heartbeat", "ToolCallFinished"]
    assert isinstance(events[1], e.ToolCallFinished)
    assert (events[1].child_native_id, events[1].status) == ("agent-a7", "cancelled")


def test_one_record_may_hold_many_blocks() -> None:
    record = assistant("a", {"type": "thinking", "thinking": "Hm."})
    record["message"]["content"] += [{"type": "text", "text": "I look."}, call("t", "Bash", command="ls")]
    events = told(record)
    assert kinds(events) == ["RequestMeasured", "ReasoningEmitted", "AssistantMessage", "ToolCallStarted"]
    assert [
        event.request
        for event in events
        if isinstance(event, e.ReasoningEmitted | e.AssistantMessage | e.ToolCallStarted)
    ] == ["msg_1:req_1"] * 3
