"""The command palette: every action of the screen that is shown, every theme, and every session of these hours.

The palette reads plain strings as markup, so what comes from sessions is handed over as finished text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from rich.text import Text
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType

from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import actions_for
from ppp_tui.tui.base_screen import GuardedScreen, PppScreen
from ppp_tui.tui.panes.session_cells import project_name
from ppp_tui.tui.themes import THEMES

MOST_SESSIONS = 20
"""Sessions that one search offers."""

_NOT_LISTED = frozenset({"go_back", "next_pane", "previous_pane"})
"""Actions that mean nothing by name."""


class Command(NamedTuple):
    """A line of the palette, in words of ours."""

    label: str
    help: str
    run: IgnoreReturnCallbackType


class Palette(CommandPalette, GuardedScreen):
    """The palette as a screen of the dashboard."""


class PppCommands(Provider):
    """Everything that can be chosen by its name."""

    async def discover(self) -> Hits:
        """The actions, before anything is typed."""
        for command in self._actions():
            yield DiscoveryHit(command.label, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches the words that are typed."""
        matcher = self.matcher(query)
        for command in (*self._actions(), *self._themes()):
            score = max(matcher.match(command.label), matcher.match(command.help) * 0.8)
            if score > 0:
                yield Hit(score, matcher.highlight(command.label), command.run, help=command.help)
        for label, run in self._sessions(query):
            yield Hit(0.5, Text(label), run, text=label)

    @property
    def _shown(self) -> PppScreen | None:
        screen = self.screen
        return screen if isinstance(screen, PppScreen) else None

    def _actions(self) -> Iterator[Command]:
        screen = self._shown
        for action in actions_for(screen.KIND) if screen is not None else ():
            if screen is not None and action.owner == "screen" and action.name not in _NOT_LISTED:
                yield Command(action.label, action.help, partial(screen.run_action, action.does or action.name))

    def _themes(self) -> Iterator[Command]:
        for theme in THEMES:
            yield Command(f"theme {theme.name}", "Show everything in this theme", partial(self._choose, theme.name))

    def _choose(self, theme: str) -> None:
        self.app.theme = theme

    def _sessions(self, query: str) -> Iterator[tuple[str, IgnoreReturnCallbackType]]:
        """Sessions that have all words of `query` in their line: comparing letters would take too long for hundreds."""
        screen = self._shown
        words = query.casefold().split()
        found = 0
        for row in screen.ppp.board.rows if screen is not None else ():
            one = row.session
            label = f"{one.agent_name} · {project_name(one)} · {one.title or one.native_id} · {row.state.words}"
            if screen is not None and all(word in label.casefold() for word in words):
                yield plain(label), partial(screen.ppp.open_trajectory, one.id)
                found += 1
                if found == MOST_SESSIONS:
                    return
