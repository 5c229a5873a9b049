"""What an emitter remembers from record to record changes nothing of what it emits."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.event import Heartbeat, MetadataLearned, Ref, TrajectorySwitched, TurnStarted
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.state import CodexState, PendingTurn
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.source import Identity
from tests.sources.claude_lines import read, user

AT_TEN = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20T10:00:00.250Z", AT_TEN + 250),
        ("2026-11-20T10:00:01.250Z", AT_TEN + 1250),
        ("2026-11-20T10:01:00.250Z", AT_TEN + 60_250),
        ("2026-11-21T10:00:00.250Z", AT_TEN + 86_400_250),
        ("2026-11-20T10:00:00.25xZ", 0),
        ("2026-13-20T10:00:00.250Z", 0),
        ("2026-11-20T12:00:00.250+02:00", AT_TEN + 250),
        ("2026-11-20T10:00:00Z", AT_TEN),
        ("yesterday", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_time_is_read_alike_whatever_time_was_read_before(text: str | None, at: int) -> None:
    emitter = EventEmitter(None)
    emitter.time_of("2026-11-20T10:00:00.001Z")
    assert emitter.time_of(text) == at
    assert emitter.time_of("2026-11-20T10:00:00.002Z") == AT_TEN + 2


def test_a_fact_is_noted_when_it_changes_and_when_it_changes_back() -> None:
    emitter = EventEmitter(None)
    for branch in ("main", "main", "fix", "main", None, ""):
        emitter.note(1, "branch", branch)
    assert emitter.reading.events == [
        MetadataLearned(1, "branch", "main"),
        MetadataLearned(1, "branch", "fix"),
        MetadataLearned(1, "branch", "main"),
    ]


def test_what_was_read_is_handed_over_once() -> None:
    emitter = EventEmitter(None)
    emitter.emit(MetadataLearned(1, "branch", "main"))
    emitter.count_unknown("telepathy")
    first = emitter.take_reading()
    emitter.emit(MetadataLearned(2, "branch", "fix"))
    second = emitter.take_reading()
    assert (first.events, first.unknown) == ([MetadataLearned(1, "branch", "main")], {"telepathy": 1})
    assert (second.events, second.unknown) == ([MetadataLearned(2, "branch", "fix")], {})


def thread_emitter(state: CodexState) -> ThreadEmitter:
    return ThreadEmitter(state, Identity("0"))


def test_a_pending_turn_begins_before_what_is_emitted_in_it_and_behind_what_is_not() -> None:
    emitter = thread_emitter(CodexState(turn_id="t"))
    emitter.hold_turn(PendingTurn(5, 10, 20, "typed"))
    emitter.emit_detached(Heartbeat(1, "a"))
    emitter.emit(Heartbeat(2, "b"))
    emitter.emit(Heartbeat(3, "c"))
    begun = TurnStarted(5, Ref(10, 20), "t", "", "typed")
    assert emitter.reading.events == [Heartbeat(1, "a"), begun, Heartbeat(2, "b"), Heartbeat(3, "c")]


def test_a_pending_turn_outlives_a_reading_and_a_state() -> None:
    first = thread_emitter(CodexState(turn_id="t"))
    first.hold_turn(PendingTurn(5, 10, 20, "typed"))
    assert first.take_reading().events == []
    second = thread_emitter(first.state)
    for emitter in (first, second):
        emitter.state = CodexState(turn_id="t", pending_turn=PendingTurn(5, 10, 20, "typed"))
        emitter.emit(Heartbeat(2, "b"))
        assert [type(event) for event in emitter.take_reading().events] == [TurnStarted, Heartbeat]


def test_a_turn_is_flushed_once_and_with_its_prompt() -> None:
    emitter = thread_emitter(CodexState(turn_id="t"))
    emitter.hold_turn(PendingTurn(5, 10, 20, "system"))
    emitter.flush_pending_turn("! ls", "command")
    emitter.flush_pending_turn()
    assert emitter.reading.events == [TurnStarted(5, Ref(10, 20), "t", "! ls", "command")]
    assert emitter.state.has_prompt


def test_the_oldest_entry_is_forgotten_and_one_that_is_renewed_is_not() -> None:
    entries: dict[str, int] = {}
    for key in ("a", "b", "a", "c"):
        remember(entries, key, 1, 2)
    assert list(entries) == ["a", "c"]


def test_an_id_that_is_too_long_is_not_remembered() -> None:
    entries: dict[str, int] = {}
    remember(entries, "x" * 201, 1, 2)
    remember(entries, "x" * 200, 2, 2)
    assert entries == {"x" * 200: 2}


def envelope(branch: str) -> dict[str, Any]:
    return {"cwd": "/home/dev/shop", "gitBranch": branch, "version": "2.1.219"}


def test_a_record_whose_envelope_differs_in_one_field_notes_that_field() -> None:
    records = [
        user(key, "go on", number, **envelope(branch))
        for number, (key, branch) in enumerate((("a", "main"), ("b", "main"), ("c", "fix"), ("d", "main")))
    ]
    branches = [
        event.value for event in read(*records).events if isinstance(event, MetadataLearned) and event.name == "branch"
    ]
    assert branches == ["main", "fix", "main"]


def test_a_sub_agent_with_the_envelope_of_its_parent_is_given_the_same_facts() -> None:
    reading = read(
        user("a", "look around", 0, **envelope("main")),
        user("b", "you look around", 1, **envelope("main"), isSidechain=True),
        user("c", "and now?", 2, **envelope("main")),
    )
    entered = [event.name for event in reading.events if isinstance(event, TrajectorySwitched)]
    projects = [
        event.value for event in reading.events if isinstance(event, MetadataLearned) and event.name == "project"
    ]
    assert (entered, projects) == (["b", ""], ["/home/dev/shop", "/home/dev/shop"])
