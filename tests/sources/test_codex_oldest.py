"""The oldest form, until September 2025: a bare description, then items without envelope, time or events."""

from __future__ import annotations

import json

from ppp_tui.model.event import (
    AssistantMessage,
    MetadataLearned,
    ReasoningEmitted,
    Ref,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.sources.codex import SOURCE
from tests.sources.codex_lines import NAME, T0

HEAD = {
    "id": "c3c4b301-27c8-4c70-b6e4-46b99fdf0236",
    "timestamp": "2026-11-20T10:00:00.000Z",
    "instructions": None,
    "git": {"commit_hash": "abc", "branch": "main"},
}


def message(role: str, text: str) -> dict[str, object]:
    """A message, bare."""
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "id": None, "role": role, "content": [{"type": kind, "text": text}]}


LINES = [
    HEAD,
    {"record_type": "state"},
    message("user", "<environment_context>\n  <cwd>/home/a/shop</cwd>\n</environment_context>"),
    message("user", "Fix the test"),
    {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "Hm."}]},
    {"type": "function_call", "name": "shell", "arguments": '{"command":["bash","-lc","ls"]}', "call_id": "c1"},
    {
        "type": "function_call_output",
        "call_id": "c1",
        "output": '{"output":"a.py\\n","metadata":{"exit_code":0,"duration_seconds":0.2}}',
    },
    {"record_type": "state"},
    message("assistant", "Fixed. Anything else?"),
    message("user", "No"),
    message("assistant", "Fine."),
]


def test_session_of_the_oldest_form_is_read() -> None:
    records = [json.dumps(entry).encode() for entry in LINES]
    starts = [sum(len(record) + 1 for record in records[:index]) for index in range(len(records))]
    refs = [Ref(start, len(record)) for start, record in zip(starts, records, strict=True)]
    reading = SOURCE.parser(NAME).feed(b"\n".join(records), 0)
    assert (reading.unknown, reading.damage) == ({}, [])
    assert reading.events == [
        MetadataLearned(T0, "native_id", "c3c4b301-27c8-4c70-b6e4-46b99fdf0236"),
        MetadataLearned(T0, "branch", "main"),
        MetadataLearned(0, "project", "/home/a/shop"),
        TurnStarted(0, refs[3], "", "Fix the test", "typed"),
        ReasoningEmitted(0, refs[4], "Hm."),
        ToolCallStarted(
            at=0,
            ref=refs[5],
            key="c1",
            kind="shell",
            tool="shell",
            target="ls",
            input_preview="ls",
            input_length=2,
            command="ls",
        ),
        ToolCallFinished(
            at=0,
            ref=refs[6],
            key="c1",
            status="ok",
            exit_code=0,
            output_preview="a.py\n",
            output_length=5,
            duration_ms=200,
            output="a.py\n",
        ),
        AssistantMessage(0, refs[8], "Fixed. Anything else?"),
        TurnEnded(T0, "unknown"),
        TurnStarted(0, refs[9], "", "No", "typed"),
        AssistantMessage(0, refs[10], "Fine."),
    ]


def test_line_of_neither_form_is_counted_as_unknown() -> None:
    reading = SOURCE.parser(NAME).feed(b'{"id": ""}\n{"type": "mystery"}\n', 0)
    assert reading.unknown == {"(no type)": 1, "response_item/mystery": 1}
    assert reading.events == []
