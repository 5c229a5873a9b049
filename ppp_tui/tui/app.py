"""The dashboard: which screens there are, and the beat that they share. A table of contents, no more."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.screen import Screen
from textual.types import CSSPathType

from ppp_tui import paths
from ppp_tui.query.connect import ArchiveMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.live import live_sessions, with_states
from ppp_tui.tui.actions import keymap
from ppp_tui.tui.attention import Attention, sentence
from ppp_tui.tui.board import EMPTY, Board
from ppp_tui.tui.commands import ActionCommands
from ppp_tui.tui.messages import Ticked
from ppp_tui.tui.output import PlainOutput
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.pulse import Pulse
from ppp_tui.tui.themes import THEMES, choose_theme
from ppp_tui.tui.thresholds import thresholds_from

HOUR_MS = 3_600_000


def _live() -> Screen[None]:
    from ppp_tui.tui.screens.live import LiveScreen

    return LiveScreen()


def _sessions() -> Screen[None]:
    from ppp_tui.tui.screens.sessions import SessionsScreen

    return SessionsScreen()


class PppApp(PlainOutput, App[None]):
    """The dashboard over one archive."""

    TITLE = "ppp-tui"
    CSS_PATH: ClassVar[CSSPathType | None] = sorted(paths.shipped("styles").glob("*.tcss"))
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {"live": _live, "sessions": _sessions}
    DEFAULT_MODE = "live"
    COMMANDS = App.COMMANDS | {ActionCommands}
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012  Textual's own type
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    def __init__(self, ports: Ports) -> None:
        """Raises UnknownActionError for keys in the settings that belong to no action."""
        theme = choose_theme(ports.settings.screen.theme, os.environ)
        super().__init__()
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self.ports = ports
        self.board: Board = EMPTY
        self.attention = Attention()
        self.pulse = Pulse(self, ports)
        self._thresholds = thresholds_from(ports.settings.live)
        self.set_keymap(keymap(ports.settings.keys))

    async def on_mount(self) -> None:
        """Start ingest and begin to listen."""
        self.ports.ingest.start()
        self.pulse.start()
        if self.ports.start_at is not None:
            self.open_trajectory(*self.ports.start_at)

    async def on_unmount(self) -> None:
        """Stop ingest and let go of the archive."""
        await self.ports.ingest.stop()
        await self.ports.archive.close()

    def open_trajectory(self, trajectory_id: int, turn_number: int | None = None) -> None:
        """Show a session, at a turn if one is named."""
        from ppp_tui.tui.screens.trajectory import TrajectoryScreen

        self.push_screen(TrajectoryScreen(trajectory_id, turn_number))

    async def load_board(self) -> None:
        """Fetch what all screens show; what goes wrong is said at the bottom of each."""
        from ppp_tui.query.health import ingest_status
        from ppp_tui.query.totals import totals
        from ppp_tui.tui.day import midnight_ms

        ports = self.ports
        now_ms = ports.clock.now_ms()
        since_ms = now_ms - ports.settings.live.history_hours * HOUR_MS
        try:
            sessions = await ports.archive.fetch(live_sessions(since_ms))
            sums = await ports.archive.fetch(totals(now_ms, midnight_ms(now_ms, ports.zone)))
            status = await ports.archive.fetch(ingest_status())
        except (QueryFailedError, ArchiveMissingError) as error:
            self.board = replace(self.board, trouble=f"The archive cannot be read: {error}")
        else:
            self.board = replace(
                self.board, sessions=tuple(sessions), totals=sums, ingest=status, trouble=ports.ingest.trouble(),
                moved_at=max((row.last_at for row in sessions), default=0), is_loaded=True,
            )  # fmt: skip
        self.judge()

    def judge(self) -> None:
        """Judge all states at this moment, ring if somebody starts to need the person, and tell the screen."""
        ports = self.ports
        now_ms = ports.clock.now_ms()
        rows = with_states(self.board.sessions, now_ms, self._thresholds, ports.is_alive)
        self.board = replace(self.board.judged(rows), trouble=self.board.trouble or ports.ingest.trouble())
        is_reading = self.board.ingest is None or self.board.ingest.phase == "backlog"
        for row in self.attention.take(rows, now_ms, is_reading_history=is_reading):
            if ports.settings.screen.bell:
                self.bell()
            if ports.settings.screen.notify:
                self.notify(sentence(row), title="needs you")
                self.send_desktop_notification(sentence(row))
        self.screen.post_message(Ticked(now_ms))

    def send_desktop_notification(self, text: str) -> None:
        """Ask the terminal for a desktop notification (OSC 9)."""
        from ppp_tui.tui.output import desktop_notification

        if self._driver is not None:
            desktop_notification(self._driver, text)


def run(ports: Ports) -> int:
    """Run the dashboard until the person leaves; returns the exit status."""
    app = PppApp(ports)
    app.run()
    return app.return_code or 0
