"""Base class of screens with the turns of a session: keys for views, marks and searches."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.query.sessions.search import hit_finder
from ppp_tui.tui.actions import key_of
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.turns.turn_detail import MARKS, TurnPane
from ppp_tui.tui.panes.turns.turn_list import TurnList
from ppp_tui.tui.panes.turns.turn_views import View
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.screens.find_text import FindsText
from ppp_tui.tui.screens.search_trail import SearchTrail
from ppp_tui.tui.widgets.guarded import WidgetPart


class TurnScreen(BaseScreen, FindsText):
    """Base class of a screen with a list of turns and a pane for one of them."""

    def __init__(self, trajectory_id: int, trail: SearchTrail | None) -> None:
        """Show a session; `trail` holds the hits of the search that led here."""
        super().__init__()
        self.trajectory = trajectory_id
        """Id of the session."""
        self._trail = trail
        self._is_hit_awaited = trail is not None

    turns = WidgetPart(TurnList)
    """The list of turns."""

    pane = WidgetPart(TurnPane)
    """The pane of the turn that is shown."""

    # Views and marks

    def action_next_tab(self) -> None:
        """Switch to the next view."""
        self.pane.turn_over(1)

    def action_previous_tab(self) -> None:
        """Switch to the previous view."""
        self.pane.turn_over(-1)

    def action_show_questions(self) -> None:
        """Show all questions of the session with their answers."""
        self._show_view("questions")

    def action_show_context(self) -> None:
        """Show what fills the context window."""
        self._show_view("context")

    def action_show_time(self) -> None:
        """Show where the time of turn and session went."""
        self._show_view("time")

    def _show_view(self, view: View) -> None:
        self.pane.switch("conversation" if self.pane.view == view else view)

    async def action_next_failure(self) -> None:
        """Move the cursor to the next failed step."""
        await self._go_to_mark(("failure",), "failures", is_forward=True)

    async def action_previous_failure(self) -> None:
        """Move the cursor to the previous failed step."""
        await self._go_to_mark(("failure",), "failures", is_forward=False)

    async def action_next_mark(self) -> None:
        """Move the cursor to the next mark: a failure, question or violation."""
        await self._go_to_mark(MARKS, "questions, failures or violations", is_forward=True)

    async def action_previous_mark(self) -> None:
        """Move the cursor to the previous mark."""
        await self._go_to_mark(MARKS, "questions, failures or violations", is_forward=False)

    @read_or_report
    async def _go_to_mark(self, marks: Sequence[str], names: str, *, is_forward: bool) -> None:
        """Move to the next mark in this turn, else to the next turn that has one, beginning again after the last."""
        if self.turns.number is None or self.pane.select_mark(marks, is_forward=is_forward):
            return
        number, is_round = await self.turns.find_mark(marks, is_forward=is_forward)
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

    # Searches

    def action_search_all(self) -> None:
        """Search the text of all turns; return to the hits if a search led here."""
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if self._trail is not None and isinstance(below, PppModal):
            self.app.pop_screen()
        else:
            super().action_search_all()

    def search_shown(self, words: str) -> int:
        """See `FindsText.search_shown`."""
        return self.pane.search(words)

    def focus_shown(self) -> None:
        """See `FindsText.focus_shown`."""
        self.pane.focus_view()

    def action_next_match(self) -> None:
        """Move to the next match of the search."""
        self._go_to_match(1)

    def action_previous_match(self) -> None:
        """Move to the previous match of the search."""
        self._go_to_match(-1)

    def _go_to_match(self, places: int) -> None:
        """Move to a match in this turn, else to the next hit of the search over all turns that led here."""
        if self._is_hit_awaited:
            # The hit is still being read.
            return
        is_hit_shown = self._trail is not None and self.pane.is_finding_hits
        if is_hit_shown and not self.pane.has_match_beyond(places) and self._trail is not None:
            if self._trail.move(places):
                self._open_hit(self._trail)
            else:
                self.notify("No more hits that way.", timeout=2)
        elif not self.pane.next_match(places):
            self.notify("Nothing is searched for: / finds in what is shown.", timeout=2)

    def _open_hit(self, trail: SearchTrail) -> None:
        """Open the current hit of a trail, in this screen if it is in the same session."""
        hit = trail.hit
        if hit.trajectory_id != self.trajectory:
            self.switch_to_hit(trail)
            return
        self._is_hit_awaited = True
        if hit.turn_number == self.turns.number:
            self.show_hit()
        else:
            self.turns.go_to(hit.turn_number)

    def show_hit(self) -> None:
        """Mark the words of the search in the turn, and move to the first of them."""
        if self._trail is not None and self._is_hit_awaited:
            self._is_hit_awaited = False
            self.pane.find_hits(hit_finder(self._trail.words))
            place = f"hit {self._trail.place + 1} of {len(self._trail.hits)}"
            self.notify(f"{place}: {key_of('next_match')} goes on, {key_of('go_back')} shows the list", timeout=3)

    def switch_to_hit(self, trail: SearchTrail) -> None:
        """Replace this screen by one that shows a hit in another session."""
        raise NotImplementedError
