"""The first picture of a screen: it is whole, comes without styling anything twice, and needs no import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.console import RenderableType
from textual.dom import DOMNode
from textual.screen import Screen

from ppp_tui.tui.app import PppApp
from ppp_tui.tui.base_screen import GuardedScreen
from ppp_tui.tui.screens.live import LiveScreen
from ppp_tui.tui.screens.registry import MAIN_SCREENS
from ppp_tui.tui.themes.stylesheet import ThemeStylesheet
from tests.tui.dashboard_of import dashboard, ports_of

pytestmark = pytest.mark.slow

FEW_NODES = 3
"""Widgets that a moved focus styles anew: far fewer than a screen has."""


async def test_the_first_picture_of_a_screen_has_what_it_reads(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures: list[str] = []
    display = PppApp._display

    def noted(app: PppApp, screen: Screen[object], renderable: RenderableType | None) -> None:
        display(app, screen, renderable)
        if type(screen).__name__ == "SessionsScreen":
            pictures.append("\n".join(strip.text for strip in screen._compositor.render_strips()))

    monkeypatch.setattr(PppApp, "_display", noted)
    # Otherwise a busy machine would show a part of it first.
    monkeypatch.setattr(GuardedScreen, "HELD_S", 20.0)
    async with dashboard(ports_of(path)) as shown:
        await shown.press("2")
        assert "Add OAuth login" in pictures[0]


async def test_live_is_first_drawn_with_its_sessions(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures: list[str] = []
    display = PppApp._display

    def noted(app: PppApp, screen: Screen[None], renderable: RenderableType | None) -> None:
        display(app, screen, renderable)
        pictures.append("\n".join(strip.text for strip in screen._compositor.render_strips()))

    monkeypatch.setattr(PppApp, "_display", noted)
    monkeypatch.setattr(LiveScreen, "HELD_S", 20.0)
    async with dashboard(ports_of(path)):
        assert "Add OAuth login" in next(picture for picture in pictures if "Sessions" in picture)


async def test_opening_a_screen_styles_no_widget_twice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    styled: list[int] = []
    update_nodes = ThemeStylesheet.update_nodes

    def noted(sheet: ThemeStylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        kept = list(nodes)
        styled.append(len(kept))
        update_nodes(sheet, kept, animate)

    async with dashboard(ports_of(path)) as shown:
        monkeypatch.setattr(ThemeStylesheet, "update_nodes", noted)
        for entry in MAIN_SCREENS[1:]:
            await shown.press(entry.key)
        await shown.press("2", "enter")
        assert shown.kind == "TrajectoryScreen"
    assert max(styled) <= FEW_NODES


def test_no_screen_imports_anything_once_they_were_imported_while_nobody_waited(path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from ppp_tui.tui.screens.registry import MAIN_SCREENS, import_screens
from tests.tui.dashboard_of import dashboard, ports_of

async def walk():
    async with dashboard(ports_of(Path({str(path)!r}))) as shown:
        import_screens()
        before = set(sys.modules)
        for entry in MAIN_SCREENS[1:]:
            await shown.press(entry.key)
        await shown.press("2", "enter")
        print(sorted(name for name in set(sys.modules) - before if name.startswith("ppp_tui.tui")))

asyncio.run(walk())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
