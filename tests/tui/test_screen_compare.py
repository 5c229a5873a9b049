"""Compare, driven by its keys."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.tui.panes.compared_sessions import BAR_CELLS
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.widgets.panel import Panel
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP, write_database

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_database(tmp_path)


async def test_marked_sessions_stand_side_by_side(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("space", "space", "c")
        assert shown.kind == "CompareScreen"
        assert "2 marked" in shown.strip_of("#compare-views")
        text = shown.text
        assert "Add OAuth login" in text
        assert "Write the migrations" in text
        # The shop asked a high and a medium question; the other one asked nothing.
        assert "−0.60" in text


async def test_fewer_than_two_marks_are_not_enough(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("space", "c")
        assert shown.kind == "LiveScreen"
        assert shown.notices() == ["Mark two to 4 sessions with space first; marked so far: 1."]


async def test_aligned_turn_opens(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("space", "space", "c", "enter", "enter")
        assert shown.kind == "TrajectoryScreen"
        assert getattr(shown.app.screen, "trajectory", None) == SHOP


async def test_without_marks_agents_stand_against_one_another(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3")
        answer = shown.app.screen.query_one("#answer", Panel).text
        assert " or " in answer.splitlines()[0]
        assert "Too few sessions on one side to call anything real" in answer
        assert "Too few to say" in shown.text


async def test_cost_is_above_the_fold_on_every_terminal(path: Path) -> None:
    for size in ((80, 24), (120, 36), (200, 60)):
        async with dashboard(ports_of(path), size) as shown:
            await shown.press("3")
            assert any(line.split("▏")[-1].split()[:1] == ["cost"] or "▹ cost " in line for line in shown.lines()), size


async def test_enter_leads_from_a_measure_to_its_sessions_and_back(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3", "enter", "enter")
        assert shown.table("#behind").has_focus
        assert shown.table("#behind").total > 0
        await shown.press("escape")
        assert shown.table("#differences").has_focus
        await shown.press("enter", "enter")
        assert shown.kind == "TrajectoryScreen"


async def test_marked_groups_are_compared(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3", "j", "space", "space")
        names = shown.table("#names").marked_keys
        head = shown.app.screen.query_one("#answer", Panel).text.splitlines()[0]
        assert (len(names), head.startswith(f" {names[0]} or {names[1]}?")) == (2, True)


async def test_a_period_without_two_groups_says_so(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3", "D")
        await shown.write("2020")
        await shown.press("enter")
        assert "A comparison needs sessions of two agents (2020). The last day with any is" in shown.text
        await shown.press("a")
        assert shown.table("#differences").total > 10


async def test_tab_switches_between_models_and_sessions(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3", "l")
        assert "gpt-6-codex" in shown.text
        await shown.press("l")
        assert "A comparison needs sessions of two reasoning efforts" in shown.text
        await shown.press("l")
        assert shown.table("#picker").has_focus
        await shown.press("h", "h", "h")
        assert " or " in shown.app.screen.query_one("#answer", Panel).text


async def test_large_terminal_shows_bars_of_two_sessions_and_what_each_came_to(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("space", "space", "c")
        previews = [preview for preview in shown.app.screen.query(SessionPreview) if preview.display]
        assert [any("its last words" in line.text for line in preview.lines) for preview in previews] == [True, True]
        cost = next(line for line in shown.lines() if line.startswith("  cost "))
        assert "█" * BAR_CELLS in cost


async def test_large_terminal_lists_the_sessions_of_each_group_side_by_side(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("3")
        first, second = shown.table("#behind"), shown.table("#behind-second")
        assert first.total > 0
        assert second.total > 0
        names = {
            table.render_line(1).text.split()[1 if table.render_line(1).text[0] == " " else 2]
            for table in (first, second)
        }
        assert len(names) == 2


async def test_sessions_are_marked_and_compared_on_the_screen_itself(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("3", "h", "space", "c")
        assert shown.notices() == ["Mark two to 4 sessions with space first; marked so far: 1."]
        assert "its last words" in shown.text
        await shown.press("j", "space", "enter")
        assert "2 marked" in shown.strip_of("#compare-views")
        assert shown.table("#metrics").has_focus
        assert shown.table("#metrics").total > 20
        await shown.press("c")
        assert shown.table("#picker").has_focus
        assert len(shown.table("#picker").marked_keys) == 2


async def test_period_with_one_group_shows_that_group(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE trajectories SET agent_name = 'claude'")
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("3", "l", "h")
        assert "A comparison needs sessions of two agents" in shown.text
        assert "every session, the highest first" in shown.text
        assert "apart by" not in shown.text
        assert shown.table("#behind").total > 1
        assert shown.table("#behind-second").total == 0
        assert "its last words" in shown.text
