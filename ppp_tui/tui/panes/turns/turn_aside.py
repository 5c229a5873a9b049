"""Panes around a turn on large terminals: its figures, notes of its session, and the turns and sessions around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.project import path_tail
from ppp_tui.query.pool import Fetch
from ppp_tui.query.quality.context_use import context_turns
from ppp_tui.query.rows import SessionRow, TurnSummary, TurnText
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.sessions.live_details import ChangedFile, changed_files
from ppp_tui.query.sessions.steps import session_questions
from ppp_tui.query.sessions.turns import turn_headlines, turn_text, turns_by_number
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import count, counted
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.near_sessions import NearSessions, load_near, near_lines, near_sections
from ppp_tui.tui.panes.reading import ReadText, read_or_report
from ppp_tui.tui.panes.score_text import read_judged, score_lines
from ppp_tui.tui.panes.turns.context_view import context_lines
from ppp_tui.tui.panes.turns.conversation import heading, prompt_lines
from ppp_tui.tui.panes.turns.question_text import questions_by_turn
from ppp_tui.tui.panes.turns.step_output import ConversationLook, row_count
from ppp_tui.tui.panes.turns.time_view import load_times, time_lines
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn
from ppp_tui.tui.panes.turns.turn_render import usage_text
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.markdown import markdown_lines
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


MIN_AROUND_ROWS = 6
"""Free rows below a turn from which on what is around it is shown."""

MAX_TURNS_AROUND = 3
"""Turns that are shown on either side of one."""

MAX_PROMPT_LINES, MAX_ANSWER_LINES = 6, 24
"""Lines of a prompt around a turn, and of an answer; an answer's last ones are shown."""


class Around(NamedTuple):
    """The turns around one, the nearest first, and the sessions around its own."""

    turns: Sequence[tuple[TurnSummary, TurnText]]
    near: NearSessions


async def load_around(fetch: Fetch, row: SessionRow, number: int) -> Around:
    """Read what is around a turn of a session. Raises QueryFailedError and DatabaseMissingError."""
    beside = [place for far in range(1, MAX_TURNS_AROUND + 1) for place in (number + far, number - far) if place > 0]
    summaries = {turn.number: turn for turn in await fetch(turns_by_number(row.id, beside))}
    turns = []
    for place in filter(summaries.__contains__, beside):
        text = await fetch(turn_text((row.id << CHILD_BITS) | place))
        if text is not None:
            turns.append((summaries[place], text))
    return Around(turns, await load_near(fetch, row))


def around_sections(around: Around, number: int, width: int, zone: tzinfo) -> list[list[TextLine]]:
    """Return the turns around that of a number, then the sessions around its own, each as lines; the nearest first."""
    return [*turn_sections(around, number, width, zone), *near_sections(around.near, width, zone)]


def turn_sections(around: Around, number: int, width: int, zone: tzinfo) -> list[list[TextLine]]:
    """Return the turns around that of a number with their prompts and answers, each as lines; the nearest first."""
    sections = []
    for turn, text in around.turns:
        title = heading(turn, ConversationLook(width, zone))
        side = "before" if turn.number < number else "after"
        lines = [TextLine(cut(f"{side}: {title.text}", width), "heading")]
        asked = prompt_lines(text)
        lines += [line._replace(tone="strong") for line in asked[:MAX_PROMPT_LINES]]
        lines += [TextLine("…", "strong")] if len(asked) > MAX_PROMPT_LINES else []
        answer = markdown_lines(text.response.strip()) if text.is_text_kept and text.response.strip() else []
        lines += [TextLine("…", "dim")] if len(answer) > MAX_ANSWER_LINES else []
        sections.append([*lines, *answer[-MAX_ANSWER_LINES:], TextLine("")])
    return sections


class TurnAround(ReadText):
    """Text below the talk of a short turn; read only while it is displayed."""

    _shown: tuple[int, int] = (0, 0)
    """Id of the turn and revision of its session whose neighbours are shown."""

    def drop_content(self) -> None:
        """Let go of the lines."""
        super().drop_content()
        self._shown = (0, 0)

    @work(exclusive=True, group="turn-around")
    @read_or_report
    async def show_around(self, row: SessionRow, number: int) -> None:
        """Read and show what is around a turn, once for each revision of its session."""
        place = ((row.id << CHILD_BITS) | number, row.revision)
        if place == self._shown:
            return
        around = await load_around(self._ports.database.fetch, row, number)
        if not self.is_attached:
            return
        is_same_turn, self._shown = place[0] == self._shown[0], place
        zone = self._ports.zone

        def lines_for(width: int) -> list[TextLine]:
            sections = around_sections(around, number, max(20, width - 2), zone)
            if not sections:
                return [TextLine("Nothing is before or after this turn.", "dim")]
            return [line for section in sections for line in section]

        self.set_lines_for(lines_for, keep_place=is_same_turn)
