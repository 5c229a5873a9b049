"""The whole of a step is read back from its record: commands as text, edits as differences."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppp_tui.sources.claude_code import SOURCE
from ppp_tui.sources.source import Payload
from tests.sources.claude_lines import assistant, call, envelope, result, text, user


def as_line(record: dict[str, Any]) -> bytes:
    """The record as it stands in its file."""
    return json.dumps(record).encode()


def asked(name: str, **given: Any) -> Payload:
    """The whole input of a call."""
    return SOURCE.load_input(as_line(assistant("a", call("t", name, **given))), "t")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("Bash", {"command": "ls\n-l", "description": "x"}, Payload("ls\n-l")),
        ("Write", {"file_path": "/a.py", "content": "x = 1\n"}, Payload("x = 1\n")),
        ("Task", {"description": "x", "prompt": "Count"}, Payload("Count", "markdown")),
        ("ExitPlanMode", {"plan": "1. x"}, Payload("1. x", "markdown")),
        ("Grep", {"pattern": "é"}, Payload('{\n  "pattern": "é"\n}', "json")),
        (
            "Edit",
            {"file_path": "/a.py", "old_string": "x = 1", "new_string": "x = 2\n"},
            Payload("--- /a.py\n+++ /a.py\n@@\n-x = 1\n+x = 2\n+", "diff"),
        ),
        (
            "MultiEdit",
            {"file_path": "/a.py", "edits": [{"old_string": "a", "new_string": "b"}, 5]},
            Payload("--- /a.py\n+++ /a.py\n@@\n-a\n+b", "diff"),
        ),
    ],
)
def test_payload_of_an_input_is_complete(name: str, given: dict[str, Any], expected: Payload) -> None:
    assert asked(name, **given) == expected


PATCH = [{"oldStart": 3, "oldLines": 1, "newStart": 3, "newLines": 1, "lines": ["-x = 1", "+x = 2"]}, 5, {"lines": 5}]


@pytest.mark.parametrize(
    ("content", "told_so", "expected"),
    [
        (
            "updated",
            {"filePath": "/a.py", "structuredPatch": PATCH},
            Payload("--- /a.py\n+++ /a.py\n@@ -3,1 +3,1 @@\n-x = 1\n+x = 2\n@@ -0,0 +0,0 @@", "diff"),
        ),
        ("created", {"filePath": "/a.py", "structuredPatch": []}, Payload("created")),
        ("x" * 5000, {"stdout": "x" * 5000}, Payload("x" * 5000)),
        ([{"type": "text", "text": "see"}, {"type": "image"}], None, Payload("see\n[image]")),
    ],
)
def test_payload_of_an_output_is_complete(content: Any, told_so: Any, expected: Payload) -> None:
    assert SOURCE.load_output(as_line(user("u", result("t", content), toolUseResult=told_so)), "t") == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (assistant("a", text("**Done**")), Payload("**Done**", "markdown")),
        (assistant("a", {"type": "thinking", "thinking": "Hm."}), Payload("Hm.")),
        (user("u", "Stop hook feedback: no"), Payload("Stop hook feedback: no")),
        (envelope("system", "s", subtype="local_command", content="/mcp"), Payload("/mcp")),
        ({"type": "x", "é": 1}, Payload('{\n  "type": "x",\n  "é": 1\n}', "json")),
    ],
)
def test_payload_without_a_key_is_the_records_text(record: dict[str, Any], expected: Payload) -> None:
    assert SOURCE.load_input(as_line(record), "") == expected


def test_broken_characters_are_replaced_as_they_were_when_read() -> None:
    torn = as_line(assistant("a", call("t", "Bash", command="a#b"))).replace(b"#", b"\xff")
    half = as_line(user("u", result("t", "a#b"))).replace(b"#", b"\\ud800")
    assert SOURCE.load_input(torn, "t") == Payload("a\ufffdb")
    assert SOURCE.load_output(half, "t") == Payload("a?b")


@pytest.mark.parametrize(
    "record", [b"", b"no json", b"[]", as_line(user("u", "x")), as_line(user("u", result("t", "x")))]
)
def test_record_without_the_payload_raises(record: bytes) -> None:
    with pytest.raises(ValueError, match="the record"):
        SOURCE.load_input(record, "t9")
    with pytest.raises(ValueError, match="the record"):
        SOURCE.load_output(record, "t9")
