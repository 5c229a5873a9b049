"""Trajectory: the turns of a session on the left, the turn on the right, as talk, steps, questions, usage, or raw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widget import Widget

from ppp_tui import paths
from ppp_tui.model.ids import BITS
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.sessions import session
from ppp_tui.query.steps import step
from ppp_tui.query.turns import next_mark, turn_bounds, turn_window
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.format import date_time, tokens
from ppp_tui.tui.messages import ArchiveMoved
from ppp_tui.tui.panes.session_cells import context_text, folder, spend_text
from ppp_tui.tui.panes.step_cells import STEP_COLUMNS, TURN_COLUMNS, step_line, turn_line
from ppp_tui.tui.panes.turn_view import Loaded, load_turn, view_lines
from ppp_tui.tui.ports import Form
from ppp_tui.tui.replay import Replay
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from ppp_tui.tui.widgets.top_strip import StripPart, TopStrip

View = Literal["conversation", "steps", "questions", "violations", "usage", "raw"]
VIEWS: tuple[View, ...] = get_args(View)
"""What the right side can show, in the order of its keys."""


class TrajectoryScreen(BaseScreen):
    """One session."""

    KIND = "trajectory"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("trajectory"))

    def __init__(self, trajectory_id: int, turn_number: int | None = None) -> None:
        """Show a session at a turn; without one at its tail."""
        super().__init__()
        self._trajectory = trajectory_id
        self._wanted = turn_number
        self._row: SessionRow | None = None
        self._first, self._last = 0, -1
        self._view: View = "conversation"
        self._loaded: Loaded | None = None
        self._steps: dict[int, StepLine] = {}
        self._replay: Replay | None = None
        self._is_started = False

    def compose_body(self) -> Iterator[Widget]:
        """Turns, and the turn."""
        yield TopStrip(id="trajectory-title")
        with Horizontal(id="trajectory-body"):
            yield LineTable(TURN_COLUMNS, id="turns", follows=True, empty_text="no turns yet")
            with Vertical(id="turn", classes="rule-left"):
                yield TopStrip(id="views")
                yield DetailText(id="turn-text")
                yield LineTable(STEP_COLUMNS, id="turn-steps", empty_text="no steps in this turn")
        yield TopStrip(id="scrubber")

    def on_mount(self) -> None:
        """Read the session."""
        super().on_mount()
        self.query_one("#scrubber").display = False
        self._show_view()
        self.query_one("#turns", LineTable).focus()
        self.start()

    def reload(self) -> None:
        """Something may have moved while another screen was shown."""
        if self._is_started:
            self.refresh_turns()

    def archive_moved(self, event: ArchiveMoved) -> None:
        """The session moved."""
        if self._is_started and event.concerns(self._trajectory) and self._replay is None:
            self.refresh_turns()

    def tick(self, now_ms: int) -> None:
        """Running steps grow older; a replay goes on."""
        if self._loaded is not None and self._view == "steps":
            self._show_steps(now_ms)

    # Turns

    @work(exclusive=True, group="turns")
    async def start(self) -> None:
        """Read the session's frame and go to the wanted turn."""
        if not await self._read_frame():
            return
        table = self.query_one("#turns", LineTable)
        table.set_source(self._page, self._last - self._first + 1, self._locate)
        self._is_started = True
        if self._wanted is not None:
            table.move_cursor(min(max(self._wanted, self._first), self._last) - self._first)
            self._wanted = None

    @work(exclusive=True, group="turns")
    async def refresh_turns(self) -> None:
        """Read again what is in sight."""
        last = self._last
        if not await self._read_frame():
            return
        table = self.query_one("#turns", LineTable)
        if last < self._first:
            table.set_source(self._page, self._last - self._first + 1, self._locate)
        else:
            table.set_total(self._last - self._first + 1)
        table.invalidate()
        self.load_view(keep_place=True)

    async def _read_frame(self) -> bool:
        archive = self.ppp.ports.archive
        try:
            self._row = await archive.fetch(session(self._trajectory))
            self._first, self._last = await archive.fetch(turn_bounds(self._trajectory))
        except QueryFailedError as error:
            self.notify(f"The archive cannot be read: {error}", severity="error")
            return False
        self._show_title()
        return self._row is not None

    async def _page(self, start: int, count: int) -> list[Line]:
        last = self._replay.turn_number if self._replay is not None else self._last
        turns = await self.ppp.ports.archive.fetch(turn_window(self._trajectory, self._first + start, count))
        return [turn_line(turn, self.ppp.ports.zone) for turn in turns if turn.number <= last]

    async def _locate(self, key: int | str) -> int | None:
        return int(key) - self._first if self._first <= int(key) <= self._last else None

    def _show_title(self) -> None:
        row = self._row
        if row is None:
            self.query_one("#trajectory-title", TopStrip).set_parts(
                [StripPart(" This session is not in the archive.", "stuck")]
            )
            return
        zone = self.ppp.ports.zone
        left = [StripPart(f" {row.agent_name} · {folder(row.project)} · {row.title or row.native_id}", "heading")]
        if row.agent_role or row.parent_id is not None:
            left.append(StripPart(f"sub-agent {row.agent_role}".strip(), "accent"))
        if row.spec_id:
            left.append(StripPart(" · ".join(part for part in (row.spec_id, row.stage, row.run_id) if part), "accent"))
        right = [StripPart(row.model, "dim"), StripPart(date_time(row.started_at or None, zone, seconds=False), "dim")]
        right += [
            StripPart(f"{tokens(row.tree.tokens.total)} tokens"),
            StripPart(f"context {context_text(row)}", "dim"),
        ]
        right.append(StripPart(f"{spend_text(row.tree)} "))
        if row.is_source_gone:
            right.insert(0, StripPart("file gone", "notice"))
        self.query_one("#trajectory-title", TopStrip).set_parts(left, right)

    # The turn

    @on(LineTable.Highlighted, "#turns")
    def _highlight(self, _event: LineTable.Highlighted) -> None:
        self.load_view()

    @property
    def turn_id(self) -> int | None:
        """The turn under the cursor."""
        key = self.query_one("#turns", LineTable).cursor_key
        return (self._trajectory << BITS) | key if isinstance(key, int) else None

    @work(exclusive=True, group="turn")
    async def load_view(self, *, keep_place: bool = False) -> None:
        """Read the turn under the cursor and show it."""
        turn_id = self.turn_id
        if turn_id is None:
            return
        try:
            loaded = await load_turn(self.ppp.ports.archive.fetch, turn_id)
        except QueryFailedError as error:
            self.query_one("#turn-text", DetailText).set_text(f"The archive cannot be read: {error}", "stuck")
            return
        is_same = self._loaded is not None and loaded is not None and self._loaded.turn.id == loaded.turn.id
        self._loaded = loaded
        self._show_turn(keep_place=keep_place and is_same)

    def _show_turn(self, *, keep_place: bool = False) -> None:
        loaded, ports = self._loaded, self.ppp.ports
        if loaded is None or self._row is None:
            return
        shown = self._replay.cut(loaded) if self._replay is not None else loaded
        if self._view == "steps":
            self._show_steps(ports.clock.now_ms())
        else:
            lines = view_lines(self._view, shown, self._row, ports.zone)
            self.query_one("#turn-text", DetailText).set_lines(lines, keep_place=keep_place)

    def _show_steps(self, now_ms: int) -> None:
        loaded, ports = self._loaded, self.ppp.ports
        if loaded is None:
            return
        shown = self._replay.cut(loaded) if self._replay is not None else loaded
        end = loaded.turn.ended_at or max(
            (entry.ended_at or entry.started_at or 0 for entry in loaded.steps), default=now_ms
        )
        if loaded.turn.status == "open":
            end = now_ms
        span = (loaded.turn.started_at, end)
        self._steps = {entry.id: entry for entry in shown.steps}
        lines = [step_line(entry, ports.zone, span, now_ms, is_ascii=ports.is_ascii) for entry in shown.steps]
        self.query_one("#turn-steps", LineTable).show_lines(lines)

    def _show_view(self) -> None:
        parts = [StripPart(view, "accent" if view == self._view else "dim", key=view) for view in VIEWS]
        self.query_one("#views", TopStrip).set_parts([parts[0]._replace(text=f" {parts[0].text}"), *parts[1:]])
        is_steps = self._view == "steps"
        had_focus = self.query_one("#turn-text").has_focus or self.query_one("#turn-steps").has_focus
        self.query_one("#turn-text").display = not is_steps
        self.query_one("#turn-steps").display = is_steps
        if had_focus:
            self.query_one("#turn-steps" if is_steps else "#turn-text").focus()

    @on(TopStrip.Clicked, "#views")
    def _choose_view(self, event: TopStrip.Clicked) -> None:
        self._switch(VIEWS.index(event.key) if event.key in VIEWS else 0)

    def _switch(self, place: int) -> None:
        self._view = VIEWS[place % len(VIEWS)]
        self._show_view()
        self._show_turn()

    def action_next_tab(self) -> None:
        """The next view."""
        self._switch(VIEWS.index(self._view) + 1)

    def action_previous_tab(self) -> None:
        """The view before."""
        self._switch(VIEWS.index(self._view) - 1)

    @on(LineTable.Selected, "#turns")
    def _enter_turn(self, _event: LineTable.Selected) -> None:
        self._switch(VIEWS.index("steps"))
        self.query_one("#turn-steps").focus()

    @on(LineTable.Selected, "#turn-steps")
    def _open_step(self, event: LineTable.Selected) -> None:
        chosen = self._steps.get(int(event.key))
        if chosen is not None:
            self.open_step(chosen)

    def open_step(self, chosen: StepLine) -> None:
        """Open a step: a sub-agent's trajectory, or the whole of the step."""
        from ppp_tui.tui.screens.step import StepScreen

        if chosen.child_id is not None:
            self.ppp.open_trajectory(chosen.child_id)
        elif self._row is not None:
            self.ppp.push_screen(StepScreen(chosen, self._row))

    # Keys

    def action_open_row(self) -> None:
        """Open what the cursor is on."""
        focused = self.focused
        if isinstance(focused, LineTable):
            focused.action_select()
        else:
            self._switch(VIEWS.index("steps"))

    async def action_next_mark(self) -> None:
        """To the next turn that is worth a look."""
        await self._go_mark(is_forward=True)

    async def action_previous_mark(self) -> None:
        """To the previous one."""
        await self._go_mark(is_forward=False)

    async def _go_mark(self, *, is_forward: bool) -> None:
        table = self.query_one("#turns", LineTable)
        here = table.cursor_key
        if not isinstance(here, int):
            return
        found = await self.ppp.ports.archive.fetch(next_mark(self._trajectory, here, is_forward=is_forward))
        if found is None:
            self.notify("No more questions, errors or violations that way.", timeout=2)
        else:
            table.move_cursor(found - self._first)

    def action_parent(self) -> None:
        """To the session that started this one."""
        if self._row is not None and self._row.parent_id is not None:
            self.ppp.open_trajectory(self._row.parent_id)
        else:
            self.notify("No other session started this one.", timeout=2)

    def action_copy_resume(self) -> None:
        """Copy the resume command."""
        self.copy_resume(self._row)

    def action_copy_text(self) -> None:
        """Copy what is shown of the turn."""
        text = "\n".join(line.text for line in self.query_one("#turn-text", DetailText).lines)
        self.ppp.copy_to_clipboard(text)
        self.notify(f"copied {len(text)} characters of the turn")

    async def action_edit_file(self) -> None:
        """Open the file of the step under the cursor, else the session's."""
        table = self.query_one("#turn-steps", LineTable)
        chosen = self._steps.get(int(table.cursor_key)) if table.has_focus and table.cursor_key is not None else None
        if chosen is not None and chosen.kind in ("read", "edit"):
            self.edit(chosen.target)
        elif self._row is not None:
            self.edit(self._row.path)

    def action_find_text(self) -> None:
        """Find in the turn."""
        if self._view == "steps":
            self._switch(0)
        self.query_one(CommandLine).open_for("search")

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        self.query_one(CommandLine).set_matches(self.query_one("#turn-text", DetailText).search(event.text))

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        text = self.query_one("#turn-text", DetailText)
        if isinstance(event, CommandLine.Cancelled):
            text.search("")
        text.focus()

    def action_export_markdown(self) -> None:
        """Write the session as Markdown."""
        self.export("md")

    def action_export_lines(self) -> None:
        """Write the session as JSON lines."""
        self.export("jsonl")

    @work(exclusive=True, group="export", thread=True)
    def export(self, form: Form) -> None:
        """Write the session into a new private file."""
        ports = self.ppp.ports
        if ports.export is None:
            return
        target = ports.exports / f"session-{self._trajectory}-{ports.clock.now_ms()}.{form}"
        try:
            with paths.private_file(target) as file:
                for piece in ports.export(ports.archive.path, self._trajectory, form):
                    file.write(piece.encode("utf-8", "backslashreplace"))
        except (OSError, QueryFailedError) as error:
            self.notify(f"It cannot be written: {error}", severity="error")
        else:
            self.notify(f"Written to {target}")

    async def open_step_by_id(self, step_id: int) -> None:
        """Open a step that is named by its id."""
        found = await self.ppp.ports.archive.fetch(step(step_id))
        if found is not None:
            self.open_step(found)

    # Replay

    def action_replay(self) -> None:
        """Begin a replay at the turn under the cursor, or end it."""
        scrubber = self.query_one("#scrubber", TopStrip)
        if self._replay is not None:
            self._replay.stop()
            self._replay = None
            scrubber.display = False
            self.refresh_turns()
            return
        key = self.query_one("#turns", LineTable).cursor_key
        first = int(key) if isinstance(key, int) else self._first
        scrubber.display = True
        self._replay = Replay(self, self._trajectory, first, self._last, self._play)

    async def on_key(self, event: Key) -> None:
        """A replay takes its keys before anything else does."""
        if self._replay is not None:
            await self._replay.press(event)

    async def _play(self) -> None:
        """The replay moved: show the turn as it was then."""
        replay = self._replay
        if replay is None:
            return
        table = self.query_one("#turns", LineTable)
        index = replay.turn_number - self._first
        if table.cursor_index != index:
            table.move_cursor(index)
        elif self._loaded is not None:
            self._show_turn(keep_place=True)
            self.query_one("#turn-text", DetailText).scroll_end(animate=False)
        self.query_one("#scrubber", TopStrip).set_parts(replay.parts(self.ppp.ports.zone), replay.keys())
