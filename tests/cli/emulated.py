"""A terminal whose picture is put together from what was drawn: the dashboard writes only the cells that differ."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pyte

from benchmarks.terminal import PATIENCE_S, Terminal


class EmulatedTerminal(Terminal):
    """A pseudo-terminal with a program in it, and its picture."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, columns: int = 160, rows: int = 50
    ) -> None:
        """Start the program."""
        self._picture = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._picture)
        self._fed = 0
        super().__init__(command, environment, columns=columns, rows=rows)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and tell the program."""
        self._feed()
        self._picture.resize(rows, columns)
        super().resize(columns, rows)

    def see(self, word: str, since: int = 0, patience_s: float = PATIENCE_S) -> float:
        """Wait until `word` stands in the picture, after more than so many bytes; return when. Raises TimeoutError."""
        deadline = time.perf_counter() + patience_s
        while True:
            with self._news:
                self._feed()
                if self._fed > since and any(word in line for line in self._picture.display):
                    return time.perf_counter()
                left = deadline - time.perf_counter()
                if left <= 0 or self.process.poll() is not None:
                    shown = "\n".join(line.rstrip() for line in self._picture.display)
                    raise TimeoutError(f"{word!r} is not shown:\n{shown}")
                self._news.wait(min(left, 0.5))

    def _feed(self) -> None:
        drawn = bytes(self._drawn[self._fed :])
        self._fed += len(drawn)
        if drawn:
            self._stream.feed(drawn)
