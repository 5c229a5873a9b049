"""Compare, driven by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        assert shown.notices() == ["Mark two to 4 sessions with space first; 1 are marked."]


async def test_a_turn_opens_from_the_line_of_turns(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("space", "space", "c", "enter", "enter")
        assert shown.kind == "TrajectoryScreen"
        assert getattr(shown.app.screen, "trajectory", None) == SHOP


async def test_without_marks_agents_stand_against_one_another(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3")
        assert "claude" in shown.strip_of("#groups-title")
        assert " against " in shown.strip_of("#groups-title")
        assert "Too few sessions to compare technical score" in " ".join(shown.text.split())


async def test_two_other_groups_are_marked(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3", "j", "space", "space")
        names = shown.table("#names").marked_keys
        title = shown.strip_of("#groups-title")
        assert (len(names), title.startswith(str(names[0])), f"against {names[1]}" in title) == (2, True, True)


async def test_models_and_sessions_are_a_key_away(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("3", "l")
        assert "gpt-6-codex" in shown.text
        await shown.press("l")
        assert "A comparison needs sessions of two reasoning efforts." in shown.text
        await shown.press("l")
        assert "Mark two to four sessions with space" in shown.text
        await shown.press("h", "h", "h")
        assert "against" in shown.text
