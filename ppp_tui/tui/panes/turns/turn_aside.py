"""Panes around a turn on large terminals: context, time, requests; changed files, questions, sessions around it."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.model.project import path_tail
from ppp_tui.query.quality.context_use import context_turns
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.sessions.live_details import ChangedFile, changed_files
from ppp_tui.query.sessions.steps import session_questions
from ppp_tui.query.sessions.turns import turn_headlines
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import count, counted
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.near_sessions import load_near, near_lines
from ppp_tui.tui.panes.reading import ReadText, read_or_report
from ppp_tui.tui.panes.score_text import read_judged, score_lines
from ppp_tui.tui.panes.turns.context_view import context_lines
from ppp_tui.tui.panes.turns.question_text import questions_by_turn
from ppp_tui.tui.panes.turns.step_output import row_count
from ppp_tui.tui.panes.turns.time_view import load_times, time_lines
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn
from ppp_tui.tui.panes.turns.turn_render import usage_text
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan
from ppp_tui.tui.widgets.workers import work

CONTEXT_TURNS = 8
"""Turns whose context is drawn: the shown one and those before it."""

MAX_FILES = 12
"""Changed files that are listed: those with the most edits."""

MIN_SCORE_ROWS = 8
"""Free rows below a turn's figures from which on the scores of its session are shown there."""

FILE_BAR = 10


class TurnAside(ReadText):
    """Text beside a turn: what fills the context, where time went, its requests. Read only while it is displayed."""

    @work(exclusive=True, group="turn-figures")
    @read_or_report
    async def show_turn(self, row: SessionRow, loaded: LoadedTurn) -> None:
        """Read and show the figures of a turn."""
        if not self.display:
            return
        fetch, number = self._ports.database.fetch, loaded.turn.number
        context = await fetch(context_turns(row.id, max(-1, number - CONTEXT_TURNS), CONTEXT_TURNS))
        times = await load_times(fetch, row.id, number)
        if self.is_attached and self.display:

            def lines_for(width: int) -> list[TextLine]:
                room, zone = max(20, width - 2), self._ports.zone
                lines, _ = context_lines(context, number, room, has_hint=False)
                requests = usage_text(loaded.turn, loaded.usage, loaded.steps, width=room, zone=zone)
                return [*lines, TextLine(""), *time_lines(times, loaded.steps, {}, room), TextLine(""), *requests]

            self.set_lines_for(lines_for)
            if self.size.height - self.count_rows(self.size.height) >= MIN_SCORE_ROWS:
                scoring = score_settings(self._ports.settings)
                judged = score_lines(await read_judged(fetch, row.id, scoring), scoring)
                self.set_lines_for(lambda width: [*lines_for(width), TextLine(""), *judged], keep_place=True)


class SessionNotes(ReadText):
    """Text below the steps of a turn: files that its session changed, questions with answers, sessions around it."""

    @work(exclusive=True, group="session-notes")
    @read_or_report
    async def show_session(self, row: SessionRow) -> None:
        """Read and show the notes of a session."""
        if not self.display:
            return
        fetch = self._ports.database.fetch
        files = await fetch(changed_files(row.id))
        questions = await fetch(session_questions(row.id))
        asked_in = sorted({question.turn_number for question in questions})
        headlines = await fetch(turn_headlines(row.id, asked_in)) if asked_in else {}
        near = await load_near(fetch, row)
        if self.is_attached and self.display:

            def lines_for(width: int) -> list[TextLine]:
                room, zone = max(20, width - 2), self._ports.zone
                asked, _ = questions_by_turn(questions, headlines, room, zone)
                above = [*file_lines(files, room), TextLine(""), *asked, TextLine("")]
                left = self.size.height - row_count(above, room)
                return [*above, *near_lines(near, room, zone, left)]

            self.set_lines_for(lines_for, keep_place=True)


def file_lines(files: Sequence[ChangedFile], width: int) -> list[TextLine]:
    """Return the files that a session changed, those with the most edits first."""
    if not files:
        return [TextLine("no file was changed", "dim")]
    most = max(file.edits for file in files)
    edits = sum(file.edits for file in files)
    lines = [TextLine(f"changed {counted(len(files), 'file')}, {counted(edits, 'edit')}", "heading")]
    room = max(8, width - FILE_BAR - 7)
    for file in files[:MAX_FILES]:
        bar = solid_bar(file.edits / most, FILE_BAR)
        text = f"{pad(cut(plain(path_tail(file.path, 3)), room), room)} {count(file.edits):>4} {bar}"
        lines.append(TextLine(text.rstrip(), spans=(TextSpan(room + 6, room + 6 + FILE_BAR, "accent"),)))
    return lines
