"""The turns of one session: read as they come into sight, followed at their tail."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.query.sessions.turns import next_mark, turn_bounds, turn_window
from ppp_tui.tui.panes.turns.turn_cells import TURN_COLUMNS, missing_turn_line, turn_line
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line


class TurnList(LineTable):
    """Turns by their number; a row's key is the number."""

    def __init__(self, ports: Ports, trajectory_id: int, *, id: str) -> None:  # noqa: A002
        """Nothing is read before `read`."""
        super().__init__(TURN_COLUMNS, gap=1, follows=True, empty_text="reading…", id=id)
        self._ports = ports
        self._trajectory = trajectory_id
        self._has_source = False
        self.first, self.last = 0, -1
        """The lowest and the highest turn number; -1 as the highest where there is no turn."""

    @property
    def number(self) -> int | None:
        """The turn under the cursor."""
        return self.cursor_key if isinstance(self.cursor_key, int) else None

    async def read(self) -> SessionRow | None:
        """Read the session and the bounds of its turns; what is in sight is then read again. Raises sqlite3.Error."""
        row = await self._ports.database.fetch(session(self._trajectory))
        before = self.first
        self.first, self.last = await self._ports.database.fetch(turn_bounds(self._trajectory))
        self.set_empty_text("no turns yet")
        total = self.last - self.first + 1
        if self._has_source and before == self.first:
            self.set_total(total)
            self.invalidate()
        else:
            self._has_source = self.last >= self.first
            self.set_source(self._page, total, self._locate)
        return row

    def go_to(self, number: int) -> None:
        """Put the cursor on a turn, or on the nearest one that there is."""
        if self.last >= self.first:
            self.move_cursor(min(max(number, self.first), self.last) - self.first)

    async def find_mark(self, marks: Sequence[str], *, is_forward: bool) -> tuple[int | None, bool]:
        """Return the next turn (or the previous one) with a mark, and whether it lies beyond the end of the session.

        After the last turn the search goes on at the first one, and ends at this one: None if no turn has such a mark.
        Raises QueryFailedError.
        """
        fetch = self._ports.database.fetch
        if self.number is None:
            return None, False
        found = await fetch(next_mark(self._trajectory, self.number, is_forward=is_forward, marks=marks))
        if found is not None:
            return found, False
        edge = -1 if is_forward else MAX_CHILD
        return await fetch(next_mark(self._trajectory, edge, is_forward=is_forward, marks=marks)), True

    async def _page(self, start: int, count: int) -> list[Line]:
        begin = self.first + start
        turns = await self._ports.database.fetch(turn_window(self._trajectory, begin, count))
        known = {turn.number: turn_line(turn, self._ports.zone) for turn in turns}
        # A program that logs may leave numbers out; a row's place is its number all the same.
        return [known.get(number) or missing_turn_line(number) for number in range(begin, begin + count)]

    async def _locate(self, key: int | str) -> int | None:
        return int(key) - self.first if self.first <= int(key) <= self.last else None
