"""Tracks the keys of rows that changed recently: highlighted for about a second, without blinking."""

from __future__ import annotations

from collections.abc import Iterable

from ppp_tui.tui.widgets.lines import Key

TICK_S = 0.5
"""Seconds between two calls of `cool`; a key stays highlighted for two of them at most."""


class Highlight:
    """The highlighted keys; each call of `cool` is one tick."""

    def __init__(self) -> None:
        self._new: set[Key] = set()
        self._old: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._new or key in self._old

    def __bool__(self) -> bool:
        return bool(self._new or self._old)

    def touch(self, keys: Iterable[Key]) -> None:
        """Highlight `keys` from now on."""
        self._new.update(keys)

    def cool(self) -> set[Key]:
        """Advance by one tick. Return the keys whose highlight ended."""
        gone = self._old - self._new
        self._old, self._new = self._new, set()
        return gone
