"""The band above a session's turns: a line that says where the money went, and the session to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ppp_tui.query.rows import StepLine
from ppp_tui.query.sessions.turn_figures import TurnFigures
from ppp_tui.text.cells import cut
from ppp_tui.tui.panes.turns.session_band import band_rows, has_lanes, lane_rows, money_sentence, turn_at
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.guarded import Guarded
from ppp_tui.tui.widgets.lines import Cell
from ppp_tui.tui.widgets.tones import tone_style

TURN_ROWS, LANE_ROWS = 5, 6
"""Rows of the band with its first line: of several turns, and of a single turn with its time."""


class SessionBand(Guarded):
    """Widget that shows a whole session in a few rows."""

    ALLOW_SELECT = False

    @dataclass
    class TurnClicked(Message):
        """Posted when a turn was clicked."""

        number: int

    def __init__(self, ports: Ports, *, id: str) -> None:
        """Begin empty; `show_turns` fills it."""
        super().__init__(id=id)
        self._ports = ports
        self._turns: Sequence[TurnFigures] = ()
        self._number: int | None = None
        self._steps: Sequence[StepLine] = ()
        self._span = (0, 0)
        self._rows: list[list[Cell]] | None = None

    def drop_content(self) -> None:
        """Let go of turns and steps."""
        self._turns, self._steps, self._rows = (), (), None

    @property
    def row_count(self) -> int:
        """Number of rows that it fills."""
        return LANE_ROWS if has_lanes(self._turns) else TURN_ROWS

    def show_turns(self, turns: Sequence[TurnFigures]) -> None:
        """Show the turns of the session."""
        if turns != self._turns:
            self._turns = turns
            self._redraw()

    def show_turn(self, number: int | None) -> None:
        """Mark the current turn."""
        if number != self._number:
            self._number = number
            self._redraw()

    def show_time(self, steps: Sequence[StepLine], span: tuple[int, int]) -> None:
        """Show how the time of a session's only turn was spent; `span` is its begin and end."""
        if has_lanes(self._turns) and (steps != self._steps or span != self._span):
            self._steps, self._span = steps, span
            self._redraw()

    def on_resize(self) -> None:
        """Draw the band at its new scale."""
        self._rows = None

    def _redraw(self) -> None:
        self._rows = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return a row of the band; the first is the line of money."""
        width = self.size.width
        if not y:
            return self._rule(width)
        if self._rows is None:
            self._rows = self._drawn(width)
        row = self._rows[y - 1] if y - 1 < len(self._rows) else []
        return self._strip(row, width)

    def _drawn(self, width: int) -> list[list[Cell]]:
        if not self._turns:
            return []
        if has_lanes(self._turns):
            return lane_rows(self._steps, self._span, width - 1, self._ports.zone) if self._span[1] else []
        return band_rows(self._turns, self._number, width - 1)

    def _rule(self, width: int) -> Strip:
        sentence = money_sentence(self._turns)
        text = cut(f"─ {sentence} ", width - 1) if sentence else ""
        rest = "─" * max(0, width - cell_len(text))
        style = self.rich_style + tone_style(self, "rule")
        return Strip([Segment(text, self.rich_style), Segment(rest, style)]).adjust_cell_length(width, self.rich_style)

    def _strip(self, row: Sequence[Cell], width: int) -> Strip:
        segments = [Segment(cell.text, self.rich_style + tone_style(self, cell.tone)) for cell in row]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Post the turn that was clicked."""
        offset = event.get_content_offset(self)
        number = turn_at(self._turns, offset.x, self.size.width - 1) if offset is not None and self._turns else None
        if number is not None and not has_lanes(self._turns):
            event.stop()
            self.post_message(self.TurnClicked(number))
