"""Sessions of Copilot CLI: turns, exit codes, questions, permissions, sub-agents, tokens before and after its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.copilot_cli import SOURCE
from ppp_tui.sources.source import Identity, Payload
from tests.sources.copilot_lines import (
    MODEL,
    PATH,
    SESSION,
    T0,
    answer,
    call,
    events_of,
    line,
    read,
    result,
    shutdown,
    started,
    user,
)
from tests.sources.gemini_lines import kinds
from tests.sources.parsed_lines import content


def test_session_is_known_by_its_folder_and_its_first_line() -> None:
    assert {fact.name: fact.value for fact in events_of(e.MetadataLearned, started(selectedModel="gpt-5"))} == {
        "native_id": SESSION,
        "project": "/home/me/shop",
        "branch": "main",
        "agent_version": "1.0.68",
        "model": "gpt-5",
    }
    assert SOURCE.identify(PATH) == Identity(SESSION)
    assert SOURCE.identify(PATH.parent.with_suffix(".jsonl")) == Identity(SESSION)
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && copilot --resume {SESSION}"
    assert SOURCE.roots({"COPILOT_HOME": "/cop"}, Path("/home/me")) == [Path("/cop/session-state")]


def test_turn_ends_with_the_round_whose_answer_calls_nothing() -> None:
    lines = (
        user("u1", "Fix it"),
        answer("a1", "I look.", 1, "c1"),
        call("c1", "bash", 2, command="pytest -q"),
        result("c1", "1 failed\n<shellId: 0 completed with exit code 1>", 3),
        line("assistant.turn_end", "t1", 3),
        answer("a2", "It fails.", 4),
        line("assistant.turn_end", "t2", 4),
    )
    assert kinds(read(*lines)) == [
        "TurnStarted",
        "RequestMeasured",
        "AssistantMessage",
        "ToolCallStarted",
        "ToolCallFinished",
        "RequestMeasured",
        "AssistantMessage",
        "TurnEnded",
    ]
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert (ended.status, ended.exit_code, ended.output) == ("failed", 1, "1 failed")
    assert [spoken.is_final for spoken in events_of(e.AssistantMessage, *lines)] == [False, True]
    assert [turn.prompt for turn in events_of(e.TurnStarted, *lines)] == ["Fix it"]


def test_abort_interrupts_the_turn() -> None:
    lines = user("u1", "Fix it"), line("abort", "b1", 1, reason="user_initiated")
    assert events_of(e.TurnEnded, *lines) == [e.TurnEnded(T0 + 1000, "interrupted")]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ("ok", None, "done")),
        ({"success": False, "error": {"message": "No such path", "code": "failure"}}, ("failed", None, "No such path")),
        ({"success": False, "error": {"message": "No", "code": "denied"}}, ("denied", None, "No")),
    ],
)
def test_result_of_a_call_that_is_no_command(more: dict[str, Any], expected: tuple[str, None, str]) -> None:
    [ended] = events_of(e.ToolCallFinished, call("c1", "view", 1, path="a.py"), result("c1", "done", 2, **more))
    assert (ended.status, ended.exit_code, ended.output) == expected


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("User responded: neither", (("neither",), "given")),
        ("User selected: GitHub", (("GitHub",), "given")),
        ("User responded: ", ((), "empty")),
        ("User skipped", ((), "rejected")),
    ],
)
def test_answers_are_read_from_the_call_that_asked(output: str, expected: Any) -> None:
    lines = call("c1", "ask_user", 1, question="Which?", choices=["Google", "GitHub"]), result("c1", output, 2)
    assert [(asked.text, asked.options) for asked in events_of(e.QuestionAsked, *lines)] == [
        ("Which?", ("Google", "GitHub"))
    ]
    assert [(given.answers, given.status) for given in events_of(e.QuestionAnswered, *lines)] == [expected]


def test_permission_is_waited_for_until_it_is_given_or_the_turn_goes_on() -> None:
    request = {"requestId": "p", "permissionRequest": {"kind": "shell", "fullCommandText": "rm a"}}
    lines = [call("c1", "bash", 1, command="rm a"), line("permission.requested", "p1", 2, **request)]
    assert events_of(e.AgentWaiting, *lines) == [e.AgentWaiting(T0 + 2000, "permission prompt")]
    denied = line("permission.completed", "p2", 5, requestId="p", toolCallId="c1", result={"kind": "denied-by-user"})
    failed = result("c1", "", 6, success=False, error={"message": "Denied", "code": "failure"})
    assert events_of(e.AgentWaiting, *lines, denied, failed)[1:] == [e.AgentWaiting(T0 + 5000, "")]
    assert [ended.status for ended in events_of(e.ToolCallFinished, *lines, denied, failed)] == ["denied"]
    lost = line("abort", "b1", 7)
    assert events_of(e.AgentWaiting, *lines, lost)[1:] == [e.AgentWaiting(T0 + 7000, "")]


def tokens(*lines: Any) -> dict[str, tuple[int, int, int, bool]]:
    """Fresh input, cache read, output, and whether that is a lower bound, of each request as it is told last."""
    return {
        request.key: (
            request.input_tokens,
            request.cache_read_tokens,
            request.output_tokens,
            request.is_lower_bound,
        )
        for request in events_of(e.RequestMeasured, *lines)
    }


def test_tokens_are_lower_bounds_until_the_program_is_left() -> None:
    lines = [started(), answer("a1", "One.", 1), answer("a2", "Two.", 2)]
    assert tokens(*lines) == {"resp_a1": (0, 0, 40, True), "resp_a2": (0, 0, 40, True)}
    total = shutdown("d1", 3, inputTokens=15534, outputTokens=95, cacheReadTokens=14848, reasoningTokens=15)
    assert tokens(*lines, total) == {
        "resp_a1": (0, 0, 40, False),
        "resp_a2": (0, 0, 40, False),
        f"{SESSION}:1:{MODEL}": (686, 14848, 15, False),
    }
    asides = [request.key for request in events_of(e.RequestMeasured, *lines, total) if request.is_aside]
    assert asides == [f"{SESSION}:1:{MODEL}"], "the input of a sum is no prompt that the next request repeats"
    [context] = events_of(e.ContextMeasured, *lines, total)
    assert context.used_tokens == 15913


def test_totals_of_a_resumed_session_count_what_was_added_only() -> None:
    lines = [started(), answer("a1", "One.", 1), shutdown("d1", 2, inputTokens=900, outputTokens=40)]
    more = answer("a2", "Two.", 3), shutdown("d2", 4, inputTokens=1500, outputTokens=80, cacheReadTokens=100)
    assert tokens(*lines, *more)[f"{SESSION}:2:{MODEL}"] == (500, 100, 0, False)
    again = answer("a2", "Two.", 3), shutdown("d2", 4, inputTokens=700, outputTokens=40)
    assert tokens(*lines, *again)[f"{SESSION}:2:{MODEL}"] == (700, 0, 0, False), "the count began anew"
    same = shutdown("d2", 4, inputTokens=900, outputTokens=40)
    assert f"{SESSION}:2:{MODEL}" not in tokens(*lines, same)


def test_sub_agent_is_a_trajectory_of_its_own() -> None:
    lines = (
        user("u1", "Fix it"),
        call("c1", "task", 1, prompt="List the files", agent_type="explore"),
        line("subagent.started", "s1", 2, toolCallId="c1", agentName="explore", agentId="ag1"),
        answer("a1", "Two files.", 3, agentId="ag1"),
        line("subagent.completed", "s2", 4, toolCallId="c1", agentId="ag1"),
        result("c1", "Two files.", 5),
        line("assistant.turn_end", "t1", 6),
    )
    switches = events_of(e.TrajectorySwitched, *lines)
    assert switches == [e.TrajectorySwitched("ag1", "", "c1"), e.TrajectorySwitched("", None, "")]
    assert [(turn.prompt, turn.origin) for turn in events_of(e.TurnStarted, *lines)] == [
        ("Fix it", "typed"),
        ("List the files", "system"),
    ]
    assert [fact.value for fact in events_of(e.MetadataLearned, *lines) if fact.name == "agent_role"] == ["explore"]


def test_failure_compaction_and_end_are_told() -> None:
    lines = (
        line("session.error", "e1", 1, message="Too many requests", statusCode=429, errorType="rate_limit"),
        line(
            "session.compaction_complete", "k1", 2, preCompactionTokens=9, postCompactionTokens=4, trigger="threshold"
        ),
        shutdown("d1", 3),
    )
    assert [(failed.kind, failed.status_code, failed.is_final) for failed in events_of(e.RequestFailed, *lines)] == [
        ("rate_limit", 429, True)
    ]
    assert [(it.trigger, it.before_tokens, it.after_tokens) for it in events_of(e.Compacted, *lines)] == [
        ("threshold", 9, 4)
    ]
    assert events_of(e.SessionEnded, *lines) == [e.SessionEnded(T0 + 3000)]


def test_payloads_are_whole() -> None:
    edit = call("c1", "edit", 1, path="a.py", old_str="a", new_str="b")
    assert SOURCE.load_input(content(edit), "c1") == Payload("-a\n+b\n", "diff")
    shown = {"content": "Edited", "detailedContent": "\ndiff --git a/a.py b/a.py\n-a\n+b"}
    done = result("c1", "", 2, result=shown, toolTelemetry={"properties": {"command": "edit"}})
    assert SOURCE.load_output(content(done), "c1") == Payload("diff --git a/a.py b/a.py\n-a\n+b", "diff")
    assert SOURCE.load_input(content(user("u1", "Fix it")), "") == Payload("Fix it", "markdown")


def test_tool_of_another_server_is_told_as_one() -> None:
    started_call = line("tool.execution_start", "s1", 1, toolCallId="c1", toolName="find", mcpServerName="docs")
    assert [step.kind for step in events_of(e.ToolCallStarted, started_call)] == ["mcp"]


def test_failed_sub_agent_ends_its_own_turn_only() -> None:
    lines = (
        user("u1", "Fix it"),
        call("c1", "task", 1, prompt="List the files"),
        line("subagent.started", "s1", 2, toolCallId="c1", agentName="explore"),
        line("subagent.failed", "s2", 4, toolCallId="c1", error="no model"),
        result("c1", "no model", 5, success=False, error={"message": "no model", "code": "failure"}),
    )
    assert events_of(e.TurnEnded, *lines) == [e.TurnEnded(T0 + 4000, "failed")]
    assert [(ended.status, ended.child_native_id) for ended in events_of(e.ToolCallFinished, *lines)] == [
        ("failed", "c1")
    ]


def test_repeated_line_says_nothing_and_an_unknown_one_is_counted() -> None:
    twice = user("u1", "Fix it"), user("u1", "Fix it"), line("session.hologram", "x1", 1)
    assert len(events_of(e.TurnStarted, *twice)) == 1
    assert SOURCE.parser(PATH).feed(content(*twice), 0).unknown == {"session.hologram": 1}
