"""The command palette: every action of the screen that is shown, by its label."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from ppp_tui.tui.actions import Action, actions_for
from ppp_tui.tui.screens.base import BaseScreen

_NOT_LISTED = frozenset({"go_back", "command_palette"})


class ActionCommands(Provider):
    """Actions as commands."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._actions():
            yield DiscoveryHit(action.label, partial(self._run, action), help=action.help)

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for action in self._actions():
            score = matcher.match(f"{action.label} {action.help}")
            if score > 0:
                yield Hit(score, matcher.highlight(action.label), partial(self._run, action), help=action.help)

    def _actions(self) -> Iterator[Action]:
        screen = self.screen
        if isinstance(screen, BaseScreen):
            yield from (action for action in actions_for(screen.KIND) if action.name not in _NOT_LISTED)

    async def _run(self, action: Action) -> None:
        await self.screen.run_action(action.name)
