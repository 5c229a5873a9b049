"""Trajectory: the turns of a session on the left; on the right a turn as talk, steps, questions, usage, or raw."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import DescendantFocus, Key, Resize
from textual.timer import Timer
from textual.widget import Widget

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.scores.compare import run_figures
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.sessions.turn_figures import TurnOrder, turn_figures
from ppp_tui.text.format import counted
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.exports import ExportError, export_session
from ppp_tui.tui.messages import DatabaseChanged, StepLeft
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.score_text import score_parts
from ppp_tui.tui.panes.session_title import session_facts, session_title
from ppp_tui.tui.panes.turns.band_view import SessionBand
from ppp_tui.tui.panes.turns.outline import Outline
from ppp_tui.tui.panes.turns.turn_aside import SessionNotes, TurnAside
from ppp_tui.tui.panes.turns.turn_detail import TurnPane
from ppp_tui.tui.panes.turns.turn_list import ORDERS, TurnList
from ppp_tui.tui.ports import Form
from ppp_tui.tui.replay import STEP_S, Replay
from ppp_tui.tui.screens.places import Place
from ppp_tui.tui.screens.search_trail import SearchTrail
from ppp_tui.tui.screens.turn_screen import TurnScreen
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.guarded import Horizontal, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import TopStrip
from ppp_tui.tui.widgets.workers import work

TALL_ROWS = 30
"""Terminal height from which on the whole band is shown; below, its first line alone."""


class TrajectoryScreen(TurnScreen):
    """Screen of one session: its turns, and the selected turn in several views."""

    KIND = "trajectory"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("trajectory"))
    PANES = ("#trajectory-facts", "#trajectory-band", "#trajectory-left", "#turn", "#turn-figures")

    def __init__(self, trajectory_id: int, turn_number: int | None = None, *, trail: SearchTrail | None = None) -> None:
        """Show a session at a turn, by default the last; `trail` holds the hits of the search that led here."""
        super().__init__(trajectory_id, trail)
        self._wanted = turn_number
        self._has_one_turn = False
        self._row: SessionRow | None = None
        self._replay: Replay | None = None
        self._timer: Timer | None = None

    def compose_body(self) -> Iterator[Widget]:
        """Return title, figures, band, the list of turns (or the outline of a single turn), and the turn."""
        ports = self.ppp.ports
        yield TopStrip(id="trajectory-title")
        yield TopStrip(id="trajectory-facts")
        yield SessionBand(ports, id="trajectory-band")
        with Horizontal(id="trajectory-body"):
            with Vertical(id="trajectory-left"):
                yield TurnList(ports, self.trajectory, id="turns")
                yield Outline(id="outline")
                yield SessionNotes(ports, id="session-notes", classes="rule-top")
            yield TurnPane(ports, id="turn", classes="rule-left")
            yield TurnAside(ports, id="turn-figures", classes="rule-left")
        yield TopStrip(id="scrubber")

    def on_mount(self) -> None:
        """Read the session."""
        super().on_mount()
        self.outline.display = False
        self.turns.focus()
        self.read()

    band = WidgetPart(SessionBand)
    """The band that shows the whole session to scale."""

    outline = WidgetPart(Outline)
    """The list of steps of a session with one turn."""

    @property
    def place(self) -> Place:
        """The session and the turn that are shown, for going back."""
        return Place(self.app.current_mode, self.trajectory, self.turns.number or self._wanted)

    def reload(self) -> None:
        """Read the session again, which may have changed while another screen was shown."""
        if self._row is not None and self._replay is None:
            self.read()

    def database_changed(self, event: DatabaseChanged) -> None:
        """Read the session again if it changed."""
        if event.concerns(self.trajectory) and self._replay is None:
            self.read()

    def tick(self, _now_ms: int) -> None:
        """Update the durations of running steps."""
        self.pane.tick()

    @work(exclusive=True, group="turns")
    @read_or_report
    async def read(self) -> None:
        """Read the session's title and figures, and the turns that are in sight."""
        scoring, fetch = score_settings(self.ppp.ports.settings), self.ppp.ports.database.fetch
        self._row, scored, figures = await asyncio.gather(
            self.turns.read(),
            fetch(run_figures([self.trajectory], scoring.technical)),
            fetch(turn_figures(self.trajectory)),
        )
        if not self.is_attached or not self.query("#trajectory-title"):
            # The screen was closed meanwhile.
            return
        # A sub-agent without a specification speaks to its parent, not to the user: there is nothing to score.
        is_child = self._row is not None and self._row.parent_id is not None and not self._row.spec_id
        scores = score_parts(scored[0] if scored and not is_child else None, scoring, is_brief=True)
        self._show_title()
        if self._row is not None:
            self.query_one("#trajectory-facts", TopStrip).set_parts(*session_facts(self._row, scores, self.size.width))
        self.band.show_turns(figures)
        self._fit_band()
        self.turns.set_dearest(max((turn.cost_micros or 0 for turn in figures), default=0))
        self._has_one_turn = len(figures) == 1
        self._fit_left()
        if self._wanted is not None:
            if self._wanted > self.turns.last >= self.turns.first:
                self.notify(f"This session has no turn {self._wanted}; its last one is shown.", timeout=4)
            self.turns.go_to(self._wanted)
            self._wanted = None
        self._show_turn(keep_place=True)

    def _fit_band(self) -> None:
        self.band.styles.height = self.band.row_count if self.size.height >= TALL_ROWS else 1

    def _show_title(self) -> None:
        title = session_title(self._row, self.ppp.ports.zone, self.size.width)
        self.query_one("#trajectory-title", TopStrip).set_parts(*title)

    def _fit_left(self) -> None:
        """Show the outline in place of a list of one turn, below the list where there is room, or the list alone."""
        has_list = not self._has_one_turn
        has_outline = self._has_one_turn or self.is_large
        if (self.turns.display, self.outline.display) != (has_list, has_outline):
            had_focus = self.turns.has_focus or self.outline.has_focus
            self.turns.display, self.outline.display = has_list, has_outline
            self.outline.set_class(has_list, "rule-top")
            if had_focus:
                (self.turns if has_list else self.outline).focus()
            self._turn_shown()

    @on(LineTable.Highlighted, "#turns")
    def _highlighted(self) -> None:
        number = self.turns.number
        if self._replay is not None and number is not None:
            self._replay.go_to(number)
        self._show_turn()

    def _show_turn(self, *, keep_place: bool = False) -> None:
        number = self.turns.number
        self.band.show_turn(number)
        self.ppp.places.visit(self.place)
        if self._row is not None and number is not None:
            self.pane.read(self._row, (self.trajectory << CHILD_BITS) | number, keep_place=keep_place)

    # Keys

    @on(LineTable.Selected, "#turns")
    def _turn_selected(self) -> None:
        self.pane.focus_view()

    @on(SessionBand.TurnClicked)
    def _band_clicked(self, event: SessionBand.TurnClicked) -> None:
        self.turns.go_to(event.number)

    @on(LineTable.Highlighted, "#outline")
    def _outline_moved(self, event: LineTable.Highlighted) -> None:
        step = self.outline.step_of(event.key)
        if step is not None and self.outline.has_focus:
            self.pane.land_on(step)

    @on(LineTable.Selected, "#outline")
    def _outline_selected(self, event: LineTable.Selected) -> None:
        step = self.outline.step_of(event.key)
        if step is not None:
            self.pane.land_on(step)
            self.pane.focus_view()

    @on(LineTable.Sorted, "#turns")
    async def _column_clicked(self, event: LineTable.Sorted) -> None:
        orders: dict[str, TurnOrder] = {"cost": "cost", "wall": "time", "tokens": "tokens", "number": "number"}
        if event.column_key in orders:
            await self._sort(orders[event.column_key])

    async def action_sort_rows(self) -> None:
        """Sort the turns by the next order: number, cost, time, tokens."""
        await self._sort(ORDERS[(ORDERS.index(self.turns.order) + 1) % len(ORDERS)])

    @read_or_report
    async def _sort(self, order: TurnOrder) -> None:
        await self.turns.set_order(order)
        self.notify(f"turns by {order}", timeout=2)

    @on(TurnPane.Switched)
    def _view_switched(self) -> None:
        # A user who reads part of a turn is not moved to the next one when it begins.
        if self.pane.view != "conversation":
            self.turns.hold()

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        if self.pane.has_focus_within:
            self.turns.hold()

    @on(TurnPane.StepChosen)
    def _step_chosen(self, event: TurnPane.StepChosen) -> None:
        from ppp_tui.tui.screens.step import StepScreen

        loaded = self.pane.loaded
        if event.step.child_id is not None:
            self.ppp.open_trajectory(event.step.child_id)
        elif self._row is not None and loaded is not None:
            self.app.push_screen(StepScreen(loaded, event.step, self._row, self.pane.descriptions))

    @on(StepLeft)
    def _step_left(self, event: StepLeft) -> None:
        self.pane.land_on(event.step)

    def action_open_row(self) -> None:
        """Open the turn, step or sub-agent under the cursor."""
        focused = self.focused
        if isinstance(focused, LineTable):
            focused.action_select()
        else:
            self.pane.focus_view()

    def action_parent(self) -> None:
        """Open the session that started this one."""
        parent = self._row.parent_id if self._row is not None else None
        if parent is None:
            self.notify("No other session started this one.", timeout=2)
            return
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if isinstance(below, TrajectoryScreen) and below.trajectory == parent:
            self.app.pop_screen()
        else:
            self.ppp.open_trajectory(parent)

    def action_copy_resume(self) -> None:
        """Copy the command that resumes the session."""
        self.copy_resume(self._row)

    def action_copy_text(self) -> None:
        """Copy the shown view of the turn as text."""
        text = self.pane.as_text()
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {counted(len(text), 'character')} of the turn")

    def action_edit_file(self) -> None:
        """Open the file of the step under the cursor, else the session's."""
        step = self.pane.step
        if step is not None and step.kind in ("read", "edit"):
            self.edit(step.target)
        elif self._row is not None:
            # Records of a session lie in the order in which they were made: the turn begins where its first step does.
            loaded = self.pane.loaded
            offsets = [step.input_offset for step in loaded.steps if step.input_bytes] if loaded is not None else []
            self.edit_session(self._row, min(offsets, default=0))

    def switch_to_hit(self, trail: SearchTrail) -> None:
        """Replace this screen by one that shows a hit in another session."""
        self.app.switch_screen(TrajectoryScreen(trail.hit.trajectory_id, trail.hit.turn_number, trail=trail))

    def action_export_markdown(self) -> None:
        """Export the session as Markdown."""
        self.export("md")

    def action_export_lines(self) -> None:
        """Export the session as JSON lines."""
        self.export("jsonl")

    @work(exclusive=True, group="export")
    async def export(self, form: Form) -> None:
        """Write the session to a new private file, and show its path."""
        try:
            target = await asyncio.to_thread(export_session, self.ppp.ports, self.trajectory, form)
        except ExportError as error:
            self.notify(str(error), severity="error")
        else:
            self.notify(f"Written to {target}")

    # Replay

    def action_replay(self) -> None:
        """Start a replay of the session from its beginning, or end it."""
        if self._replay is not None:
            self._end_replay()
        elif self.turns.number is not None:
            self._replay = Replay(self.turns.first, self.turns.last)
            self.pane.cut = self._replay.cut
            self.add_class("-replaying")
            if not self.ppp.ports.is_still:
                self._timer = self.set_interval(STEP_S, self._play)
            self.turns.go_to(self._replay.turn_number)
            self._show_turn()

    def _end_replay(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._replay = None
        self.remove_class("-replaying")
        self.pane.show_whole()
        self.read()

    def action_go_back(self) -> None:
        """End the replay or the search in the turn; without either, return to the screen below."""
        if self._replay is not None and not self.query_one(CommandLine).is_open:
            self._end_replay()
        elif self.pane.is_finding and not self.query_one(CommandLine).is_open:
            self.pane.search("")
        else:
            super().action_go_back()

    def on_resize(self, event: Resize) -> None:
        """Show the band only where there are enough rows."""
        super().on_resize(event)
        if self._row is not None:
            self._show_title()
            self._fit_left()
        self._fit_band()

    def on_key(self, event: Key) -> None:
        """Hand keys to a running replay before any other binding."""
        moves = {"right": 1, "left": -1}
        if self._replay is None or self.query_one(CommandLine).is_open or event.key not in (*moves, "space"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "space":
            self._replay.is_playing = not self._replay.is_playing
            self._show_scrubber()
        else:
            self._replay.is_playing = False
            self._move(moves[event.key])

    def _play(self) -> None:
        if self._replay is not None and self._replay.is_playing:
            self._move(1)

    def _move(self, steps: int) -> None:
        replay = self._replay
        if replay is None:
            return
        replay.move(steps)
        if replay.turn_number != self.turns.number:
            self.turns.go_to(replay.turn_number)
        else:
            self.pane.draw(keep_place=True)
            self._show_scrubber()

    @on(TurnPane.Shown)
    def _turn_shown(self) -> None:
        self._show_scrubber()
        loaded = self.pane.loaded
        if loaded is None:
            return
        self.show_hit()
        if self.outline.display:
            acts = [step for step in loaded.steps if step.kind not in ("thinking", "note")]
            turn = loaded.turn
            self.outline.show(acts, self.pane.descriptions, turn_id=turn.id, is_open=turn.status == "open")
        if self._row is not None:
            self.query_one(TurnAside).show_turn(self._row, loaded)
            self.query_one(SessionNotes).show_session(self._row)
        ends = [step.ended_at or step.started_at or 0 for step in loaded.steps]
        now_ms = self.ppp.ports.clock.now_ms()
        ended = now_ms if loaded.turn.status == "open" else loaded.turn.ended_at or max(ends, default=0)
        self.band.show_time(loaded.steps, (loaded.turn.started_at, ended))

    def _show_scrubber(self) -> None:
        if self._replay is not None:
            self.pane.text.action_end()
            parts = self._replay.parts(self.ppp.ports.zone, is_ascii=self.ppp.ports.is_ascii)
            self.query_one("#scrubber", TopStrip).set_parts(parts, self._replay.keys())
