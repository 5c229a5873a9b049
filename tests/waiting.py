"""Waits for what another thread or process does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

LOOK_S = 0.01

NEVER = "what never came true"
TIMEOUT_S = 30.0


def until(condition: Callable[[], bool], what: str = NEVER, timeout_s: float = TIMEOUT_S) -> None:
    """Look at a condition again and again until it holds. Raises TimeoutError if it does not hold in time."""
    pause = threading.Event()
    for _ in _failed_looks(condition, what, timeout_s):
        pause.wait(LOOK_S)


async def until_on_loop(condition: Callable[[], bool], what: str = NEVER, timeout_s: float = TIMEOUT_S) -> None:
    """Do the same while an event loop goes on."""
    for _ in _failed_looks(condition, what, timeout_s):
        await asyncio.sleep(LOOK_S)


def _failed_looks(condition: Callable[[], bool], what: str, timeout_s: float) -> Iterator[None]:
    """Yield after each look at a condition that does not hold yet. Raises TimeoutError."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        yield
