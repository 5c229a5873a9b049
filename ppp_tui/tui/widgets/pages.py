"""The part of a long list that is in memory, by pages; the least recently seen pages are dropped.

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
"""Lines per page: some screens full, and a cheap query."""

KEPT_PAGES = 16
"""Maximum of pages in memory, about four thousand lines."""


@dataclass(slots=True)
class _Page:
    lines: Sequence[Line | None]
    is_stale: bool = False


class LineChange(NamedTuple):
    """What loaded lines changed on the screen."""

    indices: tuple[int, ...]
    """Indexes of lines that look different now."""
    changed_keys: tuple[Key, ...]
    """Rows that existed before and changed by more than their clocks."""


class Pages:
    """The loaded lines of a list of `total` rows."""

    def __init__(self) -> None:
        self.total = 0
        self.moves = 0
        """Incremented whenever a page becomes stale; `put` compares it with the value at the begin of a reading."""
        self._kept_pages = KEPT_PAGES
        self._pages: OrderedDict[int, _Page] = OrderedDict()

    def line(self, index: int) -> Line | None:
        """Return the line at `index`, None if it is not loaded. Its page counts as seen."""
        number, place = divmod(index, PAGE_LINES)
        page = self._pages.get(number)
        if page is None or place >= len(page.lines) or index >= self.total:
            return None
        self._pages.move_to_end(number)
        return page.lines[place]

    def index_of(self, key: Key) -> int | None:
        """Return the index of a row, None if it is not loaded."""
        for number, page in self._pages.items():
            for place, line in enumerate(page.lines):
                if line is not None and line.key == key:
                    return number * PAGE_LINES + place
        return None

    def wanted(self, first: int, count: int) -> int | None:
        """Return the first missing or stale page of the rows `first` to `first + count`, None if there is none."""
        if self.total <= 0 or count <= 0:
            return None
        last = min(self.total, first + count) - 1
        for number in range(max(0, first) // PAGE_LINES, last // PAGE_LINES + 1):
            page = self._pages.get(number)
            if page is None or page.is_stale:
                return number
        return None

    def set_total(self, total: int) -> None:
        """Set the number of rows; a page that was the last one is read again if the list grew."""
        old, self.total = self.total, total
        page = self._pages.get(old // PAGE_LINES)
        if total > old and page is not None:
            page.is_stale = True
            self.moves += 1
        for number in [number for number in self._pages if number * PAGE_LINES >= total]:
            del self._pages[number]

    def put(self, number: int, lines: Sequence[Line], as_of: int) -> LineChange:
        """Store the lines of a page, read when `moves` was `as_of`. Return what they change."""
        old = self._pages.get(number)
        change = _compared(old.lines if old else (), lines, number * PAGE_LINES)
        self._pages[number] = _Page(lines, is_stale=as_of != self.moves)
        self._pages.move_to_end(number)
        while len(self._pages) > self._kept_pages:
            self._pages.popitem(last=False)
        return change

    def replace_all(self, lines: Sequence[Line]) -> LineChange:
        """Replace the list by exactly `lines`, all of which are kept in memory. Return what they change."""
        before = [line for number in sorted(self._pages) for line in self._pages[number].lines]
        self.total = len(lines)
        self._pages.clear()
        self._kept_pages = max(KEPT_PAGES, len(lines) // PAGE_LINES + 1)
        for start in range(0, len(lines), PAGE_LINES):
            self._pages[start // PAGE_LINES] = _Page(lines[start : start + PAGE_LINES])
        return _compared(before, lines, 0)

    def mark_stale(self, keys: Iterable[Key] | None = None) -> None:
        """Mark the pages that hold `keys`, or all pages, to be read again."""
        self.moves += 1
        sought = None if keys is None else set(keys)
        for page in self._pages.values():
            if sought is None or any(line is not None and line.key in sought for line in page.lines):
                page.is_stale = True

    def shift(self, index: int, count: int) -> None:
        """Insert `count` rows at `index`, or remove them if negative: loaded lines move, their pages become stale."""
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
        """Drop every line; `total` stays."""
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
