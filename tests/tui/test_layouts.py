"""How often screens are laid out: once as they open, once with what they read, and not at all when they come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Size
from textual.screen import Screen

from ppp_tui.tui import base_screen
from ppp_tui.tui.base_screen import GuardedScreen
from ppp_tui.tui.screens.live import LiveScreen
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import write_database

pytestmark = pytest.mark.slow

OPENINGS: tuple[tuple[str, str], ...] = (
    ("sessions", "2"),
    ("trajectory", "enter"),
    ("compare", "escape 3"),
    ("consensus", "4"),
    ("usage", "5"),
    ("quality", "6"),
    ("code", "7"),
    ("insights", "8"),
    ("doors", "9"),
    ("search", "ctrl+f"),
    ("help", "escape question_mark"),
)
"""Screens by the keys that lead from one to the next; the last key opens it."""

PARTS: tuple[tuple[str, str], ...] = (
    *((f"trajectory, view {number}", "2 enter l" if number == 2 else "l") for number in range(2, 11)),
    ("compare models", "escape 3 l"),
    ("usage of all time", "5 a"),
    ("usage by project", "b b"),
    *((f"quality, view {number}", "6 l" if number == 2 else "l") for number in range(2, 13)),
    ("failures", "8 l"),
    ("threads", "l"),
)
"""Views of screens that are open, alike."""


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The layouts of screens so far; none comes before what is read is there, however long a busy machine takes."""
    counted: list[str] = []
    refresh = Screen._refresh_layout

    def counting(screen: Screen[None], size: Size | None = None, scroll: bool = False) -> None:
        if not scroll or screen._layout_widgets:
            counted.append(type(screen).__name__)
        refresh(screen, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", counting)
    for screen in (GuardedScreen, LiveScreen):
        monkeypatch.setattr(screen, "HELD_S", 20.0)
    monkeypatch.setattr(base_screen, "GATHERED_S", 20.0)
    return counted


async def walk(
    path: Path, layouts: list[str], steps: tuple[tuple[str, str], ...], rounds: int = 1
) -> list[dict[str, int]]:
    """Return how many layouts each step took, in each round."""
    counts: list[dict[str, int]] = []
    async with dashboard(ports_of(path), (200, 60)) as shown:
        for _ in range(rounds):
            counts.append({})
            for name, keys in steps:
                *before, last = keys.split()
                await shown.press(*before)
                layouts.clear()
                await shown.press(last)
                counts[-1][name] = len(layouts)
            await shown.press("escape", "escape", "1")
    return counts


async def test_a_screen_is_laid_out_once_as_it_opens_and_once_with_what_it_reads(
    tmp_path: Path, layouts: list[str]
) -> None:
    first, second = await walk(write_database(tmp_path), layouts, OPENINGS, rounds=2)
    assert {name: number for name, number in first.items() if number > 2} == {}
    # Screens over others are new each time; those of the number keys are there already.
    returned = {name: number for name, number in second.items() if name not in ("trajectory", "search", "help")}
    assert set(returned.values()) == {0}


async def test_another_view_takes_one_layout(tmp_path: Path, layouts: list[str]) -> None:
    [counts] = await walk(write_database(tmp_path), layouts, PARTS)
    assert {name: number for name, number in counts.items() if number > 1} == {}
