"""Live: sessions by what they do now, those that need the user first; beside them the followed session's feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.filters import EMPTY, FilterError, parse
from ppp_tui.query.sessions.live import GROUPS
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.messages import DatabaseChanged, GroupChosen, OpenTrajectory
from ppp_tui.tui.panes.live.feed import FeedPane
from ppp_tui.tui.panes.live.live_band import LiveBand
from ppp_tui.tui.panes.live.live_chart import LiveChart
from ppp_tui.tui.panes.live.live_filter import LiveFilter
from ppp_tui.tui.panes.live.live_list import LiveList
from ppp_tui.tui.screens.base import LEAST_HEIGHT, LEAST_WIDTH, BaseScreen
from ppp_tui.tui.status_line import Phrase
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.guarded import Horizontal, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable

WIDE = 160
"""Terminal width from which on the list has all its columns."""


LOOK_MS = 2_000
"""A session on which the cursor rests for so long counts as read."""


class LiveScreen(BaseScreen):
    """Screen with the list of live sessions and the feed of the followed one."""

    KIND = "live"
    HAS_BAND = True
    HELD_S = 0.2
    _looked_at = (0, 0)
    """The session that the user moved the cursor to, and since when it rests there."""
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("live"))
    PANES = ("#live-left", "#live-right")

    def compose_body(self) -> Iterator[Widget]:
        """Return the list with its chart, and the feed."""
        ports = self.ppp.ports
        yield LiveBand(ports, id="live-band")
        with Horizontal(id="live-body"):
            with Vertical(id="live-left"):
                yield LiveList(ports, self.ppp.marks, id="live-list")
                yield LiveChart(ports, id="live-chart", classes="rule-top")
            yield FeedPane(ports, id="live-right", classes="rule-left")

    def on_mount(self) -> None:
        """Draw the status lines, and put the focus on the list."""
        super().on_mount()
        self.list.focus()

    list = WidgetPart(LiveList)
    """The list of sessions."""

    feed = WidgetPart(FeedPane)
    """The pane of the followed session."""

    @property
    def _is_reading(self) -> bool:
        board = self.ppp.board
        # The first picture waits for the sessions alone, and not for what is read of them.
        return not (board.is_loaded or board.trouble) if self._is_held else super()._is_reading

    def reload(self) -> None:
        """Read again what may have changed while another screen was shown."""
        self.query_one(LiveChart).moved()
        self.feed.read()
        self.list.show_marks()
        self.tick(self.ppp.ports.clock.now_ms())

    def tick(self, now_ms: int) -> None:
        """Update states and ages, and let the feed follow the cursor."""
        self._read_what_is_looked_at(now_ms)
        self._show_band(now_ms)
        sessions, board = self.list, self.ppp.board
        sessions.show_board(board, now_ms)
        self.feed.follow(sessions.cursor_row, now_ms)
        if board.is_loaded:
            self.query_one(LiveChart).tick(now_ms)

    def _read_what_is_looked_at(self, now_ms: int) -> None:
        """Mark a session as read on which the user left the cursor for `LOOK_MS`, having moved it there."""
        sessions = self.list
        row = sessions.cursor_row if sessions.is_moved and not sessions.is_strip else None
        number = row.session.id if row is not None else 0
        if number != self._looked_at[0]:
            self._looked_at = (number, now_ms)
        elif row is not None and now_ms - self._looked_at[1] >= LOOK_MS:
            marks = self.ppp.marks
            if marks.is_unread(row) and marks.is_user_here(now_ms):
                marks.mark_read(row.session, now_ms)
                sessions.show_marks()

    def _show_band(self, now_ms: int) -> None:
        band = self.query_one(LiveBand)
        if self.list.is_strip:
            band.show_strip(self.ppp.board)
        else:
            app = self.ppp
            news = app.marks.news(app.board.rows, now_ms, app.ports.zone)
            band.show_board(app.board, news, now_ms)

    def on_resize(self, event: Resize) -> None:
        """Choose columns for the new width; a narrow strip gets one line for each session."""
        super().on_resize(event)
        width, height = self.size
        self.list.fit(is_strip=width < LEAST_WIDTH or height < LEAST_HEIGHT, is_wide=width >= WIDE)
        self._show_band(self.ppp.ports.clock.now_ms())

    def database_changed(self, event: DatabaseChanged) -> None:
        """Read feed, chart and band again; the list gets changed sessions from the dashboard's state."""
        feed = self.feed
        followed = feed.followed
        if followed is not None and event.concerns(followed):
            feed.moved()
        self.query_one(LiveChart).moved()
        self.query_one(LiveBand).moved()

    @on(LineTable.Highlighted, "#live-list")
    def _highlighted(self) -> None:
        self.feed.follow(self.list.cursor_row, self.ppp.ports.clock.now_ms())

    @on(LineTable.Selected, "#live-list")
    def _selected(self, event: LineTable.Selected) -> None:
        if isinstance(event.key, int):
            self.post_message(OpenTrajectory(event.key))

    @on(LineTable.Marked, "#live-list")
    def _marked(self) -> None:
        self.show_board()

    # Keys

    @property
    def session(self) -> SessionRow | None:
        """The session under the cursor, None if there is none."""
        row = self.list.cursor_row
        return row.session if row is not None else None

    def action_open_row(self) -> None:
        """Open the session or sub-agent under the cursor."""
        focused = self.focused
        (focused if isinstance(focused, LineTable) else self.list).action_select()

    async def action_next_needing(self) -> None:
        """Move the cursor to the next session that needs the user."""
        await self._go_needing(1)

    async def action_previous_needing(self) -> None:
        """Move the cursor to the previous session that needs the user."""
        await self._go_needing(-1)

    async def _go_needing(self, step: int) -> None:
        if not await self.list.go_needing(step):
            self.notify("No session waits for you.", timeout=2)

    async def action_compare(self) -> None:
        """Open Compare with the marked sessions."""
        await self.compare(self.list.marked_keys)

    def action_copy_resume(self) -> None:
        """Copy the resume command of the session under the cursor."""
        self.copy_resume(self.session)

    def action_bring_up(self) -> None:
        """Switch to the terminal pane in which the agent of the session under the cursor runs."""
        self.bring_up(self.session)

    def action_first_unread(self) -> None:
        """Open the session under the cursor, or else the first unread one, at its first unread turn."""
        marks, row = self.ppp.marks, self.list.cursor_row
        unread = row if row is not None and marks.is_unread(row) else None
        unread = unread or next((row for row in self.list.rows if marks.is_unread(row)), row)
        self.open_first_unread(unread.session if unread is not None else None)

    def action_pin(self) -> None:
        """Pin the session under the cursor, or unpin it."""
        self.toggle_pin(self.session)
        self.list.show_marks()

    def action_label(self) -> None:
        """Open the command line for a label of the session under the cursor."""
        self.open_label_line(self.session)

    def marks_changed(self) -> None:
        """Draw the list with the new label."""
        self.list.show_marks()

    def action_edit_file(self) -> None:
        """Open the file of the session under the cursor."""
        if self.session is not None:
            self.edit_session(self.session)

    # Filters

    def notes(self) -> Sequence[Phrase]:
        """Return the active filter and the number of marked sessions."""
        if not self.is_mounted:
            return ()
        sessions = self.list
        filter_text, marked = sessions.filter.summary(), len(sessions.marked_keys)
        notes: Sequence[Phrase] = ()
        if filter_text:
            shown = f"{len(sessions.rows)} of {len(self.ppp.board.rows)}"
            notes = [Phrase(f"{filter_text}  {shown}", "accent")]
        return [*notes, Phrase(f"{marked} marked", "accent")] if marked else notes

    def action_filter_group(self) -> None:
        """Show the next group of states alone; after the last, all groups again."""
        self.list.show_only(self.list.wanted.next_group())

    @on(GroupChosen)
    def _group_chosen(self, event: GroupChosen) -> None:
        group = next((name for name in GROUPS if name == event.group), None)
        is_same = self.list.wanted.group == group
        self.list.show_only(replace(self.list.wanted, group=None if is_same else group))

    def action_filter_rows(self) -> None:
        """Open the command line for words that filter the list as they are typed."""
        self.query_one(CommandLine).open_for("search", self.list.wanted.words)

    def action_command(self) -> None:
        """Open the command line for predicates that filter the list."""
        self.query_one(CommandLine).open_for("command", self.list.wanted.predicates.text)

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        wanted = self.list.wanted
        if event.mode == "search":
            self.list.show_only(replace(wanted, words=event.text))
        if event.mode != "command":
            return
        line = self.query_one(CommandLine)
        ports = self.ppp.ports
        try:
            predicates = parse(event.text, ports.clock.now_ms(), ports.zone)
        except FilterError as error:
            line.set_note(str(error), is_error=True)
            return
        line.set_matches(None)
        self.list.show_only(replace(wanted, predicates=predicates))

    @on(LiveList.Filtered)
    def _filtered(self, event: LiveList.Filtered) -> None:
        self.show_board()
        self.feed.follow(self.list.cursor_row, self.ppp.ports.clock.now_ms())
        line = self.query_one(CommandLine)
        if line.is_open:
            line.set_matches(event.number)

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        if isinstance(event, CommandLine.Cancelled):
            wanted = self.list.wanted
            cleared = {"search": replace(wanted, words=""), "command": replace(wanted, predicates=EMPTY)}
            self.list.show_only(cleared.get(event.mode, wanted))
        self.list.focus()

    def action_go_back(self) -> None:
        """Clear the filter; without one, return the cursor to the session that needs the user most."""
        is_typing = self.query_one(CommandLine).is_open
        if self.list.wanted.is_on and not is_typing:
            self.list.show_only(LiveFilter())
        elif self.list.is_moved and not is_typing:
            self.list.stay_with_needing()
        else:
            super().action_go_back()
