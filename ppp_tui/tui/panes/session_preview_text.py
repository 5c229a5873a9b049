"""The pane beside the list of sessions that shows what the session under the cursor came to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ppp_tui.query.rows import SessionRow
from ppp_tui.query.scores.evaluations import evaluations_of
from ppp_tui.query.sessions.children import last_words
from ppp_tui.query.sessions.live_details import changed_files
from ppp_tui.query.sessions.session_lists import children
from ppp_tui.query.sessions.steps import session_questions
from ppp_tui.query.sessions.turns import turn_window
from ppp_tui.tui.panes.reading import ReadText, read_or_report
from ppp_tui.tui.panes.session_preview import SHOWN_TURNS, SessionTail, preview_lines
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.workers import work

REST_S = 0.08
"""Seconds that the cursor must rest on a session before it is read: one that moves on is not followed."""


SHOWN_FILES = 8
"""Number of changed files that are listed."""


class SessionPreview(ReadText):
    """Figures, last turns, last words and changed files of one session, and what was said of it as a whole."""

    _lines_for: Callable[[int], list[TextLine]] | None = None
    """Makes the lines for a width; None before a session is shown."""

    @property
    def _lines_width(self) -> int:
        return max(20, self.size.width - 2)

    def on_resize(self) -> None:
        """Make the lines for the new width."""
        width = self._wrapped.width
        super().on_resize()
        if self._lines_for is not None and self._wrapped.width != width:
            self.set_lines(self._lines_for(self._lines_width), keep_place=True)

    def drop_content(self) -> None:
        """Let go of the session."""
        super().drop_content()
        self._lines_for = None

    @work(exclusive=True, group="preview")
    @read_or_report
    async def show_session(self, row: SessionRow | None, above: Sequence[TextLine] = ()) -> None:
        """Show a session below the lines `above` after `REST_S`, unless another one is asked for meanwhile.

        Nothing is read while the pane is hidden.
        """
        if row is None or not self.display:
            return
        await asyncio.sleep(REST_S)
        fetch = self._ports.database.fetch
        first = max(0, row.last_turn_number - SHOWN_TURNS + 1)
        turns = await fetch(turn_window(row.id, first, SHOWN_TURNS))
        words = await fetch(last_words([row.id]))
        files = await fetch(changed_files(row.id, SHOWN_FILES))
        evaluations = await fetch(evaluations_of(row.id))
        questions = await fetch(session_questions(row.id)) if row.efforts.total else []
        started = await fetch(children(row.id)) if row.children else []
        tail = SessionTail(turns, words.get(row.id, ""), files, evaluations, questions, started)
        self._lines_for = lambda width: [*above, *preview_lines(row, tail, width, self._ports.zone)]
        self.set_lines(self._lines_for(self._lines_width))
