"""What the user marks on Live: pins, labels, and what they have read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.model.live import LiveFacts
from ppp_tui.store.user_marks import MarksFile
from tests.tui.dashboard_of import Dashboard, dashboard, listed, ports_of
from tests.tui.database_of import API, MINUTE, NOON_MS, SECOND, SHOP, write_database

pytestmark = pytest.mark.slow


async def test_pin_and_label_are_shown_and_found_again_by_predicates(tmp_path: Path) -> None:
    database = write_database(tmp_path)
    ports = ports_of(database, marks=MarksFile(database))
    async with dashboard(ports) as shown:
        await shown.press("P", "j", "L")
        await shown.write("keep it")
        await shown.press("enter")
        assert "◆  ★ Add OAuth login" in shown.text
        assert "◇  #keep-it Write the migr" in shown.text
    async with dashboard(ports) as shown:
        assert "◆  ★ Add OAuth login" in shown.text
        for predicate, matched in (("pinned", [SHOP]), ("label:keep", [API]), ("-pinned cost>0.1", [API])):
            await shown.press("colon")
            await shown.write(predicate)
            await shown.press("enter")
            assert listed(shown) == matched
            await shown.press("escape")


async def test_pin_of_another_dashboard_shows_at_once_and_pinned_sessions_stand_first(tmp_path: Path) -> None:
    database = write_database(tmp_path)
    MarksFile(database).note_visit(NOON_MS)
    async with dashboard(ports_of(database, marks=MarksFile(database))) as shown:
        await shown.press("2")
        titles = ["Read the app", "Add OAuth login", "Build the docs", "Write the migrations", "Train the ranker"]
        assert titles_of(shown, titles) == titles
        # Another dashboard writes this.
        MarksFile(database).set_pinned("claude_code", "ml-session", is_pinned=True)
        await shown.poll()
        assert titles_of(shown, titles) == ["Train the ranker", *titles[:-1]]
        assert "★ Train the ranker" in shown.text
        await shown.press("s")
        assert titles_of(shown, titles)[0] == "Train the ranker"
        await shown.press("1")
        await shown.poll()
        live = [title for line in shown.lines() for title in titles if title in line[:40]]
        assert live.index("Train the ranker") > live.index("Add OAuth login"), "a pin does not go before who waits"
        MarksFile(database).set_pinned("claude_code", "ml-session", is_pinned=False)
        await shown.poll()
        assert "★" not in shown.text


async def test_pinned_sessions_stand_first_in_their_group_on_live(tmp_path: Path) -> None:
    database = write_database(tmp_path)
    marks = MarksFile(database)
    async with dashboard(ports_of(database, marks=marks)) as shown:
        before = listed(shown)
        working = [row.session.id for row in shown.app.board.rows if row.state.group == "working"]
        assert len(working) == 2
        keys = {4: "docs-session", 5: "site-session"}
        source = {4: "claude_code", 5: "gemini"}
        marks.set_pinned(source[working[1]], keys[working[1]], is_pinned=True)
        # With the first mark the readers are connected anew.
        await shown.poll()
        await shown.poll()
        assert [number for number in listed(shown) if number in working] == working[::-1]
        assert sorted(listed(shown)) == sorted(before)


def titles_of(shown: Dashboard, titles: list[str]) -> list[str]:
    """The titles among the lines, from top to bottom."""
    return [title for line in shown.lines() for title in titles if title in line]


async def test_session_is_unread_until_the_user_stays_on_it_and_u_opens_its_new_turn(
    tmp_path: Path,
) -> None:
    database = write_database(tmp_path)
    marks = MarksFile(database)
    marks.note_visit(NOON_MS - 10 * MINUTE)
    marks.mark_read("claude_code", "shop-session", 11, NOON_MS - 5 * MINUTE)
    ports = ports_of(database, marks=marks)
    async with dashboard(ports) as shown:
        await shown.pass_time(1)
        assert shown.strip_of("#live-band").endswith("3 new since 11:50")
        assert "◆• Add OAuth login" in shown.text
        assert "◇• Write the migrations" in shown.text
        await shown.pass_time(3 * SECOND)
        assert "◆• Add OAuth login" in shown.text
        await shown.press("j")
        await shown.pass_time(SECOND)
        await shown.pass_time(3 * SECOND)
        assert "◇  Write the migrations" in shown.text
        assert shown.strip_of("#live-band").endswith("2 new since 11:50")
        await shown.press("U")
        assert shown.kind == "TrajectoryScreen"
        assert shown.table("#turns").cursor_key == 12
        await shown.press("escape")
        assert "◆• " not in shown.text
        assert "✕• Train the ranker" in shown.text
        await shown.press("U", "escape", "U")
        assert shown.notices()[-1] == "Nothing is new in this session since you read it."


async def test_session_that_goes_on_while_it_is_shown_is_read(tmp_path: Path) -> None:
    database = write_database(tmp_path)
    MarksFile(database).note_visit(NOON_MS - 10 * MINUTE)
    async with dashboard(ports_of(database, marks=MarksFile(database))) as shown:
        await shown.press("j", "enter")
        with closing(sqlite3.connect(database)) as connection, connection:
            select = "SELECT live FROM trajectory_summaries WHERE trajectory_id = ?"
            facts = json.loads(connection.execute(select, (API,)).fetchone()[0])
            facts[LiveFacts._fields.index("turn_ended_at")] = NOON_MS + 1_000
            connection.execute(
                "UPDATE trajectory_summaries SET live = ?, revision = (SELECT max(revision) + 1 FROM "
                "trajectory_summaries) WHERE trajectory_id = ?",
                (json.dumps(facts), API),
            )
            connection.execute("UPDATE archive_facts SET value = CAST(value AS INTEGER) + 1 WHERE name = 'revision'")
        await shown.pass_time(2_000)
        await shown.press("escape")
        await shown.pass_time(2_000)
        assert "◇  Write the migrations" in shown.text
