"""One turn beside the list: as talk, as steps with their times, its questions, violations, requests, and its places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from textual import on, work
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.tui.messages import ReadFailed
from ppp_tui.tui.panes.score_text import Judged, read_judged, score_lines
from ppp_tui.tui.panes.turns.step_cells import STEP_COLUMNS, step_line, step_text
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, load_turn, unseen_steps, view_lines
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.guarded import Guarded
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

View = Literal["conversation", "steps", "questions", "violations", "score", "usage", "raw"]
VIEWS: tuple[View, ...] = get_args(View)
"""What can be shown of a turn, in the order of its keys."""


def _whole(loaded: LoadedTurn) -> LoadedTurn:
    return loaded


class TurnPane(Vertical, Guarded):
    """A turn in one of its views."""

    @dataclass
    class StepChosen(Message):
        """The person wants to see a step."""

        step: StepLine

    @dataclass
    class Shown(Message):
        """A turn was read and is on the screen."""

        number: int

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:  # noqa: A002
        """Nothing is shown before `read`."""
        super().__init__(id=id, classes=classes)
        self._ports = ports
        self._row: SessionRow | None = None
        self._loaded: LoadedTurn | None = None
        self._steps: dict[int, StepLine] = {}
        self._scoring = score_settings(ports.settings)
        self._judged: Judged | None = None
        self.view: View = "conversation"
        """What is shown of the turn."""
        self.cut: Callable[[LoadedTurn], LoadedTurn] = _whole
        """How much of it: a replay shows what had happened by then."""

    def compose(self) -> Iterator[Widget]:
        """The names of the views, and the view."""
        yield TopStrip(id="views")
        yield DetailText(id="turn-text")
        yield LineTable(STEP_COLUMNS, id="turn-steps", empty_text="no steps in this turn")

    def on_mount(self) -> None:
        """The conversation first."""
        self.switch("conversation")

    @property
    def text(self) -> DetailText:
        """The view of everything but steps."""
        return self.query_one(DetailText)

    @property
    def table(self) -> LineTable:
        """The view of steps."""
        return self.query_one("#turn-steps", LineTable)

    @property
    def step(self) -> StepLine | None:
        """The step under the cursor, while steps are looked at."""
        key = self.table.cursor_key
        return self._steps.get(key) if self.table.has_focus and isinstance(key, int) else None

    def show_whole(self) -> None:
        """All of the turn again, after a replay."""
        self.cut = _whole
        self.draw()

    @work(exclusive=True, group="turn")
    async def read(self, row: SessionRow, turn_id: int, *, keep_place: bool = False) -> None:
        """Read a turn of a session and show it."""
        try:
            loaded = await load_turn(self._ports.database.fetch, turn_id)
        except (QueryFailedError, DatabaseMissingError) as error:
            self.post_message(ReadFailed(str(error)))
            return
        if self.view == "score":
            await self._judge(row.id)
        if not self.is_attached:
            return
        is_same = self._loaded is not None and loaded is not None and self._loaded.turn.id == loaded.turn.id
        self._row, self._loaded = row, loaded
        self.draw(keep_place=keep_place and is_same, is_other_turn=not is_same)
        if loaded is not None:
            self.post_message(self.Shown(loaded.turn.number))

    async def _judge(self, trajectory_id: int) -> None:
        try:
            self._judged = await read_judged(self._ports.database.fetch, trajectory_id, self._scoring)
        except (QueryFailedError, DatabaseMissingError) as error:
            self.post_message(ReadFailed(str(error)))

    def draw(self, *, keep_place: bool = False, is_other_turn: bool = False) -> None:
        """Draw what was read."""
        if self._loaded is None or self._row is None:
            return
        shown = self.cut(self._loaded)
        if self.view == "steps":
            self._draw_steps(shown, is_other_turn=is_other_turn)
        elif self.view == "score":
            self.text.set_lines(score_lines(self._judged, self._scoring), keep_place=keep_place)
        else:
            lines = view_lines(self.view, shown, self._row, self._ports.zone)
            self.text.set_lines(lines, keep_place=keep_place)

    def tick(self) -> None:
        """Steps that run grow older."""
        if self.view == "steps" and any(step.status == "running" for step in self._steps.values()):
            self.draw()

    def _draw_steps(self, shown: LoadedTurn, *, is_other_turn: bool) -> None:
        ports = self._ports
        now_ms = ports.clock.now_ms()
        span = _span(shown, now_ms)
        self._steps = {step.id: step for step in shown.steps}
        lines = [step_line(step, ports.zone, span, now_ms, is_ascii=ports.is_ascii) for step in shown.steps]
        if unseen := unseen_steps(shown):
            lines.append(Line("more", (Cell(unseen, "dim"),), is_heading=True))
        self.table.show_lines(lines, is_other_list=is_other_turn)

    def switch(self, view: View) -> None:
        """Show another view of the turn."""
        had_focus = self.text.has_focus or self.table.has_focus
        self.view = view
        parts = [StripPart(one, "accent" if one == view else "dim", key=one) for one in VIEWS]
        self.query_one("#views", TopStrip).set_parts([parts[0]._replace(text=f" {parts[0].text}"), *parts[1:]])
        self.text.display = view != "steps"
        self.table.display = view == "steps"
        if had_focus:
            self.focus_view()
        if view == "score" and self._row is not None and self._loaded is not None:
            # What the scores come from is read when somebody wants to see it.
            self.read(self._row, self._loaded.turn.id)
        else:
            self.draw()

    def turn_over(self, places: int) -> None:
        """The next view, or one before."""
        self.switch(VIEWS[(VIEWS.index(self.view) + places) % len(VIEWS)])

    def focus_view(self) -> None:
        """Put the focus on what is shown."""
        (self.table if self.view == "steps" else self.text).focus()

    def as_text(self) -> str:
        """What is shown, as text to be copied."""
        if self.view != "steps":
            return "\n".join(line.text for line in self.text.lines)
        zone, now_ms = self._ports.zone, self._ports.clock.now_ms()
        return "\n".join(step_text(step, zone, now_ms) for step in self._steps.values())

    @on(TopStrip.Clicked, "#views")
    def _view_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        self.switch(next(view for view in VIEWS if view == event.key))

    @on(LineTable.Selected, "#turn-steps")
    def _step_selected(self, event: LineTable.Selected) -> None:
        event.stop()
        chosen = self._steps.get(event.key) if isinstance(event.key, int) else None
        if chosen is not None:
            self.post_message(self.StepChosen(chosen))

    @on(LineTable.Highlighted, "#turn-steps")
    def _step_highlighted(self, event: LineTable.Highlighted) -> None:
        event.stop()


def _span(shown: LoadedTurn, now_ms: int) -> tuple[int, int]:
    """From when to when the turn lasted; an open one lasts until now."""
    turn = shown.turn
    if turn.status == "open":
        return turn.started_at, now_ms
    ends = (step.ended_at or step.started_at or 0 for step in shown.steps)
    return turn.started_at, turn.ended_at or max(ends, default=now_ms)
