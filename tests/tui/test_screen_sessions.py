"""Sessions: every root session, sorted, filtered, marked, and kept up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.store.connect import open_writer
from ppp_tui.store.user_marks import MarksFile
from ppp_tui.store.write import Writer
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import API, DOCS, HOUR, INFRA, MINUTE, ML, NOON_MS, SECOND, SHOP, SITE, write_database

pytestmark = pytest.mark.slow


def listed(shown: Dashboard) -> list[object]:
    """The sessions of the list, from top to bottom."""
    table = shown.table("#sessions")
    lines = (table._pages.line(index) for index in range(table.total))
    return [line.key for line in lines if line is not None]


async def test_all_root_sessions_are_listed_newest_first(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2")
        assert shown.strip_of("#sessions-title") == "6 sessions  by last ↓"
        assert listed(shown) == [SITE, SHOP, DOCS, API, ML, INFRA]
        row = next(line for line in shown.lines() if "Add OAuth login" in line)
        assert "◆" in row
        assert "2·1·1" in row
        assert "$0.36" in row


async def test_s_sorts_by_the_next_column_and_capital_s_turns_round(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "s", "s")
        assert shown.strip_of("#sessions-title") == "6 sessions  by cost ↓"
        assert listed(shown)[:3] == [SHOP, API, DOCS]
        await shown.press("S")
        assert shown.strip_of("#sessions-title") == "6 sessions  by cost ↑"
        assert listed(shown)[-1] == SHOP


async def test_a_click_on_a_header_sorts(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2")
        table = shown.table("#sessions")
        place = shown.cell_of(table, "turns")
        await shown.pilot.click(table, offset=place)
        await shown.settle()
        assert shown.strip_of("#sessions-title") == "6 sessions  by turns ↓"
        assert listed(shown)[0] == SHOP
        await shown.pilot.click(table, offset=place)
        await shown.settle()
        assert shown.strip_of("#sessions-title") == "6 sessions  by turns ↑"


async def test_marks_are_counted(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "space", "space")
        assert shown.table("#sessions").marked_keys == (SITE, SHOP)
        assert shown.strip_of("#sessions-title").endswith("2 marked")
        await shown.press("k", "space")
        assert shown.table("#sessions").marked_keys == (SITE,)


async def test_search_narrows_and_ends_with_escape(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "slash")
        await shown.write("oauth")
        assert "1 match" in shown.text
        assert listed(shown) == [SHOP]
        assert shown.strip_of("#sessions-title").startswith("1 session  by last")
        await shown.press("enter")
        assert "filter oauth" in shown.strip_of("#sessions-title")
        await shown.press("escape")
        assert len(listed(shown)) == 6


async def test_a_search_without_a_match_says_how_to_go_on(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "slash")
        await shown.write("nowhere")
        assert "0 matches" in shown.text
        assert "no session matches nowhere: Esc shows all, : changes the filter" in shown.text


async def test_predicates_filter_and_wrong_ones_are_explained(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "colon")
        await shown.write("agent:codex")
        assert listed(shown) == [API]
        await shown.press("escape", "colon")
        await shown.write("state:stuck")
        assert "a state depends on the clock: filter by it on Live" in shown.text


async def test_enter_opens_the_session_and_escape_returns_to_its_row(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "j", "enter")
        assert "Add OAuth login" in shown.strip_of("#trajectory-title")
        await shown.press("escape")
        assert shown.kind == "SessionsScreen"
        assert shown.table("#sessions").cursor_key == SHOP


async def test_the_resume_command_of_the_row_is_copied(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "j", "y")
        assert shown.app.clipboard == "cd /home/dev/shop && claude --resume shop-session"


async def test_n_goes_to_sessions_that_need_the_user(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "n")
        assert shown.table("#sessions").cursor_key == SHOP
        await shown.press("n")
        assert shown.table("#sessions").cursor_key == API


async def test_signs_follow_the_clock(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2")
        assert "●" in next(line for line in shown.lines() if "Build the docs" in line)
        await shown.pass_time(90 * MINUTE)
        assert "●" not in next(line for line in shown.lines() if "Build the docs" in line)


async def test_new_sessions_are_listed(tmp_path: Path) -> None:
    Writer(tmp_path / "archive.db").close()
    async with dashboard(ports_of(tmp_path / "archive.db")) as shown:
        await shown.press("2")
        assert "no sessions yet" in shown.text
        write_database(tmp_path)
        await shown.pass_time(2 * SECOND)
        assert shown.strip_of("#sessions-title").startswith("6 sessions")
        assert len(listed(shown)) == 6


async def test_new_sessions_are_listed_under_a_filter_by_words(tmp_path: Path) -> None:
    Writer(tmp_path / "archive.db").close()
    async with dashboard(ports_of(tmp_path / "archive.db")) as shown:
        await shown.press("2", "slash")
        await shown.write("oauth")
        assert "no session matches" in shown.text
        write_database(tmp_path)
        await shown.pass_time(2 * SECOND)
        assert shown.strip_of("#sessions-title").startswith("1 session ")
        assert listed(shown) == [SHOP]


async def test_the_first_sessions_of_a_filter_are_followed_by_the_others(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ppp_tui.query.sessions.session_lists.FIRST_LOOKED_AT", 2)
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2", "slash")
        await shown.write("a")
        assert shown.strip_of("#sessions-title").startswith("5 sessions  by last")
        assert listed(shown) == [SITE, SHOP, API, ML, INFRA]


async def test_marks_of_the_user_stand_before_the_title_and_are_found_by_predicates(tmp_path: Path) -> None:
    database = write_database(tmp_path)
    marks = MarksFile(database)
    marks.note_visit(NOON_MS - HOUR)
    marks.mark_read("claude_code", "shop-session", 12, NOON_MS)
    marks.set_label("claude_code", "shop-session", "keep")
    async with dashboard(ports_of(database, marks=marks)) as shown:
        await shown.press("2")
        assert any("#keep Add OAuth login" in line for line in shown.lines())
        assert any("• Write the migrations" in line for line in shown.lines())
        assert not any("• #keep" in line or "• Tidy" in line for line in shown.lines())
        await shown.press("colon")
        await shown.write("unread -agent:claude")
        await shown.press("enter")
        assert SHOP not in listed(shown)
        assert API in listed(shown)
        await shown.press("escape", "g", "P")
        assert any("★" in line for line in shown.lines())


async def test_machines_have_a_column_once_a_session_is_of_another_one(tmp_path: Path) -> None:
    place = write_database(tmp_path)
    async with dashboard(ports_of(place, bring_up=str), (120, 36)) as shown:
        await shown.press("2")
        assert "host" not in shown.text
        connection = open_writer(place)
        connection.execute("INSERT INTO source_files (source, path, host) VALUES ('pi', '/c/s.jsonl', 'build-7')")
        connection.execute("UPDATE trajectories SET file_id = last_insert_rowid() WHERE id = ?", (DOCS,))
        connection.execute("UPDATE trajectory_summaries SET revision = revision + 1 WHERE trajectory_id = ?", (DOCS,))
        connection.close()
        await shown.press("s", "S", "S")
        assert "host" in shown.text
        assert sum("build-7" in line for line in shown.lines()) == 1
        assert len(listed(shown)) == 6
        await shown.press("colon", *"host:build", "enter")
        assert listed(shown) == [DOCS]
        await shown.press("w")
        assert shown.notices()[-1] == "This session runs on build-7."


async def test_a_logged_session_has_no_file_to_open(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE trajectories SET source = 'logger'")
    async with dashboard(ports_of(path)) as shown:
        await shown.press("1", "o", "2", "o")
        assert shown.notices() == ["A program logged this session: it has no file."] * 2
