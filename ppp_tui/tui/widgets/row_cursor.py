"""The cursor of a table, which belongs to a row and skips headings. Pure."""

from __future__ import annotations

from ppp_tui.tui.widgets.lines import Key, Line
from ppp_tui.tui.widgets.pages import Pages


class RowCursor:
    """Index of the cursor in `pages`, and key of its row."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.index = 0
        """Index of the cursor; meaningless in an empty list."""
        self.key: Key | None = None
        """Key of the cursor's row, None while that row has not been loaded."""

    @property
    def line(self) -> Line | None:
        """The line under the cursor, None if it has not been loaded."""
        return self._pages.line(self.index)

    @property
    def last(self) -> int:
        """The last index on which the cursor may stand; -1 in an empty list."""
        return self._nearest(self._pages.total - 1, -1) if self._pages.total else -1

    @property
    def is_last(self) -> bool:
        """Whether no row comes after the cursor."""
        return self.index >= self.last

    def move_to(self, index: int, direction: int = 1) -> bool:
        """Put the cursor on the row at `index`, or on the nearest one in `direction` that is no heading.

        Answers whether it stands on another row, or elsewhere, than before.
        """
        old = (self.index, self.key)
        total = self._pages.total
        self.index = self._nearest(max(0, min(total - 1, index)), direction) if total else 0
        line = self.line
        self.key = line.key if line else None
        return (self.index, self.key) != old

    def shift(self, index: int, count: int) -> None:
        """Follow the insertion of `count` rows at `index` (removal if negative), on the same row if it still exists."""
        if self._pages.total and self.index >= index:
            self.index = max(0, self.index + count) if self.index >= index - count else index
            self.index = min(self.index, max(0, self._pages.total - 1))

    def strayed(self) -> bool:
        """Return whether the index of the cursor holds another row now, or none."""
        if self.key is None:
            return False
        if self.index >= self._pages.total:
            return True
        line = self.line
        return line is not None and line.key != self.key

    def _nearest(self, index: int, direction: int) -> int:
        for step in (direction, -direction):
            at = index
            while 0 <= at < self._pages.total:
                line = self._pages.line(at)
                if line is None or not line.is_heading:
                    return at
                at += step
        return index
