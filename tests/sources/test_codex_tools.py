"""Steps: every shape of call and output, terminals that run on, questions, sub-agents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.event import Heartbeat, QuestionAsked, ToolCallFinished, ToolCallStarted
from ppp_tui.sources.codex.parser import CodexParser
from tests.sources.codex_lines import (
    T0,
    TURN,
    call,
    completed,
    content,
    event,
    item,
    meta,
    old_started,
    only,
    output,
    started,
)

STEP = (ToolCallStarted, ToolCallFinished)
DURATION = {"secs": 1, "nanos": 500_000_000}


def steps(*lines: dict[str, Any]) -> list[Any]:
    """Beginnings and ends of steps."""
    return only(STEP, meta(), old_started(), *lines)


@pytest.mark.parametrize(
    ("made", "kind", "tool", "target"),
    [
        (call("shell", {"command": ["bash", "-lc", "pytest -q"]}), "shell", "shell", "pytest -q"),
        (call("shell", {"command": ["ls", "my dir"]}), "shell", "shell", "ls 'my dir'"),
        (call("shell_command", {"command": "pytest\n  -q"}), "shell", "shell_command", "pytest -q"),
        (call("exec_command", {"cmd": "ls"}), "shell", "exec_command", "ls"),
        (call("write_stdin", {"session_id": 7, "chars": "y\n"}), "shell", "write_stdin", "7 y"),
        (call("view_image", {"path": "a.png"}), "read", "view_image", "a.png"),
        (
            call(
                "update_plan", {"plan": [{"step": "a", "status": "completed"}, {"step": "b", "status": "in_progress"}]}
            ),
            "plan",
            "update_plan",
            "b",
        ),
        (call("_fetch_pr", {"pr": 7, "repo": "a/b"}, namespace="mcp__github"), "mcp", "mcp__github__fetch_pr", "a/b"),
        (call("mcp__docs__find", {"query": "auth"}), "mcp", "mcp__docs__find", "auth"),
        (
            call("apply_patch", {"input": "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch"}),
            "edit",
            "apply_patch",
            "a.py",
        ),
        (
            call("spawn_agent", {"message": "Count files"}, namespace="multi_agent_v1"),
            "subagent",
            "spawn_agent",
            "Count files",
        ),
        (
            call("wait_agent", {"targets": ["01a2"], "timeout_ms": 5}, namespace="multi_agent_v1"),
            "subagent",
            "wait_agent",
            "a sub-agent",
        ),
        (call("wait", {"ids": ["01a2", "01a3"]}), "subagent", "wait", "2 sub-agents"),
        (call("wait_agent", {"timeout_ms": 5}), "subagent", "wait_agent", "a sub-agent"),
        (call("brand_new", {"n": 1}), "tool", "brand_new", ""),
        (
            item("local_shell_call", call_id="c1", action={"type": "exec", "command": ["git", "status"]}),
            "shell",
            "local_shell",
            "git status",
        ),
        (
            item("tool_search_call", call_id="c1", arguments={"query": "agents", "limit": 3}),
            "search",
            "tool_search",
            "agents",
        ),
        (item("custom_tool_call", call_id="c1", name="exec", input="await run()"), "tool", "exec", "await run()"),
    ],
)
def test_call_gives_kind_target_and_input(made: dict[str, Any], kind: str, tool: str, target: str) -> None:
    [found] = steps(made)
    assert (found.key, found.kind, found.tool, found.target) == ("c1", kind, tool, target)


def test_a_patch_is_about_its_first_file() -> None:
    patch = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-x\n+y\n*** Add File: b.py\n+z\n*** End Patch\n"
    [found] = steps(item("custom_tool_call", call_id="c1", name="apply_patch", input=patch))
    assert (found.kind, found.target, found.input_length) == ("edit", "src/a.py and 1 more", len(patch))
    assert found.input_preview == patch


def test_broken_arguments_are_shown_as_they_are() -> None:
    [found] = steps(item("function_call", name="exec_command", arguments='{"cmd": "l', call_id="c1"))
    assert found.target == '{"cmd": "l'


@pytest.mark.parametrize(
    ("given", "status", "code", "shown", "duration"),
    [
        ("Chunk ID: 1\nWall time: 0.2500 seconds\nProcess exited with code 0\nOutput:\nfine\n", "ok", 0, "fine\n", 250),
        (
            "Wall time: 1 seconds\nProcess exited with code 1\nOutput:\nExit code: 0\n",
            "failed",
            1,
            "Exit code: 0\n",
            1000,
        ),
        ("Exit code: 127\nWall time: 0 seconds\nOutput:\nnot found", "failed", 127, "not found", 0),
        ('{"output": "a\\n", "metadata": {"exit_code": 2, "duration_seconds": 1.5}}', "failed", 2, "a\n", 1500),
        ('{"output": "", "metadata": {"exit_code": 0, "duration_seconds": 0.0}}', "ok", 0, "", 0),
        ('{"answers": {}}', "ok", None, '{"answers": {}}', None),
        ("Plan updated", "ok", None, "Plan updated", None),
        ("aborted by user after 12.3s", "cancelled", None, "aborted by user after 12.3s", None),
        (
            "Wall time: 13.7 seconds\naborted by user",
            "cancelled",
            None,
            "Wall time: 13.7 seconds\naborted by user",
            13_700,
        ),
        ("exec command rejected by user", "denied", None, "exec command rejected by user", None),
        ("unsupported call: fly", "failed", None, "unsupported call: fly", None),
        (
            "apply_patch verification failed: no such lines",
            "failed",
            None,
            "apply_patch verification failed: no such lines",
            None,
        ),
        ({"content": "boom", "success": False}, "failed", None, "boom", None),
        (
            [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "x"}],
            "ok",
            None,
            "a\n[image]",
            None,
        ),
        ("The build failed to start, said the log", "ok", None, "The build failed to start, said the log", None),
        (None, "ok", None, "", None),
    ],
)
def test_output_gives_status_exit_code_and_text(
    given: object, status: str, code: int | None, shown: str, duration: int | None
) -> None:
    _, found = steps(call("shell", {"command": "x"}), output(given, ms=9))
    assert (found.at, found.status, found.exit_code, found.output_preview) == (T0 + 9, status, code, shown)
    assert (found.output_length, found.duration_ms) == (len(shown), duration)


def test_the_end_of_a_command_as_the_newest_version_tells_it_comes_once() -> None:
    begun, ended = steps(
        call("exec_command", {"cmd": "make"}),
        completed(
            "CommandExecution",
            8,
            id="c1",
            process_id="9",
            command=["/bin/bash", "-lc", "make"],
            source="unified_exec_startup",
            status="failed",
            aggregated_output="oops\n",
            exit_code=2,
            duration=DURATION,
        ),
        output("Process exited with code 2\nOutput:\noops\n", ms=9),
    )
    assert begun.key == ended.key == "c1"
    assert (ended.at, ended.status, ended.exit_code, ended.duration_ms) == (T0 + 8, "failed", 2, 1500)


@pytest.mark.parametrize(("told", "status"), [("declined", "denied"), ("completed", "ok"), ("failed", "failed")])
def test_changes_of_files_end_their_patch(told: str, status: str) -> None:
    patch = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch\n"
    _, ended = steps(
        item("custom_tool_call", call_id="c1", name="apply_patch", input=patch),
        event(
            "patch_apply_end",
            5,
            call_id="c1",
            success=status == "ok",
            status=told,
            stdout="Success.\n",
            stderr="",
            changes={"/p/a.txt": {"type": "add", "content": "x\n"}},
        ),
        item("custom_tool_call_output", 6, call_id="c1", output="Exit code: 0\nOutput:\nSuccess.\n"),
    )
    assert (ended.at, ended.status, ended.output_preview) == (T0 + 5, status, "Success.\n")


def test_a_patch_within_a_shell_command_ends_with_the_command() -> None:
    _, ended = steps(
        call("shell", {"command": ["apply_patch", "…"]}),
        event("patch_apply_end", 5, call_id="c1", success=True, changes={}),
        output('{"output": "Success.", "metadata": {"exit_code": 0, "duration_seconds": 0.1}}', ms=6),
    )
    assert (ended.at, ended.exit_code) == (T0 + 6, 0)


RUNNING = "Wall time: 1.0 seconds\nProcess running with session ID 42\nOutput:\none\n"


def test_a_command_that_runs_on_is_one_step_until_it_exits() -> None:
    found = only(
        (*STEP, Heartbeat),
        meta(),
        old_started(),
        call("exec_command", {"cmd": "make"}, "c1"),
        output(RUNNING, "c1", 1),
        call("write_stdin", {"session_id": 42, "chars": ""}, "c2", 2),
        output(RUNNING, "c2", 3),
        call("write_stdin", {"session_id": 42, "chars": "q"}, "c3", 4),
        output("Wall time: 2 seconds\nProcess exited with code 3\nOutput:\nend\n", "c3", 5),
        call("write_stdin", {"session_id": 42, "chars": ""}, "c4", 6),
        output("write_stdin failed: Unknown process id 42", "c4", 7),
    )
    assert [(type(entry).__name__, entry.key, entry.at - T0) for entry in found] == [
        ("ToolCallStarted", "c1", 0),
        ("ToolCallFinished", "c1", 1),
        ("Heartbeat", "c1", 2),
        ("Heartbeat", "c1", 3),
        ("Heartbeat", "c1", 4),
        ("ToolCallFinished", "c1", 5),
        ("ToolCallStarted", "c4", 6),
        ("ToolCallFinished", "c4", 7),
    ]
    assert [entry.status for entry in found if isinstance(entry, ToolCallFinished)] == ["running", "failed", "failed"]
    # How long the last poll waited is not how long the command ran.
    assert found[5].duration_ms is None


def test_a_polled_command_ends_with_all_that_it_printed() -> None:
    found = steps(
        call("exec_command", {"cmd": "pytest"}, "c1"),
        output("Process running with session ID 42\nOutput:\ncollecting\nFAILED a.py::test_pay - re", "c1", 1),
        call("write_stdin", {"session_id": 42, "chars": ""}, "c2", 2),
        output("Process running with session ID 42\nOutput:\nfused\n", "c2", 3),
        call("write_stdin", {"session_id": "42", "chars": ""}, "c3", 4),
        output("Process exited with code 1\nOutput:\n1 failed in 0.10s\n", "c3", 5),
    )
    whole = "collecting\nFAILED a.py::test_pay - refused\n1 failed in 0.10s\n"
    assert found[-1] == ToolCallFinished(
        at=T0 + 5,
        ref=found[-1].ref,
        key="c1",
        status="failed",
        exit_code=1,
        output_preview=whole,
        output_length=len(whole),
        output=whole,
    )


def test_a_polled_command_refers_to_all_lines_that_tell_its_output() -> None:
    lines = (
        output("Process running with session ID 42\nOutput:\none\n", "c1"),
        call("write_stdin", {"session_id": 42}, "c2"),
        output("Process exited with code 0\nOutput:\ntwo\n", "c2"),
    )
    running, ended = steps(call("exec_command", {"cmd": "make"}, "c1"), *lines)[1:]
    assert ended.ref.offset == running.ref.offset
    assert ended.ref.length >= sum(len(content(line)) for line in lines) - 1


def test_without_text_the_state_holds_nothing_that_a_running_command_printed() -> None:
    parser = CodexParser(Path("/s/rollout-2026-11-20T10-00-00-0.jsonl"))
    lines = (
        meta(),
        old_started(),
        call("exec_command", {"cmd": "make"}, "c1"),
        output("Process running with session ID 42\nOutput:\nsecret words\n", "c1"),
    )
    parser.feed(b"".join(map(content, lines)), 0)
    assert b"secret" in parser.state()
    bare = parser.state(keeps_text=False)
    assert b"secret" not in bare
    later = CodexParser(Path("/s/rollout-2026-11-20T10-00-00-0.jsonl"), bare)
    end = (call("write_stdin", {"session_id": 42}, "c2"), output("Process exited with code 0\nOutput:\nend\n", "c2"))
    [ended] = [
        entry for entry in later.feed(b"".join(map(content, end)), 9).events if isinstance(entry, ToolCallFinished)
    ]
    assert (ended.key, ended.output, ended.output_length) == ("c1", "end\n", 17)


def test_of_a_long_polled_output_its_end_is_kept_and_its_length() -> None:
    long = "x" * 70_000
    found = steps(
        call("exec_command", {"cmd": "make"}, "c1"),
        output(f"Process running with session ID 42\nOutput:\nfirst {long}", "c1"),
        call("write_stdin", {"session_id": 42}, "c2"),
        output("write_stdin failed: Unknown process id 42", "c2"),
    )
    ended = found[-1]
    assert isinstance(ended, ToolCallFinished)
    assert (ended.status, ended.output_length, len(ended.output)) == ("unknown", 70_006, 65_536)
    assert ended.output_preview.startswith("first xxx")


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("/home/a/shop/web dir", "cd '/home/a/shop/web dir' && npm test"),
        ("/home/a/shop", "npm test"),
        ("", "npm test"),
        (7, "npm test"),
    ],
)
def test_command_run_in_another_folder_begins_with_cd(folder: object, command: str) -> None:
    [started] = steps(call("exec_command", {"cmd": "npm test", "workdir": folder}))
    assert isinstance(started, ToolCallStarted)
    assert (started.command, started.input_preview) == (command, "npm test")


def test_a_terminal_that_is_lost_ends_its_step_without_a_verdict() -> None:
    found = steps(
        call("exec_command", {"cmd": "make"}, "c1"),
        output(RUNNING, "c1"),
        call("write_stdin", {"session_id": 42}, "c2"),
        output("write_stdin failed: Unknown process id 42", "c2"),
    )
    assert [(entry.key, entry.status) for entry in found[1:]] == [("c1", "running"), ("c1", "unknown")]


def test_after_an_interrupt_a_terminal_is_polled_by_steps_of_their_own() -> None:
    found = steps(
        call("exec_command", {"cmd": "make"}, "c1"),
        output(RUNNING, "c1"),
        event("turn_aborted", turn_id=TURN, reason="interrupted"),
        call("write_stdin", {"session_id": 42}, "c2"),
    )
    assert [entry.key for entry in found if isinstance(entry, ToolCallStarted)] == ["c1", "c2"]


def test_a_process_that_outlives_its_cancelled_call_says_nothing_new() -> None:
    found = steps(
        call("exec_command", {"cmd": "sleep 30"}),
        output("Wall time: 1 seconds\naborted by user"),
        completed("CommandExecution", 9, id="c1", command=["sleep", "30"], status="completed", exit_code=0),
    )
    assert [entry.status for entry in found[1:]] == ["cancelled"]


def test_questions_wait_for_their_answer() -> None:
    asked = {
        "questions": [
            {
                "id": "q1",
                "header": "DB",
                "question": "Which database?",
                "options": [{"label": "SQLite"}, {"label": "PG"}],
            },
            {"id": "q2", "question": "Which port?"},
        ]
    }
    found = only(
        (*STEP, QuestionAsked),
        meta(),
        started(),
        call("request_user_input", asked),
        output('{"answers":{"q1":{"answers":["SQLite"]}}}', ms=4),
    )
    assert (found[0].kind, found[0].target) == ("ask", "Which database?")
    assert [(entry.text, entry.options, entry.step) for entry in found[1:3]] == [
        ("Which database?", ("SQLite", "PG"), "c1"),
        ("Which port?", (), "c1"),
    ]
    assert (found[3].status, found[3].at) == ("ok", T0 + 4)


def test_the_end_of_a_spawn_names_the_sub_agent() -> None:
    _, by_output = steps(call("spawn_agent", {"message": "x"}), output('{"agent_id": "kid", "nickname": "Ann"}'))
    assert by_output.child_native_id == "kid"
    spawned = completed("CollabAgentToolCall", id="c1", tool="spawn_agent", receiver_thread_ids=["kid2"])
    _, by_item = steps(call("spawn_agent", {"message": "x"}), spawned, output('{"task_name": "/lead/x"}'))
    assert by_item.child_native_id == "kid2"
    activity = event("sub_agent_activity", event_id="c1", agent_thread_id="kid3", agent_path="/lead/x", kind="started")
    _, by_event = steps(call("spawn_agent", {"message": "x"}), activity, output('{"task_name": "/lead/x"}'))
    assert by_event.child_native_id == "kid3"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ({"Ok": {"content": [{"type": "text", "text": "fine"}]}}, "ok"),
        ({"Ok": {"content": [], "isError": True}}, "failed"),
        ({"Err": "no server"}, "failed"),
    ],
)
def test_an_mcp_call_is_timed_by_its_event_and_ended_by_its_output(result: dict[str, Any], status: str) -> None:
    _, ended = steps(
        call("find", {"query": "a"}, namespace="mcp__docs"),
        event(
            "mcp_tool_call_end",
            4,
            call_id="c1",
            duration=DURATION,
            result=result,
            invocation={"server": "docs", "tool": "find", "arguments": {"query": "a"}},
        ),
        output("Wall time: 9 seconds\nOutput:\n[]", ms=5),
    )
    assert (ended.at, ended.status, ended.duration_ms, ended.output_preview) == (T0 + 5, status, 1500, "[]")


def test_items_without_a_call_are_complete_steps() -> None:
    found = steps(
        completed(
            "CommandExecution",
            5,
            id="x1",
            command=["/bin/bash", "-lc", "ls"],
            source="agent",
            status="completed",
            exit_code=0,
            aggregated_output="a\n",
        ),
        completed("FileChange", 6, id="x2", status="completed", changes={"/p/a.py": {"type": "update"}}),
        completed("McpToolCall", 7, id="x3", server="docs", tool="find", arguments={"q": 1}, status="completed"),
        completed("ImageView", 8, id="x4", path="file:///a.png"),
        completed("Sleep", 9, id="x5", duration_ms=2000),
        completed("ImageGeneration", 10, id="x6", status="completed", revised_prompt="a cat"),
        item("image_generation_call", 11, id="x6", status="completed", revised_prompt="a cat"),
    )
    begun = [(entry.key, entry.kind, entry.tool, entry.target) for entry in found if isinstance(entry, ToolCallStarted)]
    assert begun == [
        ("x1", "shell", "shell", "ls"),
        ("x2", "edit", "apply_patch", "/p/a.py"),
        ("x3", "mcp", "mcp__docs__find", '{ "q": 1 }'),
        ("x4", "read", "view_image", "file:///a.png"),
        ("x5", "tool", "sleep", ""),
        ("x6", "tool", "image_generation", "a cat"),
    ]
    assert [entry.status for entry in found if isinstance(entry, ToolCallFinished)] == ["ok"] * 6


def test_a_search_on_the_web_is_one_step_however_often_it_is_told() -> None:
    action = {"type": "search", "query": "weather"}
    found = steps(
        event("web_search_end", 1, call_id="w1", query="weather", action=action),
        item("web_search_call", 2, status="completed", action=action),
        completed("WebSearch", 3, id="w2", query="", action={"type": "open_page", "url": "https://a.example"}),
        item("web_search_call", 4, id="w2", action={"type": "open_page", "url": "https://a.example"}),
        item("web_search_call", 5, id="w3", action={"type": "search", "queries": ["tides"]}),
    )
    begun = [(entry.key, entry.kind, entry.target) for entry in found if isinstance(entry, ToolCallStarted)]
    assert begun == [("w1", "web", "weather"), ("w2", "web", "https://a.example"), ("w3", "web", "tides")]


def test_an_output_without_a_call_is_context_and_no_step() -> None:
    assert steps(item("function_call_output", name="goal_objective", output="ship"), output("x", "nobody")) == []


def test_events_of_builds_that_write_more_say_that_a_step_lives() -> None:
    found = only(
        (*STEP, Heartbeat),
        meta(),
        old_started(),
        call("exec_command", {"cmd": "make"}),
        event("exec_command_begin", 1, call_id="c1"),
        event("exec_command_output_delta", 2, call_id="c1"),
        event(
            "exec_command_end",
            3,
            call_id="c1",
            stdout="x",
            stderr="",
            aggregated_output="x",
            exit_code=0,
            duration=DURATION,
            status="completed",
        ),
    )
    assert [(type(entry).__name__, entry.at - T0) for entry in found] == [
        ("ToolCallStarted", 0),
        ("Heartbeat", 2),
        ("ToolCallFinished", 3),
    ]
    assert (found[2].exit_code, found[2].duration_ms) == (0, 1500)
