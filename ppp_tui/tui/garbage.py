"""Chooses when old objects are looked through for garbage: while no key is pressed, as it takes longer than a frame."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper
from types import ModuleType

YOUNG_OBJECTS = 2_000
"""New objects between two looks at the new ones, which take well under a millisecond."""

YOUNG_ROUNDS = 5
"""Looks at the new ones until those that stayed are looked at as well, in some milliseconds."""

NEVER = 1_000_000_000

REST_MS = 1_500
"""Without a key for so long, the user reads."""

DUE_ROUNDS = 10
"""Looks at those that stayed after which a rest of the user is used: some seconds of keys."""

OVERDUE_ROUNDS = 20
"""The same while keys never rest: screens that have gone hold some megabytes by then, which are the heap's for long."""


def collect_young_garbage() -> None:
    """Look for garbage among new objects from now on; what lies in memory now is looked through no more."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_ROUNDS, NEVER)
    gc.enable()


class OldGarbage:
    """Objects that stayed for a while and went in cycles, as screens do."""

    def __init__(self, return_free_heap: Callable[[], None]) -> None:
        """Begin before the first key. `return_free_heap` gives what was freed back to the system."""
        self._return_free_heap = return_free_heap
        self._key_at = 0
        self._is_resized = False

    def note_key(self, now_ms: int) -> None:
        """Note that the user pressed a key."""
        self._key_at = now_ms

    def note_size(self) -> None:
        """Note that the terminal has another size."""
        self._is_resized = True

    def collect(self, now_ms: int) -> bool:
        """Free it if that is due; returns whether it was."""
        is_due = is_collection_due(gc.get_count()[2], now_ms - self._key_at)
        if is_due or self._is_resized:
            self._is_resized = False
            forget_layouts()
        if is_due:
            gc.collect()
            self._return_free_heap()
        return is_due


def is_collection_due(rounds: int, still_ms: int) -> bool:
    """Whether old objects should be looked through, after so many looks at newer ones and so long without a key."""
    return rounds >= OVERDUE_ROUNDS or (rounds >= DUE_ROUNDS and still_ms >= REST_MS)


def forget_layouts() -> None:
    """Clear Textual's and Rich's caches of regions, sizes, widths and looks: one size of the terminal fills them."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("textual.", "rich.")):
            for cached in _caches(module):
                cached.cache_clear()


def _caches(module: ModuleType) -> Iterator[_lru_cache_wrapper[object]]:
    """Yield the cached functions and methods that a module defines."""
    for value in list(vars(module).values()):
        if isinstance(value, _lru_cache_wrapper):
            yield value
        elif isinstance(value, type) and value.__module__ == module.__name__:
            for method in list(vars(value).values()):
                function = method.__func__ if isinstance(method, (classmethod, staticmethod)) else method
                if isinstance(function, _lru_cache_wrapper):
                    yield function
