"""Doors as lines and text: what is open, what came in, and what differs from session files."""

from __future__ import annotations

from datetime import UTC

from ppp_tui.query.doors import Door, DoorUse, OpenDoor, ReceivedHour, ReceivedSums
from ppp_tui.query.usage.received import ReceivedCheck
from ppp_tui.tui.panes.door_cells import DoorsReading, check_lines, door_lines, door_text, hour_bars, use_text
from ppp_tui.tui.widgets.lines import Line
from tests.tui.cell_texts import cell_texts
from tests.tui.database_of import NOON_MS

RECEIVING = OpenDoor(
    is_open=True,
    addresses=["http://127.0.0.1:4318"],
    since=NOON_MS - 7_200_000,
    last=NOON_MS - 4_000,
    records={"claude-code": {"logs": 1200, "metrics": 34}, "\x1b[31mcodex": {"traces": 6}},
    refused={"404 use /v1/logs": 2},
    notes=["sent again, kept once: 3"],
)
RECEIVE = Door("receive", "OpenTelemetry in", "ppp-tui receive", [RECEIVING])
SEND = Door("send", "OpenTelemetry out", "ppp-tui send --to URL --follow", [], {"http://127.0.0.1:6006 otlp": 9})
CHECKS = [
    ReceivedCheck(3, "codex", "same", "", sent=4, matched=4, missing_tokens=0, unsent=0),
    ReceivedCheck(2, "claude_code", "other", "Add \x1b[31mlogin", sent=5, matched=3, missing_tokens=812, unsent=1),
]


def texts(line: Line) -> list[str]:
    return cell_texts(line.cells)


def test_open_door_tells_how_much_came_in_and_a_shut_one_what_opens_it() -> None:
    opened, shut = door_lines([RECEIVE, SEND], NOON_MS)
    assert texts(opened) == [
        "OpenTelemetry in",
        "● open",
        "1,240",
        "2",
        "4s",
        "2h",
        "http://127.0.0.1:4318",
        "claude-code 1,234, ␛[31mcodex 6",
    ]
    assert texts(shut) == [
        "OpenTelemetry out",
        "○ shut",
        "–",
        "–",
        "–",
        "–",
        "ppp-tui send --to URL --follow",
        "http://127.0.0.1:6006 otlp",
    ]
    assert texts(door_lines([SEND], NOON_MS, is_ascii=True)[0])[1] == "- shut"


def test_receiver_that_ended_is_shut_and_keeps_its_counts() -> None:
    ended = RECEIVE._replace(processes=[RECEIVING._replace(is_open=False, addresses=[])])
    assert texts(door_lines([ended], NOON_MS)[0]) == [
        "OpenTelemetry in",
        "○ shut",
        "1,240",
        "2",
        "4s",
        "–",
        "ppp-tui receive",
        "claude-code 1,234, ␛[31mcodex 6",
    ]


def test_text_tells_records_by_agent_refusals_and_how_they_join() -> None:
    reading = DoorsReading([RECEIVE], ReceivedSums(2, 1, 7, 2, 3), CHECKS)
    assert [line.text for line in door_text(RECEIVE, reading, UTC)] == [
        "http://127.0.0.1:4318",
        "open since 2026-11-20 10:00",
        "last came in at 2026-11-20 11:59:56",
        "claude-code: 1,200 logs, 34 metrics",
        "␛[31mcodex: 6 traces",
        "refused 2×: 404 use /v1/logs",
        "sent again, kept once: 3",
        "",
        "with session files",
        "2 sessions read and received, 1 received only",
        "7 requests of both, 2 that no file has",
        "3 failed requests sent",
        "requests differ in 1 of 2 sessions: see their table",
    ]


def test_what_is_unknown_is_said_to_be() -> None:
    lines = [line.text for line in door_text(RECEIVE._replace(processes=[]), DoorsReading(), UTC)]
    assert lines[:2] == ["Shut. This opens it:", "  ppp-tui receive"]
    assert lines[-1] == "not known: the database cannot be read"
    assert [line.text for line in door_text(SEND, DoorsReading(), UTC)][-1] == "http://127.0.0.1:6006 otlp: sent before"


def test_text_tells_how_far_sending_came() -> None:
    for waiting, words in ((0, "all is sent"), (1, "1 session changed since"), (1000, "at least 1,000 sessions")):
        reading = DoorsReading(waiting={"http://127.0.0.1:6006 otlp": waiting})
        assert words in [line.text for line in door_text(SEND, reading, UTC)][-1]


def test_sessions_that_differ_stand_first_and_lead_to_themselves() -> None:
    different, same = check_lines(CHECKS, NOON_MS)
    assert texts(different) == ["–", "claude_code", "Add ␛[31mlogin", "5", "2", "812", "1"]
    assert (different.key, same.key) == ("2 0 other", "3 0 same")


def test_uses_of_a_door_are_shown_as_they_are_to_be_copied() -> None:
    door = Door("mcp", "agents, by MCP", "", uses=[DoorUse("Claude Code", ["claude mcp add", "\x1b[2J"])])
    assert [line.text for line in use_text(door)] == ["Claude Code", "claude mcp add", "␛[2J", ""]
    assert use_text(SEND) == []


def test_requests_are_drawn_by_hour_with_those_that_no_file_has_on_top() -> None:
    plot = hour_bars([ReceivedHour(NOON_MS - 3_600_000, 7, 2)], NOON_MS + 60_000, UTC)
    assert plot is not None
    assert [bar.label for bar in plot.bars][-3:] == ["10", "11", "12"]
    assert [(bar.values, bar.figure) for bar in plot.bars][-2:] == [((7.0, 2.0), "9"), ((0.0, 0.0), "")]
    assert len(plot.bars) == 24
    assert hour_bars([ReceivedHour(NOON_MS - 86_400_000, 7, 2)], NOON_MS, UTC) is None
