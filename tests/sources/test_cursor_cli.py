"""Transcripts of Cursor CLI: prompts, calls without results, ends of turns, times, projects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.cursor_cli import SOURCE
from ppp_tui.sources.source import Identity, Payload
from tests.sources.cursor_lines import PATH, SESSION, T0, answer, block, call, content, ended, events_of, read, user
from tests.sources.gemini_lines import kinds

CHILD = "1a2b3c4d-0000-4000-8000-000000000002"


def test_transcript_and_sub_agent_are_known_by_their_names() -> None:
    assert SOURCE.identify(PATH) == Identity(SESSION)
    assert SOURCE.identify(PATH.parent / "subagents" / f"{CHILD}.jsonl") == Identity(CHILD, SESSION)
    assert SOURCE.identify(PATH.parent.parent / f"{SESSION}.jsonl") == Identity(SESSION)
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && cursor-agent --resume {SESSION}"
    assert SOURCE.roots({}, Path("/home/me")) == [Path("/home/me/.cursor/projects")]
    assert SOURCE.claims(PATH.with_name("events.jsonl")) is False


def test_project_is_the_folder_that_the_user_trusted(tmp_path: Path) -> None:
    (tmp_path / ".workspace-trusted").write_text(json.dumps({"workspacePath": "/home/me/shop"}))
    path = tmp_path / "agent-transcripts" / SESSION / f"{SESSION}.jsonl"
    assert e.MetadataLearned(T0, "project", "/home/me/shop") in read(user("Go"), path=path).events


def test_turn_has_calls_whose_outcome_is_unknown() -> None:
    lines = (
        user("Fix it"),
        answer(block("I look.\n\n[REDACTED]"), call("Shell", command="pytest -q", description="Test")),
        answer(block("It fails.")),
        ended(),
    )
    assert kinds(read(*lines).events) == [
        "TurnStarted",
        "AssistantMessage",
        "ToolCallStarted",
        "ToolCallFinished",
        "AssistantMessage",
        "TurnEnded",
    ]
    [began] = events_of(e.TurnStarted, *lines)
    assert (began.at, began.prompt) == (T0, "Fix it")
    [step] = events_of(e.ToolCallStarted, *lines)
    assert (step.kind, step.command) == ("shell", "pytest -q")
    assert [event.status for event in events_of(e.ToolCallFinished, *lines)] == ["unknown"]
    assert [event.text for event in events_of(e.AssistantMessage, *lines)] == ["I look.", "It fails."]


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("<timestamp>Friday, Nov 20, 2026, 10:00 AM (UTC)</timestamp>", T0),
        ("<timestamp>Friday, Nov 20, 2026, 3:30 PM (UTC+5:30)</timestamp>", T0),
        ("<timestamp>Friday, Nov 20, 2026, 12:00 AM (UTC-10)</timestamp>", T0),
        ("<timestamp>Freitag, 20. Nov. 2026, 11:00 (UTC+1)</timestamp>", 0),
        ("<timestamp>Friday, Nov 31, 2026, 10:00 AM (UTC)</timestamp>", 0),
        ("", 0),
    ],
)
def test_only_a_time_of_the_one_known_wording_is_read(stamp: str, at: int) -> None:
    assert [event.at for event in events_of(e.TurnStarted, user("Go", stamp))] == [at]


@pytest.mark.parametrize(
    ("status", "expected"), [("success", "completed"), ("aborted", "interrupted"), ("error", None), ("odd", "unknown")]
)
def test_turn_ends_as_the_transcript_says(status: str, expected: str | None) -> None:
    lines = user("Go"), ended(status, error="rate limit exceeded")
    assert [event.status for event in events_of(e.TurnEnded, *lines)] == ([expected] if expected else [])
    failures = events_of(e.RequestFailed, *lines)
    assert [(event.kind, event.is_final) for event in failures] == ([] if expected else [("rate_limit", True)])


def test_equal_prompts_are_told_apart_and_copies_are_not_counted() -> None:
    lines = user("Go"), answer(block("Done.")), user("Go"), user("Go")
    assert len(events_of(e.TurnStarted, *lines)) == 2


def test_prompt_without_tags_is_the_whole_text() -> None:
    lines = ({"role": "user", "message": {"content": "Fix it"}},)
    assert [event.prompt for event in events_of(e.TurnStarted, *lines)] == ["Fix it"]


def test_payload_of_a_call_is_found_by_its_place() -> None:
    line = answer(block("I look."), call("Read", path="a"), call("Write", path="b", contents="x"))
    second = events_of(e.ToolCallStarted, line)[1]
    assert SOURCE.load_input(content(line).rstrip(), second.key) == Payload("x", "text")
    with pytest.raises(ValueError, match="no call"):
        SOURCE.load_input(content(line).rstrip(), "0#0")
    with pytest.raises(ValueError, match="a result"):
        SOURCE.load_output(content(line).rstrip(), second.key)
