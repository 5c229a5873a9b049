"""A terminal that changes its size while keys are pressed: each size is worked off once, and the last one wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.panes.turns.outline import Outline
from tests.tui.dashboard_of import dashboard, ports_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("key", "kind"), [("question_mark", "HelpScreen"), ("ctrl+p", "Palette")])
async def test_outdated_terminal_size_is_not_laid_out(
    key: str, kind: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[Size] = []
    lay_out = Screen._screen_resized

    def counted(screen: Screen[None], size: Size) -> None:
        laid_out.append(size)
        lay_out(screen, size)

    async with dashboard(ports_of(path), size=(120, 36)) as shown:
        await shown.press("2", "enter", key)
        assert shown.kind == kind
        monkeypatch.setattr(Screen, "_screen_resized", counted)
        left = Size(80, 24)
        for screen in shown.app.screen_stack:
            screen.post_message(Resize(left, left))
        await shown.settle()
        assert laid_out == []
        await shown.pilot.resize_terminal(110, 32)
        await shown.settle()
        assert laid_out
        assert set(laid_out) == {Size(110, 32)}


SIZES = ((61, 16), (200, 60), (100, 30))
"""Sizes that a terminal has for a while."""


@pytest.mark.parametrize("keys", ["1", "3", "3 l", "4", "5", "5 a", "6", "7", "8", "9", "2 enter", "1 question_mark"])
async def test_screen_looks_the_same_after_the_terminal_had_other_sizes(path: Path, keys: str) -> None:
    async with dashboard(ports_of(path), (80, 24)) as shown:
        await shown.press(*keys.split())
        before = shown.text
        for size in SIZES:
            await shown.pilot.resize_terminal(*size)
            await shown.settle()
            assert not shown.app.screen.show_vertical_scrollbar
            await shown.pilot.resize_terminal(80, 24)
            await shown.settle()
            assert shown.text == before


@pytest.mark.parametrize("keys", ["1 question_mark", "6 h", "2", "2 enter"])
async def test_large_screen_looks_the_same_after_the_terminal_was_small(path: Path, keys: str) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press(*keys.split())
        before = shown.text
        await shown.pilot.resize_terminal(61, 16)
        await shown.settle()
        await shown.pilot.resize_terminal(200, 60)
        await shown.settle()
        assert shown.text == before


async def test_open_turn_begins_with_what_waits_for_the_user(path: Path) -> None:
    async with dashboard(ports_of(path), (80, 24)) as shown:
        await shown.press("2", "enter")
        outline = shown.app.screen.query_one(Outline)
        assert outline.cursor_index == outline.total - 1


@pytest.mark.parametrize("keys", [("6", "h", "h", "h"), ("3", "h"), ("8",)])
async def test_terminal_that_grows_reads_what_there_is_room_for(path: Path, keys: tuple[str, ...]) -> None:
    async with dashboard(ports_of(path), (90, 28)) as shown:
        await shown.press(*keys)
        assert not any(preview.lines for preview in shown.app.screen.query(SessionPreview))
        await shown.pilot.resize_terminal(200, 60)
        await shown.settle()
        assert any(preview.lines for preview in shown.app.screen.query(SessionPreview) if preview.display)


@pytest.mark.parametrize("keys", ["1", "2", "5", "6", "2 enter"])
async def test_screen_and_focus_are_the_same_after_the_terminal_was_too_small(path: Path, keys: str) -> None:
    async with dashboard(ports_of(path), (120, 36)) as shown:
        await shown.press(*keys.split())
        before, focused = shown.text, shown.app.screen.focused
        assert focused is not None
        for size in ((40, 10), (24, 3)):
            await shown.pilot.resize_terminal(*size)
            await shown.settle()
            await shown.pilot.resize_terminal(120, 36)
            await shown.settle()
            assert shown.text == before
            assert shown.app.screen.focused is focused


async def test_pane_that_was_hidden_for_a_moment_keeps_the_focus(path: Path) -> None:
    async with dashboard(ports_of(path), (120, 36)) as shown:
        await shown.press("6")
        focused = shown.app.screen.focused
        assert focused is not None
        for size in ((40, 10), (120, 36), (24, 3), (120, 36)):
            await shown.pilot.resize_terminal(*size)
        await shown.settle()
        assert shown.app.screen.focused is focused
