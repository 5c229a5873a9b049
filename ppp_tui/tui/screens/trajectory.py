"""Trajectory: the turns of a session on the left, the turn on the right, as talk, steps, questions, usage, or raw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, Key, Resize
from textual.timer import Timer
from textual.widget import Widget

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.scores.compare import run_figures
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.sessions.search import hit_finder
from ppp_tui.query.sessions.turn_figures import TurnOrder, turn_figures
from ppp_tui.tui.actions import bindings_for, key_of
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.exports import ExportError, export_session
from ppp_tui.tui.messages import DatabaseChanged, StepLeft
from ppp_tui.tui.panes.score_text import score_parts
from ppp_tui.tui.panes.session_title import session_facts, session_title
from ppp_tui.tui.panes.turns.band_view import ROWS as BAND_ROWS
from ppp_tui.tui.panes.turns.band_view import SessionBand
from ppp_tui.tui.panes.turns.outline import Outline
from ppp_tui.tui.panes.turns.turn_detail import MARKS, TurnPane
from ppp_tui.tui.panes.turns.turn_list import ORDERS, TurnList
from ppp_tui.tui.panes.turns.turn_views import View
from ppp_tui.tui.ports import Form
from ppp_tui.tui.replay import STEP_S, Replay
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.screens.places import Place
from ppp_tui.tui.screens.search_trail import SearchTrail
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import TopStrip

TALL_ROWS = 30
"""Rows of a screen from which on the whole band is shown; below, its rule alone."""


class TrajectoryScreen(BaseScreen):
    """One session."""

    KIND = "trajectory"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("trajectory"))
    PANES = ("#trajectory-facts", "#trajectory-band", "#turns", "#outline", "#turn")

    def __init__(self, trajectory_id: int, turn_number: int | None = None, *, trail: SearchTrail | None = None) -> None:
        """Show a session at a turn; without one at its tail. `trail` are the hits of a search that it is one of."""
        super().__init__()
        self._trail = trail
        self._is_hit_awaited = trail is not None
        self.trajectory = trajectory_id
        """Which session."""
        self._wanted = turn_number
        self._row: SessionRow | None = None
        self._replay: Replay | None = None
        self._timer: Timer | None = None

    def compose_body(self) -> Iterator[Widget]:
        """What the session is and came to, its band, its turns or the outline of the only one, and the turn."""
        ports = self.ppp.ports
        yield TopStrip(id="trajectory-title")
        yield TopStrip(id="trajectory-facts")
        yield SessionBand(ports, id="trajectory-band")
        with Horizontal(id="trajectory-body"):
            yield TurnList(ports, self.trajectory, id="turns")
            yield Outline(id="outline")
            yield TurnPane(ports, id="turn", classes="rule-left")
        yield TopStrip(id="scrubber")

    def on_mount(self) -> None:
        """Read the session."""
        super().on_mount()
        self.outline.display = False
        self.turns.focus()
        self.read()

    @property
    def band(self) -> SessionBand:
        """The whole session to scale."""
        return self.query_one(SessionBand)

    @property
    def outline(self) -> Outline:
        """The steps of the only turn."""
        return self.query_one(Outline)

    @property
    def turns(self) -> TurnList:
        """The list of turns."""
        return self.query_one(TurnList)

    @property
    def pane(self) -> TurnPane:
        """The turn that is shown."""
        return self.query_one(TurnPane)

    @property
    def place(self) -> Place:
        """The session and the turn that are shown."""
        return Place(self.app.current_mode, self.trajectory, self.turns.number or self._wanted)

    def reload(self) -> None:
        """Something may have moved while another screen was shown."""
        if self._row is not None and self._replay is None:
            self.read()

    def database_changed(self, event: DatabaseChanged) -> None:
        """The session moved."""
        if event.concerns(self.trajectory) and self._replay is None:
            self.read()

    def tick(self, _now_ms: int) -> None:
        """Running steps grow older."""
        self.pane.tick()

    @work(exclusive=True, group="turns")
    async def read(self) -> None:
        """Read the session's frame, and what is in sight of its turns."""
        try:
            self._row = await self.turns.read()
            scoring = score_settings(self.ppp.ports.settings)
            scored = await self.ppp.ports.database.fetch(run_figures([self.trajectory], scoring.technical))
            figures = await self.ppp.ports.database.fetch(turn_figures(self.trajectory))
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        if not self.is_attached:
            return
        # A sub-agent without a specification speaks to its parent, not to the user: there is nothing to score.
        is_child = self._row is not None and self._row.parent_id is not None and not self._row.spec_id
        scores = score_parts(scored[0] if scored and not is_child else None, scoring, is_brief=True)
        self.query_one("#trajectory-title", TopStrip).set_parts(*session_title(self._row, self.ppp.ports.zone))
        if self._row is not None:
            self.query_one("#trajectory-facts", TopStrip).set_parts(*session_facts(self._row, scores))
        self.band.show_turns(figures)
        self.turns.set_dearest(max((turn.cost_micros or 0 for turn in figures), default=0))
        self._show_outline(is_shown=len(figures) == 1)
        if self._wanted is not None:
            self.turns.go_to(self._wanted)
            self._wanted = None
        self._show_turn(keep_place=True)

    def _show_outline(self, *, is_shown: bool) -> None:
        """The outline in place of a list of one turn, or the list again."""
        if self.outline.display != is_shown:
            had_focus = self.turns.has_focus or self.outline.has_focus
            self.outline.display, self.turns.display = is_shown, not is_shown
            if had_focus:
                (self.outline if is_shown else self.turns).focus()

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
        """Put the turns in the next order: number, cost, time, tokens."""
        await self._sort(ORDERS[(ORDERS.index(self.turns.order) + 1) % len(ORDERS)])

    async def _sort(self, order: TurnOrder) -> None:
        try:
            await self.turns.set_order(order)
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        self.notify(f"turns by {order}", timeout=2)

    @on(TurnPane.Switched)
    def _view_switched(self) -> None:
        # Who looks at something of a turn is not to be taken to another one that begins.
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
            self.app.push_screen(StepScreen(loaded.steps, event.step, self._row))

    @on(StepLeft)
    def _step_left(self, event: StepLeft) -> None:
        self.pane.land_on(event.step)

    def action_open_row(self) -> None:
        """Open what the cursor is on."""
        focused = self.focused
        if isinstance(focused, LineTable):
            focused.action_select()
        else:
            self.pane.focus_view()

    def action_next_tab(self) -> None:
        """The next view."""
        self.pane.turn_over(1)

    def action_previous_tab(self) -> None:
        """The view before."""
        self.pane.turn_over(-1)

    def action_show_questions(self) -> None:
        """All questions of the session with their answers."""
        self._show_view("questions")

    def action_show_context(self) -> None:
        """What fills the context."""
        self._show_view("context")

    def action_show_time(self) -> None:
        """Where the time went."""
        self._show_view("time")

    def _show_view(self, view: View) -> None:
        self.pane.switch("conversation" if self.pane.view == view else view)

    async def action_next_failure(self) -> None:
        """To the next failed step."""
        await self._go_to_mark(("failure",), "failures", is_forward=True)

    async def action_previous_failure(self) -> None:
        """To the previous failed step."""
        await self._go_to_mark(("failure",), "failures", is_forward=False)

    async def action_next_mark(self) -> None:
        """To the next place that is worth a look."""
        await self._go_to_mark(MARKS, "questions, failures or violations", is_forward=True)

    async def action_previous_mark(self) -> None:
        """To the previous one."""
        await self._go_to_mark(MARKS, "questions, failures or violations", is_forward=False)

    async def _go_to_mark(self, marks: Sequence[str], names: str, *, is_forward: bool) -> None:
        """Go to a mark of this turn, else of the next turn that has one, beyond the last turn from the first on."""
        if self.turns.number is None or self.pane.select_mark(marks, is_forward=is_forward):
            return
        try:
            number, is_round = await self.turns.find_mark(marks, is_forward=is_forward)
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        if number is None:
            self.notify(f"No {names} in this session.", timeout=2)
            return
        if is_round:
            self.notify("From the first turn again." if is_forward else "From the last turn again.", timeout=2)
        if number == self.turns.number:
            self.pane.select_first_mark(marks, is_forward=is_forward)
            return
        self.pane.await_mark(marks, is_forward=is_forward)
        self.turns.go_to(number)

    def action_parent(self) -> None:
        """To the session that started this one."""
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
        """Copy the resume command."""
        self.copy_resume(self._row)

    def action_copy_text(self) -> None:
        """Copy what is shown of the turn."""
        text = self.pane.as_text()
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {len(text)} characters of the turn")

    def action_edit_file(self) -> None:
        """Open the file of the step under the cursor, else the session's."""
        step = self.pane.step
        if step is not None and step.kind in ("read", "edit"):
            self.edit(step.target)
        elif self._row is not None:
            self.edit(self._row.path)

    def action_search_all(self) -> None:
        """Search the text of all turns; back to the hits of the search that led here."""
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if self._trail is not None and isinstance(below, PppModal):
            self.app.pop_screen()
        else:
            super().action_search_all()

    def action_find_text(self) -> None:
        """Find in what is shown of the turn."""
        self.query_one(CommandLine).open_for("search")

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        matched = self.pane.search(event.text)
        if event.text:
            self.query_one(CommandLine).set_matches(matched)

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        if isinstance(event, CommandLine.Cancelled):
            self.pane.search("")
        self.pane.focus_view()

    def action_next_match(self) -> None:
        """To the next place of what was searched for."""
        self._go_to_match(1)

    def action_previous_match(self) -> None:
        """To the place before."""
        self._go_to_match(-1)

    def _go_to_match(self, places: int) -> None:
        """To a place of this turn, else to the next hit of the search over all turns that led here."""
        is_hit_shown = self._trail is not None and self.pane.is_finding_hits
        if is_hit_shown and not self.pane.has_match_beyond(places) and self._trail is not None:
            if self._trail.move(places):
                self._open_hit(self._trail)
            else:
                self.notify("No more hits that way.", timeout=2)
        elif not self.pane.next_match(places):
            self.notify("Nothing is searched for: / finds in what is shown.", timeout=2)

    def _open_hit(self, trail: SearchTrail) -> None:
        """Show the hit that a trail is at, in this screen if it is of the same session."""
        hit = trail.hit
        if hit.trajectory_id != self.trajectory:
            self.app.switch_screen(TrajectoryScreen(hit.trajectory_id, hit.turn_number, trail=trail))
            return
        self._is_hit_awaited = True
        if hit.turn_number == self.turns.number:
            self._show_hit()
        else:
            self.turns.go_to(hit.turn_number)

    def _show_hit(self) -> None:
        """Mark the words of the search in the turn, and go to the first of them."""
        if self._trail is not None and self._is_hit_awaited:
            self._is_hit_awaited = False
            self.pane.find_hits(hit_finder(self._trail.words))
            place = f"hit {self._trail.place + 1} of {len(self._trail.hits)}"
            self.notify(f"{place}: {key_of('next_match')} goes on, {key_of('go_back')} shows the list", timeout=3)

    def action_export_markdown(self) -> None:
        """Write the session as Markdown."""
        self.export("md")

    def action_export_lines(self) -> None:
        """Write the session as JSON lines."""
        self.export("jsonl")

    @work(exclusive=True, group="export", thread=True)
    def export(self, form: Form) -> None:
        """Write the session into a new private file."""
        try:
            target = export_session(self.ppp.ports, self.trajectory, form)
        except ExportError as error:
            self.notify(str(error), severity="error")
        else:
            self.notify(f"Written to {target}")

    # Replay

    def action_replay(self) -> None:
        """Play the session from its beginning, or end the replay."""
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
        """End the replay, or back to the screen before."""
        if self._replay is not None and not self.query_one(CommandLine).is_open:
            self._end_replay()
        else:
            super().action_go_back()

    def on_resize(self, event: Resize) -> None:
        """The band takes rows only where there are enough of them."""
        super().on_resize(event)
        self.band.styles.height = BAND_ROWS if self.size.height >= TALL_ROWS else 1

    def on_key(self, event: Key) -> None:
        """A replay takes its keys before anything else does."""
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
        self._show_hit()
        if self.outline.display:
            self.outline.show(loaded.steps, self.pane.descriptions)
        ends = [step.ended_at or step.started_at or 0 for step in loaded.steps]
        now_ms = self.ppp.ports.clock.now_ms()
        ended = now_ms if loaded.turn.status == "open" else loaded.turn.ended_at or max(ends, default=0)
        self.band.show_time(loaded.steps, (loaded.turn.started_at, ended))

    def _show_scrubber(self) -> None:
        if self._replay is not None:
            self.pane.text.action_end()
            parts = self._replay.parts(self.ppp.ports.zone, is_ascii=self.ppp.ports.is_ascii)
            self.query_one("#scrubber", TopStrip).set_parts(parts, self._replay.keys())
