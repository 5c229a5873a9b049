"""What the dashboard draws and styles again is let go of at once, not when the garbage collector finds it."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.screen import Screen
from textual.widget import Widget

from ppp_tui.query.sessions.turn_figures import TurnFigures
from ppp_tui.tui.panes.turns.conversation import Block
from ppp_tui.tui.panes.turns.turn_detail import TurnPane
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn
from ppp_tui.tui.panes.turns.turn_views import View
from ppp_tui.tui.themes.stylesheet import ThemeStylesheet
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP


@contextmanager
def cyclic_garbage() -> Iterator[Counter[str]]:
    """Counts, by class, the objects that only the garbage collector could free."""
    kinds: Counter[str] = Counter()
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield kinds
        gc.collect()
        kinds.update(type(item).__name__ for item in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.enable()
        gc.garbage.clear()


def redraw(screen: Screen[object]) -> None:
    """Draw every line of a screen anew."""
    for widget in screen.walk_children(Widget):
        widget.refresh()
        screen._compositor.update_widgets({widget})
    screen._compositor.render_update(full=True)
    screen._compositor.render_strips()


@pytest.mark.parametrize("key", ["1", "2", "5", "6", "7", "8"])
async def test_drawn_lines_do_not_keep_themselves(key: str, path: Path) -> None:
    async with dashboard(ports_of(path), size=(120, 36)) as shown:
        await shown.press(key)
        with cyclic_garbage() as kinds:
            for _ in range(3):
                redraw(shown.app.screen)
        assert kinds["Strip"] == 0


async def test_forgotten_lines_do_not_keep_each_other(path: Path) -> None:
    async with dashboard(ports_of(path), size=(120, 36)) as shown:
        await shown.press("2")
        with cyclic_garbage() as kinds:
            shown.table("#sessions").painter.clear()
        await shown.app.open_trajectory(SHOP)
        await shown.settle()
        with cyclic_garbage() as more:
            shown.app.screen.query_one(TurnPane).text.drop_content()
        assert (kinds, more) == ({}, {})


async def test_styled_parts_are_not_made_again(path: Path) -> None:
    async with dashboard(ports_of(path), size=(120, 36)) as shown:
        with cyclic_garbage() as kinds:
            for _ in range(3):
                shown.app.stylesheet.update(shown.app.screen)
        assert kinds["DOMNode"] == 0


class Lamp(Widget):
    """Has a part that is red while the lamp is on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lamp--light"}
    DEFAULT_CSS = "Lamp.-on .lamp--light { color: red; }"


class LampApp(App[None]):
    """A lamp, styled by the dashboard's style sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = ThemeStylesheet(variables=self.get_css_variables())

    def compose(self) -> ComposeResult:
        yield Lamp()


async def test_styled_part_loses_what_no_rule_gives_it_any_more() -> None:
    async with LampApp().run_test() as pilot:
        lamp = pilot.app.query_one(Lamp)
        off = lamp.get_component_styles("lamp--light").get_rules()
        lamp.add_class("-on")
        await pilot.pause()
        on = lamp.get_component_styles("lamp--light").get_rules()
        lamp.remove_class("-on")
        await pilot.pause()
        assert [rules.get("color") for rules in (off, on)] == [None, Color.parse("red")]
        assert lamp.get_component_styles("lamp--light").get_rules() == off


def alive(*kinds: type) -> Counter[str]:
    """Counts living objects by class."""
    return Counter(type(item).__name__ for item in gc.get_objects() if isinstance(item, kinds))


@pytest.mark.parametrize("view", ["conversation", "steps"])
async def test_closed_session_lets_go_of_its_turn_at_once(view: View, path: Path) -> None:
    async with dashboard(ports_of(path), size=(160, 50)) as shown:
        gc.collect()
        before = alive(LoadedTurn, Block, TurnFigures)
        gc.disable()
        try:
            await shown.app.open_trajectory(SHOP)
            await shown.settle()
            shown.app.screen.query_one(TurnPane).switch(view)
            await shown.settle()
            assert alive(LoadedTurn) == {"LoadedTurn": 1}
            await shown.app.pop_screen()
            await shown.settle()
            after = alive(LoadedTurn, Block, TurnFigures)
        finally:
            gc.enable()
        assert after == before
