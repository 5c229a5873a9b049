"""Jump mode: letters on panes and tabs, and what they lead to."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.tui.screens.jump import JumpScreen
from ppp_tui.tui.widgets.line_table import LineTable
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP


async def test_a_letter_leads_to_a_pane_and_to_a_view(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.app.open_trajectory(SHOP, 11)
        await shown.settle()
        screen = shown.app.screen
        turns, pane = shown.table("#turns"), shown.app.screen.query_one("#turn-text")
        assert turns.has_focus
        await shown.press("ctrl+o")
        assert isinstance(shown.app.screen, JumpScreen)
        letters = dict(shown.app.screen._targets)
        [to_pane] = [letter for letter, target in letters.items() if target.widget is pane]
        [to_usage] = [letter for letter, target in letters.items() if target.key == "usage"]
        row, column = letters[to_usage].y, letters[to_usage].x
        assert shown.lines()[row][column] == to_usage
        await shown.press(to_pane)
        assert shown.app.screen is screen
        assert pane.has_focus
        await shown.press("ctrl+o", to_usage)
        assert shown.app.screen is screen
        assert "cache hit rate" in shown.text


async def test_another_key_ends_it_and_does_nothing_else(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2")
        table = shown.app.screen.query_one("#sessions", LineTable)
        before = table.cursor_key
        for key in ("escape", "down", "1"):
            await shown.press("ctrl+o", key)
            assert shown.kind == "SessionsScreen"
            assert table.cursor_key == before
