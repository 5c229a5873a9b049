"""What is written to the terminal: every cell that differs, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from ppp_tui.tui.messages import GroupChosen
from ppp_tui.tui.terminal.compositor import CellUpdate, FrugalCompositor, changed_part
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of
from tests.tui.database_of import MINUTE, SECOND

RED, BLUE = Style(color="red"), Style(color="blue")


def strip(*parts: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


def test_strips_that_look_the_same_have_no_changed_part() -> None:
    assert changed_part(strip(("ab", RED), ("c", BLUE)), strip(("ab", RED), ("c", BLUE))) is None


@pytest.mark.parametrize(
    ("before", "after", "first", "text"),
    [
        pytest.param([("age 41s ", RED)], [("age 42s ", RED)], 5, "2", id="letters"),
        pytest.param([("in 2:50 for –", RED)], [("in 2:49 for –", RED)], 5, "49", id="letters before another sign"),
        pytest.param([("a1\u0301", RED)], [("a2\u0301", RED)], 0, "a2\u0301", id="a letter with a combining sign"),
        pytest.param([("ab", RED), ("cd", RED)], [("ab", RED), ("cd", BLUE)], 2, "cd", id="a style"),
        pytest.param([("日", RED), ("1", RED)], [("日", RED), ("2", RED)], 2, "2", id="after a wide letter"),
        pytest.param([("日本", RED)], [("日米", RED)], 0, "日米", id="among wide letters"),
        pytest.param([("a", RED), ("a", RED)], [("a", RED), ("bb", RED)], 1, "bb", id="longer"),
        pytest.param([("aa", RED)], [("a", RED), ("a", BLUE)], 0, "aa", id="other pieces"),
    ],
)
def test_changed_part_is_what_lies_between_equal_ends(
    before: list[tuple[str, Style]], after: list[tuple[str, Style]], first: int, text: str
) -> None:
    part = changed_part(strip(*before), strip(*after))
    assert part is not None
    assert (part[0], part[1].text) == (first, text)


class Block(Widget):
    """Says one letter in all its cells, and counts the lines it was asked for."""

    letter = "a"
    asked = 0

    def render_line(self, _y: int) -> Strip:
        self.asked += 1
        return Strip([Segment(self.letter * self.size.width)], self.size.width)


class Blocks(Screen[None]):
    """One block behind, with another over its middle."""

    DEFAULT_CSS = """
        Blocks { layers: below above; overflow: hidden; }
        #back { layer: below; width: 9; height: 3; }
        #front { layer: above; width: 3; height: 1; offset: 3 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()

    def compose(self) -> ComposeResult:
        yield Block(id="back")
        yield Block(id="front")


class BlockApp(App[None]):
    """Shows the blocks."""

    def get_default_screen(self) -> Screen[None]:
        return Blocks()


async def test_widget_behind_another_is_written_on_both_sides_of_it() -> None:
    async with BlockApp().run_test(size=(9, 4)) as pilot:
        screen = pilot.app.screen
        back, compositor = screen.query_one("#back", Block), screen._compositor
        compositor.render_update(full=True)
        back.letter = "b"
        back.refresh()
        compositor.update_widgets({back})
        update = compositor.render_update()
        assert isinstance(update, CellUpdate)
        written = {(part.x, part.y): part.strip.text for part in update.placed}
        assert written == {(0, 0): "bbbbbbbbb", (0, 1): "bbb", (6, 1): "bbb", (0, 2): "bbbbbbbbb"}


async def test_full_update_writes_each_line_from_left_to_right() -> None:
    async with BlockApp().run_test(size=(9, 4)) as pilot:
        screen = pilot.app.screen
        screen.query_one("#back", Block).letter = "b"
        screen.query_one("#back", Block).refresh()
        update = screen._compositor.render_update(full=True)
        assert isinstance(update, LayoutUpdate)
        lines = [[part.text for part in line] for line in update.strips]
        assert lines == [["bbbbbbbbb"], ["bbb", "aaa", "bbb"], ["bbbbbbbbb"], [" " * 9]]
        assert [line.text for line in screen._compositor.render_strips()] == ["".join(line) for line in lines]


async def test_line_that_was_refreshed_and_reads_as_before_is_not_written() -> None:
    async with BlockApp().run_test(size=(9, 4)) as pilot:
        screen = pilot.app.screen
        front, compositor = screen.query_one("#front", Block), screen._compositor
        front.refresh()
        compositor.update_widgets({front})
        compositor.render_update()
        front.refresh()
        compositor.update_widgets({front})
        assert compositor.render_update() is None


async def test_widget_that_was_not_told_yet_that_it_has_more_rows_is_left_to_the_layout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with BlockApp().run_test(size=(9, 4)) as pilot:
        screen = pilot.app.screen
        back, compositor = screen.query_one("#back", Block), screen._compositor
        compositor.render_update(full=True)
        back.letter = "b"
        back.refresh()
        monkeypatch.setattr(back, "render_lines", lambda _: [Strip([Segment("b" * 9)], 9)])
        compositor.update_widgets({back})
        update = compositor.render_update()
        assert isinstance(update, CellUpdate)
        assert [(part.x, part.y, part.strip.text) for part in update.placed] == [(0, 0, "bbbbbbbbb")]


class Terminal:
    """Keeps what the updates of an app write, cell by cell."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._lines: list[list[str]] = []
        self.cells_written = 0
        setattr(app, "_display", self._display)  # noqa: B010  mypy takes no other way to replace a method

    def _display(self, screen: Screen[Any], update: object) -> None:
        if isinstance(update, LayoutUpdate):
            self._lines = [list(self._text(line)) for line in update.strips]
        elif isinstance(update, CellUpdate):
            assert screen is self._app.screen
            for x, y, part in update.placed:
                text = self._text([part])
                self._lines[y][x : x + len(text)] = text
                self.cells_written += len(text)

    def _text(self, strips: Any) -> list[str]:
        letters: list[str] = []
        for part in strips:
            for segment in part:
                for letter in segment.text:
                    letters += [letter, *[""] * (Segment(letter).cell_length - 1)]
        return letters

    @property
    def lines(self) -> list[str]:
        return ["".join(line).rstrip() for line in self._lines]


MOST_FRAMES = 100
"""Looks at the terminal, between any two of which a frame may be painted."""


async def painted(shown: Dashboard, terminal: Terminal) -> None:
    """Wait until the terminal shows what the screen does; fail if it never comes to that."""
    for _ in range(MOST_FRAMES):
        await shown.settle()
        if terminal.lines == shown.lines():
            return
    assert terminal.lines == shown.lines()


@pytest.mark.slow
async def test_terminal_shows_what_the_screens_show_after_every_key(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        terminal = Terminal(shown.app)
        for key in ["2", *"1jjGgf", "slash", *"shop", "escape", "escape", "question_mark", "escape", *"2jjsGg"]:
            await shown.press(key)
            await painted(shown, terminal)
        for key in ["enter", *"jlllhh", "escape", *"345671", "ctrl+f", *"log", "escape"]:
            await shown.press(key)
            await painted(shown, terminal)
        # The palette is drawn by Textual alone.
        await shown.press("ctrl+p", "escape")
        await painted(shown, terminal)


@pytest.mark.slow
async def test_terminal_shows_what_the_screen_shows_as_time_passes_and_notes_come_and_go(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        terminal = Terminal(shown.app)
        await shown.press("2", "1")
        await painted(shown, terminal)
        for step_ms in (SECOND, 9 * SECOND, MINUTE, 59 * MINUTE):
            await shown.pass_time(step_ms)
            await painted(shown, terminal)
        shown.app.notify("a note", timeout=60)
        await painted(shown, terminal)
        assert "a note" in "\n".join(terminal.lines)
        shown.app.clear_notifications()
        shown.app.screen.post_message(GroupChosen("idle"))
        await painted(shown, terminal)


@pytest.mark.slow
async def test_second_that_passes_writes_no_more_than_the_letters_that_tell_it(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.pass_time(2 * MINUTE)
        terminal = Terminal(shown.app)
        await shown.press("2", "1")
        await shown.pass_time(SECOND)
        await shown.pass_time(5 * SECOND)
        await painted(shown, terminal)
        # What stands there is not known before it has been written once by itself.
        for widget in shown.app.screen.walk_children():
            widget.refresh()
        await shown.settle()
        await painted(shown, terminal)
        terminal.cells_written = 0
        await shown.pass_time(SECOND)
        await painted(shown, terminal)
        # Three ends of prompt caches count down, 2:50 to 2:49 on two lines and 1:19 to 1:18 on one.
        assert terminal.cells_written <= 5
