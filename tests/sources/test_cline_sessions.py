"""Sessions of Cline on the command line: turns, calls, sub-agents, late counts, summaries, copies of tasks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.cline_sessions import SOURCE
from ppp_tui.sources.source import Identity, ParsedChunk
from ppp_tui.testing.document_contract import DocumentContract
from tests.sources.anthropic_blocks import call, result, text
from tests.sources.polled import PolledSession, of

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""

SESSION = "1795168800000_ab1cd"
MODEL = {"id": "anthropic/claude-sonnet-4.6", "provider": "cline", "family": "claude-sonnet"}


def user(second: float, content: Any, **more: Any) -> dict[str, Any]:
    return {"id": f"msg_u{second}", "role": "user", "content": content, "ts": T0 + int(second * 1000), **more}


def wrapped(text: str) -> list[dict[str, Any]]:
    notice = "<mode_notice>Act mode.</mode_notice>"
    return [{"type": "text", "text": f'{notice}\n<user_input mode="act">{text}</user_input>'}]


def answer(second: float, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"id": f"msg_a{second}", "role": "assistant", "content": list(blocks), "ts": T0 + int(second * 1000)}
    return {**made, "modelInfo": MODEL, **more}


def metrics(prompt: int, output: int, read: int = 0, written: int = 0, cost: float = 0.0) -> dict[str, Any]:
    counts = {"inputTokens": prompt, "outputTokens": output, "cacheReadTokens": read, "cacheWriteTokens": written}
    return {"metrics": {**counts, "cost": cost}}


EDITED = '{"query":"edit:/shop/a.py","result":"Edited /shop/a.py","success":true}'
REFUSED = '{"error":"This tool call was rejected by the user and not executed."}'
ABORTED = {"query": "sleep 9", "result": "", "error": "Command failed: Command was aborted", "success": False}
FAILED = {"query": "pytest -q", "result": "1 failed", "error": "Command exited with code 1", "success": False}
MESSAGES: list[dict[str, Any]] = [
    user(0, wrapped("Fix the failing test")),
    answer(
        3,
        {"type": "thinking", "thinking": "I look."},
        text("I run it."),
        call("t1", "run_commands", commands=["pytest -q"]),
        call("t2", "read_files", files=[{"path": "/shop/a.py"}, {"path": "/shop/b.py"}]),
        **metrics(1500, 80, 400, 900, 0.0125),
    ),
    user(5, [result("t1", [FAILED]), result("t2", [{"query": "a.py", "result": "x = 1", "success": True}])]),
    answer(7, call("t3", "editor", path="/shop/a.py", old_text="1", new_text="2"), **metrics(1700, 40, 1300)),
    user(8, [result("t3", EDITED)]),
    answer(9, text("It is mended."), **metrics(1800, 20, 1700)),
    user(60, "Now the docs"),
]


def document(*messages: dict[str, Any]) -> dict[str, Any]:
    made = {"version": 1, "updated_at": T0, "agent": "lead", "sessionId": SESSION, "origin": {"version": "3.0.65"}}
    return {**made, "messages": list(messages)}


class Recording(PolledSession):
    """A session's files, and what was read of them so far."""

    source = SOURCE

    def __init__(self, data: Path, session: str = SESSION) -> None:
        self.data = data
        super().__init__(data / "sessions" / session / f"{session}.messages.json")

    def write(self, *messages: dict[str, Any]) -> ParsedChunk:
        self.path.write_text(json.dumps(document(*messages)))
        return self.poll()

    def describe(self, **manifest: Any) -> None:
        (self.path.parent / f"{self.path.parent.name}.json").write_text(json.dumps({"version": 1, **manifest}))

    def task(self, second: int) -> None:
        """Write a task in the older form, with its newest message at a time."""
        path = self.data / "tasks" / self.path.parent.name / "ui_messages.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([{"ts": T0 + second * 1000, "type": "say", "say": "text", "text": "Go"}]))


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


def test_session_tells_its_facts_turns_and_answers(recording: Recording) -> None:
    metadata = {"title": "Mend it", "git": {"branch": "main"}}
    recording.describe(source="cli", workspace_root="/home/me/shop", cwd="/home/me", metadata=metadata)
    reading = recording.write(*MESSAGES)
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts == {
        "project": "/home/me/shop",
        "branch": "main",
        "agent_version": "3.0.65",
        "title": "Mend it",
        "model": MODEL["id"],
    }
    turns = [(event.prompt, event.at, event.key) for event in of(e.TurnStarted, reading)]
    assert turns == [
        ("Fix the failing test", T0, f"cline:msg_u0:{T0}"),
        ("Now the docs", T0 + 60_000, f"cline:msg_u60:{T0 + 60_000}"),
    ]
    assert of(e.TurnEnded, reading) == [e.TurnEnded(T0 + 9000, "completed")]
    answers = [(event.text, event.is_final) for event in of(e.AssistantMessage, reading)]
    assert answers == [("I run it.", False), ("It is mended.", True)]
    assert [event.text for event in of(e.ReasoningEmitted, reading)] == ["I look."]
    assert (reading.unknown, SOURCE.identify(recording.path)) == ({}, Identity(SESSION))


def test_results_say_how_calls_ended(recording: Recording) -> None:
    reading = recording.write(*MESSAGES)
    started = [(event.kind, event.command, event.paths) for event in of(e.ToolCallStarted, reading)]
    assert started == [
        ("shell", "pytest -q", ()),
        ("read", "", ("/shop/a.py", "/shop/b.py")),
        ("edit", "", ("/shop/a.py",)),
    ]
    ends = [(event.status, event.exit_code, event.output) for event in of(e.ToolCallFinished, reading)]
    assert ends == [
        ("failed", 1, "1 failed"),
        ("ok", None, "x = 1"),
        ("ok", None, "Edited /shop/a.py"),
    ]


def test_words_of_a_file_are_no_exit_code(recording: Recording) -> None:
    words = "It exited with code 3"
    reading = recording.write(MESSAGES[0], answer(1, call("t", "read_files")), user(2, [result("t", words)]))
    assert [(event.status, event.exit_code) for event in of(e.ToolCallFinished, reading)] == [("ok", None)]


def test_input_includes_the_cache_unless_a_count_shows_otherwise(recording: Recording, tmp_path: Path) -> None:
    first, second, third = of(e.RequestMeasured, recording.write(*MESSAGES))
    assert (first.input_tokens, first.cache_read_tokens, first.cache_write_5m_tokens) == (200, 400, 900)
    assert (first.output_tokens, first.reported_micros, first.provider) == (80, 12_500, "cline")
    assert [(each.input_tokens, each.reported_micros) for each in (second, third)] == [(400, None), (100, None)]
    other = Recording(tmp_path / "other")
    (request,) = of(e.RequestMeasured, other.write(MESSAGES[0], answer(1, **metrics(10, 5, 400))))
    assert (request.input_tokens, request.cache_read_tokens) == (10, 400)


def test_counts_that_come_later_are_told_once(recording: Recording) -> None:
    assert of(e.RequestMeasured, recording.write(MESSAGES[0], answer(1, text("Hi")))) == []
    counted = answer(1, text("Hi"), **metrics(100, 5))
    assert [event.input_tokens for event in of(e.RequestMeasured, recording.write(MESSAGES[0], counted))] == [100]
    assert of(e.RequestMeasured, recording.write(MESSAGES[0], counted, user(2, "More"))) == []


def test_counts_of_a_run_that_stand_on_its_last_answer_are_a_sum(recording: Recording) -> None:
    status = answer(2, text("Compacting"), metadata={"displayOnly": True})
    reading = recording.write(
        MESSAGES[0],
        answer(1, call("t", "editor")),
        user(2, [result("t", "x")]),
        status,
        answer(3, **metrics(9000, 5)),
        user(4, "More"),
        answer(5, **metrics(100, 5)),
    )
    assert [(event.input_tokens, event.is_aside) for event in of(e.RequestMeasured, reading)] == [
        (9000, True),
        (100, False),
    ]
    assert [event.used_tokens for event in of(e.ContextMeasured, reading)] == [105]


def test_question_is_answered_by_its_result(recording: Recording) -> None:
    asked = answer(1, call("q", "ask_question", question="Which one?", options=["A", "B"]))
    (question,) = of(e.QuestionAsked, recording.write(MESSAGES[0], asked))
    assert (question.text, question.options, question.step) == ("Which one?", ("A", "B"), "q")
    reading = recording.write(MESSAGES[0], asked, user(9, [result("q", "B")]))
    assert [event.answers for event in of(e.QuestionAnswered, reading)] == [("B",)]


def test_exit_tool_ends_the_turn(recording: Recording) -> None:
    reading = recording.write(
        MESSAGES[0], answer(1, call("x", "submit_and_exit", summary="Done")), user(2, [result("x", "ok")])
    )
    assert of(e.TurnEnded, reading) == [e.TurnEnded(T0 + 2000, "completed")]


def test_messages_of_the_program_are_no_prompts(recording: Recording) -> None:
    notice = user(1, "Reminder", metadata={"displayRole": "system", "userRunSpan": 0})
    control = user(2, "Go on", metadata={"kind": "completion_continuation_control"})
    queued = user(3, wrapped("And the docs"), metadata={"userRunSpan": 0})
    reading = recording.write(MESSAGES[0], notice, control, queued)
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Fix the failing test"]
    assert [(event.text, event.origin) for event in of(e.PromptAdded, reading)] == [("And the docs", "queued")]


def test_summary_takes_nothing_back(recording: Recording) -> None:
    recording.write(*MESSAGES)
    metadata = {"kind": "compaction", "reason": "manual_compaction", "displayRole": "system", "tokensBefore": 900}
    summary = user(61, "So far", metadata=metadata)
    kept = [summary, MESSAGES[-1], answer(62, text("Written."))]
    reading = recording.write(*kept)
    assert of(e.TurnsRolledBack, reading) == []
    assert [(event.trigger, event.before_tokens) for event in of(e.Compacted, reading)] == [("manual", 900)]
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["Written."]
    assert of(e.Compacted, recording.write(*kept, user(63, "More"))) == []


def test_restored_checkpoint_takes_back_what_followed(recording: Recording) -> None:
    recording.write(*MESSAGES)
    reading = recording.write(*MESSAGES[:-1], user(90, "Otherwise"))
    assert of(e.TurnsRolledBack, reading) == [e.TurnsRolledBack(0, 0, (hash64(f"cline:msg_u60:{T0 + 60_000}"),))]
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Otherwise"]


@pytest.mark.parametrize(("words", "failures", "ends"), [("Overloaded", ["overloaded"], []), ("Lost", [], ["failed"])])
def test_error_fails_the_turn(words: str, failures: list[str], ends: list[str], recording: Recording) -> None:
    error = answer(1, text(words), metadata={"displayOnly": True, "displayRole": "error"})
    reading = recording.write(MESSAGES[0], error)
    assert [event.kind for event in of(e.RequestFailed, reading) if event.is_final] == failures
    assert [event.status for event in of(e.TurnEnded, reading)] == ends
    assert of(e.AssistantMessage, reading) == []


def test_call_that_waits_for_leave_says_so_until_it_has_it(recording: Recording) -> None:
    called = [MESSAGES[0], answer(3, call("t", "run_commands", commands=["rm -rf build"]))]
    assert of(e.AgentWaiting, recording.write(*called)) == []
    recording.describe(status="pending")
    assert of(e.AgentWaiting, recording.poll()) == [e.AgentWaiting(T0 + 3000, "permission prompt")]
    recording.describe(status="running")
    assert of(e.AgentWaiting, recording.poll()) == [e.AgentWaiting(T0 + 3000, "")]
    reading = recording.write(*called, user(9, [result("t", REFUSED, is_error=True)]))
    assert [(event.status, event.output[:14]) for event in of(e.ToolCallFinished, reading)] == [
        ("denied", "This tool call")
    ]


def test_aborted_call_interrupts_the_turn_where_the_agent_rests_or_is_asked_again(recording: Recording) -> None:
    aborted = [
        MESSAGES[0],
        answer(1, call("t", "run_commands", commands=["sleep 9"])),
        user(5, [result("t", [ABORTED])]),
    ]
    reading = recording.write(*aborted)
    assert [event.status for event in of(e.ToolCallFinished, reading)] == ["cancelled"]
    assert of(e.TurnEnded, reading) == []
    recording.describe(status="idle")
    assert of(e.TurnEnded, recording.poll()) == [e.TurnEnded(T0 + 5000, "interrupted")]
    again = Recording(recording.data / "again")
    assert of(e.TurnEnded, again.write(*aborted, user(6, "Otherwise"))) == [e.TurnEnded(T0 + 5000, "interrupted")]


def test_result_of_another_tool_that_looks_like_an_entry_stays_text(recording: Recording) -> None:
    words = '{"success": false}'
    reading = recording.write(MESSAGES[0], answer(1, call("t", "mcp__x__y")), user(2, [result("t", words)]))
    assert [(event.status, event.output) for event in of(e.ToolCallFinished, reading)] == [("ok", words)]


def test_program_that_was_cancelled_interrupts_its_turn(recording: Recording) -> None:
    recording.write(MESSAGES[0])
    recording.describe(status="cancelled", ended_at="2026-11-20T10:00:09.000Z")
    assert of(e.TurnEnded, recording.poll()) == [e.TurnEnded(T0 + 9000, "interrupted")]


def test_sub_agent_is_a_session_of_its_own_with_a_parent(recording: Recording) -> None:
    folder = recording.path.parent
    assert SOURCE.identify(folder / f"{SESSION}__agent1.messages.json") == Identity(f"{SESSION}__agent1", SESSION)
    assert SOURCE.identify(folder / "agent1.messages.json") == Identity(f"{SESSION}__agent1", SESSION)
    own = folder.parent / f"{SESSION}__a" / f"{SESSION}__a.messages.json"
    assert SOURCE.identify(own) == Identity(f"{SESSION}__a", SESSION)
    links = [{"toolCallId": "s1", "sessionId": f"{SESSION}__agent1"}]
    spawned = answer(1, call("s1", "spawn_agent", systemPrompt="Be kind.", task="Look"), childSessions=links)
    reading = recording.write(MESSAGES[0], spawned, user(2, [result("s1", '{"text":"Looked.","iterations":1}')]))
    assert [event.input_preview for event in of(e.ToolCallStarted, reading)] == ["Look"]
    ends = [(event.child_native_id, event.output) for event in of(e.ToolCallFinished, reading)]
    assert ends == [(f"{SESSION}__agent1", "Looked.")]
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && cline --id {SESSION}"
    assert SOURCE.resume_command(f"{SESSION}__agent1", "/shop") is None


@pytest.mark.parametrize(("told", "prompts"), [(70, []), (-900, ["Fix the failing test", "Now the docs"])])
def test_copy_of_a_task_is_read_from_where_the_task_stops(told: int, prompts: list[str], recording: Recording) -> None:
    recording.task(told)
    assert [event.prompt for event in of(e.TurnStarted, recording.write(*MESSAGES))] == prompts


def test_what_follows_a_task_is_read_and_nothing_before(recording: Recording) -> None:
    recording.task(10)
    assert recording.write(*MESSAGES).events == []
    reading = recording.write(*MESSAGES, user(900, "A new one"))
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Now the docs", "A new one"]
    recording.task(900)
    reading = recording.write(*MESSAGES, user(900, "A new one"), answer(901, text("Done.")))
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["Done."]


@pytest.mark.parametrize(("session", "source"), [("1795168800000", "cli"), (SESSION, "vscode")])
def test_session_of_a_task_that_lies_elsewhere_is_left_out(session: str, source: str, tmp_path: Path) -> None:
    recording = Recording(tmp_path / "data", session)
    recording.describe(source=source)
    assert recording.write(*MESSAGES) == ParsedChunk()


def test_document_that_is_written_tells_nothing(recording: Recording) -> None:
    recording.write(*MESSAGES)
    state = recording.state
    os.truncate(recording.path, 700)
    assert (recording.poll(), recording.state) == (ParsedChunk(), state)


def test_unknown_roles_and_blocks_are_counted(recording: Recording) -> None:
    odd = answer(1, {"type": "smell"})
    assert recording.write(MESSAGES[0], odd, {"role": "judge"}).unknown == {"content/smell": 1, "role/judge": 1}


def test_sessions_lie_where_the_variables_say(tmp_path: Path) -> None:
    assert SOURCE.roots({}, tmp_path) == [tmp_path / ".cline" / "data" / "sessions"]
    assert SOURCE.roots({"CLINE_DIR": "/c"}, tmp_path) == [Path("/c/data/sessions")]
    assert SOURCE.roots({"CLINE_DATA_DIR": "/d", "CLINE_DIR": "/c"}, tmp_path) == [Path("/d/sessions")]
    assert SOURCE.roots({"CLINE_SESSION_DATA_DIR": "/s", "CLINE_DATA_DIR": "/d"}, tmp_path) == [Path("/s")]


def test_manifest_belongs_to_its_session(recording: Recording) -> None:
    recording.describe()
    manifest = recording.path.parent / f"{SESSION}.json"
    recording.path.touch()
    assert list(SOURCE.find(recording.data / "sessions")) == [recording.path]
    assert list(SOURCE.companions(recording.path)) == [manifest]
    assert SOURCE.session_of(manifest) == recording.path  # type: ignore[attr-defined]


class TestContract(DocumentContract):
    source = SOURCE
    documents: ClassVar = {
        f"sessions/{SESSION}/{SESSION}.messages.json": document(
            *MESSAGES,
            answer(
                61, call("q", "ask_question", question="Which?", options=["A"]), childSessions=[{"toolCallId": "q"}]
            ),
            user(62, [result("q", [{"type": "text", "text": "A"}])]),
            answer(63, text("529 overloaded"), metadata={"displayOnly": True, "displayRole": "error"}),
            answer(63.5, call("r", "run_commands", commands=["x"]), call("s", "spawn_agent", task="y")),
            user(63.7, [result("r", REFUSED, is_error=True), result("s", [ABORTED])]),
            user(64, "Summary", metadata={"kind": "compaction_summary", "displayRole": "system", "tokensBefore": 9}),
            answer(65, call("x", "submit_and_exit", summary="Done"), **metrics(10, 5, 400)),
            user(66, [result("x", "ok")]),
        )
    }
    growing = "messages"
