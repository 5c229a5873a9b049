"""Marks of a turn, and matches of a search in it: the part of the turn's pane that moves between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.query.rows import StepLine
from ppp_tui.tui.panes.turns.conversation_text import ConversationText
from ppp_tui.tui.panes.turns.step_cells import is_failed
from ppp_tui.tui.panes.turns.step_table import StepTable
from ppp_tui.tui.panes.turns.turn_views import View
from ppp_tui.tui.widgets.detail_text import FindSpans
from ppp_tui.tui.widgets.guarded import Guarded, Vertical, WidgetPart
from ppp_tui.tui.widgets.workers import work


class MarkSearch(NamedTuple):
    """The mark that the cursor goes to as soon as a turn is shown."""

    marks: Sequence[str]
    is_forward: bool


class TurnFinder(Vertical, Guarded):
    """A pane with a conversation and a table of steps whose cursor goes to marks and matches."""

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._mark_search: MarkSearch | None = None
        self.is_finding_hits = False
        """Whether the marked matches are those of a search over all turns."""
        self.view: View = "conversation"
        """The current view."""

    text = WidgetPart(ConversationText)
    """The widget of all views but steps."""

    table = WidgetPart(StepTable)
    """The widget of the view of steps."""

    def draw(self, *, keep_place: bool = False, is_other_turn: bool = False) -> None:
        """Draw the turn in its current view."""
        raise NotImplementedError

    def switch(self, view: View) -> None:
        """Switch to another view of the turn."""
        raise NotImplementedError

    def focus_view(self) -> None:
        """Put the focus on the current view."""
        raise NotImplementedError

    def select_mark(self, marks: Sequence[str], *, is_forward: bool) -> bool:
        """Put the cursor on the next mark of the turn, or the previous one. Return whether there is one."""
        if self.view == "steps" and tuple(marks) == ("failure",):
            is_selected = self.table.select_failure(1 if is_forward else -1)
        else:
            if self.view != "conversation":
                self.switch("conversation")
            is_selected = self.text.select_next(lambda block: block.mark in marks, is_forward=is_forward)
        if is_selected:
            self.focus_view()
        return is_selected

    def await_mark(self, marks: Sequence[str], *, is_forward: bool) -> None:
        """Put the cursor on the first mark, or the last one, of the turn that is read next."""
        self._mark_search = MarkSearch(marks, is_forward)

    def _select_awaited_mark(self) -> None:
        awaited, self._mark_search = self._mark_search, None
        if awaited is not None:
            self.select_first_mark(awaited.marks, is_forward=awaited.is_forward)

    def select_first_mark(self, marks: Sequence[str], *, is_forward: bool) -> None:
        """Put the cursor on the first mark of the turn, or searching backwards on the last one."""
        failed = [step for step in self.table.steps if is_failed(step)] if self.view == "steps" else []
        if failed and "failure" in marks:
            self._go_to_step(failed[0 if is_forward else -1].id)
            return
        self.text.forget_block()
        self.select_mark(marks, is_forward=is_forward)

    @work(exclusive=True, group="step")
    async def _go_to_step(self, step_id: int) -> None:
        await self.table.select_step(step_id)
        self.focus_view()

    def land_on(self, step: StepLine) -> None:
        """Put the cursor on a step of the shown turn."""
        if self.view == "steps":
            self._go_to_step(step.id)
            return
        block = next((block for block in self.text.blocks if step in block.steps), None)
        if block is not None:
            self.text.select_block(block)

    def search(self, query: str) -> int:
        """Mark matches of a text and go to the first one. Return the number of matches, or of matching steps."""
        self.is_finding_hits = False
        if self.view != "steps":
            return self.text.search(query)
        matched = self.table.set_query(query)
        self.draw()
        self.table.select_match(0)
        return matched

    @property
    def is_finding(self) -> bool:
        """Whether matches of a search in this turn are marked."""
        has_matches = self.table.is_searched if self.view == "steps" else self.text.match_count > 0
        return has_matches and not self.is_finding_hits

    def next_match(self, places: int) -> bool:
        """Go to the next match, or with -1 to the previous one. Return whether there are any."""
        if self.view == "steps":
            return self.table.select_match(places)
        if self.text.match_count:
            (self.text.action_next_match if places > 0 else self.text.action_previous_match)()
        return self.text.match_count > 0

    def find_hits(self, find_spans: FindSpans) -> None:
        """Mark the words of a search over all turns in the conversation."""
        if self.view != "conversation":
            self.switch("conversation")
        self.is_finding_hits = True
        self.text.search_by(find_spans)
        self.focus_view()

    def has_match_beyond(self, places: int) -> bool:
        """Return whether the turn has another match in that direction."""
        return 1 <= self.text.match_number + places <= self.text.match_count
