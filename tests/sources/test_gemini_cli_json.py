"""Gemini CLI's older sessions: one document, read by the same rules, again whenever it is written anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.event import NOWHERE
from ppp_tui.sources.gemini_cli_json import SOURCE
from tests.sources.gemini_lines import SESSION, Line, answer, call, header, kinds, user


def write(folder: Path, *messages: Line) -> Path:
    path = folder / "shop" / "chats" / "session-2026-01-15T20-51-e842380b.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**header(), "messages": list(messages)}, indent=2))
    return path


ASKED = answer("g1", "I look.", 1, toolCalls=[call("c1", "read_file", "x = 1", 3, args={"file_path": "a.py"})])


def test_document_reads_like_the_lines_of_later_versions(tmp_path: Path) -> None:
    events = SOURCE.poll(write(tmp_path, user("u1", "Fix it"), ASKED)).reading.events
    assert kinds(events) == [
        "TurnStarted",
        "AssistantMessage",
        "RequestMeasured",
        "ToolCallStarted",
        "ToolCallFinished",
    ]
    assert {event.value for event in events if isinstance(event, e.MetadataLearned)} == {SESSION, "gemini-3-pro"}
    assert {event.ref for event in events if isinstance(event, e.TurnStarted | e.RequestMeasured)} == {NOWHERE}


def test_document_that_was_written_anew_tells_only_what_it_gained(tmp_path: Path) -> None:
    first = SOURCE.poll(write(tmp_path, user("u1", "Fix it"), answer("g1", "I look.", 1)))
    second = SOURCE.poll(write(tmp_path, user("u1", "Fix it"), ASKED, user("u2", "And?")), first.state)
    assert kinds(second.reading.events) == ["ToolCallStarted", "ToolCallFinished", "TurnStarted"]
    assert (
        SOURCE.poll(write(tmp_path, user("u1", "Fix it"), ASKED, user("u2", "And?")), second.state).reading.events == []
    )


def test_half_a_document_waits_for_the_rest(tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", "Fix it"))
    state = SOURCE.poll(path).state
    path.write_bytes(path.read_bytes()[:-20])
    read = SOURCE.poll(path, state)
    assert (read.reading.events, read.state, read.is_more) == ([], state, False)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"projectHash": 1, "messages": 5}', b"\xff" * 9, b'{"a":' * 9000]
)
def test_what_is_no_session_tells_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "session-x.json"
    path.write_bytes(content)
    assert SOURCE.poll(path).reading.events == []


def test_state_that_cannot_be_read_begins_again(tmp_path: Path) -> None:
    read = SOURCE.poll(write(tmp_path, user("u1", "Fix it")), b"\xff\xff")
    assert kinds(read.reading.events) == ["TurnStarted"]


def test_document_that_a_newer_version_took_over_is_left_to_its_lines(tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", "Fix it"))
    (path.parent / "logs.json").write_text("[]")
    assert list(SOURCE.find(tmp_path)) == [path]
    assert SOURCE.claims(path)
    path.with_name(path.name + "l").write_text("")
    assert list(SOURCE.find(tmp_path)) == []
    assert not SOURCE.claims(path)
