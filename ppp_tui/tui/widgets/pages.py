"""The part of a long list that is in memory: pages of lines, the least recently seen of which are given up.

Pure bookkeeping without a screen. A page that is stale stays readable until its successor has come, so that a table
never falls back to blanks because something changed.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ppp_tui.tui.widgets.lines import Key, Line, is_news

PAGE_LINES = 256
"""Lines per page: some screens full, and one cheap query."""

KEPT_PAGES = 16
"""Pages in memory: about four thousand lines."""


@dataclass(slots=True)
class _Page:
    lines: Sequence[Line | None]
    is_stale: bool = False


class LineChange(NamedTuple):
    """What lines that have come altered on the screen."""

    indices: tuple[int, ...]
    """Places whose line looks different now."""
    changed_keys: tuple[Key, ...]
    """Rows that were there before and look different now, by more than their clocks."""


class Pages:
    """Lines of a list of `total` rows, as far as they have been loaded."""

    def __init__(self) -> None:
        self.total = 0
        self.moves = 0
        """Grows whenever a page is declared stale; handed to `put` with what was read before it."""
        self._kept_pages = KEPT_PAGES
        self._pages: OrderedDict[int, _Page] = OrderedDict()

    def line(self, index: int) -> Line | None:
        """The line at `index`, or None while it is unknown. The page counts as seen."""
        number, place = divmod(index, PAGE_LINES)
        page = self._pages.get(number)
        if page is None or place >= len(page.lines) or index >= self.total:
            return None
        self._pages.move_to_end(number)
        return page.lines[place]

    def index_of(self, key: Key) -> int | None:
        """Where a loaded row stands, or None if it is not in memory."""
        for number, page in self._pages.items():
            for place, line in enumerate(page.lines):
                if line is not None and line.key == key:
                    return number * PAGE_LINES + place
        return None

    def wanted(self, first: int, count: int) -> int | None:
        """The first page that the rows `first` to `first + count` need and that is missing or stale."""
        if self.total <= 0 or count <= 0:
            return None
        last = min(self.total, first + count) - 1
        for number in range(max(0, first) // PAGE_LINES, last // PAGE_LINES + 1):
            page = self._pages.get(number)
            if page is None or page.is_stale:
                return number
        return None

    def set_total(self, total: int) -> None:
        """The list has `total` rows now; a page that ended at the old end is read again if the list grew."""
        old, self.total = self.total, total
        page = self._pages.get(old // PAGE_LINES)
        if total > old and page is not None:
            page.is_stale = True
            self.moves += 1
        for number in [number for number in self._pages if number * PAGE_LINES >= total]:
            del self._pages[number]

    def put(self, number: int, lines: Sequence[Line], as_of: int) -> LineChange:
        """Store the lines of a page, read when `moves` was `as_of`. Returns what they change."""
        old = self._pages.get(number)
        change = _compared(old.lines if old else (), lines, number * PAGE_LINES)
        self._pages[number] = _Page(lines, is_stale=as_of != self.moves)
        self._pages.move_to_end(number)
        while len(self._pages) > self._kept_pages:
            self._pages.popitem(last=False)
        return change

    def replace_all(self, lines: Sequence[Line]) -> LineChange:
        """The list is exactly `lines` now, and all of them are kept in memory."""
        before = [line for number in sorted(self._pages) for line in self._pages[number].lines]
        self.total = len(lines)
        self._pages.clear()
        self._kept_pages = max(KEPT_PAGES, len(lines) // PAGE_LINES + 1)
        for start in range(0, len(lines), PAGE_LINES):
            self._pages[start // PAGE_LINES] = _Page(lines[start : start + PAGE_LINES])
        return _compared(before, lines, 0)

    def mark_stale(self, keys: Iterable[Key] | None = None) -> None:
        """The pages that hold `keys`, or all of them, must be read again."""
        self.moves += 1
        sought = None if keys is None else set(keys)
        for page in self._pages.values():
            if sought is None or any(line is not None and line.key in sought for line in page.lines):
                page.is_stale = True

    def shift(self, index: int, count: int) -> None:
        """`count` rows came at `index`, or went if negative: loaded lines move and their pages become stale."""
        moved: dict[int, Line] = {}
        for number, page in self._pages.items():
            for at, line in enumerate(page.lines, number * PAGE_LINES):
                if line is not None and (at < index or at >= index - count):
                    moved[at if at < index else at + count] = line
        self.total = max(0, self.total + count)
        self.moves += 1
        self._pages.clear()
        for number in sorted({at // PAGE_LINES for at in moved}):
            start = number * PAGE_LINES
            self._pages[number] = _Page([moved.get(at) for at in range(start, start + PAGE_LINES)], is_stale=True)

    def clear(self) -> None:
        """Forgets every line; `total` stays."""
        self._pages.clear()
        self._kept_pages = KEPT_PAGES
        self.moves += 1


def _compared(before: Sequence[Line | None], after: Sequence[Line], start: int) -> LineChange:
    if len(before) == len(after) and all(map(operator.is_, before, after)):
        return LineChange((), ())
    common = min(len(before), len(after))
    differing = [start + place for place in range(common) if before[place] != after[place]]
    differing += range(start + common, start + max(len(before), len(after)))
    if not differing:
        return LineChange((), ())
    lines = {line.key: line for place in differing if place < start + len(before) and (line := before[place - start])}
    changed = tuple(
        line.key
        for place in differing
        if place < start + len(after) and (line := after[place - start]).key in lines and is_news(lines[line.key], line)
    )
    return LineChange(tuple(differing), changed)
