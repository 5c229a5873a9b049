"""Loads the dashboard's state, updates it with the clock, and rings when a session needs the user."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace

from ppp_tui.model.clock import HOUR_MS, is_due
from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.query.changes import Changes, changes_since
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.ingest_status import ingest_status
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SessionRow, Totals
from ppp_tui.query.sessions.live import LiveStates, apply_changes, live_sessions
from ppp_tui.query.usage.totals import totals
from ppp_tui.tui.dashboard_state import EMPTY, DashboardState
from ppp_tui.tui.day import midnight_ms
from ppp_tui.tui.notifications import PAUSE_MS, Attention, alert_sentence, find_new_requests, sentence
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.progress_rate import paced
from ppp_tui.tui.thresholds import thresholds_from

STARTING_MS = 10_000
"""How long a new dashboard believes an ingest that says it is at work, though its process is not there: the one that it
has just started has not spoken yet."""

FAULT_MS = 60_000
"""How long the status line shows a fault of the dashboard itself."""


class DashboardLoader:
    """Holds the dashboard's current state, and replaces it when database or clock change."""

    def __init__(self, ports: Ports, ring: Callable[[str, str], None]) -> None:
        """Begin empty; `ring` is called with text and title when a session begins to need the user, and for alerts."""
        self.board: DashboardState = replace(EMPTY, is_team=ports.is_team)
        self._ports = ports
        self._ring = ring
        self._attention = Attention()
        self._states = LiveStates(thresholds_from(ports.settings.live), ports.is_alive)
        self._started_at = ports.clock.now_ms()
        self._fault_until = 0
        self._alerts_rung_ms = 0
        self._newest_rung = 0
        """Id of the newest alert that the bell has rung for, or that was open at the first look."""

    async def load(self, moved_at: int = 0) -> bool:
        """Load the whole state; a failure is shown in the status line. `moved_at` is when a change was noticed.

        Returns whether the database answered.
        """
        await self._prepare()
        ports = self._ports
        now_ms, since_ms = self._span()
        try:
            sessions = tuple(await ports.database.fetch(live_sessions(since_ms)))
            sums = await ports.database.fetch(totals(now_ms, midnight_ms(now_ms, ports.zone)))
            status = await ports.database.fetch(ingest_status())
        except READ_ERRORS as error:
            self.fail(str(error))
            return False
        self._put(sessions, sums, status, moved_at)
        return True

    def changes_since(self, revision: int) -> Query[Changes]:
        """Return the query for changes of the state after a revision."""
        now_ms = self._ports.clock.now_ms()
        return changes_since(revision, now_ms, midnight_ms(now_ms, self._ports.zone))

    def apply(self, changes: Changes, moved_at: int) -> bool:
        """Apply changes to the state; False if it has never been loaded."""
        if not self.board.is_loaded:
            return False
        sessions = self.board.sessions
        if changes.moved.trajectories:
            _, since_ms = self._span()
            asked = changes.moved.trajectories
            sessions = tuple(apply_changes(sessions, asked, changes.sessions, since_ms))
        self._put(sessions, changes.totals, changes.ingest, moved_at)
        return True

    def _span(self) -> tuple[int, int]:
        """Return the current time, and the time from which on sessions are listed."""
        now_ms = self._ports.clock.now_ms()
        return now_ms, now_ms - self._ports.settings.live.history_hours * HOUR_MS

    def _put(self, sessions: tuple[SessionRow, ...], sums: Totals, status: IngestStatus | None, moved_at: int) -> None:
        board = self.board
        self._ring_for_alerts(sums)
        self.board = replace(
            board,
            sessions=sessions,
            totals=sums,
            ingest=status,
            pace=paced(board.pace, status),
            trouble="",
            looked_at=self._ports.clock.now_ms(),
            moved_at=moved_at or board.moved_at or max((row.last_at for row in sessions), default=0),
            is_loaded=True,
        )

    def _ring_for_alerts(self, sums: Totals) -> None:
        """Ring if an alert was opened, at most once in `PAUSE_MS`; one that opens meanwhile is told of afterwards."""
        now_ms, newest = self._ports.clock.now_ms(), sums.newest_alert.id
        if not self.board.is_loaded:
            self._newest_rung = newest
        if newest > self._newest_rung and is_due(self._alerts_rung_ms, now_ms, PAUSE_MS):
            self._newest_rung, self._alerts_rung_ms = newest, now_ms
            self._ring(alert_sentence(sums.newest_alert, sums.open_alerts), "alerts")

    async def _prepare(self) -> None:
        """Import what checks for processes in a thread, since the first check may take long."""
        if not self.board.is_loaded:
            await asyncio.to_thread(self._ports.is_alive, os.getpid())

    def fail(self, why: str) -> None:
        """Record that the database did not answer; the shown rows stay."""
        self.board = replace(self.board, trouble=f"The database cannot be read: {why}")

    def fault(self, sentence: str) -> None:
        """Record a fault of the dashboard itself, shown in the status line for `FAULT_MS`."""
        self._fault_until = self._ports.clock.now_ms() + FAULT_MS
        self.board = replace(self.board, fault=sentence)

    def answered(self, now_ms: int) -> None:
        """Record that the database answered, changed or not."""
        self.board = replace(self.board, looked_at=now_ms)

    def update_states(self) -> None:
        """Update all states for the current time, and ring for sessions that begin to need the user."""
        ports, board = self._ports, self.board
        now_ms = ports.clock.now_ms()
        rows = self._states.rows_at(board.sessions, now_ms)
        fault = "" if board.fault and now_ms >= self._fault_until else board.fault
        ingest_trouble, is_ingest_gone = ports.ingest.trouble(), self._is_ingest_gone(now_ms)
        is_same = rows is board.rows
        if not is_same or (fault, ingest_trouble, is_ingest_gone) != (
            board.fault,
            board.ingest_trouble,
            board.is_ingest_gone,
        ):
            self.board = replace(
                board, rows=rows, fault=fault, ingest_trouble=ingest_trouble, is_ingest_gone=is_ingest_gone
            )
        if board.is_loaded and not (is_same and self._attention.groups is not None):
            is_reading = board.ingest is None or board.ingest.phase == "backlog"
            self._attention, to_ring = find_new_requests(self._attention, rows, now_ms, is_silent=is_reading)
            for row in to_ring:
                self._ring(sentence(row), row.state.group)

    def _is_ingest_gone(self, now_ms: int) -> bool:
        status = self.board.ingest
        if status is None or status.phase not in ("backlog", "following"):
            return False
        return now_ms - self._started_at >= STARTING_MS and not self._ports.is_alive(status.pid)
