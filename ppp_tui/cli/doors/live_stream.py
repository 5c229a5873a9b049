"""Changes of sessions' states for `serve`, as events, and whether the database can be read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

from ppp_tui.api.http_app import LiveEvent
from ppp_tui.cli.doors.states import StateWatch, change_fields
from ppp_tui.cli.report.output import json_object
from ppp_tui.faults import RepeatedFaults, append_trace
from ppp_tui.model.clock import Clock, SystemClock
from ppp_tui.paths import user_paths
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.sessions.filters import EMPTY
from ppp_tui.scoring.live_thresholds import Thresholds
from ppp_tui.text.sanitize import plain

BEAT_S = 1.0
"""Seconds between two looks at states."""

QUIET_BEATS = 15
"""After so many looks without news a comment is sent, so that nobody takes the connection for dead."""

BEAT = LiveEvent("beat", "")


async def _pause() -> None:
    await asyncio.sleep(BEAT_S)


class LiveStream:
    """Streams of one server; a fault that all of them meet is logged once."""

    def __init__(
        self,
        database: Path,
        thresholds: Thresholds,
        *,
        clock: Clock | None = None,
        log: Path | None = None,
        pause: Callable[[], Awaitable[None]] = _pause,
    ) -> None:
        """Read a database; `pause` is awaited between two looks."""
        self.is_ending: Callable[[], bool] = lambda: False
        """Returns whether streams are to end: a server that stops would wait for them in vain."""
        self._database = database
        self._thresholds = thresholds
        self._clock = clock or SystemClock()
        self._log = log or user_paths().log
        self._pause = pause
        self._repeated = RepeatedFaults()

    async def events(self) -> AsyncGenerator[LiveEvent, None]:
        """Yield changes of states for one client, and when the database stops and begins to be readable."""
        watch = StateWatch(self._thresholds, EMPTY)
        trouble = ""
        quiet = 0
        while not self.is_ending():
            last, events = trouble, []
            try:
                events = await asyncio.to_thread(self._changes, watch)
                trouble = ""
            except READ_ERRORS as error:
                trouble = plain(str(error)) or type(error).__name__
                if not last:
                    await asyncio.to_thread(self._keep_trace, error)
            # Another sentence about the same outage is no news.
            if bool(trouble) != bool(last):
                events.insert(0, LiveEvent("database", json.dumps({"error": trouble or None})))
            quiet = 0 if events else quiet + 1
            if quiet >= QUIET_BEATS:
                quiet, events = 0, [BEAT]
            for event in events:
                yield event
            await self._pause()

    def _changes(self, watch: StateWatch) -> list[LiveEvent]:
        now_ms = self._clock.now_ms()
        with closing(open_reader(self._database)) as connection:
            changes = watch.changes(connection, now_ms)
        return [LiveEvent("state", json_object("state", change_fields(row, now_ms))) for row in changes]

    def _keep_trace(self, error: Exception) -> None:
        now_ms = self._clock.now_ms()
        if not self._repeated.is_repeated(error, now_ms):
            append_trace(self._log, error, now_ms)
