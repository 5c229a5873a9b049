"""Search over all turns: hits while the user types, with the matching words marked; Enter opens the turn."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions.search import search, unindexed_turns
from ppp_tui.text.format import counted, date_time
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.panes.session_cells import titled
from ppp_tui.tui.screens.search_trail import SearchTrail
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.guarded import Vertical
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

COLUMNS = (
    Column("when", "when", width=10, priority=60),
    Column("agent", "agent", width=8, priority=70),
    Column("title", "session", weight=1, min_width=16, priority=150),
    Column("turn", "turn", width=4, align="right", priority=100),
    Column("text", "text", weight=3, min_width=30, priority=200),
)
BEFORE_HIT = 24
"""Characters of an excerpt before its first match, so few that the match stands in a narrow column, too."""

PAUSE_S = 0.12
"""Seconds without a key press after which a search begins."""


class SearchScreen(PppModal):
    """Modal with a line to type in and a table of hits; it stays below the session that is opened from it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False, id="search.close"),
        Binding("down", "to_hits", "To the hits", show=False, id="search.hits"),
    ]

    def __init__(self, words: str = "") -> None:
        """Open the search, with the words of an earlier one if there are any."""
        super().__init__()
        self._words = words
        self._trail = SearchTrail("", [])

    def compose(self) -> ComposeResult:
        """Compose the line and the table of hits."""
        with Vertical(classes="dialog"):
            yield TopStrip(id="search-title")
            yield Input(
                self._words,
                placeholder='words, the last may be a beginning; "a phrase"',
                id="search-words",
                compact=True,
                select_on_focus=True,
            )
            yield LineTable(COLUMNS, id="search-hits", empty_text="type to search prompts and answers")

    def on_mount(self) -> None:
        """Put the focus on the line."""
        self._show_note("")
        self.query_one(Input).focus()

    def on_screen_resume(self) -> None:
        """Put the cursor on the hit that was opened last, after returning from it."""
        if self._trail.hits and self._trail.is_opened:
            table = self.query_one(LineTable)
            table.move_cursor(self._trail.place)
            table.focus()

    def _show_note(self, note: str) -> None:
        parts = [StripPart(" Search", "heading"), StripPart(note, "dim")]
        keys = [StripPart("↵ opens  ↓ to the hits  Escape closes ", "dim")]
        self.query_one("#search-title", TopStrip).set_parts(parts, keys)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.find(event.value)

    @work(exclusive=True, group="search")
    async def find(self, text: str) -> None:
        """Search for the typed text."""
        await asyncio.sleep(PAUSE_S)
        database = self.ppp.ports.database
        try:
            hits = await database.fetch(search(text))
            left = await database.fetch(unindexed_turns())
        except READ_ERRORS as error:
            self._show_note(f"the database cannot be searched: {error}")
            return
        self._trail = SearchTrail(text, hits)
        self.ppp.searched = text
        table = self.query_one(LineTable)
        table.set_empty_text("nothing found" if text.strip() else "type to search prompts and answers")
        table.show_lines([self._line(number, hit) for number, hit in enumerate(hits)], is_other_list=True)
        more = f"; {counted(left, 'turn')} not indexed yet" if left else ""
        number = counted(len(hits), "hit")
        self._show_note(f"{number}{more}" if text.strip() else "")

    def _line(self, number: int, hit: SearchHit) -> Line:
        when = date_time(hit.at or None, self.ppp.ports.zone, seconds=False)[:10]
        title = titled(hit.title, is_shared=self.ppp.ports.is_team)
        return Line(number, (Cell(when, "dim"), hit.agent_name, title, str(hit.turn_number), marked(hit.snippet)))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        """Open the hit under the cursor, by default the first one."""
        self._open_hit(self.query_one(LineTable).cursor_index)

    def action_to_hits(self) -> None:
        """Move the focus from the line to the hits."""
        if self._trail.hits:
            self.query_one(LineTable).focus()

    def action_close(self) -> None:
        """Close the search."""
        self.app.pop_screen()

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        self._open_hit(int(event.key))

    def _open_hit(self, place: int) -> None:
        """Open the session of a hit above the search."""
        if place < len(self._trail.hits):
            self._trail.go_to(place)
            self.ppp.open_hit(self._trail)


def marked(snippet: str) -> StyledPieces:
    """Return a snippet with its matching words marked."""
    cells: list[Cell] = []
    text = " ".join(snippet.split())
    before, mark, after = text.partition(HIT_START)
    if mark and len(before) > BEFORE_HIT:
        text = f"…{before[-BEFORE_HIT:].lstrip('…')}{mark}{after}"
    for number, piece in enumerate(text.split(HIT_START)):
        hit, mark, rest = piece.partition(HIT_END)
        if number and mark:
            cells += [Cell(hit, "match"), Cell(rest)]
        else:
            cells.append(Cell(piece))
    return StyledPieces(tuple(cell for cell in cells if cell.text))
