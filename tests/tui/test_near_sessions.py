"""What stands around a session: who started it, the sub-agents beside it, sessions of its project."""

from __future__ import annotations

from datetime import UTC

from ppp_tui.tui.panes.near_sessions import NearSessions, near_lines, near_sections
from tests.tui.live_rows import NOW_MS, session

PARENT = session(1, children=2)
SHOWN = session(2, parent_id=1, title="Map the code")
SIBLING = session(3, parent_id=1, title="Read the tests of the cart and of the till", failed_steps=2)
LATER = session(4, title="Rename it")


def texts(near: NearSessions, width: int = 52, room: int = 0) -> list[str]:
    return [line.text for line in near_lines(near, width, UTC, room)]


def test_a_sub_agent_has_its_parent_its_siblings_and_sessions_around_the_parent() -> None:
    words = {
        3: "The tests name the cart three times, and none of them pays; the till has no tests at all, so I wrote 2."
    }
    assert texts(NearSessions(SHOWN, PARENT, [SHOWN, SIBLING], [PARENT, LATER], words)) == [
        "started by",
        "Add OAuth login",
        "",
        "1 other sub-agent of it",
        "▹ Map the code                  11-20 11:50    $0.42",
        "  Read the tests of the ca… ✕2  11-20 11:50    $0.42",
        "    The tests name the cart three times, and none of",
        "    them pays; the till has no tests at all, so I w…",
        "",
        "shop, before and after",
        "▹ Add OAuth login               11-20 11:50    $0.42",
        "  Rename it                     11-20 11:50    $0.42",
    ]


def test_a_session_of_the_user_has_those_of_its_project() -> None:
    assert texts(NearSessions(PARENT, None, [], [PARENT, LATER], {4: "Renamed."}))[1:] == [
        "▹ Add OAuth login               11-20 11:50    $0.42",
        "  Rename it                     11-20 11:50    $0.42",
        "    Renamed.",
    ]


def test_a_session_that_is_alone_has_nothing_around_it() -> None:
    assert texts(NearSessions(PARENT, None, [], [PARENT], {})) == []


def test_last_words_take_as_many_rows_as_fit() -> None:
    near = NearSessions(PARENT, None, [], [PARENT, LATER], {4: "one two three four five six seven eight nine ten"})
    assert texts(near, width=24, room=0)[-2:] == ["    one two three four", "    five six seven eigh…"]
    assert texts(near, width=24, room=5)[-2:] == ["    one two three four", "    five six seven eigh…"]
    assert texts(near, width=24, room=6)[-3:] == [
        "    one two three four",
        "    five six seven eight",
        "    nine ten",
    ]


def test_the_agent_of_a_session_is_named_where_it_is_another_one() -> None:
    other = session(4, title="Rename it", agent_name="codex")
    assert texts(NearSessions(PARENT, None, [], [PARENT, other], {}))[1:] == [
        "▹ Add OAuth login               11-20 11:50    $0.42",
        "  Rename it              codex  11-20 11:50    $0.42",
    ]


def test_sections_are_the_sessions_that_said_something_the_nearest_in_time_first() -> None:
    far, near = session(5, title="Plan it", last_at=NOW_MS - 90_000_000), session(6, title="Try it")
    words = {1: "The session itself.", 5: "Planned.", 6: "Tried."}
    around = NearSessions(PARENT, None, [], [far, LATER, PARENT, near], words)
    assert [[line.text.strip() for line in section[1:]] for section in near_sections(around, 52, UTC)] == [
        ["Tried.", ""],
        ["Planned.", ""],
    ]
