"""Threads of Amp: answers that change until they are complete, runs of calls, tokens of each request."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.amp import SOURCE
from ppp_tui.sources.source import Identity, ParsedChunk
from ppp_tui.testing.document_contract import DocumentContract
from tests.sources.polled import PolledSession, of

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""

THREAD = "T-019b9d03-62e3-772f-9780-3e637f90eaec"
MODEL = "claude-opus-4-5-20251101"


def asked(id_: int, text: str, second: int = 0) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"role": "user", "messageId": id_, "content": content, "meta": {"sentAt": T0 + second * 1000}}


def answered(id_: int, second: int, *blocks: dict[str, Any], stop: str = "tool_use", **more: Any) -> dict[str, Any]:
    usage = {"model": MODEL, "maxInputTokens": 168_000, "inputTokens": 12, "outputTokens": 80}
    usage |= {"cacheCreationInputTokens": 900, "cacheReadInputTokens": 3400, "totalInputTokens": 4312}
    usage |= {"timestamp": f"2026-11-20T10:00:{second:02}.000Z"}
    state = {"type": "complete", "stopReason": stop}
    return {"role": "assistant", "messageId": id_, "content": list(blocks), "state": state, "usage": usage, **more}


def called(id_: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "complete": True, "id": id_, "name": name, "input": arguments}


def ran(id_: int, **runs: dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "tool_result", "toolUseID": key, "run": run} for key, run in runs.items()]
    return {"role": "user", "messageId": id_, "content": content}


def said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


MESSAGES: list[dict[str, Any]] = [
    asked(0, "Fix the loop bound"),
    answered(1, 5, {"type": "thinking", "thinking": "It is off."}, called("t1", "Bash", cmd="pytest -q", cwd="/shop")),
    ran(2, t1={"status": "done", "result": {"output": "1 failed\n", "exitCode": 1}}),
    answered(3, 9, called("t2", "edit_file", path="/shop/a.py", old_str="<=", new_str="<"), called("t3", "painter")),
    ran(
        4,
        t2={"status": "done", "result": {"diff": "-<=\n+<", "lineRange": [7, 7]}},
        t3={"status": "error", "error": {"message": "No paint"}},
    ),
    answered(5, 12, said("Fixed the bound."), stop="end_turn", turnElapsedMs=12_000),
]


def document(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    tree = {"uri": "file:///home/me/shop%20x", "displayName": "shop x", "repository": {"ref": "refs/heads/main"}}
    platform = {"os": "linux", "client": "CLI", "clientVersion": "0.0.1768178000-gaaaaaa"}
    initial = {"trees": [tree], "platform": platform}
    made = {"v": 42, "id": THREAD, "created": T0, "title": "Off by one", "env": {"initial": initial}}
    return {**made, "messages": list(messages), **more}


class Thread(PolledSession):
    """A thread's file, and what was read of it so far."""

    source = SOURCE

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "threads" / f"{THREAD}.json")

    def write(self, *messages: dict[str, Any], **more: Any) -> ParsedChunk:
        self.path.write_text(json.dumps(document(*messages, **more)))
        return self.poll()


@pytest.fixture
def thread(tmp_path: Path) -> Thread:
    return Thread(tmp_path)


def test_thread_tells_its_facts_turn_and_answer(thread: Thread) -> None:
    reading = thread.write(*MESSAGES)
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts == {
        "project": "/home/me/shop x",
        "branch": "main",
        "agent_version": "0.0.1768178000-gaaaaaa",
        "title": "Off by one",
        "model": MODEL,
    }
    assert [(event.prompt, event.at, event.key) for event in of(e.TurnStarted, reading)] == [
        ("Fix the loop bound", T0, f"{THREAD}:0")
    ]
    assert of(e.TurnEnded, reading) == [e.TurnEnded(T0 + 12_000, "completed", 12_000)]
    assert [(event.text, event.is_final) for event in of(e.AssistantMessage, reading)] == [("Fixed the bound.", True)]
    assert (reading.unknown, SOURCE.identify(thread.path)) == ({}, Identity(THREAD))


def test_runs_say_how_calls_ended_but_not_when(thread: Thread) -> None:
    reading = thread.write(*MESSAGES)
    assert [(event.kind, event.command, event.paths) for event in of(e.ToolCallStarted, reading)] == [
        ("shell", "pytest -q", ()),
        ("edit", "", ("/shop/a.py",)),
        ("tool", "", ()),
    ]
    ends = [(event.status, event.exit_code, event.output, event.at) for event in of(e.ToolCallFinished, reading)]
    assert ends == [("failed", 1, "1 failed\n", 0), ("ok", None, "-<=\n+<", 0), ("failed", None, "No paint", 0)]


@pytest.mark.parametrize(
    ("run", "status", "output"),
    [
        ({"status": "cancelled", "reason": "user pressed esc"}, "cancelled", "user pressed esc"),
        ({"status": "rejected-by-user", "reason": "not allowed"}, "denied", "not allowed"),
        ({"status": "done", "result": {"success": False}}, "failed", '{"success":false}'),
        ({"status": "done", "result": "text"}, "ok", "text"),
        ({"status": "novel"}, "unknown", ""),
    ],
)
def test_every_end_of_a_run_has_its_status(run: dict[str, Any], status: str, output: str, thread: Thread) -> None:
    reading = thread.write(asked(0, "Go"), answered(1, 1, called("t1", "Grep", pattern="x")), ran(2, t1=run))
    assert [(event.status, event.output) for event in of(e.ToolCallFinished, reading)] == [(status, output)]


def test_tokens_are_those_of_each_answer_with_the_recorded_window(thread: Thread) -> None:
    reading = thread.write(*MESSAGES[:2])
    (request,) = of(e.RequestMeasured, reading)
    assert (request.input_tokens, request.output_tokens) == (12, 80)
    assert (request.cache_read_tokens, request.cache_write_5m_tokens, request.model) == (3400, 900, MODEL)
    assert of(e.ContextMeasured, reading) == [e.ContextMeasured(T0 + 5000, 4392, 168_000)]


def test_prompt_of_a_model_without_cache_writes_is_fresh_input(thread: Thread) -> None:
    answer = answered(1, 5, said("Hi"))
    answer["usage"] |= {"model": "gpt-5.1", "inputTokens": 0}
    (request,) = of(e.RequestMeasured, thread.write(asked(0, "Go"), answer))
    assert (request.input_tokens, request.cache_write_5m_tokens) == (900, 0)


def test_older_threads_keep_tokens_in_a_ledger(thread: Thread) -> None:
    answer = answered(1, 5, said("Hi"))
    del answer["usage"]
    event = {"toMessageId": 1, "model": MODEL, "tokens": {"input": 70, "output": 8}, "credits": 1.5}
    (request,) = of(e.RequestMeasured, thread.write(asked(0, "Go"), answer, usageLedger={"events": [event]}))
    assert (request.input_tokens, request.output_tokens, request.reported_micros) == (70, 8, None)


def test_answer_that_is_streamed_is_waited_for(thread: Thread) -> None:
    streamed = {**answered(1, 5, said("I lo")), "state": {"type": "streaming"}}
    assert of(e.AssistantMessage, thread.write(asked(0, "Go"), streamed)) == []
    reading = thread.write(asked(0, "Go"), answered(1, 5, said("I look."), stop="end_turn"))
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["I look."]
    assert of(e.TurnStarted, reading) == []


def test_run_that_changes_in_place_ends_once(thread: Thread) -> None:
    call = answered(1, 5, called("t1", "Bash", cmd="sleep 9"))
    assert of(e.ToolCallFinished, thread.write(asked(0, "Go"), call, ran(2, t1={"status": "in-progress"}))) == []
    over = ran(2, t1={"status": "done", "result": {"output": "", "exitCode": 0}})
    assert [event.status for event in of(e.ToolCallFinished, thread.write(asked(0, "Go"), call, over))] == ["ok"]
    assert thread.poll() == ParsedChunk()


def test_call_that_waits_for_leave_says_so(thread: Thread) -> None:
    call = answered(1, 5, called("t1", "Bash", cmd="rm -rf build"))
    blocked = ran(2, t1={"status": "blocked-on-user", "toAllow": []})
    reading = thread.write(asked(0, "Go"), call, blocked)
    assert of(e.AgentWaiting, reading) == [e.AgentWaiting(T0 + 5000, "permission prompt")]
    over = ran(2, t1={"status": "rejected-by-user"})
    assert of(e.AgentWaiting, thread.write(asked(0, "Go"), call, over)) == [e.AgentWaiting(T0 + 5000, "")]


@pytest.mark.parametrize(("kind", "ends"), [("cancelled", ["interrupted"]), ("error", [])])
def test_answer_that_broke_off_ends_its_turn(kind: str, ends: list[str], thread: Thread) -> None:
    state = {"type": kind, "error": {"message": "529 overloaded"}}
    reading = thread.write(asked(0, "Go"), {**answered(1, 5, said("I")), "state": state})
    assert [event.status for event in of(e.TurnEnded, reading)] == ends
    failures = [(event.kind, event.status_code, event.is_final) for event in of(e.RequestFailed, reading)]
    assert failures == ([("overloaded", 529, True)] if kind == "error" else [])


def test_edited_prompt_takes_back_what_followed(thread: Thread) -> None:
    thread.write(*MESSAGES, asked(6, "More", 30), answered(7, 31, said("Done."), stop="end_turn"))
    reading = thread.write(*MESSAGES, asked(8, "Otherwise", 60))
    assert of(e.TurnsRolledBack, reading) == [e.TurnsRolledBack(0, 0, (hash64(f"{THREAD}:6"),))]
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Otherwise"]
    assert of(e.ToolCallStarted, reading) == []


def test_remarks_are_silent_and_other_roles_are_counted(thread: Thread) -> None:
    reading = thread.write({"role": "info", "messageId": 0, "content": []}, {"role": "supervisor", "note": "x"})
    assert reading.unknown == {"role/supervisor": 1}


def test_thread_that_is_being_written_tells_nothing(thread: Thread) -> None:
    thread.write(*MESSAGES)
    state = thread.state
    os.truncate(thread.path, 700)
    assert (thread.poll(), thread.state) == (ParsedChunk(), state)


def test_threads_are_known_by_their_names(tmp_path: Path) -> None:
    for name in (f"{THREAD}.json", "settings.json", "T-.json"):
        (tmp_path / name).write_text("{}")
    assert list(SOURCE.find(tmp_path)) == [tmp_path / f"{THREAD}.json"]
    assert SOURCE.roots({"XDG_DATA_HOME": "/d"}, tmp_path) == [Path("/d/amp/threads")]
    assert SOURCE.resume_command(THREAD, "/a b") == f"cd '/a b' && amp threads continue {THREAD}"


class TestContract(DocumentContract):
    source = SOURCE
    documents: ClassVar = {
        f"threads/{THREAD}.json": document(
            *MESSAGES,
            asked(6, "More", 30),
            {"role": "info", "messageId": 7, "content": []},
            answered(8, 31, called("t8", "Task", prompt="Look"), called("t9", "mcp__x__y", z=1)),
            ran(9, t8={"status": "cancelled"}, t9={"status": "done", "result": [1, 2]}),
            usageLedger={"events": [{"toMessageId": 8, "model": MODEL, "tokens": {"input": 7, "output": 1}}]},
        )
    }
    growing = "messages"
