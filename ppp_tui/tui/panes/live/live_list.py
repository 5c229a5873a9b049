"""The list of sessions by what they do now, narrowed by a filter, with what makes them need the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.model.ids import turn_id
from ppp_tui.model.live import WAITING_GROUPS
from ppp_tui.model.question import Effort
from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.rows import LiveRow, QuestionLine
from ppp_tui.query.sessions.filters import Filter
from ppp_tui.query.sessions.session_lists import Sort, session_ids
from ppp_tui.query.sessions.steps import question_lines
from ppp_tui.query.usage.totals import activity
from ppp_tui.tui.dashboard_state import DashboardState
from ppp_tui.tui.messages import ReadFailed
from ppp_tui.tui.panes.live.live_cells import ACTIVITY_BUCKETS, LIVE_COLUMNS, Extras, LiveLines, none_yet
from ppp_tui.tui.panes.live.live_filter import LiveFilter
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line

EXTRAS_MS = 1_000
"""What is not in the rows is read at most this often."""

ACTIVE_SESSIONS = 80
"""Sessions that get a sparkline: the first ones of the list, more than a screen shows."""

ASKING_SESSIONS = 40
"""Sessions whose open question is looked up."""

MATCHED_SESSIONS = 500
"""Newest sessions among which predicates choose; Live shows no more than those."""

_Asked = tuple[int, int, int]
"""A session, its turn and the time of its question."""


class LiveList(LineTable):
    """Sessions under headings by group. The cursor stays on its session wherever that moves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "open", id="table.open")]

    def __init__(self, ports: Ports, *, id: str) -> None:  # noqa: A002
        super().__init__(LIVE_COLUMNS, empty_text="looking for sessions…", id=id)
        self._ports = ports
        self._board: DashboardState | None = None
        self._lines = LiveLines(ports.zone, is_ascii=ports.is_ascii)
        self._extras = Extras()
        self._is_extras_due = False
        self._extras_at = 0
        self._efforts: dict[_Asked, Effort] = {}
        self.filter = LiveFilter()
        """What the list is narrowed to."""
        self._kept_rows: list[LiveRow] = []
        self._kept_of: tuple[Sequence[LiveRow], LiveFilter] = ((), self.filter)
        self._lines_shown: list[Line] | None = None
        self.wanted = self.filter
        """What it will be narrowed to when the database has answered."""

    @property
    def rows(self) -> list[LiveRow]:
        """The sessions that the filter keeps, as they are shown; the very list of the last time if it is the same."""
        board_rows = self._board.rows if self._board is not None else ()
        if self._kept_of[0] is not board_rows or self._kept_of[1] is not self.filter:
            self._kept_of = (board_rows, self.filter)
            is_on = self.filter.is_on
            self._kept_rows = [row for row in board_rows if not is_on or self.filter.keeps(row)]
        return self._kept_rows

    @property
    def chosen(self) -> LiveRow | None:
        """The session under the cursor."""
        key = self.cursor_key
        rows = self._board.rows if self._board is not None else ()
        return next((row for row in rows if row.session.id == key), None)

    def show_board(self, board: DashboardState, now_ms: int) -> None:
        """Show the sessions of a board; only rows that look different are drawn again."""
        if self._board is None or board.sessions is not self._board.sessions:
            self._is_extras_due = True
        self._board = board
        if board.rows and self._is_extras_due and not 0 <= now_ms - self._extras_at < EXTRAS_MS:
            self._is_extras_due, self._extras_at = False, now_ms
            self._sessions_changed()
        rows = self.rows
        lines = self._lines.lines(rows, now_ms, self._extras) if rows else self._nothing(board)
        if lines is not self._lines_shown:
            self._lines_shown = lines
            self.show_lines(lines)

    def _sessions_changed(self) -> None:
        self.fetch_extras()
        if self.wanted.predicates.terms:
            self.match()

    def _nothing(self, board: DashboardState) -> list[Line]:
        if not board.is_loaded:
            return []
        if board.rows:
            self.set_empty_text("no session matches; Escape shows all")
            return []
        if board.ingest is not None and board.ingest.phase == "backlog":
            self.set_empty_text("reading history…")
            return []
        self.set_empty_text("")
        return none_yet(self._ports.looked_in(), self._ports.settings.live.history_hours)

    async def go_needing(self, step: int) -> bool:
        """Put the cursor on the next session that waits for the user, or with -1 the previous; False if none does."""
        needing = [row.session.id for row in self.rows if row.state.group in WAITING_GROUPS]
        if not needing:
            return False
        here = needing.index(self.cursor_key) if self.cursor_key in needing else (-1 if step > 0 else 0)
        return await self.move_cursor_to(needing[(here + step) % len(needing)])

    def _redraw(self) -> None:
        if self._board is not None:
            self.show_board(self._board, self._ports.clock.now_ms())

    # What is not in the rows

    @work(exclusive=True, group="live-extras")
    async def fetch_extras(self) -> None:
        """Read the sparklines of the first sessions, and how much the open questions ask of the person."""
        now_ms = self._ports.clock.now_ms()
        rows = self.rows
        ids = [row.session.id for row in rows[:ACTIVE_SESSIONS]]
        try:
            active = await self._ports.database.fetch(activity(ids, now_ms - HOUR_MS, now_ms, ACTIVITY_BUCKETS))
            efforts = await self._fetch_efforts([row for row in rows if row.state.name == "asks"][:ASKING_SESSIONS])
        except (QueryFailedError, DatabaseMissingError) as error:
            self.post_message(ReadFailed(str(error)))
            return
        self._extras = Extras(active, efforts)
        self._redraw()

    async def _fetch_efforts(self, rows: Sequence[LiveRow]) -> dict[int, Effort]:
        known: dict[_Asked, Effort] = {}
        for row in rows:
            facts = row.session.facts
            asked = (row.session.id, facts.turn_number, facts.question_at)
            effort = self._efforts.get(asked)
            if effort is None:
                lines = await self._ports.database.fetch(question_lines(turn_id(row.session.id, facts.turn_number)))
                effort = open_effort(lines)
            if effort is not None:
                known[asked] = effort
        self._efforts = known
        return {asked[0]: effort for asked, effort in known.items()}

    # Filters

    @dataclass
    class Filtered(Message):
        """Another filter has taken effect."""

        number: int
        """Sessions that it keeps."""

    def show_only(self, wanted: LiveFilter) -> None:
        """Narrow the list; the database is asked for what only it can tell."""
        self.wanted = wanted
        if wanted.predicates.terms and wanted.predicates != self.filter.predicates:
            self.match()
        else:
            kept = self.filter.kept if wanted.predicates.terms else None
            self._apply(replace(wanted, kept=kept))

    def _apply(self, chosen: LiveFilter) -> None:
        self.filter = chosen
        self._redraw()
        self.post_message(self.Filtered(len(self.rows)))

    @work(exclusive=True, group="live-filter")
    async def match(self) -> None:
        """Ask which sessions the predicates keep: others do, or sessions have changed."""
        try:
            kept = await self._kept(self.wanted.predicates) if self.wanted.predicates.terms else None
        except (QueryFailedError, DatabaseMissingError) as error:
            self.post_message(ReadFailed(str(error)))
            return
        self._apply(replace(self.wanted, kept=kept))

    async def _kept(self, predicates: Filter) -> frozenset[int]:
        return frozenset(await self._ports.database.fetch(session_ids(predicates, Sort(), MATCHED_SESSIONS)))


def open_effort(questions: Sequence[QuestionLine]) -> Effort | None:
    """The effort of the question that waits: the last one without an answer, else the last one; None without any."""
    waiting = [
        question for question in questions if question.answered_at is None and question.answer_status is None
    ] or list(questions)
    return waiting[-1].effort if waiting else None
