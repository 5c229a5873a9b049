"""The command palette: every action of the current screen, every theme, and every session.

The palette reads plain strings as markup, so what comes from sessions is handed over as finished text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, tzinfo
from functools import partial
from itertools import islice
from typing import NamedTuple

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.query.sessions.filters import FilterError, parse
from ppp_tui.query.sessions.session_lists import Sort, session_ids, sessions
from ppp_tui.text.format import date_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import actions_for, key_of
from ppp_tui.tui.base_screen import GuardedScreen, PppScreen
from ppp_tui.tui.panes.session_cells import project_name

MOST_SESSIONS = 20
"""Maximum of sessions that one search lists."""

SESSION_SCORE, FUZZY_SCORE = 0.5, 0.4
"""Scores that sort sessions below actions with all words, and above those with the letters alone."""

_NOT_LISTED = frozenset({"go_back", "next_pane", "previous_pane"})
"""Actions that are useless in a list."""


class Command(NamedTuple):
    """An action or theme in the palette."""

    label: str
    help: str
    run: IgnoreReturnCallbackType
    keys: str = ""
    """Keys of the command as they are shown."""


class Palette(CommandPalette, GuardedScreen):
    """The palette as a screen of the dashboard."""


class PppCommands(Provider):
    """Provider of everything that the palette lists."""

    async def discover(self) -> Hits:
        """Yield the actions, before anything is typed."""
        for command in self._actions():
            label = Content(f"{command.label}  {command.keys}".rstrip())
            yield DiscoveryHit(label, command.run, text=command.label, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield actions, themes and sessions that match the typed words."""
        matcher = self.matcher(query)
        for command in (*self._actions(), *self._themes()):
            if _has_all_words(query, f"{command.label} {command.help}"):
                score = max(matcher.match(command.label), matcher.match(command.help) * 0.8)
            else:
                # A session with the words in its title is a better match than an action with the letters in order; of
                # a whole sentence nearly any letters can be picked in order.
                score = min(matcher.match(command.label), FUZZY_SCORE)
            if score > 0:
                label = Content.assemble(matcher.highlight(command.label), f"  {command.keys}".rstrip())
                yield Hit(score, label, command.run, text=command.label, help=command.help)
        offered = set()
        for row in self._live_sessions(query):
            offered.add(row.session.id)
            yield self._session_hit(row.session, row.state.words)
        async for session in self._stored_sessions(query):
            if session.id not in offered:
                yield self._session_hit(session, date_time(session.last_at or None, self._zone, seconds=False)[:10])

    @property
    def _shown(self) -> PppScreen | None:
        screen = self.screen
        return screen if isinstance(screen, PppScreen) else None

    def _actions(self) -> Iterator[Command]:
        screen = self._shown
        for action in actions_for(screen.KIND) if screen is not None else ():
            if screen is not None and action.owner == "screen" and action.name not in _NOT_LISTED:
                yield Command(
                    action.label,
                    action.help,
                    partial(screen.run_action, action.does or action.name),
                    key_of(action.name),
                )

    def _themes(self) -> Iterator[Command]:
        screen = self._shown
        for name in screen.ppp.theme_library.names() if screen is not None else ():
            yield Command(f"theme {name}", "Show everything in this theme", partial(self._choose, name))

    def _choose(self, theme: str) -> None:
        self.app.theme = theme

    def _live_sessions(self, query: str) -> Iterator[LiveRow]:
        """Yield live sessions that have all words of `query` in their line."""
        screen = self._shown
        rows = screen.ppp.board.rows if screen is not None else ()
        matching = (row for row in rows if _has_all_words(query, _line(row.session, row.state.words)))
        return islice(matching, MOST_SESSIONS)

    async def _stored_sessions(self, query: str) -> AsyncIterator[SessionRow]:
        """Yield sessions of all time with all words of `query` in title, project or first prompt, the newest first."""
        screen = self._shown
        if screen is None or not query.strip():
            return
        ports = screen.ppp.ports
        quoted = " ".join(f'"{word}"' for word in query.replace('"', " ").split())
        try:
            kept = parse(quoted, ports.clock.now_ms(), ports.zone)
            ids = await ports.database.fetch(session_ids(kept, Sort(), MOST_SESSIONS))
            rows = {row.id: row for row in await ports.database.fetch(sessions(ids))} if ids else {}
        except (*READ_ERRORS, FilterError):
            # The screen below reports a database that does not answer.
            return
        for number in ids:
            if number in rows:
                yield rows[number]

    @property
    def _zone(self) -> tzinfo:
        screen = self._shown
        return screen.ppp.ports.zone if screen is not None else UTC

    def _session_hit(self, session: SessionRow, note: str) -> Hit:
        line = plain(_line(session, note))
        screen = self._shown
        run = partial(screen.ppp.open_trajectory, session.id) if screen is not None else partial(bool)
        return Hit(SESSION_SCORE, Content(line), run, text=line)


def _line(session: SessionRow, note: str) -> str:
    return f"{session.agent_name} · {project_name(session)} · {session.title or session.native_id} · {note}"


def _has_all_words(query: str, text: str) -> bool:
    return all(word in text.casefold() for word in query.casefold().split())
