"""Keeps the board: reads it from the archive, judges it by the clock, and says who started to need the person."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from ppp_tui.query.connect import ArchiveMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.health import ingest_status
from ppp_tui.query.live import brought_up_to_date, live_sessions, roots_of, with_states
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.query.totals import totals
from ppp_tui.tui.attention import Attention, look
from ppp_tui.tui.board import EMPTY, Board
from ppp_tui.tui.day import midnight_ms
from ppp_tui.tui.pace import paced
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.thresholds import thresholds_from

HOUR_MS = 3_600_000

STARTING_MS = 10_000
"""How long a new dashboard believes an ingest that says it is at work, though its process is not there: the one that it
has just started has not spoken yet."""

FAULT_MS = 60_000
"""How long the status line tells of a fault of the dashboard itself."""


class BoardLoader:
    """The board as it stands, and what makes the next one."""

    def __init__(self, ports: Ports, ring: Callable[[LiveRow], None]) -> None:
        """`ring` is called for every session that starts to need the person."""
        self.board: Board = EMPTY
        self._ports = ports
        self._ring = ring
        self._attention = Attention()
        self._thresholds = thresholds_from(ports.settings.live)
        self._started_at = ports.clock.now_ms()
        self._fault_until = 0

    async def load(self, moved_at: int = 0) -> bool:
        """Read everything anew; what goes wrong is told on the board. `moved_at` is when a change was found.

        Returns whether the archive answered.
        """
        await self._prepare()
        return await self._read(moved_at, None)

    async def refresh(self, moved_at: int, trajectories: Sequence[int]) -> bool:
        """The same, but of all sessions only those read anew to which these trajectories belong."""
        return await self._read(moved_at, trajectories if self.board.is_loaded else None)

    async def _read(self, moved_at: int, changed: Sequence[int] | None) -> bool:
        ports = self._ports
        now_ms = ports.clock.now_ms()
        since_ms = now_ms - ports.settings.live.history_hours * HOUR_MS
        try:
            sessions = await self._sessions(since_ms, changed)
            sums = await ports.archive.fetch(totals(now_ms, midnight_ms(now_ms, ports.zone)))
            status = await ports.archive.fetch(ingest_status())
        except (QueryFailedError, ArchiveMissingError) as error:
            self.fail(str(error))
            return False
        newest = max((row.last_at for row in sessions), default=0)
        self.board = replace(
            self.board, sessions=sessions, totals=sums, ingest=status, pace=paced(self.board.pace, status),
            trouble="", looked_at=ports.clock.now_ms(), moved_at=moved_at or self.board.moved_at or newest,
            is_loaded=True,
        )  # fmt: skip
        return True

    async def _sessions(self, since_ms: int, changed: Sequence[int] | None) -> tuple[SessionRow, ...]:
        archive = self._ports.archive
        if changed is None:
            return tuple(await archive.fetch(live_sessions(since_ms)))
        if not changed:
            return self.board.sessions
        found = await archive.fetch(roots_of(changed))
        return tuple(brought_up_to_date(self.board.sessions, changed, found, since_ms))

    async def _prepare(self) -> None:
        """Whoever looks for processes may have much to load at its first look: not on the event loop."""
        if not self.board.is_loaded:
            await asyncio.to_thread(self._ports.is_alive, os.getpid())

    def fail(self, why: str) -> None:
        """The archive did not answer: what is shown stays, and says so."""
        self.board = replace(self.board, trouble=f"The archive cannot be read: {why}")

    def fault(self, sentence: str) -> None:
        """Something of the dashboard itself failed: the status line says so for a while."""
        self._fault_until = self._ports.clock.now_ms() + FAULT_MS
        self.board = replace(self.board, fault=sentence)

    def answered(self, now_ms: int) -> None:
        """The archive answered, whether it moved or not."""
        self.board = replace(self.board, looked_at=now_ms)

    def judge(self) -> Sequence[LiveRow]:
        """Judge all states at this moment, and ring for whoever starts to need the person."""
        ports = self._ports
        now_ms = ports.clock.now_ms()
        rows = with_states(self.board.sessions, now_ms, self._thresholds, ports.is_alive)
        board = self.board.judged(rows)
        if board.fault and now_ms >= self._fault_until:
            board = replace(board, fault="")
        self.board = replace(board, ingest_trouble=ports.ingest.trouble(), is_ingest_gone=self._is_ingest_gone(now_ms))
        is_reading = board.ingest is None or board.ingest.phase == "backlog"
        if board.is_loaded:
            self._attention, to_ring = look(self._attention, rows, now_ms, is_silent=is_reading)
            for row in to_ring:
                self._ring(row)
        return rows

    def _is_ingest_gone(self, now_ms: int) -> bool:
        status = self.board.ingest
        if status is None or status.phase not in ("backlog", "following"):
            return False
        return now_ms - self._started_at >= STARTING_MS and not self._ports.is_alive(status.pid)
