"""Finding words in what a screen shows, by its command line."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.screen import Screen

from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.guarded import Guarded


class FindsText(Screen[Any], Guarded):
    """A screen whose text can be searched.

    It is named behind the base that styles a screen: Textual takes styles from the first base alone.
    """

    def search_shown(self, words: str) -> int:
        """Mark words in what is shown, and return how often they are there; '' ends the search."""
        raise NotImplementedError

    def focus_shown(self) -> None:
        """Give the focus back to what is shown."""
        raise NotImplementedError

    def action_find_text(self) -> None:
        """Open the command line for words to find in the text."""
        self.query_one(CommandLine).open_for("search")

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        matched = self.search_shown(event.text)
        if event.text:
            self.query_one(CommandLine).set_matches(matched)

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        if isinstance(event, CommandLine.Cancelled):
            self.search_shown("")
        self.focus_shown()
