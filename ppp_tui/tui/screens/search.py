"""Search over all turns: hits as they are typed for, with the words that match; Enter opens the turn."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.projects import project_labels
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions.search import search, unindexed_turns
from ppp_tui.text.format import count, date_time
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.panes.session_cells import folder
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

COLUMNS = (
    Column("when", "when", width=16, priority=50),
    Column("agent", "agent", width=8, priority=100),
    Column("project", "project", width=16, priority=90),
    Column("turn", "turn", width=5, align="right", priority=80),
    Column("text", "text", weight=1, min_width=20, priority=200),
)
PAUSE_S = 0.12
"""A search begins when nobody has typed for so long."""


class SearchScreen(PppModal):
    """A line to type in, and hits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Close", show=False, id="search.close"),
        Binding("down", "to_hits", "To the hits", show=False, id="search.hits"),
    ]

    def __init__(self) -> None:
        """Nothing found yet."""
        super().__init__()
        self._hits: list[SearchHit] = []

    def compose(self) -> ComposeResult:
        """The line over the hits."""
        with Vertical(classes="dialog"):
            yield TopStrip(id="search-title")
            yield Input(placeholder='words, the last may be a beginning; "a phrase"', id="search-words", compact=True)
            yield LineTable(COLUMNS, id="search-hits", empty_text="type to search prompts and answers")

    def on_mount(self) -> None:
        """Type at once."""
        self._say("")
        self.query_one(Input).focus()

    def _say(self, note: str) -> None:
        parts = [StripPart(" Search", "heading"), StripPart(note, "dim")]
        self.query_one("#search-title", TopStrip).set_parts(parts, [StripPart("Escape closes ", "dim")])

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.find(event.value)

    @work(exclusive=True, group="search")
    async def find(self, text: str) -> None:
        """Search for what is typed."""
        await asyncio.sleep(PAUSE_S)
        database = self.ppp.ports.database
        try:
            self._hits = await database.fetch(search(text))
            left = await database.fetch(unindexed_turns())
            labels = await database.fetch(project_labels())
        except (QueryFailedError, DatabaseMissingError) as error:
            self._say(f"the database cannot be searched: {error}")
            return
        zone = self.ppp.ports.zone
        table = self.query_one(LineTable)
        table.set_empty_text("nothing found" if text.strip() else "type to search prompts and answers")
        table.show_lines(
            [
                Line(
                    number,
                    (
                        Cell(date_time(hit.at or None, zone, seconds=False), "dim"),
                        hit.agent_name,
                        folder(hit.project, labels),
                        str(hit.turn_number),
                        marked(hit.snippet),
                    ),
                )
                for number, hit in enumerate(self._hits)
            ]
        )
        more = f"; {count(left)} turns are not indexed yet" if left else ""
        number = f"{len(self._hits)} {'hit' if len(self._hits) == 1 else 'hits'}"
        self._say(f"{number}{more}" if text.strip() else "")

    @on(Input.Submitted)
    def action_to_hits(self) -> None:
        """From the line to the hits."""
        if self._hits:
            self.query_one(LineTable).focus()

    @on(LineTable.Selected)
    def _open(self, event: LineTable.Selected) -> None:
        hit = self._hits[int(event.key)]
        self.app.pop_screen()
        self.ppp.open_trajectory(hit.trajectory_id, hit.turn_number)


def marked(snippet: str) -> StyledPieces:
    """A snippet with its matching words told apart."""
    cells: list[Cell] = []
    for number, piece in enumerate(" ".join(snippet.split()).split(HIT_START)):
        hit, mark, rest = piece.partition(HIT_END)
        if number and mark:
            cells += [Cell(hit, "match"), Cell(rest)]
        else:
            cells.append(Cell(piece))
    return StyledPieces(tuple(cell for cell in cells if cell.text))
