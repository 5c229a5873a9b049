"""Sessions of Droid: turns, calls with results and exit codes, and sums of tokens in the settings beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.droid import SOURCE
from ppp_tui.sources.source import Identity, ParsedChunk
from ppp_tui.sources.walk import Skips
from ppp_tui.testing.checks import HOSTILE_TEXTS, check_events
from tests.sources.anthropic_blocks import call, result, text
from tests.sources.polled import PolledSession, of

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""

SESSION = "0a1b2c3d-0000-4000-8000-000000000001"


def message(second: int, role: str, *blocks: Any) -> dict[str, Any]:
    at = f"2026-11-20T10:00:{second:02}.000Z"
    content = {"role": role, "content": list(blocks)}
    return {"type": "message", "id": f"m{second}", "timestamp": at, "parentId": None, "message": content}


START = {
    "type": "session_start",
    "id": SESSION,
    "title": "First words",
    "sessionTitle": "Mend it",
    "cwd": "/home/me/shop",
}
FAILED = "Error: Command failed (exit code: 1)\n1 failed\n\n[Process exited with code 1]"
RECORDS: list[dict[str, Any]] = [
    START,
    message(0, "user", text("<system-reminder>Today is Friday.</system-reminder>"), text("Fix the failing test")),
    message(3, "assistant", {"type": "thinking", "thinking": "I look."}, call("t1", "Execute", command="pytest -q")),
    message(5, "user", result("t1", FAILED, is_error=True)),
    {"type": "todo_state", "id": "todo1", "timestamp": "2026-11-20T10:00:05.000Z", "todos": []},
    message(7, "assistant", call("t2", "Edit", file_path="/shop/a.py"), call("t3", "linear___get_issue", id=7)),
    message(8, "user", result("t2", [text("edited")]), result("t3", "none")),
    {"type": "compaction_state", "id": "c1", "timestamp": "2026-11-20T10:00:09.000Z", "summaryText": "So far"},
    message(12, "assistant", text("It is mended.")),
    message(30, "user", text("Now the docs")),
]
SUMS = {
    "inputTokens": 1000,
    "outputTokens": 200,
    "cacheCreationTokens": 50,
    "cacheReadTokens": 9000,
    "thinkingTokens": 0,
}


class Session(PolledSession):
    """A session's files, and what was read of them so far."""

    source = SOURCE

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "-home-me-shop" / f"{SESSION}.jsonl")
        self.path.touch()

    def add(self, *records: dict[str, Any] | str) -> None:
        with self.path.open("a") as file:
            file.writelines(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in records)

    def settings(self, **settings: Any) -> None:
        self.path.with_suffix(".settings.json").write_text(json.dumps(settings))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def test_session_tells_its_facts_turns_and_answers(session: Session) -> None:
    session.add(*RECORDS)
    session.settings(model="claude-opus-4-5-20251101", tokenUsage=SUMS)
    reading = session.poll()
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts == {"project": "/home/me/shop", "title": "Mend it", "model": "claude-opus-4-5-20251101"}
    turns = [(event.prompt, event.at, event.key) for event in of(e.TurnStarted, reading)]
    assert turns == [
        ("Fix the failing test", T0, f"{SESSION}:m0"),
        ("Now the docs", T0 + 30_000, f"{SESSION}:m30"),
    ]
    assert [(event.status, event.at) for event in of(e.TurnEnded, reading)] == [("completed", T0 + 12_000)]
    assert [(event.text, event.is_final) for event in of(e.AssistantMessage, reading)] == [("It is mended.", True)]
    assert [event.text for event in of(e.ReasoningEmitted, reading)] == ["I look."]
    assert len(of(e.Compacted, reading)) == 1
    assert (reading.unknown, reading.damage) == ({}, [])


def test_calls_have_their_results_and_exit_codes(session: Session) -> None:
    session.add(*RECORDS)
    reading = session.poll()
    assert [(event.kind, event.command, event.paths) for event in of(e.ToolCallStarted, reading)] == [
        ("shell", "pytest -q", ()),
        ("edit", "", ("/shop/a.py",)),
        ("mcp", "", ()),
    ]
    ends = [(event.status, event.exit_code, event.output) for event in of(e.ToolCallFinished, reading)]
    assert ends == [("failed", 1, FAILED), ("ok", None, "edited"), ("ok", None, "none")]


def test_sums_are_told_by_what_they_grew(session: Session) -> None:
    session.add(*RECORDS[:3])
    session.settings(model="gpt-5.1", providerLock="openai", tokenUsage=SUMS)
    (first,) = of(e.RequestMeasured, session.poll())
    assert (first.input_tokens, first.output_tokens, first.cache_read_tokens) == (1000, 200, 9000)
    assert (first.cache_write_5m_tokens, first.provider, first.at) == (50, "openai", T0 + 3000)
    session.settings(model="gpt-5.1", tokenUsage={**SUMS, "outputTokens": 260, "inputTokens": 1100})
    (second,) = of(e.RequestMeasured, session.poll())
    assert (second.input_tokens, second.output_tokens, second.cache_read_tokens) == (100, 60, 0)
    assert second.key != first.key
    assert first.is_aside, "its input is no prompt that the next request repeats"
    assert session.poll() == ParsedChunk()


def test_sums_that_fell_began_anew(session: Session) -> None:
    session.add(*RECORDS[:3])
    session.settings(model="gpt-5.1", tokenUsage=SUMS)
    session.poll()
    session.settings(model="gpt-5.1", tokenUsage={**SUMS, "inputTokens": 10, "outputTokens": 1})
    assert of(e.RequestMeasured, session.poll()) == []
    session.settings(model="gpt-5.1", tokenUsage={**SUMS, "inputTokens": 30, "outputTokens": 5})
    assert [event.input_tokens for event in of(e.RequestMeasured, session.poll())] == [20]


@pytest.mark.parametrize(("thought", "output"), [(50, 200), (500, 700)])
def test_output_with_thoughts_is_a_lower_bound(thought: int, output: int, session: Session) -> None:
    session.add(*RECORDS[:3])
    session.settings(model="m", tokenUsage={**SUMS, "thinkingTokens": thought})
    (request,) = of(e.RequestMeasured, session.poll())
    assert (request.output_tokens, request.reasoning_tokens, request.is_lower_bound) == (output, thought, True)


def test_model_that_droid_chose_by_itself_is_the_one_it_chose(session: Session) -> None:
    session.add(*RECORDS[:3])
    session.settings(model="auto", effectiveFactoryRouterModel={"modelId": "claude-opus-5"}, tokenUsage=SUMS)
    assert [event.model for event in of(e.RequestMeasured, session.poll())] == ["claude-opus-5"]


def test_context_is_that_of_the_last_request(session: Session) -> None:
    session.add(*RECORDS[:3])
    session.settings(lastCallTokenUsage={"inputTokens": 10, "outputTokens": 5, "cacheReadTokens": 400})
    assert of(e.ContextMeasured, session.poll()) == [e.ContextMeasured(T0 + 3000, 415)]


def test_settings_that_are_written_or_a_link_say_nothing(session: Session, tmp_path: Path) -> None:
    session.add(*RECORDS[:3])
    beside = session.path.with_suffix(".settings.json")
    beside.write_text('{"tokenUsage": {"inputTok')
    assert of(e.RequestMeasured, session.poll()) == []
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"model": "x", "tokenUsage": SUMS}))
    beside.unlink()
    beside.symlink_to(secret)
    assert session.poll() == ParsedChunk()


def test_sums_are_counted_once_though_the_settings_lacked_them_in_between(session: Session) -> None:
    session.add(*RECORDS[:3])
    session.settings(model="m", tokenUsage=SUMS)
    session.poll()
    session.path.with_suffix(".settings.json").write_text('{"tokenUsage": {"inp')
    session.poll()
    session.settings(model="other")
    session.poll()
    session.settings(model="m", tokenUsage={**SUMS, "inputTokens": 1100})
    assert [event.input_tokens for event in of(e.RequestMeasured, session.poll())] == [100]


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("completed", "completed"),
        ("model_request_rejected", "failed"),
        ("user_cancelled", "interrupted"),
        ("x", "unknown"),
    ],
)
def test_outcome_ends_a_turn_that_no_answer_ended(reason: str, status: str, session: Session) -> None:
    outcome = {"type": "agent_turn_outcome", "turnId": "m0", "reason": reason, "resultKind": "text"}
    session.add(START, message(0, "user", text("Go")), message(1, "assistant", call("t", "Read")), outcome)
    assert of(e.TurnEnded, session.poll()) == [e.TurnEnded(T0 + 1000, status)]  # type: ignore[arg-type]
    session.add(message(2, "user", text("Go")), message(3, "assistant", text("Done.")), outcome)
    assert of(e.TurnEnded, session.poll()) == [e.TurnEnded(T0 + 3000, "completed")]


@pytest.mark.parametrize(
    ("words", "failures", "notices"),
    [("The upstream AI model provider is currently overloaded.", ["overloaded"], 0), ("A new version", [], 1)],
)
def test_message_for_the_user_alone_is_no_prompt(
    words: str, failures: list[str], notices: int, session: Session
) -> None:
    told = message(1, "user", text(words))
    told["message"]["visibility"] = "user_only"
    session.add(START, message(0, "user", text("Go")), told)
    reading = session.poll()
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Go"]
    assert [event.kind for event in of(e.RequestFailed, reading) if event.is_final] == failures
    assert len(of(e.SystemNotice, reading)) == notices


def test_call_without_permission_is_denied(session: Session) -> None:
    words = "Error: Exec ended early: insufficient permission to proceed. Re-run with --auto medium."
    refused = message(2, "user", result("t", words, is_error=True))
    session.add(message(0, "user", text("Go")), message(1, "assistant", call("t", "Execute", command="rm a")), refused)
    assert [event.status for event in of(e.ToolCallFinished, session.poll())] == ["denied"]


def test_question_waits_until_its_result(session: Session) -> None:
    session.add(
        START, message(0, "user", text("Go")), message(1, "assistant", call("q", "AskUser", questionnaire="A or B?"))
    )
    assert [(event.text, event.step) for event in of(e.QuestionAsked, session.poll())] == [("A or B?", "q")]
    session.add(message(9, "user", result("q", "B")))
    reading = session.poll()
    assert [event.answers for event in of(e.QuestionAnswered, reading)] == [("B",)]
    assert [event.status for event in of(e.ToolCallFinished, reading)] == ["ok"]


def test_called_session_is_a_child(session: Session) -> None:
    session.add({**START, "callingSessionId": "parent-1", "callingToolUseId": "t9"}, message(0, "user", text("Look")))
    assert ("parent_native_id", "parent-1") in [
        (each.name, each.value) for each in of(e.MetadataLearned, session.poll())
    ]


@pytest.mark.parametrize("cut", range(1, len(RECORDS)))
def test_session_read_in_parts_tells_what_it_tells_at_once(cut: int, session: Session, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = Session(tmp_path / "whole")
    whole.add(*RECORDS)
    session.add(*RECORDS[:cut])
    events = session.poll().events
    with session.path.open("a") as file:
        file.write(json.dumps(RECORDS[cut])[:20])
    assert session.poll() == ParsedChunk()
    with session.path.open("a") as file:
        file.write(json.dumps(RECORDS[cut])[20:] + "\n")
    session.add(*RECORDS[cut + 1 :])
    assert events + session.poll().events == whole.poll().events


def test_session_that_was_written_anew_counts_nothing_twice(session: Session) -> None:
    session.add(*RECORDS)
    session.poll()
    session.path.write_text("")
    session.add(*RECORDS[:2], message(45, "user", text("More")))
    assert [event.prompt for event in of(e.TurnStarted, session.poll())] == ["More"]


@pytest.mark.parametrize(
    "line", [*HOSTILE_TEXTS, "{}", "[]", '{"type": 7}', '{"type": "dance", "id": "x"}', '{"type": "mes']
)
def test_odd_lines_cost_themselves(line: str, session: Session) -> None:
    session.add(RECORDS[0], line, RECORDS[1])
    reading = session.poll()
    check_events(reading.events, 0)
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Fix the failing test"]


@pytest.mark.parametrize("value", [7, None, [], {"x": []}, "x", 2**70, *HOSTILE_TEXTS])
def test_odd_values_raise_nothing(value: Any, session: Session) -> None:
    session.add({**START, "cwd": value}, {"type": "message", "id": value, "timestamp": value, "message": value})
    session.add(
        message(1, "user", value),
        message(2, value, value),
        {"type": "message", "id": "a", "message": {"content": value}},
    )
    session.add(message(3, "assistant", call("t", value, command=value)), message(4, "user", result("t", value)))
    session.settings(model=value, tokenUsage=dict.fromkeys(SUMS, value), lastCallTokenUsage={"inputTokens": value})
    check_events(session.poll().events, 0)


def test_settings_are_no_sessions_and_are_not_counted_as_left_out(session: Session) -> None:
    session.settings(model="m")
    (session.path.parent / "notes.txt").touch()
    skips = Skips()
    assert list(SOURCE.find(session.path.parent.parent, skips)) == [session.path]
    assert skips.counts == {"other format": 1}
    assert SOURCE.session_of(session.path.with_suffix(".settings.json")) == session.path  # type: ignore[attr-defined]
    assert SOURCE.identify(session.path) == Identity(SESSION)
    assert SOURCE.resume_command(SESSION, "/a b") == f"cd '/a b' && droid --resume {SESSION}"
