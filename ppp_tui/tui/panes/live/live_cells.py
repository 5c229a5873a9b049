"""Sessions of these hours as lines of a table, by what they do now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.live import Group
from ppp_tui.model.question import Effort
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.text.format import UNKNOWN, age, age_holds_ms, clock_time, count, percent, tokens
from ppp_tui.tui.dashboard_state import ASCII_GLYPHS, GLYPHS, TONES
from ppp_tui.tui.panes.session_cells import project_name, spend_text, tokens_text, window_certainty
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import NEARLY_FULL, gauge_bar
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces
from ppp_tui.tui.widgets.sparkline import sparkline
from ppp_tui.tui.widgets.tones import Tone

ACTIVITY_BUCKETS = 12
"""Cells of a session's sparkline: five minutes each."""

LIVE_COLUMNS = (
    Column("sign", "", width=1, priority=200),
    Column("agent", "agent", width=8, priority=190),
    Column("project", "project", weight=1, min_width=12, priority=150),
    Column("words", "does", weight=3, min_width=22, priority=180),
    Column("title", "about", weight=2, min_width=14, priority=45),
    Column("children", "sub", width=3, align="right", priority=20),
    Column("model", "model", width=16, priority=10),
    Column("context", "context", width=9, priority=60),
    Column("tokens", "tokens", width=6, align="right", priority=50),
    Column("cost", "cost", width=8, align="right", priority=120),
    Column("activity", "last hour", width=ACTIVITY_BUCKETS, priority=55),
    Column("age", "age", width=4, align="right", priority=170),
)
"""Columns of the list; a narrow terminal loses the least important ones first."""

_EFFORT_TONES: dict[Effort, Tone] = {"low": "effort-low", "medium": "effort-medium", "high": "effort-high"}


class Extras(NamedTuple):
    """What is known of sessions beside their rows, by their ids."""

    activity: Mapping[int, Sequence[int]] = {}
    """Tokens in equal spans of the last hour."""
    efforts: Mapping[int, Effort] = {}
    """What the open question asks of the person."""


class _Shown(NamedTuple):
    line: Line
    row: LiveRow
    activity: Sequence[int]
    effort: Effort | None
    made_at: int
    ages_at: int
    """When the line's age reads differently."""


class LiveLines:
    """Makes lines of rows; a session about which nothing is new keeps the line that it has."""

    def __init__(self, zone: tzinfo, *, is_ascii: bool = False) -> None:
        """Times of day are those of `zone`."""
        self._zone = zone
        self._is_ascii = is_ascii
        self._shown: dict[int, _Shown] = {}
        self._rows: Sequence[LiveRow] = ()
        self._lines: list[Line] = []
        self.made = 0
        """Lines made so far; a measure of work."""

    def lines(self, rows: Sequence[LiveRow], now_ms: int, extras: Extras) -> list[Line]:
        """Rows, which come sorted by group, under headings by group; the list of the last call if nothing is new."""
        is_same = rows is self._rows
        shown: dict[int, _Shown] = {}
        for row in rows:
            number = row.session.id
            last = self._shown.get(number)
            activity, effort = extras.activity.get(number, ()), extras.efforts.get(number)
            # Inline, since it runs for every session on every tick.
            if (
                last is None
                or (last.row is not row and last.row != row)
                or last.activity != activity
                or last.effort != effort
            ):
                last, is_same = self._make(row, activity, effort, now_ms), False
            elif not last.made_at <= now_ms < last.ages_at:
                last, is_same = _aged(last, now_ms), False
            shown[number] = last
        if not is_same:
            self._rows, self._shown, self._lines = rows, shown, _grouped(shown.values())
        return self._lines

    def _make(self, row: LiveRow, activity: Sequence[int], effort: Effort | None, now_ms: int) -> _Shown:
        self.made += 1
        since, ages_at = _since(row, now_ms)
        line = live_line(row, since, activity, effort, self._zone, is_ascii=self._is_ascii)
        return _Shown(line, row, activity, effort, now_ms, ages_at)


def _since(row: LiveRow, now_ms: int) -> tuple[str, int]:
    """How long a state has lasted, and when that reads differently."""
    if not row.state.since:
        return UNKNOWN, MAX_TIME_MS
    passed = now_ms - row.state.since
    return age(passed), now_ms + age_holds_ms(passed)


def _aged(shown: _Shown, now_ms: int) -> _Shown:
    """The same with the age, which stands in the last column, as it reads now."""
    since, ages_at = _since(shown.row, now_ms)
    cells = (*shown.line.cells[:-1], Cell(since, "dim", is_clock=True))
    return shown._replace(line=shown.line._replace(cells=cells), made_at=now_ms, ages_at=ages_at)


def _grouped(shown: Iterable[_Shown]) -> list[Line]:
    """The lines of each group below a heading that counts them."""
    by_group: dict[Group, list[Line]] = {}
    for line, row, *_ in shown:
        by_group.setdefault(row.state.group, []).append(line)
    lines: list[Line] = []
    for group, members in by_group.items():
        heading = Cell(f"{group}  {count(len(members))}", TONES[group])
        lines += [Line(f"group {group}", (heading,), is_heading=True), *members]
    return lines


def live_line(
    row: LiveRow, since: str, activity: Sequence[int], effort: Effort | None, zone: tzinfo, *, is_ascii: bool = False
) -> Line:
    """One session; `since` is for how long its state has lasted."""
    session, state = row.session, row.state
    tone = TONES[state.group]
    glyph = (ASCII_GLYPHS if is_ascii else GLYPHS)[state.group]
    bars = sparkline([float(value) for value in activity], ACTIVITY_BUCKETS, is_ascii=is_ascii) if any(activity) else ""
    is_idle = state.group == "idle"
    return Line(
        session.id,
        (
            Cell(glyph, tone),
            session.agent_name,
            project_name(session),
            words(row, effort, zone),
            Cell(session.title, "dim"),
            Cell(f"+{session.children}" if session.children else "", "dim"),
            Cell(session.model, "dim"),
            context(session, is_ascii=is_ascii),
            tokens_text(session.tree),
            spend_text(session.tree),
            Cell(bars, "dim" if is_idle else "accent", is_clock=True),
            Cell(since, "dim", is_clock=True),
        ),
        "idle" if is_idle else "text",
    )


def words(row: LiveRow, effort: Effort | None, zone: tzinfo) -> Cell | StyledPieces:
    """What a session does; ``~`` before it if it is guessed, and what a question asks of the person."""
    state = row.state
    tone = TONES[state.group]
    told = state.words
    if state.until:
        told += f" until {clock_time(state.until, zone, seconds=False)}"
    if state.certainty == "guessed" and state.group != "idle":
        told = f"~{told}"
    verb, colon, rest = told.partition(":")
    if effort is None or state.name != "asks" or not colon:
        return Cell(told, tone)
    return StyledPieces((Cell(f"{verb} ", tone), Cell(f"({effort})", _EFFORT_TONES[effort]), Cell(f":{rest}", tone)))


def context(session: SessionRow, *, is_ascii: bool = False) -> Cell:
    """How full the context is: a gauge where the window is known, else tokens."""
    if session.context_tokens is None:
        return Cell(UNKNOWN, "dim")
    if not session.context_window:
        return Cell(tokens(session.context_tokens), "dim")
    ratio = session.context_tokens / session.context_window
    share = percent(ratio, window_certainty(session))
    width = 3 if session.is_window_inferred else 4
    told = f"{gauge_bar(ratio, width, is_ascii=is_ascii)} {share:>{8 - width}}"
    return Cell(told, "notice" if ratio >= NEARLY_FULL else "dim")


def none_yet(places: Sequence[str], hours: int) -> list[Line]:
    """What a list says that has no sessions: where they were looked for, and what to do."""
    span = "hour" if hours == 1 else f"{hours} hours"
    told = [Cell(f"No sessions in the last {span}.", "strong"), Cell("")]
    told += [Cell("Looked for session files in" if places else "No agent's folder is enabled: see [sources].", "dim")]
    told += [Cell(f"  {place}", "dim") for place in places]
    told += [Cell(""), Cell("Start an agent, and it shows up here.", "dim")]
    told += [Cell("To see invented agents at work: ppp-tui demo", "dim"), Cell("Older sessions: press 2", "dim")]
    return [Line(f"none {number}", (cell,), is_heading=True) for number, cell in enumerate(told)]
