"""The pane of one turn: conversation, steps, questions, context, time, usage or raw records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from textual import on
from textual.message import Message
from textual.widget import Widget

from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.turns.conversation import Block, parse_messages
from ppp_tui.tui.panes.turns.conversation_text import ConversationText
from ppp_tui.tui.panes.turns.step_output import row_count, wanted_outputs
from ppp_tui.tui.panes.turns.step_table import StepTable
from ppp_tui.tui.panes.turns.turn_aside import MIN_AROUND_ROWS, TurnAround
from ppp_tui.tui.panes.turns.turn_finder import TurnFinder
from ppp_tui.tui.panes.turns.turn_loader import (
    LONG_TURN_STEPS,
    LoadedTurn,
    TurnPayloads,
    load_descriptions,
    load_outputs,
    load_turn,
)
from ppp_tui.tui.panes.turns.turn_views import (
    LABELS,
    SESSION_VIEWS,
    VIEWS,
    DrawnView,
    SessionFacts,
    View,
    ViewLook,
    load_facts,
    view_lines,
)
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from ppp_tui.tui.widgets.status_bar import TopStrip
from ppp_tui.tui.widgets.tab_strip import TabStrip
from ppp_tui.tui.widgets.workers import work

VIEWS_WITH_PAYLOADS: tuple[View, ...] = ("conversation", "steps", "time")
"""Views that show outputs or descriptions of steps."""

MAX_VIEW_SHARE = 0.6
"""The part of the pane that a view takes at most where the talk stands below it, as in the style sheet."""

MARKS = ("failure", "question", "violation")
"""The marks that mark keys stop at, as `Block.mark` names them."""


class _Made(NamedTuple):
    """Lines of a view, and of the talk below it if that is shown."""

    view: DrawnView | list[Line]
    below: DrawnView | None


def _uncut(loaded: LoadedTurn) -> LoadedTurn:
    return loaded


class TurnPane(TurnFinder):
    """Pane that shows a turn in one of its views."""

    @dataclass
    class StepChosen(Message):
        """Posted when the user opens a step in full."""

        step: StepLine

    @dataclass
    class Shown(Message):
        """Posted when a turn was read and drawn."""

        number: int

    @dataclass
    class Switched(Message):
        """Posted when another view is shown."""

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:
        """Begin empty; `read` fills it."""
        super().__init__(id=id, classes=classes)
        self._ports = ports
        self._row: SessionRow | None = None
        self._loaded: LoadedTurn | None = None
        self._payloads = TurnPayloads()
        self._unfolded: frozenset[str] = frozenset()
        self._facts = SessionFacts(score_settings(ports.settings), ports.zone)
        self.cut: Callable[[LoadedTurn], LoadedTurn] = _uncut
        """The part of the turn that is shown: during a replay, what had happened by then."""

    def compose(self) -> Iterator[Widget]:
        """Yield the tabs and the widgets of the views."""
        yield TabStrip(id="views")
        yield ConversationText(id="turn-text")
        yield StepTable(self._ports, id="turn-steps")
        yield DetailText(id="turn-below", classes="rule-top")
        yield TurnAround(self._ports, id="turn-around", classes="rule-top")

    def drop_content(self) -> None:
        """Let go of the turn, and of what was read of the session."""
        self._loaded, self._payloads = None, TurnPayloads()
        self._facts = SessionFacts(self._facts.scoring, self._facts.zone)

    def on_mount(self) -> None:
        """Show the conversation."""
        self.switch("conversation")

    def on_resize(self) -> None:
        """Draw the view at its new width."""
        self._fit_below()
        self.draw(keep_place=True)

    @property
    def _is_shown(self) -> bool:
        """Whether the pane still has its widgets: its screen may have been closed during a reading."""
        return self.is_attached and bool(self.query(ConversationText))

    @property
    def loaded(self) -> LoadedTurn | None:
        """The shown turn, None if none was read."""
        return self._loaded

    @property
    def descriptions(self) -> Mapping[int, str]:
        """The agent's own descriptions of its calls by step id, as far as they were read."""
        return self._payloads.descriptions

    @property
    def step(self) -> StepLine | None:
        """The step under the cursor, in the table of steps or in the conversation."""
        if self.view == "steps":
            return self.table.step
        block = self.text.selected_block
        return block.steps[0] if block is not None and block.steps else None

    def show_whole(self) -> None:
        """Show all of the turn again, after a replay."""
        self.cut = _uncut
        self.draw()

    # Reading

    @work(exclusive=True, group="turn")
    @read_or_report
    async def read(self, row: SessionRow, turn_id: int, *, keep_place: bool = False) -> None:
        """Read a turn of a session and show it."""
        fetch = self._ports.database.fetch
        loaded = await load_turn(fetch, turn_id)
        if loaded is not None:
            await asyncio.to_thread(parse_messages, loaded)
        if loaded is not None and self.view in SESSION_VIEWS:
            await load_facts(fetch, self.view, loaded, row, self._facts)
        if not self._is_shown:
            return
        is_same = self._loaded is not None and loaded is not None and self._loaded.turn.id == loaded.turn.id
        if not is_same:
            self._payloads = TurnPayloads()
            self._unfolded = frozenset()
        self._row, self._loaded = row, loaded
        if loaded is not None and len(loaded.steps) >= LONG_TURN_STEPS:
            await self._draw_in_thread(keep_place=keep_place and is_same, is_other_turn=not is_same)
        else:
            self.draw(keep_place=keep_place and is_same, is_other_turn=not is_same)
        if loaded is not None and not is_same and loaded.turn.status == "open" and self.view == "conversation":
            # Running steps and open questions stand at the end.
            self.text.action_end()
        if loaded is not None:
            self._select_awaited_mark()
            self.post_message(self.Shown(loaded.turn.number))
            self._read_payloads()

    @work(exclusive=True, group="payloads")
    async def _read_payloads(self) -> None:
        """Read outputs and descriptions from the session file, and draw them."""
        loaded, row, payloads = self._loaded, self._row, self._payloads
        if loaded is None or row is None or not (self.has_class("-below") or self.view in VIEWS_WITH_PAYLOADS):
            return
        fetch = self._ports.database.fetch
        rows = self.size.height if self.has_class("-below") else self._rows
        wanted = wanted_outputs(loaded, self._unfolded, rows)
        has_news = await load_outputs(fetch, wanted, row, payloads)
        has_news = await load_descriptions(loaded.steps, row, payloads) or has_news
        if has_news and self._is_shown and self._payloads is payloads:
            self.draw(keep_place=True)
            self.post_message(self.Shown(loaded.turn.number))

    @work(exclusive=True, group="facts")
    @read_or_report
    async def _read_facts(self) -> None:
        """Read what the view shows of the whole session, and draw it."""
        loaded, row = self._loaded, self._row
        if loaded is None or row is None:
            return
        await load_facts(self._ports.database.fetch, self.view, loaded, row, self._facts)
        if self._is_shown:
            self.draw()

    # Drawing

    def draw(self, *, keep_place: bool = False, is_other_turn: bool = False) -> None:
        """Draw the turn in its current view; a long one a moment later."""
        if self._loaded is None or self._row is None:
            return
        if len(self._loaded.steps) < LONG_TURN_STEPS:
            self._put(self._prepare(self._loaded)(), keep_place=keep_place, is_other_turn=is_other_turn)
        else:
            self._draw_later(keep_place=keep_place, is_other_turn=is_other_turn)

    @work(exclusive=True, group="drawing")
    async def _draw_later(self, *, keep_place: bool, is_other_turn: bool) -> None:
        await self._draw_in_thread(keep_place=keep_place, is_other_turn=is_other_turn)

    async def _draw_in_thread(self, *, keep_place: bool, is_other_turn: bool) -> None:
        """Draw the turn, its lines made in a thread, unless another turn or view is shown by then."""
        loaded, view = self._loaded, self.view
        if loaded is None:
            return
        made = await asyncio.to_thread(self._prepare(loaded))
        if self._is_shown and (self._loaded, self.view) == (loaded, view):
            self._put(made, keep_place=keep_place, is_other_turn=is_other_turn)

    def _prepare(self, loaded: LoadedTurn) -> Callable[[], _Made]:
        """Return a function that makes the lines of the current view without reading widgets."""
        shown = self.cut(loaded)
        look = ViewLook(self._text_width, self._ports.zone, self._unfolded, self._rows)
        view: Callable[[], DrawnView | list[Line]]
        if self.view == "steps":
            view = self.table.prepare(shown, self._payloads, self.size.width)
        else:
            view = partial(view_lines, self.view, shown, self._facts, self._payloads, look)
        if not self.has_class("-below"):
            return lambda: _Made(view(), None)
        talk = partial(view_lines, "conversation", shown, self._facts, self._payloads)
        height = self.size.height

        def make() -> _Made:
            made = view()
            # Above the talk stand the tabs, the view (a table with its head) and a rule.
            above = row_count(made.lines, look.width) if isinstance(made, DrawnView) else len(made) + 1
            left = height - 2 - min(above, int(height * MAX_VIEW_SHARE))
            return _Made(made, talk(look._replace(height=max(0, left))))

        return make

    def _put(self, both: _Made, *, keep_place: bool, is_other_turn: bool) -> None:
        made, below = both
        if below is not None:
            self.query_one("#turn-below", DetailText).set_lines(below.lines, keep_place=not is_other_turn)
        if isinstance(made, list):
            self.table.show_lines(made, is_other_list=is_other_turn)
        else:
            self.text.show(made.lines, made.blocks, keep_place=keep_place)
            if made.focus_line is not None and not keep_place:
                self.text.scroll_to_line(made.focus_line)
        self._fit_around(len(made) + 1 if isinstance(made, list) else self.text.count_rows(self._rows))

    def _fit_around(self, view_rows: int) -> None:
        """Show what is around the turn where a large terminal has rows left below it, but not during a replay."""
        talk_rows = 0
        if self.has_class("-below"):
            view_rows = min(view_rows, int(self.size.height * MAX_VIEW_SHARE))
            talk_rows = 1 + self.query_one("#turn-below", DetailText).count_rows(self._rows)
        is_whole = bool(getattr(self.screen, "is_large", False)) and self.cut is _uncut
        has_room = is_whole and self._rows - view_rows - talk_rows > MIN_AROUND_ROWS
        self.set_class(has_room, "-around")
        if has_room and self._row is not None and self._loaded is not None:
            self.query_one(TurnAround).show_around(self._row, self._loaded.turn.number)

    @property
    def _rows(self) -> int:
        """Rows below the tabs."""
        return max(0, self.size.height - 1)

    @property
    def _text_width(self) -> int:
        """Width of a line of text without scroll bar and padding."""
        return max(20, (self.text.size.width or self.size.width - 2) - self.text.scrollbar_size_vertical)

    def tick(self) -> None:
        """Update the durations of running steps."""
        if self.view == "steps" and self.table.is_any_running:
            self.draw()

    def switch(self, view: View) -> None:
        """Switch to another view of the turn."""
        had_focus = self.text.has_focus or self.table.has_focus
        self.view = view
        self._show_view_names()
        self._fit_below()
        self.text.display = view != "steps"
        self.table.display = view == "steps"
        if had_focus:
            self.focus_view()
        self.post_message(self.Switched())
        self.draw(is_other_turn=view == "steps")
        if view in SESSION_VIEWS:
            # Facts of the whole session are read only when a view shows them.
            self._read_facts()
        else:
            self._read_payloads()

    def _fit_below(self) -> None:
        """Show the talk below other views on a large terminal."""
        self.set_class(self.view != "conversation" and bool(getattr(self.screen, "is_large", False)), "-below")

    def _show_view_names(self) -> None:
        """Draw the tabs."""
        self.query_one("#views", TabStrip).set_tabs([(view, LABELS[view]) for view in VIEWS], self.view)

    def turn_over(self, places: int) -> None:
        """Switch to the next view, or with -1 to the previous one."""
        self.switch(VIEWS[(VIEWS.index(self.view) + places) % len(VIEWS)])

    def focus_view(self) -> None:
        """Put the focus on the current view."""
        (self.table if self.view == "steps" else self.text).focus()

    def as_text(self) -> str:
        """Return the current view as plain text."""
        if self.view == "steps":
            return self.table.as_text()
        return "\n".join(line.text.rstrip() for line in self.text.lines)

    # Messages and keys

    @on(TopStrip.Clicked, "#views")
    def _view_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        self.switch(next(view for view in VIEWS if view == event.key))

    @on(ConversationText.BlockOpened)
    def _block_opened(self, event: ConversationText.BlockOpened) -> None:
        event.stop()
        self._open_block(event.block)

    @on(ConversationText.BlockFolded)
    def _block_folded(self, event: ConversationText.BlockFolded) -> None:
        event.stop()
        if event.block.key in self._unfolded:
            self._unfolded -= {event.block.key}
            self.draw(keep_place=True)

    def _open_block(self, block: Block) -> None:
        """Unfold a block; open the step of an unfolded one, the sub-agent of a call, the view of a question."""
        if not block.steps:
            if block.mark == "question":
                self.switch("questions")
            return
        step = block.steps[0]
        if step.child_id is not None or block.is_unfolded or self.view == "signals":
            self.post_message(self.StepChosen(step))
            return
        self._unfolded |= {block.key}
        self.draw(keep_place=True)
        self._read_payloads()

    @on(LineTable.Selected, "#turn-steps")
    def _step_selected(self, event: LineTable.Selected) -> None:
        event.stop()
        step = self.table.step_of(event.key)
        if step is not None:
            self.post_message(self.StepChosen(step))

    @on(LineTable.Highlighted, "#turn-steps")
    def _step_highlighted(self, event: LineTable.Highlighted) -> None:
        event.stop()
