"""The pane beside the list of sessions that shows what the session under the cursor came to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

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
        # The last cell stays free.
        self.set_lines_for(lambda width: [*above, *preview_lines(row, tail, max(20, width - 1), self._ports.zone)])
