"""The turns of a session as a table: read page by page, following the tail, or sorted by a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.query.sessions.turn_figures import TurnOrder, ordered_turn_numbers
from ppp_tui.query.sessions.turns import next_mark, turn_bounds, turn_window, turns_by_number
from ppp_tui.tui.panes.turns.turn_cells import TURN_COLUMNS, missing_turn_line, turn_line
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line

ORDERS: tuple[TurnOrder, ...] = get_args(TurnOrder)

_COLUMN_OF: dict[TurnOrder, str] = {"number": "", "cost": "cost", "time": "wall", "tokens": "tokens"}
"""The column that shows each order."""


class TurnList(LineTable):
    """Table of turns; a row's key is the turn's number."""

    def __init__(self, ports: Ports, trajectory_id: int, *, id: str) -> None:
        """Begin empty; `read` fills it."""
        super().__init__(TURN_COLUMNS, gap=1, follows=True, empty_text="reading…", id=id)
        self._ports = ports
        self._trajectory = trajectory_id
        self._has_source = False
        self._order: TurnOrder = "number"
        self._ordered: list[int] = []
        """Turn numbers sorted by a figure; empty in number order."""
        self._dearest_micros = 0
        self.first, self.last = 0, -1
        """The lowest and the highest turn number; the highest is -1 if there is no turn."""

    @property
    def number(self) -> int | None:
        """Number of the turn under the cursor, None if there is none."""
        return self.cursor_key if isinstance(self.cursor_key, int) else None

    @property
    def order(self) -> TurnOrder:
        """The order of the turns."""
        return self._order

    async def read(self) -> SessionRow | None:
        """Read the session and the range of its turn numbers, and read the rows in sight again.

        Raises QueryFailedError and DatabaseMissingError.
        """
        fetch = self._ports.database.fetch
        row = await fetch(session(self._trajectory))
        before = self.first
        self.first, self.last = await fetch(turn_bounds(self._trajectory))
        self.set_empty_text("no turns yet")
        if self._order != "number":
            self._ordered = await fetch(ordered_turn_numbers(self._trajectory, self._order))
        if self._has_source and before == self.first:
            self.set_total(self._count)
            self.invalidate()
        else:
            self._has_source = self.last >= self.first
            self.set_source(self._page, self._count, self._locate)
        return row

    @property
    def _count(self) -> int:
        return len(self._ordered) if self._order != "number" else self.last - self.first + 1

    async def set_order(self, order: TurnOrder) -> None:
        """Sort the turns; the cursor goes to the first row, or in number order stays on its turn.

        Raises QueryFailedError and DatabaseMissingError.
        """
        number = self.number
        if order != "number":
            self._ordered = await self._ports.database.fetch(ordered_turn_numbers(self._trajectory, order))
        self._order = order
        self.set_sort(_COLUMN_OF[order], is_descending=True)
        self.set_source(self._page, self._count, self._locate)
        self.hold()
        if order != "number":
            self.action_cursor_first()
        elif number is not None:
            self.go_to(number)

    def set_dearest(self, cost_micros: int) -> None:
        """Scale the bars of costs to the dearest turn of the session."""
        if cost_micros != self._dearest_micros:
            self._dearest_micros = cost_micros
            self.invalidate()

    def go_to(self, number: int) -> None:
        """Put the cursor on a turn, or on the nearest existing one."""
        if self.last < self.first:
            return
        wanted = min(max(number, self.first), self.last)
        if self._order == "number":
            self.move_cursor(wanted - self.first)
        elif wanted in self._ordered:
            self.move_cursor(self._ordered.index(wanted))

    async def find_mark(self, marks: Sequence[str], *, is_forward: bool) -> tuple[int | None, bool]:
        """Return the next (or previous) turn with a mark, and whether the search went past the end of the session.

        After the last turn the search goes on at the first one, and ends at this one: None if no turn has such a mark.
        Raises QueryFailedError.
        """
        fetch = self._ports.database.fetch
        if self.number is None:
            return None, False
        number = await fetch(next_mark(self._trajectory, self.number, is_forward=is_forward, marks=marks))
        if number is not None:
            return number, False
        edge = -1 if is_forward else MAX_CHILD
        return await fetch(next_mark(self._trajectory, edge, is_forward=is_forward, marks=marks)), True

    async def _page(self, start: int, count: int) -> list[Line]:
        fetch = self._ports.database.fetch
        if self._order == "number":
            numbers: Sequence[int] = range(self.first + start, self.first + start + count)
            turns = await fetch(turn_window(self._trajectory, self.first + start, count))
        else:
            numbers = self._ordered[start : start + count]
            turns = await fetch(turns_by_number(self._trajectory, numbers))
        lines = {
            turn.number: turn_line(turn, self._ports.zone, self._dearest_micros, is_ascii=self._ports.is_ascii)
            for turn in turns
        }
        # A program that logs may leave numbers out; a row's place is its number all the same.
        return [lines.get(number) or missing_turn_line(number) for number in numbers]

    async def _locate(self, key: int | str) -> int | None:
        number = int(key)
        if self._order != "number":
            return self._ordered.index(number) if number in self._ordered else None
        return number - self.first if self.first <= number <= self.last else None
