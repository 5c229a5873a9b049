"""The app of the dashboard: its screens, and what they share."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.events import Key
from textual.filter import LineFilter
from textual.notifications import Notify
from textual.screen import Screen
from textual.types import CSSPathType
from textual.worker import WorkerFailed, get_current_worker

from ppp_tui import paths
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import app_bindings, clashes, keymap, name_keys
from ppp_tui.tui.base_screen import GuardedScreen, PppScreen
from ppp_tui.tui.change_poller import ChangePoller, Listener
from ppp_tui.tui.dashboard_loader import DashboardLoader
from ppp_tui.tui.dashboard_state import DashboardState
from ppp_tui.tui.fault_door import FaultDoor
from ppp_tui.tui.garbage import OldGarbage
from ppp_tui.tui.messages import DatabaseChanged, MarksChanged, OpenTrajectory, Ticked
from ppp_tui.tui.panes.mark_book import MarkBook
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.screens.places import Places
from ppp_tui.tui.screens.registry import MAIN_SCREENS, OWN_SHEETS, import_screens, load_screen
from ppp_tui.tui.terminal.ascii_filter import AsciiSigns, can_show_unicode
from ppp_tui.tui.terminal.output_filter import PlainOutput, desktop_notification
from ppp_tui.tui.themes.library import ThemeLibrary
from ppp_tui.tui.themes.palette import choose_theme
from ppp_tui.tui.themes.stylesheet import ThemeStylesheet, screen_sheet
from ppp_tui.tui.widgets.workers import work

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.command import Provider
    from textual.dom import DOMNode
    from textual.message import Message
    from textual.widget import AwaitMount

    from ppp_tui.query.changes import Changes
    from ppp_tui.query.periods import Period
    from ppp_tui.tui.screens.search_trail import SearchTrail

TICK_S = 1.0
"""Seconds between two updates of ages and states."""

IMPORT_AFTER_S = 0.5
"""Seconds after the first picture in which the user has not opened another screen, mostly."""

INGEST_WITHIN_S = 1.0
"""Seconds after which ingest is started even if the database has not answered."""


def _commands() -> type[Provider]:
    from ppp_tui.tui.commands import PppCommands

    return PppCommands


class PppApp(PlainOutput, App[None]):
    """The dashboard of one database."""

    TITLE = "ppp-tui"
    CSS_PATH: ClassVar[CSSPathType | None] = sorted(paths.shipped("styles").glob("*.tcss"))
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {
        entry.kind: partial(load_screen, entry) for entry in MAIN_SCREENS
    }
    DEFAULT_MODE = MAIN_SCREENS[0].kind
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = list(app_bindings())
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012  Textual's own type
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-low"), (20, "-short"), (30, "-tall")]  # noqa: RUF012  as above

    def __init__(self, ports: Ports) -> None:
        """Prepare the app.

        Raises UnknownActionError for keys in the settings that are invalid or have no action, and FileNotFoundError if
        the style sheet of a screen is missing.
        """
        for name in OWN_SHEETS:
            screen_sheet(name)
        theme = choose_theme(ports.settings.screen.theme, os.environ)
        is_ascii = ports.is_ascii or ports.settings.screen.ascii or not can_show_unicode(os.environ)
        super().__init__()
        self.theme_library = ThemeLibrary(self.register_theme, ports.themes)
        self.theme = self.theme_library.find(theme)
        self.stylesheet = ThemeStylesheet(variables=self.get_css_variables())
        self.ports = replace(ports, is_ascii=is_ascii)
        self.loader = DashboardLoader(self.ports, self._ring)
        self.poller = ChangePoller(
            ports.database,
            ports.clock,
            Listener(
                moved=self._post_changes,
                load=self._load_board,
                changes_since=self.loader.changes_since,
                changed=self._show_changes,
                answered=self.loader.answered,
                failed=self.loader.fail,
                marked=self._reload_marks,
            ),
        )
        self._faults = FaultDoor(self.ports)
        self._garbage = OldGarbage(self.ports.return_free_heap)
        self.compared: tuple[int, ...] = ()
        """Trajectories that were marked to be compared, in the order in which they were marked."""
        self.searched = ""
        self.places = Places()
        self.entries: dict[str, list[str]] = {}
        self.period: Period | None = None
        """The period that all reports cover; None until the user sets one."""
        self.marks = MarkBook(self.ports.database, self.ports.marks, self._report_marks)
        self._ascii_signs = AsciiSigns()
        own_keys = keymap(ports.settings.keys)
        name_keys(own_keys)
        self.set_keymap(own_keys)

    @property
    def board(self) -> DashboardState:
        """The shown sessions, states and sums."""
        return self.loader.board

    async def on_mount(self) -> None:
        """Start polling the database and, soon after, ingest."""
        if self.ports.is_still:
            self.ports.ingest.start()
            self._poll_once()
        else:
            self._start_ingest_in_time()
            self._poll()
            self.set_interval(TICK_S, self.update_states)
            self.set_interval(TICK_S, self._collect_garbage)
        for problem in (*clashes(self.ports.settings.keys), *self.theme_library.problems):
            self.notify(problem, severity="warning", timeout=20)
        if self.ports.start_at is not None:
            self.open_trajectory(*self.ports.start_at)

    def _collect_garbage(self) -> None:
        self._garbage.collect(self.ports.clock.now_ms())

    def _import_screens(self) -> None:
        # Not by the threads that work for the screens, which the user waits for.
        threading.Thread(target=import_screens, name="imports", daemon=True).start()

    def _start_ingest_in_time(self) -> None:
        """Start ingest, which takes the processor, once the first sessions are drawn or `INGEST_WITHIN_S` passed."""
        if self.ports.database.path.exists():
            self.set_timer(INGEST_WITHIN_S, self.ports.ingest.start)
        else:
            self.ports.ingest.start()

    async def on_unmount(self) -> None:
        """Stop ingest and close the database."""
        await self.marks.flush()
        await self.ports.ingest.stop()
        await self.ports.database.close()

    # How screens come into sight

    def _load_screen_css(self, screen: Screen[object]) -> None:
        """Read a new screen's own style sheet, before it has any widgets; what is styled already stays as it is."""
        sheet = screen_sheet(screen.KIND if isinstance(screen, PppScreen) else "dialogs")
        if not self.stylesheet.has_source(str(sheet)):
            self.stylesheet.read(sheet)
            self.stylesheet.apply(screen)
        screen._css_update_count = self._css_update_count  # noqa: SLF001  Textual would style all of it once more

    def delay_update(self, delay: float = 0.0) -> None:
        """Do not wait: Textual keeps a screen from being drawn for 50 ms after a switch."""

    # What screens call

    def open_trajectory(self, trajectory_id: int, turn_number: int | None = None) -> AwaitMount:
        """Show a session, at a turn if one is given. Await the result to wait for its screen."""
        from ppp_tui.tui.screens.trajectory import TrajectoryScreen

        self._mark_opened(trajectory_id)
        return self.push_screen(TrajectoryScreen(trajectory_id, turn_number))

    def open_hit(self, trail: SearchTrail) -> None:
        """Show the current hit of a trail, whose other hits keys lead to."""
        from ppp_tui.tui.screens.trajectory import TrajectoryScreen

        self._mark_opened(trail.hit.trajectory_id)
        self.push_screen(TrajectoryScreen(trail.hit.trajectory_id, trail.hit.turn_number, trail=trail))

    @work(group="marks")
    async def _mark_opened(self, trajectory_id: int) -> None:
        """Mark a session as read up to now."""
        try:
            row = await self.ports.database.fetch(session(trajectory_id))
            await self.marks.load([trajectory_id], self.ports.clock.now_ms())
        except READ_ERRORS:
            return
        if row is not None:
            self.marks.mark_read(row, self.ports.clock.now_ms())

    def _reload_marks(self) -> None:
        self._read_marks()

    @work(exclusive=True, group="marks-again")
    async def _read_marks(self) -> None:
        """Read marks that another dashboard may have changed, and let the screen show them."""
        try:
            await self.marks.load_again()
        except READ_ERRORS:
            return
        if self._has_screens:
            self.screen.post_message(MarksChanged())

    def _report_marks(self, sentence: str) -> None:
        if self._has_screens:
            self.notify(plain(sentence), severity="warning", timeout=10)

    @on(OpenTrajectory)
    def _open(self, event: OpenTrajectory) -> None:
        self.open_trajectory(event.trajectory_id, event.turn_number)

    def show_trouble(self, why: str) -> None:
        """Show on every screen that the database did not answer, until it answers again."""
        self.loader.fail(why)
        self.poller.retry_later()
        self.update_states()

    # Faults of the dashboard itself

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action; a fault in it is reported and ends nothing else."""
        screen: Screen[object] | None = None
        try:
            screen = self.screen
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as error:
            if not self.report_fault(error, screen):
                raise
            return True

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not (self._dom_ready and self.report_fault(error)):
                raise

    def _handle_exception(self, error: Exception) -> None:
        """Report a fault of a worker, timer or drawing; a fault before the first drawing ends the app."""
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            is_kept = self.report_fault(error.error, get_current_worker().node)
        else:
            is_kept = self._dom_ready and self.report_fault(error)
        if not is_kept:
            self._faults.keep(error)
            super()._handle_exception(error)

    def report_fault(self, error: Exception, node: DOMNode | None = None) -> bool:
        """Log a fault of `node` and report it in the status line. False if the fault should end the program."""
        if self.ports.keep_trace is None:
            return False
        sentence = self._faults.keep(error, node)
        if sentence:
            self.loader.fault(sentence)
            self.update_states()
        return True

    @work(group="poll")
    async def _poll_once(self) -> None:
        await self.poller.poll()

    @work(group="poll")
    async def _poll(self) -> None:
        while True:
            try:
                await self.poller.run()
            except Exception as error:  # polling outlives whatever a screen or a row does to it
                if not self.report_fault(error):
                    raise
                await asyncio.sleep(TICK_S)

    # Polling

    def _post_changes(self, moved: DatabaseChanged) -> None:
        if not self._has_screens:
            return
        for screen in self.screen_stack:
            screen.post_message(moved)

    async def _load_board(self, moved_at: int) -> None:
        is_first, has_failed = not self.board.is_loaded, bool(self.board.trouble)
        if not await self.loader.load(moved_at):
            self.poller.request_load()
        elif has_failed:
            # What a screen could not read may not have changed since.
            self._post_changes(DatabaseChanged((), is_everything=True))
        self.update_states()
        if is_first and not self.ports.is_still:
            self.call_after_refresh(self.ports.ingest.start)
            self.set_timer(IMPORT_AFTER_S, self._import_screens)

    def _show_changes(self, changes: Changes, moved_at: int) -> None:
        if not self.loader.apply(changes, moved_at):
            self.poller.request_load()
        moved = changes.moved
        if not moved.trajectories:
            self.update_states()
        elif self._has_screens:
            self.loader.update_states()
            self._post_changes(DatabaseChanged(moved.trajectories, moved.is_everything))

    @property
    def _has_screens(self) -> bool:
        """Whether any screen is shown; timers and workers may still run when screens are gone."""
        return self.is_running and bool(self._screen_stacks.get(self._current_mode))

    def update_states(self) -> None:
        """Update all states for the current time, and post `Ticked` to the screen."""
        if not self._has_screens:
            return
        self.loader.update_states()
        self._mark_shown()
        self.screen.post_message(Ticked(self.ports.clock.now_ms()))

    def _mark_shown(self) -> None:
        """Mark the session on the screen as read while the user is present."""
        now_ms, shown = self.ports.clock.now_ms(), getattr(self.screen, "trajectory", 0)
        if shown and self.marks.is_user_here(now_ms):
            row = next((row for row in self.board.rows if row.session.id == shown), None)
            if row is not None and self.marks.is_unread(row):
                self.marks.mark_read(row.session, now_ms)

    def _ring(self, text: str, title: str) -> None:
        if self.ports.settings.screen.bell:
            self.bell()
        if self.ports.settings.screen.notify:
            self.notify(text, title=title)
            self.send_desktop_notification(text)

    def _on_notify(self, _event: Notify) -> None:
        # A new note takes the place of those that only inform; Textual adds it after this.
        if all(note.severity == "information" for note in self._notifications):
            self._notifications.clear()

    def send_desktop_notification(self, text: str) -> None:
        """Ask the terminal for a desktop notification (OSC 9)."""
        if self._driver is not None:
            desktop_notification(self._driver, text)

    def action_command_palette(self) -> None:
        """Open the palette, which lists every action by name."""
        from ppp_tui.tui.commands import Palette

        if not Palette.is_open(self):
            self.push_screen(Palette(id="--command-palette"))

    # The terminal

    async def on_key(self, event: Key) -> None:
        """Offer a key to the screen before it is looked up among the actions."""
        now_ms, screen = self.ports.clock.now_ms(), self.screen
        if isinstance(screen, GuardedScreen):
            # The key may have been pressed on the screen below, and find a new one that has no parts yet.
            await screen.wait_for_parts()
        self.marks.note_key(now_ms)
        self._garbage.note_key(now_ms)
        if isinstance(screen, PppScreen) and screen.take_key(event):
            event.prevent_default()

    def on_resize(self) -> None:
        """Forget what was laid out for another size."""
        self._garbage.note_size()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters that everything is drawn through; ASCII is the last."""
        filters = super().get_line_filters()
        return [*filters, self._ascii_signs] if self.ports.is_ascii else filters

    def action_help_quit(self) -> None:
        """Show how to leave and how to copy text, since users press Ctrl+C for either."""
        self.notify("q leaves; to copy text, hold Shift while you select it with the mouse.")
