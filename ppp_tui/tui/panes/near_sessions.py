"""The sessions around one: the sub-agents beside it, or what its project's other sessions came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from rich.cells import cell_len

from ppp_tui.query.pool import Fetch
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.children import last_words
from ppp_tui.query.sessions.session_lists import children, session, sessions_around
from ppp_tui.text.cells import cut, wrap
from ppp_tui.text.format import counted, date_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.session_cells import project_name, spend_text
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan

SHOWN_AROUND = 6
"""Sessions that are shown on either side of one."""

MAX_SIBLINGS = 12
"""Sub-agents that are shown beside one: those that began last before it, and the ones after them."""

WORD_ROWS = 2
"""Rows of a session's last words where others need the room."""

MAX_WORD_ROWS = 12
"""Rows of a session's last words at most."""


class NearSessions(NamedTuple):
    """What stands around a session."""

    shown: SessionRow
    parent: SessionRow | None
    """Who started it; None for a session that a user began."""
    siblings: Sequence[SessionRow]
    """Sub-agents of its parent, the shown one among them; empty for a session that a user began."""
    around: Sequence[SessionRow]
    """Sessions of its project before and after it, or its parent, oldest first."""
    words: Mapping[int, str]
    """Last words by session."""


async def load_near(fetch: Fetch, row: SessionRow) -> NearSessions:
    """Read what stands around a session. Raises QueryFailedError and DatabaseMissingError."""
    parent = await fetch(session(row.parent_id)) if row.parent_id is not None else None
    siblings = await fetch(children(parent.id)) if parent is not None else []
    place = next((place for place, other in enumerate(siblings) if other.id == row.id), 0)
    first = max(0, min(place - MAX_SIBLINGS // 2, len(siblings) - MAX_SIBLINGS))
    siblings = siblings[first : first + MAX_SIBLINGS]
    around = await fetch(sessions_around(parent or row, SHOWN_AROUND))
    words = await fetch(last_words([other.id for other in (*siblings, *around) if other.id != row.id]))
    return NearSessions(row, parent, siblings, around, words)


def near_lines(near: NearSessions, width: int, zone: tzinfo, room: int = 0) -> list[TextLine]:
    """Return the sessions around a session as lines of `width` cells; empty if there are none.

    Last words take as many rows as fit where there are `room` rows for all of it.
    """
    wrapped = _wrapped_words(near, width)
    lines = _near_lines(near, wrapped, width=width, zone=zone, word_rows=WORD_ROWS)
    free = room - len(lines)
    word_rows = WORD_ROWS
    while word_rows < MAX_WORD_ROWS:
        free -= sum(len(rows) > word_rows for rows in wrapped.values())
        if free < 0:
            break
        word_rows += 1
    return lines if word_rows == WORD_ROWS else _near_lines(near, wrapped, width=width, zone=zone, word_rows=word_rows)


def near_sections(near: NearSessions, width: int, zone: tzinfo) -> list[list[TextLine]]:
    """Return each session around one, with its last words: its siblings, then the nearest in time; silent ones not."""
    others = [*near.siblings, *sorted(near.around, key=lambda other: abs(other.last_at - near.shown.last_at))]
    wrapped = _wrapped_words(near, width)
    return [
        [
            *_session(other, near, wrapped[other.id], width=width, zone=zone, word_rows=MAX_WORD_ROWS),
            TextLine(""),
        ]
        for other in others
        if other.id in wrapped
    ]


def _wrapped_words(near: NearSessions, width: int) -> dict[int, list[str]]:
    """Return the rows of last words by session; the shown one's stand elsewhere, and its parent's."""
    around = {other.id for other in (*near.siblings, *near.around)} - {near.shown.id, near.shown.parent_id}
    texts = {id_: plain(" ".join(near.words.get(id_, "").split())) for id_ in around}
    return {id_: wrap(text, max(8, width - 4)) for id_, text in texts.items() if text}


def _near_lines(
    near: NearSessions, wrapped: Mapping[int, Sequence[str]], *, width: int, zone: tzinfo, word_rows: int
) -> list[TextLine]:
    lines: list[TextLine] = []
    if near.parent is not None:
        title = plain(near.parent.title or near.parent.native_id)
        lines += [TextLine("started by", "heading"), TextLine(cut(title, width))]
        others = near.parent.children - 1
        lines += [TextLine(""), TextLine(f"{counted(others, 'other sub-agent')} of it", "heading")] if others else []
    if len(near.siblings) > 1:
        for sibling in near.siblings:
            lines += _session(sibling, near, wrapped.get(sibling.id, ()), width=width, zone=zone, word_rows=word_rows)
    if len(near.around) > 1:
        lines += [TextLine("")] if lines else []
        lines.append(TextLine(cut(f"{plain(project_name(near.shown))}, before and after", width), "heading"))
        for other in near.around:
            lines += _session(other, near, wrapped.get(other.id, ()), width=width, zone=zone, word_rows=word_rows)
    return lines


def _session(
    other: SessionRow, near: NearSessions, words: Sequence[str], *, width: int, zone: tzinfo, word_rows: int
) -> list[TextLine]:
    """Return a session in a row with when it began and its cost, and below it so many rows of its last words."""
    is_shown = other.id in (near.shown.id, near.shown.parent_id)
    sign = "▹" if is_shown else " "
    failures = other.failed_steps + other.retries
    agent = f"{plain(other.agent_name)}  " if other.agent_name != near.shown.agent_name else ""
    figures = f"{agent}{date_time(other.started_at or None, zone, seconds=False)[5:]}  {spend_text(other.tree):>7}"
    failed = f" ✕{failures}" if failures else ""
    right = f"{failed}  {figures}"
    room = max(8, width - 2 - cell_len(right))
    title = cut(plain(other.title or other.native_id), room)
    text = f"{sign} {title}{' ' * (room - cell_len(title))}{right}"
    end = len(text)
    spans = (
        TextSpan(end - len(right), end - len(figures), "notice"),
        TextSpan(end - len(figures), end, "dim"),
    )
    lines = [TextLine(text, "text", spans)]
    text_width = max(8, width - 4)
    shown = [*words[: word_rows - 1], cut(" ".join(words[word_rows - 1 :]), text_width)]
    lines += [TextLine(f"    {row}", "dim") for row in shown if row]
    return lines
