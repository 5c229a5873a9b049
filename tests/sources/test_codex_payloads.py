"""The whole of a step's input and output, read back from its line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppp_tui.sources.codex import SOURCE
from ppp_tui.sources.source import Payload
from tests.sources.codex_lines import agent_item, call, completed, content, ended, event, item, output

LONG = "x" * 5000
PATCH = "*** Begin Patch\n*** Add File: a\n+" + LONG + "\n*** End Patch\n"


def record(line: dict[str, Any]) -> bytes:
    """A line without its newline, as a step refers to it."""
    return content(line).rstrip()


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        (call("exec_command", {"cmd": LONG}), Payload(LONG)),
        (call("shell", {"command": ["bash", "-lc", "ls"]}), Payload("ls")),
        (item("local_shell_call", call_id="c1", action={"command": ["git", "status"]}), Payload("git status")),
        (call("view_image", {"path": "é.png"}), Payload('{\n  "path": "é.png"\n}', "json")),
        (item("custom_tool_call", name="apply_patch", call_id="c1", input=PATCH), Payload(PATCH, "diff")),
        (item("custom_tool_call", name="exec", call_id="c1", input="run()"), Payload("run()")),
        (item("web_search_call", id="w", action={"type": "search", "query": "tides"}), Payload("tides")),
        (event("web_search_end", call_id="w", query="tides"), Payload("tides")),
        (completed("WebSearch", id="w", query="tides"), Payload("tides")),
        (completed("CommandExecution", id="c", command=["/bin/sh", "-c", "ls"]), Payload("ls")),
        (
            event("patch_apply_end", call_id="c", changes={"/a": {"type": "add", "content": "hi\n"}}),
            Payload("*** add /a\nhi\n", "diff"),
        ),
        (completed("McpToolCall", id="c", server="s", tool="t", arguments={"a": 1}), Payload('{\n  "a": 1\n}', "json")),
        (agent_item(LONG), Payload(LONG)),
        (event("agent_message", message=LONG), Payload(LONG)),
        (completed("AgentMessage", id="m", content=[{"type": "Text", "text": LONG}]), Payload(LONG)),
        (completed("Reasoning", id="r", summary_text=["a", "b"]), Payload("a\n\nb")),
        (completed("Plan", id="p", text="# Plan"), Payload("# Plan")),
        (item("reasoning", summary=[{"type": "summary_text", "text": "Hm."}]), Payload("Hm.")),
        (event("agent_reasoning", text="Hm."), Payload("Hm.")),
        (event("error", message="no"), Payload("no")),
        (ended(last=None, error={"message": "limit"}), Payload("limit")),
        (ended(last="Done."), Payload("Done.")),
        ({"timestamp": "x", "type": "compacted", "payload": {"message": "a summary"}}, Payload("a summary")),
    ],
)
def test_payloads_of_inputs_are_complete(line: dict[str, Any], whole: Payload) -> None:
    assert SOURCE.load_input(record(line), "c1") == whole


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        (output("Process exited with code 0\nOutput:\n" + LONG), Payload(LONG)),
        (output(LONG), Payload(LONG)),
        (output('{"output": "a", "metadata": {"exit_code": 1}}'), Payload("a")),
        (item("custom_tool_call_output", call_id="c1", output="Exit code: 0\nOutput:\nSuccess."), Payload("Success.")),
        (item("tool_search_output", call_id="c1", tools=[{"name": "a"}, {"name": "b"}]), Payload("a\nb")),
        (completed("CommandExecution", id="c1", status="completed", aggregated_output=LONG), Payload(LONG)),
        (event("exec_command_end", call_id="c1", stdout="out"), Payload("out")),
        (event("patch_apply_end", call_id="c1", success=False, stdout="", stderr="bad"), Payload("bad")),
        (completed("FileChange", id="c1", stdout="Success."), Payload("Success.")),
        (completed("McpToolCall", id="c1", result={"content": [{"type": "text", "text": "fine"}]}), Payload("fine")),
    ],
)
def test_payloads_of_outputs_are_complete(line: dict[str, Any], whole: Payload) -> None:
    assert SOURCE.load_output(record(line), "c1") == whole


def test_the_whole_output_of_a_polled_command_is_put_together_from_its_lines() -> None:
    running = "Process running with session ID {}\nOutput:\n{}"
    lines = [
        output(running.format(7, "one\n"), "c1"),
        output(running.format(8, "other\n"), "x1"),
        call("write_stdin", {"session_id": 8}, "x2"),
        call("write_stdin", {"session_id": 7}, "c2"),
        output("Process exited with code 0\nOutput:\nother end\n", "x2"),
        output(running.format(7, "two\n"), "c2"),
        call("write_stdin", {"session_id": 7}, "c3"),
        output("Process exited with code 0\nOutput:\nend\n", "c3"),
    ]
    joined = b"".join(map(content, lines))
    assert SOURCE.load_output(joined, "c1") == Payload("one\ntwo\nend\n")
    lost = joined + b"{no line}\n" + content(output("write_stdin failed: Unknown process id 7", "c3"))
    assert SOURCE.load_output(lost, "c1") == Payload("one\ntwo\nend\n")
    with pytest.raises(ValueError, match="no output of c9"):
        SOURCE.load_output(joined, "c9")


def test_payload_is_read_from_a_line_of_the_oldest_form() -> None:
    bare = {"type": "function_call_output", "call_id": "c1", "output": "fine"}
    assert SOURCE.load_output(json.dumps(bare).encode(), "c1") == Payload("fine")
    bare = {"type": "function_call", "name": "shell", "arguments": '{"command": ["ls"]}', "call_id": "c1"}
    assert SOURCE.load_input(json.dumps(bare).encode(), "c1") == Payload("ls")


@pytest.mark.parametrize(
    "line", [event("task_started", turn_id="t"), event("token_count", info=None), output("x"), {"type": "world_state"}]
)
def test_line_without_an_input_raises(line: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no input of c1"):
        SOURCE.load_input(record(line), "c1")


@pytest.mark.parametrize("line", [event("task_started", turn_id="t"), call("shell", {"command": "x"}), agent_item("a")])
def test_line_without_an_output_raises(line: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no output of c1"):
        SOURCE.load_output(record(line), "c1")


def test_payload_of_invalid_bytes_raises() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        SOURCE.load_input(b"{nothing", "c1")
    with pytest.raises(ValueError, match="cannot be read"):
        SOURCE.load_output(b"", "c1")


def test_text_that_is_no_utf_8_or_half_a_pair_is_marked() -> None:
    assert SOURCE.load_input(record(event("error", message="caf#")).replace(b"#", b"\xe9"), "") == Payload("caf\ufffd")
    assert SOURCE.load_output(record(output("a#b")).replace(b"#", b"\\ud83d"), "c1") == Payload("a?b")
