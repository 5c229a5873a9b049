"""The beat of the dashboard: notices at once that the archive moved.

It beats in a task of its own, so that neither keys nor the clock wait for the archive. Asking costs a fraction of a
millisecond; only what moved is fetched, and only what is on the screen is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.query.connect import ArchiveMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.moved import moved_since
from ppp_tui.tui.messages import ArchiveMoved

if TYPE_CHECKING:
    from ppp_tui.model.clock import Clock
    from ppp_tui.query.rows import Moved
    from ppp_tui.tui.ports import Archive

BEAT_S = 0.05
"""Seconds between two looks: often enough to feel live, seldom enough to cost nothing."""

LOAD_MS = 300
"""All that the screens share is fetched at most this often, however much moves at once."""

STALE_MS = 60_000
"""All of it is fetched anew when something moves after so long: sessions grow old, and some are forgotten."""

RETRY_MS = 1_000
"""After a failure the archive is asked again only so much later."""


class Listener(NamedTuple):
    """Whom the pulse tells what it finds."""

    moved: Callable[[ArchiveMoved], None]
    """The archive moved."""
    load: Callable[[int], Awaitable[None]]
    """Time to fetch what all screens show; sessions were last found to have changed at this time, 0 for not yet."""
    refresh: Callable[[int, tuple[int, ...]], Awaitable[None]]
    """The same, and no other trajectories than these have changed since."""
    answered: Callable[[int], None]
    """The archive answered at this time."""
    failed: Callable[[str], None]
    """The archive did not answer; a sentence says why."""


class Pulse:
    """One beat for the whole dashboard."""

    def __init__(self, archive: Archive, clock: Clock, listener: Listener) -> None:
        """Nothing happens before `run` or `beat`."""
        self._archive = archive
        self._clock = clock
        self._listener = listener
        self._version: int | None = None
        self._revision = 0
        self._moved_at = 0
        self._loaded_at = 0
        self._retry_at = 0
        self._is_load_due = False
        self._is_beating = False

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(BEAT_S)

    def hurry(self) -> None:
        """Fetch with the next beat what all screens show, whether the archive moves or not."""
        self._is_load_due = True

    async def beat(self) -> None:
        """Look once whether the archive moved. While a look is under way, another one does nothing."""
        now_ms = self._clock.now_ms()
        if self._is_beating or 0 < self._retry_at - now_ms <= RETRY_MS:
            return
        self._is_beating = True
        try:
            await self._look(now_ms)
        except ArchiveMissingError:
            # Ingest has not made it yet: the next beat looks again.
            self._version, self._revision = None, 0
        except QueryFailedError as error:
            # Whatever answers next may be another archive, whose revisions begin anew.
            self._version, self._revision = None, 0
            self._retry_at = now_ms + RETRY_MS
            self._listener.failed(str(error))
        finally:
            self._is_beating = False

    async def _look(self, now_ms: int) -> None:
        archive = self._archive
        if self._version is None:
            await archive.close()
            await archive.open()
        version = await archive.data_version()
        self._listener.answered(now_ms)
        moved: Moved | None = None
        if version != self._version:
            moved = await archive.fetch(moved_since(self._revision))
            self._is_load_due |= self._version is None or moved.is_everything
            if self._version is not None and moved.revision != self._revision:
                self._moved_at = now_ms
            self._version, self._revision = version, moved.revision
            if moved.trajectories or moved.is_everything:
                self._listener.moved(ArchiveMoved(moved.revision, moved.trajectories, moved.is_everything))
        await self._tell(now_ms, moved)

    async def _tell(self, now_ms: int, moved: Moved | None) -> None:
        # A clock that was put back must not stop the loading.
        since_ms = now_ms - self._loaded_at
        is_stale = moved is not None and not 0 <= since_ms < STALE_MS
        if is_stale or (self._is_load_due and not 0 <= since_ms < LOAD_MS):
            self._is_load_due, self._loaded_at = False, now_ms
            await self._listener.load(self._moved_at)
        elif moved is not None:
            await self._listener.refresh(self._moved_at, moved.trajectories)
