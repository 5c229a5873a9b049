"""The cursor of a table: it belongs to a row and passes over headings. Pure, without a screen."""

from __future__ import annotations

from ppp_tui.tui.widgets.lines import Key, Line
from ppp_tui.tui.widgets.pages import Pages


class RowCursor:
    """Where the cursor stands in `pages`, and on which row."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.index = 0
        """Place of the cursor; without meaning in an empty list."""
        self.key: Key | None = None
        """Row of the cursor, or None while that row has not been loaded."""

    @property
    def line(self) -> Line | None:
        """The line under the cursor, or None while it has not been loaded."""
        return self._pages.line(self.index)

    @property
    def last(self) -> int:
        """The last place on which the cursor may stand; -1 in an empty list."""
        return self._nearest(self._pages.total - 1, -1) if self._pages.total else -1

    @property
    def is_last(self) -> bool:
        """Whether no row comes after the cursor."""
        return self.index >= self.last

    def move_to(self, index: int, direction: int = 1) -> bool:
        """Puts the cursor on the row at `index`, or on the nearest in `direction` that is no heading.

        Answers whether it stands on another row, or elsewhere, than before.
        """
        old = (self.index, self.key)
        total = self._pages.total
        self.index = self._nearest(max(0, min(total - 1, index)), direction) if total else 0
        line = self.line
        self.key = line.key if line else None
        return (self.index, self.key) != old

    def shift(self, index: int, count: int) -> None:
        """`count` rows came at `index`, or went if negative: the cursor stays on its row if that is still there."""
        if self._pages.total and self.index >= index:
            self.index = max(0, self.index + count) if self.index >= index - count else index
            self.index = min(self.index, max(0, self._pages.total - 1))

    def strayed(self) -> bool:
        """Whether another row, or none, has been loaded where the cursor's row was."""
        if self.key is None:
            return False
        if self.index >= self._pages.total:
            return True
        line = self.line
        return line is not None and line.key != self.key

    def adopt(self) -> bool:
        """The cursor takes the row at its place as its own; answers whether that is another row than before."""
        return self.move_to(self.index)

    def _nearest(self, index: int, direction: int) -> int:
        for step in (direction, -direction):
            at = index
            while 0 <= at < self._pages.total:
                line = self._pages.line(at)
                if line is None or not line.is_heading:
                    return at
                at += step
        return index
