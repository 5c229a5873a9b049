"""The beat of the dashboard: notices within a tenth of a second that the archive moved, and ticks once a second.

Asking costs microseconds; only what moved is fetched, and only what is on the screen is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.query.connect import ArchiveMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.moved import moved_since
from ppp_tui.tui.messages import ArchiveMoved
from ppp_tui.tui.ports import Ports

if TYPE_CHECKING:
    from ppp_tui.tui.app import PppApp

BEAT_S = 0.1
"""Fast enough to feel live, slow enough to cost nothing."""

TICK_S = 1.0
"""Ages are shown in seconds."""

BOARD_MS = 300
"""The board is fetched at most this often while the archive moves without pause."""


class Pulse:
    """One beat for the whole app."""

    def __init__(self, app: PppApp, ports: Ports) -> None:
        """Nothing happens before `start`."""
        self._app = app
        self._ports = ports
        self._version: int | None = None
        self._revision = 0
        self._board_at = 0
        self._is_board_due = False
        self._is_beating = False

    def start(self) -> None:
        """Begin to beat; where time stands still (`is_still`), somebody else calls `beat`."""
        if not self._ports.is_still:
            self._app.set_interval(BEAT_S, self.beat)
            self._app.set_interval(TICK_S, self._app.judge)
        self._app.call_later(self.beat)

    async def beat(self) -> None:
        """Look whether the archive moved. A beat that finds the last one still at work is left out."""
        if self._is_beating:
            return
        self._is_beating = True
        try:
            await self._look()
        except ArchiveMissingError:
            # Ingest has not made it yet: the next beat looks again.
            self._version = None
        except QueryFailedError as error:
            self._app.log.error(str(error))
            self._version = None
        finally:
            self._is_beating = False

    async def _look(self) -> None:
        archive = self._ports.archive
        if self._version is None:
            await archive.close()
            await archive.open()
        version = await archive.data_version()
        now_ms = self._ports.clock.now_ms()
        if version != self._version:
            self._version = version
            moved = await archive.fetch(moved_since(self._revision))
            self._revision = moved.revision
            self._is_board_due = True
            for screen in self._app.screen_stack:
                screen.post_message(ArchiveMoved(moved.trajectories, moved.is_everything))
        if self._is_board_due and now_ms - self._board_at >= BOARD_MS:
            self._is_board_due, self._board_at = False, now_ms
            await self._app.load_board()
