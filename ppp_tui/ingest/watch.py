"""Reports changed files by the system's events, where there are any."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import SupportsIndex, cast

STEP_MS = 20
"""Milliseconds between two checks for events; with `MAX_COLLECT_MS` it bounds how late a change is reported."""

REST_STEP_MS = 80
"""The same after `REST_S` without a change: each check takes the interpreter."""

REST_S = 10.0

MAX_COLLECT_MS = 40
"""The longest that events are collected while more keep coming."""


RESTART_S = 1.0
"""Seconds after which a watch that failed starts again."""


class _StopEvent(threading.Event):
    """Asks the watch to stop. Its first check is also the only sign that the watch has begun."""

    def __init__(self, begin: Callable[[], None]) -> None:
        super().__init__()
        self.has_begun = False
        self._begin = begin

    def is_set(self) -> bool:
        if not self.has_begun:
            self.has_begun = True
            self._begin()
        return super().is_set()


class WatchStep(SupportsIndex):
    """Milliseconds between two checks for events, which watchfiles asks for once a second, and after each change."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """Begin as if something had changed."""
        self._now_s = now_s
        self._changed_at = now_s()

    def note_change(self) -> None:
        """Note that something changed, so that more is likely to follow."""
        self._changed_at = self._now_s()

    def __index__(self) -> int:
        """Return the step as it is now."""
        return STEP_MS if self._now_s() - self._changed_at < REST_S else REST_STEP_MS


class Watch:
    """A thread that hands over paths as they change."""

    def __init__(
        self, folders: list[Path], on_changed: Callable[[set[Path]], None], begin: Callable[[], None] = lambda: None
    ) -> None:
        """Watch folders, with all below them; `begin` is called, on the thread, once changes are reported.

        Changes before that moment are not reported: the caller checks all files again then.
        """
        self.folders = folders
        self.trouble = ""
        """Why there are no events, '' while there are."""
        self._on_changed = on_changed
        self._stop = _StopEvent(begin)
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, and wait until it has."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        is_over = False
        while not is_over:
            try:
                self._watch_all()
                return
            except (OSError, RuntimeError) as error:
                if not self._stop.has_begun:
                    # No more watches to be had, or a file system without events: the pipeline looks instead.
                    self.trouble = str(error)
                    return
            # A name that is no UTF-8 ends the listener: what changed meanwhile is looked for when it has begun anew.
            is_over = self._stop.wait(RESTART_S)
            self._stop.has_begun = False

    def _watch_all(self) -> None:
        from watchfiles import watch

        step = WatchStep()
        for changes in watch(
            *self.folders,
            stop_event=self._stop,
            step=cast("int", step),
            debounce=MAX_COLLECT_MS,
            rust_timeout=1000,
            watch_filter=None,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            step.note_change()
            self._on_changed({Path(path) for _, path in changes})
