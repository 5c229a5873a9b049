"""Changes of states and counts, from a literal database; the commands that print them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from ppp_tui.cli.doors.states import GroupCounts, StateWatch, change_fields, change_line, counts_text
from ppp_tui.cli.doors.status import waybar_fields
from ppp_tui.model.live import LiveFacts
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import Connection
from ppp_tui.query.sessions.filters import EMPTY, parse
from ppp_tui.query.sessions.live import GROUPS
from ppp_tui.scoring.live_thresholds import DEFAULT
from tests.cli.conftest import Run
from tests.query.database_fixture import NOON_MS, Database, stored


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Session 1 asks since a minute, session 2 works, session 3 was left hours ago."""
    database = Database(tmp_path / "archive.db")
    asks = LiveFacts(
        last_at=NOON_MS - 60_000,
        turn_status="open",
        question="Which\x1b[31m provider?",
        is_question_structured=True,
        question_at=NOON_MS - 60_000,
    )
    works = LiveFacts(last_at=NOON_MS - 1000, turn_status="open", turn_started_at=NOON_MS - 5000, is_thinking=True)
    ended = LiveFacts(last_at=NOON_MS - 7_200_000, ended_at=NOON_MS - 7_200_000)
    for number, facts in enumerate((asks, works, ended), 1):
        database.session(number, {"live": stored(facts)}, agent_name="codex" if number == 2 else "claude")
    database.writer.close()
    reader = open_reader(tmp_path / "archive.db")
    yield reader
    reader.close()


def test_first_look_tells_all_that_are_not_idle(connection: Connection) -> None:
    watch = StateWatch(DEFAULT, EMPTY)
    changes = watch.changes(connection, NOON_MS)
    assert {row.session.id: row.state.group for row in changes} == {1: "needs you", 2: "working"}
    assert watch.changes(connection, NOON_MS + 1000) == []


def test_state_that_the_clock_changes_is_news(connection: Connection) -> None:
    watch = StateWatch(DEFAULT, EMPTY)
    watch.changes(connection, NOON_MS)
    later = watch.changes(connection, NOON_MS + 3_600_000)
    assert {row.session.id for row in later} >= {2}


def test_predicates_and_states_narrow_what_is_watched(connection: Connection) -> None:
    assert [
        row.session.id for row in StateWatch(DEFAULT, parse("agent:codex", NOON_MS)).changes(connection, NOON_MS)
    ] == [2]
    asking = StateWatch(DEFAULT, parse("state:needs-you", NOON_MS)).changes(connection, NOON_MS)
    assert [row.session.id for row in asking] == [1]


def test_line_and_fields_tell_state_and_words(connection: Connection) -> None:
    row = StateWatch(DEFAULT, parse("state:asks", NOON_MS)).changes(connection, NOON_MS)[0]
    line = change_line(row, NOON_MS, UTC)
    assert line.startswith("12:00:00  needs you  #1  claude  shop  asks")
    assert "\x1b" not in line
    fields = change_fields(row, NOON_MS)
    assert (fields["session"], fields["group"], fields["state"], fields["agent"]) == (1, "needs you", "asks", "claude")


@pytest.mark.parametrize(
    ("groups", "alerts", "expected"),
    [
        ((0, 0, 0, 0, 9), 0, "$4.20"),
        ((2, 1, 3, 1, 0), 1, "2 need you · 1 finished · 3 working · 1 stuck · 1 alert · $4.20"),
        ((0, 0, 1, 0, 0), 2, "1 working · 2 alerts · $4.20"),
    ],
)
def test_counts_are_a_short_text(groups: tuple[int, ...], alerts: int, expected: str) -> None:
    by_group = dict(zip(GROUPS, groups, strict=True))
    assert counts_text(GroupCounts(by_group, 4_200_000, alerts)) == expected


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ((), "$0.00"),
        (("--tmux",), "#[fg=default]$0.00#[default]"),
        (("--waybar",), {"text": "$0.00", "tooltip": "", "class": ""}),
    ],
)
def test_status_prints_one_line_in_the_bars_form(ppp: Run, option: tuple[str, ...], expected: object) -> None:
    assert ppp("ingest").returncode == 0
    printed = ppp("status", *option).stdout.rstrip("\n")
    assert (json.loads(printed) if "--waybar" in option else printed) == expected


def test_what_waybar_would_take_for_markup_is_escaped() -> None:
    fields = waybar_fields("1 need you · <$0.01", ["#1 asks: <b>a & b?", "#2"], "needs you")
    assert fields["text"] == "1 need you · &lt;$0.01"
    assert fields["tooltip"] == "#1 asks: &lt;b&gt;a &amp; b?\n#2"
    assert fields["class"] == "needs-you"


def test_status_without_a_database_is_empty_and_says_why_beside_it(ppp: Run) -> None:
    done = ppp("status")
    assert (done.returncode, done.stdout) == (0, "\n")
    assert done.stderr.startswith("ppp-tui: There is no database at ")
    assert done.stderr.endswith(" yet: run ppp-tui ingest, or just ppp-tui.\n")
    printed = json.loads(ppp("status", "--json").stdout)
    assert (printed["groups"], printed["cost_usd"], printed["open_alerts"]) == ({}, None, None)


def test_watch_refuses_a_predicate_that_it_does_not_understand(ppp: Run) -> None:
    done = ppp("watch", "colour:red", "--no-sync")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no field colour" in done.stderr
