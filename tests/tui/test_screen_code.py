"""Code, driven by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP, write_database
from tests.tui.work_database import write_work_database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, which no test here changes."""
    return write_work_database(tmp_path_factory.mktemp("database"))


async def test_a_project_stands_over_its_types_and_largest_files(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("7", "h")
        assert shown.kind == "CodeScreen"
        assert "lines by type, shop" in shown.text
        assert "40.0 kB    ~9.8k    5m ago" in shown.text
        assert "Python" in shown.text
        assert shown.table("#rows").total == 2
        assert "src/login.py" in shown.text


async def test_hot_files_lead_to_the_turns_that_used_them(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("7")
        assert "most used files, shop, all time" in shown.text
        assert shown.table("#rows").total == 3
        await shown.press("enter")
        assert shown.table("#rows").cursor_key == "src/login.py"
        assert shown.table("#details").total == 2
        await shown.press("enter", "j", "enter")
        assert shown.kind == "TrajectoryScreen"
        assert (getattr(shown.app.screen, "trajectory", None), shown.table("#turns").cursor_key) == (SHOP, 2)


async def test_keys_change_order_and_period(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("7", "s")
        assert "most read files, shop, all time" in shown.text
        await shown.press("s")
        assert "most changed files, shop, all time" in shown.text
        assert shown.table("#rows").total == 1
        await shown.press("s", "d")
        assert "most used files, shop, today" in shown.text
        assert shown.table("#rows").total == 2


async def test_suggestions_have_reasons(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("7", "l")
        assert "what to keep in the context, shop, all time" in shown.text
        assert "read 1 time, changed 1 time; used within a day" in shown.text
        assert "last used 50 days ago" in shown.text


async def test_cut_suggestion_is_shown_in_full_below(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("7", "l")
        assert "size ~300  because read 1 time, changed 1 time; used within a day" in shown.text
        await shown.press("enter", "j", "j")
        assert "size ~300  because read 1 time, changed 0 times; last used 50 days ago" in shown.text
        await shown.press("h")
        assert "changed 0 times; last" not in shown.text


async def test_without_a_project_the_screen_tells_how_to_count_one(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_database(tmp_path))) as shown:
        await shown.press("7", "enter", "l", "enter")
        assert "No project was counted yet; ppp-tui index PATH counts one." in shown.text


async def test_a_narrow_terminal_shows_one_table_under_the_other(path: Path) -> None:
    async with dashboard(ports_of(path), (80, 24)) as shown:
        await shown.press("7")
        assert "src/login.py" in shown.text
        assert "2026-11-20 11:43" in shown.text


async def test_large_terminal_shows_types_largest_files_and_advice_at_once(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("7")
        assert shown.table("#types").total == 2
        assert shown.table("#largest").total > 0
        assert shown.table("#advice").total > 0
        assert "most used files, shop, all time" in shown.text
