"""Live sessions as cards under headings, grouped by state. Pure.

A card is a line under the columns and, below it, lines over the whole width, which the cursor passes over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.live import WAITING_GROUPS, Group
from ppp_tui.query.rows import LiveRow, QuestionLine
from ppp_tui.query.sessions.live_details import LiveDetail
from ppp_tui.query.sessions.user_marks import UserMark
from ppp_tui.text.cells import wrap
from ppp_tui.text.format import UNKNOWN, age, age_holds_ms, count
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.dashboard_state import ASCII_GLYPHS, GLYPHS, TONES
from ppp_tui.tui.panes.live.card_text import (
    CardFacts,
    CardShape,
    cache_left_ms,
    cache_text_holds_ms,
    card_rows,
    state_words,
)
from ppp_tui.tui.panes.session_cells import COPY, project_name, tokens_text
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces
from ppp_tui.tui.widgets.tones import Tone

ACTIVITY_BUCKETS = 8
"""Cells of a session's sparkline, seven and a half minutes each."""

LIVE_COLUMNS = (
    Column("sign", "", width=2, priority=200),
    Column("title", "", weight=3, min_width=10, priority=190),
    Column("project", "", width=10, priority=150),
    Column("agent", "", width=8, priority=160),
    Column("age", "", width=4, align="right", priority=180),
)
"""Columns of the first line of a card."""

WIDE_COLUMNS = (
    *LIVE_COLUMNS[:-1],
    Column("model", "", width=16),
    Column("tokens", "", width=7, align="right"),
    LIVE_COLUMNS[-1],
)
"""Columns on a terminal with room for all of them."""

STRIP_COLUMNS = (LIVE_COLUMNS[0], Column("title", "", min_width=4, priority=190), LIVE_COLUMNS[-1])
"""Columns of a narrow strip."""

UNREAD = "•"
"""Sign of a session that asked, finished or failed since the user read it."""

NO_MARK = UserMark()

GAP = 1
"""Cells between columns."""

MARGIN = 2
"""Cells before the first column, for cursor and mark."""

MOST_CHILDREN = 4
"""Maximum of sub-agents that are listed under one session."""

CROWDED_ROWS, ROOMY_ROWS = 1, 3
"""Rows of a question where the list would not fit otherwise, and where it does."""


class Extras(NamedTuple):
    """What cards show of sessions beyond their rows, by session id."""

    activity: Mapping[int, Sequence[int]] = {}
    """Tokens of the last hour in equal spans."""
    questions: Mapping[int, QuestionLine] = {}
    """The question that waits for an answer."""
    details: Mapping[int, LiveDetail] = {}
    recache_micros: Mapping[int, int | None] = {}
    """What the next prompt costs without a prompt cache, in millionths of a dollar."""
    children: Mapping[int, tuple[LiveRow, ...]] = {}
    """Recently active sub-agents by the session of the list that they belong to."""

    marks: Mapping[int, UserMark] = {}
    """What the user marked."""
    unread: frozenset[int] = frozenset()
    """Sessions that asked, finished or failed since the user read them."""

    def of(self, trajectory: int) -> CardFacts:
        """Return the facts of one session's card."""
        return CardFacts(
            activity=self.activity.get(trajectory, ()),
            question=self.questions.get(trajectory),
            detail=self.details.get(trajectory, LiveDetail()),
            mark=self.marks.get(trajectory, NO_MARK),
            is_unread=trajectory in self.unread,
            recache_micros=self.recache_micros.get(trajectory),
        )


class ListRoom(NamedTuple):
    """The size of the list and which parts of cards fit."""

    width: int = 78
    """Cells of a line, without cursor and mark."""
    height: int = 40
    """Rows in sight."""
    is_strip: bool = False
    """Whether the list is a narrow strip without headings and figures."""
    is_wide: bool = False
    """Whether all columns have room."""


class _Shown(NamedTuple):
    lines: tuple[Line, ...]
    row: LiveRow
    facts: CardFacts
    children: tuple[LiveRow, ...]
    shape: CardShape
    made_at: int
    changes_at: int
    """When the card's text changes next, even if nothing happens."""


class LiveLines:
    """Makes cards of rows, and keeps the lines of sessions that have not changed."""

    def __init__(self, zone: tzinfo, *, is_ascii: bool = False) -> None:
        """Make cards with times of day in `zone`."""
        self._zone = zone
        self._is_ascii = is_ascii
        self._shown: dict[int, _Shown] = {}
        self._rows: Sequence[LiveRow] = ()
        self._room = ListRoom()
        self._extras = Extras()
        self._shape = CardShape(0, 0, 0)
        self._holds = range(0)
        """Times at which nothing is new as long as rows, extras and room stay."""
        self._lines: list[Line] = []
        self.made = 0
        """Number of cards made so far; tests measure work by it."""

    def lines(self, rows: Sequence[LiveRow], now_ms: int, extras: Extras, room: ListRoom) -> list[Line]:
        """Return rows, sorted by group, as cards under headings; the list of the last call if nothing is new."""
        is_same = rows is self._rows and room == self._room
        if is_same and extras is self._extras and now_ms in self._holds:
            return self._lines
        shape = self._shape if is_same else _shape(rows, room, is_ascii=self._is_ascii)
        shown: dict[int, _Shown] = {}
        for row in rows:
            number = row.session.id
            last = self._shown.get(number)
            if last is not None and extras is self._extras:
                facts, children = last.facts, last.children
            else:
                facts, children = extras.of(number), extras.children.get(number, ())
            # Inline, since it runs for every session on every tick.
            if (
                last is None
                or (last.row is not row and last.row != row)
                or last.facts != facts
                or last.children != children
                or last.shape != shape
                or not last.made_at <= now_ms < last.changes_at
            ):
                last, is_same = self._make(row, facts, children, now_ms, shape, room), False
            shown[number] = last
        self._extras, self._shape = extras, shape
        self._holds = range(now_ms, min([card.changes_at for card in shown.values()], default=MAX_TIME_MS))
        if not is_same:
            self._rows, self._room, self._shown = rows, room, shown
            self._lines = _grouped(shown.values(), has_headings=not room.is_strip)
        return self._lines

    def _make(
        self,
        row: LiveRow,
        facts: CardFacts,
        children: tuple[LiveRow, ...],
        now_ms: int,
        shape: CardShape,
        room: ListRoom,
    ) -> _Shown:
        self.made += 1
        since, changes_at = _since(row, now_ms)
        lines = [self._first_line(row, facts, since, room)]
        number = row.session.id
        for place, cells in enumerate(card_rows(row, facts, now_ms, shape, self._zone) if shape.text_rows else (), 1):
            lines.append(_continued(number, place, cells))
        if children and not room.is_strip and row.state.group != "idle":
            lines += self._child_lines(number, children, now_ms, room)
        left_ms = cache_left_ms(facts.detail.last_request, now_ms)
        if row.state.group in WAITING_GROUPS and left_ms:
            changes_at = min(changes_at, now_ms + cache_text_holds_ms(left_ms))
        return _Shown(
            lines=tuple(lines),
            row=row,
            facts=facts,
            children=children,
            shape=shape,
            made_at=now_ms,
            changes_at=changes_at,
        )

    def _first_line(self, row: LiveRow, facts: CardFacts, since: str, room: ListRoom) -> Line:
        session, group = row.session, row.state.group
        is_idle = group == "idle"
        glyph = (ASCII_GLYPHS if self._is_ascii else GLYPHS)[group]
        untitled = "(not shared)" if session.person else session.native_id
        text = f"{session.title or untitled}{COPY if session.is_only_copy else ''}"
        middle: tuple[Cell, ...] = ()
        if room.is_strip:
            text = f"{project_name(session)}: {_strip_words(row, self._zone)}"
        else:
            middle = (Cell(project_name(session), "dim"), Cell(session.agent_name, "dim"))
        if room.is_wide:
            middle = (*middle, Cell(session.model, "dim"), Cell(tokens_text(session.tree), "dim"))
        tone: Tone = "idle" if is_idle else "strong" if group in WAITING_GROUPS else "text"
        mark = facts.mark
        pin, label = "★ " if mark.is_pinned else "", f"#{mark.label} " if mark.label else ""
        person = f"{session.person}  " if session.person and not room.is_strip else ""
        pieces = (Cell(person, "notice"), Cell(pin, "accent"), Cell(label, "accent"), Cell(text, tone))
        title = StyledPieces(pieces) if pin or label or person else None
        sign = StyledPieces((Cell(glyph, TONES[group]), Cell(UNREAD if facts.is_unread else " ", "accent")))
        cells = (sign, title or Cell(text, tone), *middle, Cell(since, "dim", is_clock=True))
        return Line(session.id, cells, "idle" if is_idle else "text")

    def _child_lines(self, parent: int, children: Sequence[LiveRow], now_ms: int, room: ListRoom) -> list[Line]:
        """Return sub-agents at work as a tree under their parent, with the number of those left out."""
        active = [child for child in children if child.state.group != "idle" and child.state.name != "finished"]
        lines = [self._child_line(child, now_ms, room) for child in active[:MOST_CHILDREN]]
        more = len(active) - len(lines)
        done = len(children) - len(active)
        parts = [f"{count(more)} more at work" if more > 0 else "", f"{count(done)} done" if done else ""]
        summary = ", ".join(part for part in parts if part)
        if summary:
            lines.append(_continued(parent, 90, (Cell(f"  └ of its sub-agents: {summary}", "dim"),)))
        return lines

    def _child_line(self, child: LiveRow, now_ms: int, room: ListRoom) -> Line:
        group = child.state.group
        glyph = (ASCII_GLYPHS if self._is_ascii else GLYPHS)[group]
        name = child.session.title or child.session.agent_role or child.session.native_id
        title = StyledPieces(
            (
                Cell("└ ", "dim"),
                Cell(f"{glyph} ", TONES[group]),
                Cell(name),
                Cell(f"  {state_words(child, self._zone)}", TONES[group]),
            )
        )
        since, _ = _since(child, now_ms)
        middle: tuple[Cell, ...] = (Cell(""), Cell(child.session.agent_role, "dim"))
        if room.is_wide:
            middle = (*middle, Cell(child.session.model, "dim"), Cell(tokens_text(child.session.tree), "dim"))
        return Line(child.session.id, ("", title, *middle, Cell(since, "dim", is_clock=True)))


def _shape(rows: Sequence[LiveRow], room: ListRoom, *, is_ascii: bool) -> CardShape:
    """Return the shape of cards: the most rows with which all waiting sessions still fit."""
    if room.is_strip:
        return CardShape(room.width, 0, 0, is_ascii=is_ascii)
    groups = [row.state.group for row in rows]
    waiting = sum(map(groups.count, WAITING_GROUPS))
    is_roomy = waiting * 6 + 4 <= room.height
    text_rows = ROOMY_ROWS if is_roomy else CROWDED_ROWS + (waiting * 4 + 4 <= room.height)
    idle = groups.count("idle")
    needed = waiting * 6 + (len(rows) - waiting - idle) * 4 + idle + 6
    idle_rows = min(2, max(0, room.height - needed) // idle) if idle else 0
    return CardShape(room.width, text_rows, 4 if is_roomy else 1, idle_rows, is_ascii)


def _strip_words(row: LiveRow, zone: tzinfo) -> str:
    """Return why a session waits for the user, or its title if it does not."""
    session = row.session
    wants = row.state.group in WAITING_GROUPS or row.state.group == "stuck"
    words = state_words(row, zone).replace("asks: ", "", 1)
    return f"{words}: {session.title}" if words == "finished" else words if wants else session.title or words


def continuation_of(line: Line | None) -> int | None:
    """Return the session whose card a line continues, None for a card's first line and for a heading."""
    if line is None or not line.is_heading or not isinstance(line.key, str):
        return None
    number, plus, _ = line.key.partition("+")
    return int(number) if plus and number.isdigit() else None


def _continued(trajectory: int, place: int, cells: tuple[Cell, ...]) -> Line:
    return Line(f"{trajectory}+{place}", (StyledPieces(cells),), is_heading=True)


def _since(row: LiveRow, now_ms: int) -> tuple[str, int]:
    """Return how long a state has lasted, and when that text changes next."""
    if not row.state.since:
        return UNKNOWN, MAX_TIME_MS
    passed = now_ms - row.state.since
    return age(passed), now_ms + age_holds_ms(passed)


def _grouped(shown: Iterable[_Shown], *, has_headings: bool) -> list[Line]:
    """Return the cards of each group below a heading with their number."""
    by_group: dict[Group, list[_Shown]] = {}
    for card in shown:
        by_group.setdefault(card.row.state.group, []).append(card)
    lines: list[Line] = []
    for group, cards in by_group.items():
        if has_headings:
            heading = Cell(f"{group}  {count(len(cards))}", TONES[group])
            lines.append(Line(f"group {group}", (heading,), is_heading=True))
        lines += [line for card in cards for line in card.lines]
    return lines


def none_yet(places: Sequence[str], hours: int, *, is_team: bool = False) -> list[Line]:
    """Return the lines of an empty list: which folders were searched, and what to do."""
    span = "hour" if hours == 1 else f"{hours} hours"
    if is_team:
        shared = Cell(f"No sessions in the last {span} are shared with you.", "strong")
        roles = Cell("Members see their own sessions, leads and admins those of the team.", "dim")
        push = Cell("Each of you shares with ppp-tui team push, or by the setting team.continuous.", "dim")
        older = Cell("Older sessions: press 2", "dim")
        return [
            Line(f"none {number}", (cell,), is_heading=True) for number, cell in enumerate((shared, roles, push, older))
        ]
    # Folders may be many: what to do stands before them.
    cells = [Cell(f"No sessions in the last {span}.", "strong"), Cell("Older sessions: press 2", "dim"), Cell("")]
    cells += [Cell("Start an agent, and it shows up here.", "dim")]
    cells += [Cell("To see invented agents at work: ppp-tui demo", "dim"), Cell("")]
    cells += [Cell("Looked for session files in" if places else "No agent's folder is enabled: see [sources].", "dim")]
    # Two sources may read one folder.
    cells += [Cell(f"  {place}", "dim") for place in dict.fromkeys(places)]
    return [Line(f"none {number}", (cell,), is_heading=True) for number, cell in enumerate(cells)]


def trouble_lines(sentence: str, width: int) -> list[Line]:
    """Return the lines of a list whose database cannot be read: the reason, and what to do."""
    lines = wrap(plain(sentence), width) or [""]
    return [Line(f"trouble {number}", (Cell(text, "stuck"),), is_heading=True) for number, text in enumerate(lines)]
