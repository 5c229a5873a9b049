"""A table on a screen over rows that are made up as they are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from ppp_tui.tui.themes.palette import DARK, THEMES
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Key, Line
from ppp_tui.tui.widgets.tones import TonedScreen

STYLES = Path(__file__).parents[2] / "styles"
COLUMNS = (
    Column("n", "#", width=7, align="right"),
    Column("turn", "turn"),
    Column("cost", "cost", width=6, align="right", priority=1),
)


class Database:
    """Rows as a query would hand them out, and what was asked for."""

    def __init__(self) -> None:
        self.keys: Sequence[Key] = range(1_000_000)
        self.notes: dict[Key, str] = {}
        self.calls: list[tuple[int, int]] = []
        self.error: Exception | None = None

    async def read(self, start: int, count: int) -> list[Line]:
        self.calls.append((start, count))
        if self.error is not None:
            raise self.error
        return [
            Line(key, (str(key), Cell(self.notes.get(key, "turn"), "dim"), "$0.42"))
            for key in self.keys[start : start + count]
        ]

    async def locate(self, key: Key) -> int | None:
        return self.keys.index(key) if key in self.keys else None


class TonedApp(App[None]):
    """A screen with one widget in our themes, and the messages that it posted."""

    HEARD: ClassVar[tuple[type[Message], ...]] = ()
    """Kinds of messages that `heard` keeps."""

    def __init__(self, widget: Widget, theme: str = DARK) -> None:
        super().__init__()
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.widget = widget
        self.heard: list[Message] = []

    async def _dispatch_message(self, message: Message) -> None:
        if isinstance(message, self.HEARD):
            self.heard.append(message)
        await super()._dispatch_message(message)

    def get_default_screen(self) -> Screen[None]:
        return TonedScreen()

    def compose(self) -> ComposeResult:
        yield self.widget

    def shown(self) -> list[str]:
        return [self.widget.render_line(y).text.rstrip() for y in range(self.widget.size.height)]

    def drawn(self) -> list[str]:
        """The lines of the widget with its rules, as they are put on the screen."""
        return [strip.text for strip in self.widget.render_lines(self.widget.outer_size.region)]


class TableApp(TonedApp):
    CSS_PATH = [STYLES / "tones.tcss", STYLES / "line_table.tcss"]  # noqa: RUF012
    HEARD = (
        LineTable.Highlighted,
        LineTable.Selected,
        LineTable.Marked,
        LineTable.Sorted,
        LineTable.Failed,
        LineTable.FollowChanged,
    )

    def __init__(self, *, follows: bool = False, theme: str = DARK) -> None:
        self.table = LineTable(COLUMNS, follows=follows, empty_text="no turns yet")
        super().__init__(self.table, theme)

    def on_mount(self) -> None:
        self.table.focus()

    async def settle(self) -> None:
        await self.workers.wait_for_complete()


@asynccontextmanager
async def following_table(
    database: Database | None = None, *, height: int = 6
) -> AsyncIterator[tuple[TableApp, Pilot[None]]]:
    """A table of 100 rows that follows its tail, on a screen of so many lines."""
    app, database = TableApp(follows=True), database or Database()
    database.keys = range(100)
    async with app.run_test(size=(40, height)) as pilot:
        app.table.set_source(database.read, 100)
        await app.settle()
        yield app, pilot


def keyed(*keys: str) -> list[Line]:
    return [Line(key, ("", key, "")) for key in keys]
