"""What an emitter remembers from record to record changes nothing of what it emits."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.event import LaneEntered, Noted
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.parser_state import remember
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
    assert emitter.reading.events == [Noted(1, "branch", "main"), Noted(1, "branch", "fix"), Noted(1, "branch", "main")]


def test_a_second_reading_holds_no_events_of_the_first() -> None:
    emitter = EventEmitter(None)
    first = emitter.begin_reading()
    emitter.emit(Noted(1, "branch", "main"))
    second = emitter.begin_reading()
    emitter.emit(Noted(2, "branch", "fix"))
    assert (first.events, second.events) == ([Noted(1, "branch", "main")], [Noted(2, "branch", "fix")])


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
    branches = [event.value for event in read(*records).events if isinstance(event, Noted) and event.name == "branch"]
    assert branches == ["main", "fix", "main"]


def test_a_sub_agent_with_the_envelope_of_its_parent_is_given_the_same_facts() -> None:
    reading = read(
        user("a", "look around", 0, **envelope("main")),
        user("b", "you look around", 1, **envelope("main"), isSidechain=True),
        user("c", "and now?", 2, **envelope("main")),
    )
    entered = [event.lane for event in reading.events if isinstance(event, LaneEntered)]
    projects = [event.value for event in reading.events if isinstance(event, Noted) and event.name == "project"]
    assert (entered, projects) == (["b", ""], ["/home/dev/shop", "/home/dev/shop"])
