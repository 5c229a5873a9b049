"""What stands around a short turn on a large terminal: the turns before and after it, and what other sessions said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.pool import Fetch
from ppp_tui.query.rows import SessionRow, TurnSummary, TurnText
from ppp_tui.query.sessions.turns import turn_text, turns_by_number
from ppp_tui.text.cells import cut
from ppp_tui.tui.panes.near_sessions import NearSessions, load_near, near_sections
from ppp_tui.tui.panes.reading import ReadText, read_or_report
from ppp_tui.tui.panes.turns.conversation import heading, prompt_lines
from ppp_tui.tui.panes.turns.step_output import ConversationLook
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.workers import work

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
