"""Reads the pages that a table needs, one after another; pages of a replaced source are dropped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ppp_tui.tui.widgets.lines import Key, Line
from ppp_tui.tui.widgets.pages import PAGE_LINES, LineChange, Pages

Provider = Callable[[int, int], Awaitable[Sequence[Line]]]
"""Reads `count` rows from an index on: ``await provider(start, count)``."""

Locate = Callable[[Key], Awaitable[int | None]]
"""Returns the current index of a row, None if it is gone."""

Window = Callable[[], tuple[int, int]]
"""First index and number of the rows in sight and of those around them that are read ahead."""


class PageLoader:
    """Reads pages for one table, one at a time, those in sight first."""

    def __init__(self, pages: Pages, window: Window, took: Callable[[LineChange], Awaitable[None]]) -> None:
        self._pages = pages
        self._window = window
        self._took = took
        self._provider: Provider | None = None
        self._locate: Locate | None = None
        self._source = 0
        self._is_running = False
        self.calls = 0
        """Number of pages requested so far; tests measure work by it."""

    def set_source(self, provider: Provider | None, locate: Locate | None) -> None:
        """Read from `provider` from now on; a page that is being read from another one will be dropped."""
        self._provider = provider
        self._locate = locate
        self._source += 1

    def is_needed(self) -> bool:
        """Return whether pages are missing that no reading is under way for."""
        return not self._is_running and self._provider is not None and self._pages.wanted(*self._window()) is not None

    async def run(self) -> None:
        """Read until everything in sight is loaded. Raises whatever the provider raises."""
        self._is_running = True
        try:
            while self._provider is not None:
                number = self._pages.wanted(*self._window())
                if number is None:
                    return
                await self._read(self._provider, number)
        finally:
            self._is_running = False

    async def _read(self, provider: Provider, number: int) -> None:
        source, moves = self._source, self._pages.moves
        start = number * PAGE_LINES
        self.calls += 1
        lines = await provider(start, min(PAGE_LINES, self._pages.total - start))
        if source == self._source:
            await self._took(self._pages.put(number, lines, moves))

    async def find(self, key: Key) -> int | None:
        """Return the index of the row `key`, None if it is gone or unknown."""
        index = self._pages.index_of(key)
        if index is None and self._locate is not None:
            source = self._source
            index = await self._locate(key)
            if source != self._source:
                return None
        return index
