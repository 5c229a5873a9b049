"""Hears changed files: by the system's events where there are any, by looking where there are none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

STEP_MS = 20
"""How often the listener looks for collected events; with `MAX_COLLECT_MS` it bounds how late a change is heard."""

MAX_COLLECT_MS = 40
"""The longest that events are collected while more keep coming."""


RESTART_S = 1.0
"""Seconds after which a listener that failed listens anew."""


class _StopEvent(threading.Event):
    """Asks the listener to stop. It looks here first once it listens: nothing else of it tells that it does."""

    def __init__(self, begin: Callable[[], None]) -> None:
        super().__init__()
        self.has_begun = False
        self._begin = begin

    def is_set(self) -> bool:
        if not self.has_begun:
            self.has_begun = True
            self._begin()
        return super().is_set()


class Watch:
    """A thread that hands over paths as they change."""

    def __init__(
        self, folders: list[Path], hear: Callable[[set[Path]], None], begin: Callable[[], None] = lambda: None
    ) -> None:
        """Listen to folders, with all below them; `begin` is called, on the thread, once changes are heard.

        What changed before that moment is not heard: whoever looked earlier has to look again.
        """
        self.folders = folders
        self.trouble = ""
        """Why there are no events, '' while there are."""
        self._hear = hear
        self._stop = _StopEvent(begin)
        self._thread = threading.Thread(target=self._listen, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, and wait until it has."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=2)

    def _listen(self) -> None:
        is_over = False
        while not is_over:
            try:
                self._hear_all()
                return
            except (OSError, RuntimeError) as error:
                if not self._stop.has_begun:
                    # No more watches to be had, or a file system without events: the pipeline looks instead.
                    self.trouble = str(error)
                    return
            # A name that is no UTF-8 ends the listener: what changed meanwhile is looked for when it has begun anew.
            is_over = self._stop.wait(RESTART_S)
            self._stop.has_begun = False

    def _hear_all(self) -> None:
        from watchfiles import watch

        for changes in watch(
            *self.folders,
            stop_event=self._stop,
            step=STEP_MS,
            debounce=MAX_COLLECT_MS,
            rust_timeout=1000,
            watch_filter=None,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            self._hear({Path(path) for _, path in changes})
