"""Waits for what another thread or process does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LOOK_S = 0.01


def until(condition: Callable[[], bool], what: str = "what never came true", timeout_s: float = 30.0) -> None:
    """Look at a condition again and again until it holds. Raises TimeoutError if it does not hold in time."""
    end = time.monotonic() + timeout_s
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        pause.wait(LOOK_S)
