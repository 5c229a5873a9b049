"""Insights, driven by its keys."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.quality.insights import FailedStep
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.screens.insights import InsightsScreen
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP, write_database
from tests.tui.live_rows import session

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database with a thread of two sessions, which no test here changes."""
    path = write_database(tmp_path_factory.mktemp("database"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO trajectory_metadata VALUES (?, 'thread_id', ?)", [(SHOP, "talk\x1b[31m"), (4, "talk\x1b[31m")]
        )
    return path


async def test_tasks_stand_beside_what_they_were_about(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("8")
        assert shown.kind == "InsightsScreen"
        assert "Enter opens the newest session." in shown.text
        assert shown.table("#rows").total >= 2
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"


async def test_failure_leads_to_its_turn(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("8", "l")
        assert "Enter opens the turn of the newest failure." in shown.text
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"


async def test_thread_of_hostile_name_is_shown_and_opened(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("8", "h")
        assert shown.table("#rows").total == 1
        assert "thread=talk" in shown.text
        assert "\x1b[31m" not in shown.text


async def test_large_terminal_lists_what_a_row_sums_up(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("8")
        behind = shown.table("#behind")
        assert behind.total >= 1
        assert "sessions by the session's last day" in shown.text
        assert "agent   sessions   cost failed asked" in shown.text
        await shown.press("l")
        assert "what it printed" in shown.text
        assert "failures by the session's last day" in shown.text
        assert "lint: 2 errors" in shown.app.screen.query_one("#preview-0", SessionPreview).lines[4].text
        behind.focus()
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"


async def test_medium_terminal_shows_two_sessions_and_a_small_one_reads_none(path: Path) -> None:
    async with dashboard(ports_of(path), (120, 36)) as shown:
        await shown.press("8")
        previews = list(shown.app.screen.query(SessionPreview))
        assert [preview.display and bool(preview.lines) for preview in previews] == [True, True, False]
    async with dashboard(ports_of(path), (80, 24)) as shown:
        await shown.press("8")
        assert shown.table("#behind").total == 0


async def test_failures_of_one_session_take_one_preview(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("8", "l")
        screen = shown.app.screen
        assert isinstance(screen, InsightsScreen)
        steps = [FailedStep(1, number, "shell", "failed", "Bash", f"make {number}", "") for number in (3, 2, 1)]
        owners = (session(1), session(1), session(4))
        screen._entries = list(zip(owners, steps, strict=True))
        screen._show_previews()
        await shown.settle()
        previews = [preview for preview in screen.query(SessionPreview) if preview.display]
        assert [preview.lines[1].text for preview in previews] == ["make 3", "make 1"]


async def test_newest_sessions_stand_below_a_list_without_threads(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_database(tmp_path)), (200, 60)) as shown:
        await shown.press("8", "h")
        assert shown.table("#rows").total == 0
        assert "No two sessions of this period belong together." in shown.text
        assert shown.table("#behind").total == 6
        assert "Add OAuth login" in shown.text
