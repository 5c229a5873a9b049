"""What Claude Code and Codex print, as plain lines: turns, steps, tokens, failures; and that these are read as such."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from ppp_tui.model import event as e
from ppp_tui.sources.attached import SOURCE
from ppp_tui.sources.attached.claude_stream import ClaudeStream
from ppp_tui.sources.attached.codex_stream import CodexStream
from ppp_tui.sources.attached.errand import Errand
from ppp_tui.sources.attached.streams import file_name, stream_of
from ppp_tui.sources.plain import records
from ppp_tui.sources.source import Identity
from ppp_tui.testing.source_contract import SourceContract

NOW = "2026-11-20T10:00:00.000Z"
SESSION = "c9a494f9-257a-431c-8187-781fd51ce5a7"
THREAD = "01a1f866-0d00-7000-8000-000000000001"
"""A UUID of version 7 that holds the time of `NOW`."""
RESUMED = "01990000-0000-7000-8000-000000000001"
"""One that is months older."""
INIT = {"type": "system", "subtype": "init", "session_id": SESSION, "cwd": "/home/me/shop", "model": "m1"}


class TestAttachedContract(SourceContract):
    """All that every source must keep."""

    source = SOURCE
    sessions: ClassVar = {
        "codex-t1.jsonl": b'{"type": "start", "model": "m"}\n{"type": "turn", "prompt": "Fix it", "key": "t1"}\n'
    }


def claude(*lines: dict[str, Any], prompt: str = "") -> list[dict[str, Any]]:
    stream = ClaudeStream(Errand(prompt))
    return checked([made for line in lines for made in stream.lines_of({"session_id": SESSION, **line}, NOW)])


def codex(*lines: dict[str, Any], thread: str = THREAD, before: bytes = b"") -> list[dict[str, Any]]:
    stream = CodexStream(Errand(project="/home/me/shop"))
    made = stream.lines_of({"type": "thread.started", "thread_id": thread}, NOW)
    stream.resume(before)
    return checked([*made, *(each for line in lines for each in stream.lines_of(line, NOW))])


def checked(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every line keeps the schema."""
    for line in lines:
        records.convert_record(json.loads(json.dumps(line)))
    return lines


def of(kind: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if name != "at"} for line in lines if line["type"] == kind]


def message(*blocks: dict[str, Any], output: int = 1, key: str = "msg_1", **more: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": 5,
        "cache_creation_input_tokens": 3,
        "output_tokens": output,
    }
    return {"type": "assistant", "message": {"id": key, "model": "m1", "content": list(blocks), "usage": usage}, **more}


def returned(key: str, text: str, *, is_error: bool = False, **more: Any) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": key, "content": text, "is_error": is_error}
    return {"type": "user", "message": {"role": "user", "content": [block]}, **more}


BASH = {"type": "tool_use", "id": "c1", "name": "Bash", "input": {"command": "pytest -q"}}
DONE = {"type": "result", "subtype": "success", "is_error": False, "duration_ms": 900, "usage": {"output_tokens": 45}}


def test_turn_without_its_prompt_begins_with_the_first_message_and_ends_with_the_result() -> None:
    lines = claude(INIT, message({"type": "text", "text": "Done."}), DONE, prompt="Fix it")
    assert [line["prompt"] for line in of("turn", lines)] == ["Fix it"]
    assert of("response", lines)[-1] == {"type": "response", "status": "completed", "latency_ms": 900}


def test_prompt_that_is_replayed_begins_the_turn() -> None:
    asked = {"type": "user", "message": {"role": "user", "content": "Fix it"}, "uuid": "u1"}
    assert [line["prompt"] for line in of("turn", claude(INIT, asked, message(), DONE))] == ["Fix it"]


def test_failed_command_has_its_exit_code_and_whole_texts() -> None:
    lines = claude(INIT, message(BASH), returned("c1", "Exit code 2\nno tests", is_error=True))
    begun, ended = of("step", lines)
    assert (begun["kind"], begun["status"], begun["input"]) == ("shell", "running", "pytest -q")
    assert (ended["status"], ended["exit_code"], ended["output"]) == ("failed", 2, "Exit code 2\nno tests")


def test_tokens_of_a_turn_are_those_of_its_result_though_messages_count_less() -> None:
    lines = claude(INIT, message(key="m1"), message(key="m2"), DONE)
    greatest = {line["key"]: line["output_tokens"] for line in of("usage", lines)}
    assert greatest == {"m1": 1, "m2": 44}


def test_retry_is_a_failed_request_with_its_attempt_and_wait() -> None:
    retry = {"type": "system", "subtype": "api_retry", "error": "rate_limit", "error_status": 429, "attempt": 1}
    (failed,) = of("error", claude(INIT, {**retry, "max_retries": 10, "retry_delay_ms": 604}))
    assert (failed["kind"], failed["status_code"], failed["attempt"], failed["wait_ms"]) == ("rate_limit", 429, 1, 604)


def test_sub_agent_is_a_child_with_its_prompt_and_ends() -> None:
    call = {"type": "tool_use", "id": "a1", "name": "Agent", "input": {"prompt": "List files", "description": "x"}}
    spoken = message({"type": "text", "text": "Two."}, key="m2", parent_tool_use_id="a1")
    lines = [line for line in claude(INIT, message(call), spoken, returned("a1", "Two.")) if line.get("trajectory")]
    assert [(line["type"], line["trajectory"]) for line in lines] == [
        ("start", "a1"),
        ("turn", "a1"),
        ("response", "a1"),
        ("usage", "a1"),
        ("response", "a1"),
    ]
    assert lines[0]["parent"] == ""
    assert lines[1]["prompt"] == "List files"
    assert lines[3]["is_lower_bound"] is True
    assert lines[4]["status"] == "completed"


def test_question_waits_for_its_answer() -> None:
    asked = {"questions": [{"question": "Which?", "options": [{"label": "A"}, {"label": "B"}]}]}
    call = {"type": "tool_use", "id": "q1", "name": "AskUserQuestion", "input": asked}
    lines = claude(INIT, message(call), returned("q1", "A"))
    (question,), (answer,) = of("question", lines), of("answer", lines)
    assert (question["key"], question["text"], question["options"]) == ("q1", "Which?", ["A", "B"])
    assert (answer["key"], answer["answer"]) == ("q1", "A")


def test_failed_run_fails_its_turn() -> None:
    lines = claude(INIT, {**DONE, "is_error": True, "result": "Credit balance is too low", "api_error_status": 400})
    assert of("error", lines)[0]["is_final"] is True
    assert of("response", lines)[-1]["status"] == "failed"


def test_turn_of_codex_has_commands_as_they_were_typed() -> None:
    item = {"id": "item_1", "type": "command_execution", "command": "/bin/bash -lc 'cat app.py'"}
    ended = {**item, "aggregated_output": "x", "exit_code": 1, "status": "failed"}
    lines = codex(
        {"type": "turn.started"},
        {"type": "item.started", "item": {**item, "status": "in_progress"}},
        {"type": "item.completed", "item": ended},
        {"type": "item.completed", "item": {"id": "item_2", "type": "agent_message", "text": "Done."}},
        {"type": "turn.completed", "usage": {}},
    )
    begun, over = of("step", lines)
    assert (begun["input"], begun["status"], over["status"], over["exit_code"]) == (
        "cat app.py",
        "running",
        "failed",
        1,
    )
    assert begun["key"] == over["key"]
    assert [(line.get("text"), line["status"]) for line in of("response", lines)] == [
        ("Done.", "open"),
        (None, "completed"),
    ]


def spent(input_tokens: int, cached: int, output: int) -> dict[str, Any]:
    usage = {"input_tokens": input_tokens, "cached_input_tokens": cached, "output_tokens": output}
    return {"type": "turn.completed", "usage": usage}


def test_tokens_of_codex_are_the_difference_to_the_turn_before() -> None:
    first, second = of("usage", codex(spent(100, 40, 7), spent(150, 60, 9)))
    assert (first["input_tokens"], first["cache_read_tokens"], first["output_tokens"]) == (60, 40, 7)
    assert (second["input_tokens"], second["cache_read_tokens"], second["output_tokens"]) == (30, 20, 2)


def test_tokens_from_before_a_resumed_thread_was_attached_are_not_counted() -> None:
    assert [
        line["output_tokens"] for line in of("usage", codex(spent(100, 0, 7), spent(150, 0, 9), thread=RESUMED))
    ] == [2]


def test_thread_goes_on_from_the_total_of_its_last_recording() -> None:
    recorded = "\n".join(json.dumps(line) for line in codex(spent(100, 0, 7))).encode()
    assert [
        line["output_tokens"] for line in of("usage", codex(spent(150, 0, 9), thread=RESUMED, before=recorded))
    ] == [2]


def test_remark_before_the_first_turn_belongs_to_it() -> None:
    remark = {"type": "item.completed", "item": {"id": "item_0", "type": "error", "message": "no metadata"}}
    lines = codex(remark, {"type": "turn.started"})
    assert [line["type"] for line in lines] == ["start", "turn", "step"]
    assert lines[0]["project"] == "/home/me/shop"


def test_reconnect_of_codex_is_a_failed_request() -> None:
    (failed,) = of("error", codex({"type": "error", "message": "Reconnecting... 1/4 (last status: 429 Too Many)"}))
    assert (failed["kind"], failed["attempt"], failed["max_attempts"], failed["is_final"]) == (
        "rate_limit",
        1,
        4,
        False,
    )


def test_stream_is_recognized_and_its_file_is_named_safely() -> None:
    stream = stream_of(INIT, Errand())
    assert stream is not None
    stream.lines_of(INIT, NOW)
    assert file_name(stream) == f"claude_code-{SESSION}.jsonl"
    assert SOURCE.identify(Path(file_name(stream))) == Identity(SESSION)
    stream.native_id = "../../etc"
    assert "/" not in file_name(stream)
    assert stream_of({"type": "mood"}, Errand()) is None


def test_prompt_of_an_attached_turn_came_from_a_program() -> None:
    events = SOURCE.parser(Path("codex-t1.jsonl")).feed(b'{"type": "turn", "prompt": "Fix it"}\n', 0).events
    assert [event.origin for event in events if isinstance(event, e.TurnStarted)] == ["sdk"]
