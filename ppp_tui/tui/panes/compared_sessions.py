"""Two to four sessions side by side: measures, turns in line, what each came to; before that, the list to mark them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widget import Widget

from ppp_tui.model.ids import CHILD_BITS, trajectory_of
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.scores.compare import aligned_turns, run_figures
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.scores.step_kinds import step_kinds
from ppp_tui.query.sessions.filters import EMPTY
from ppp_tui.query.sessions.session_lists import session_ids, sessions
from ppp_tui.query.sessions.session_order import Sort
from ppp_tui.tui.messages import OpenTrajectory
from ppp_tui.tui.panes.compare_cells import SAME_PROMPT, kind_lines, metric_lines, side_columns, turn_lines
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.session_cells import SESSION_COLUMNS, session_line
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.guarded import Guarded, Horizontal, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.workers import work

MOST_LISTED = 100
"""Sessions of which some can be marked here: the newest; all stand on the screen of sessions."""

BAR_CELLS = 24
"""Cells of the bar of a value where two sessions are compared on a large terminal."""


class ComparedSessions(Horizontal, Guarded):
    """The sessions that are compared; while there are none, the newest sessions, of which some can be marked."""

    @dataclass
    class Picked(Message):
        """Posted when the user wants the marked sessions compared."""

        ids: tuple[int, ...]

    def __init__(self, ports: Ports, most: int, *, id: str) -> None:
        super().__init__(id=id)
        self._ports = ports
        self._most = most
        self.has_room: bool | None = None
        """Whether there was room for previews at the last reading; None before it."""
        self._shown: tuple[int, ...] = ()
        self._listed: dict[int, SessionRow] = {}

    def compose(self) -> Iterator[Widget]:
        """Return the list to mark sessions in, the tables of what is compared, and a preview of each session."""
        yield LineTable(SESSION_COLUMNS, id="picker", empty_text="reading…")
        with Vertical(id="compare-left"):
            yield LineTable(side_columns(self._most), id="metrics", empty_text="reading…")
            columns = side_columns(self._most, SAME_PROMPT)
            yield LineTable(columns, id="aligned", classes="rule-top", has_header=False, empty_text="")
        with Vertical(id="compare-previews", classes="rule-left"):
            for place in range(self._most):
                yield SessionPreview(self._ports, id=f"preview-{place}", classes="rule-top")

    picker = WidgetPart(LineTable, "picker")
    """The list of the newest sessions."""

    metrics = WidgetPart(LineTable, "metrics")
    """The table of measures."""

    @property
    def is_picking(self) -> bool:
        """Whether the list to mark sessions in is shown."""
        return self.has_class("-picking")

    def focus_main(self) -> None:
        """Put the focus on what is shown."""
        (self.picker if self.is_picking else self.metrics).focus()

    @work(exclusive=True, group="compared")
    @read_or_report
    async def read(self, ids: Sequence[int], *, has_room: bool) -> None:
        """Read and show sessions, or the list to mark some in if there are none; previews where there is room."""
        had_focus = self.has_focus_within
        self.has_room = has_room
        self.set_class(not ids, "-picking")
        if had_focus:
            self.focus_main()
        if ids:
            await self._compare(tuple(ids))
        else:
            await self._list_newest()

    async def _list_newest(self) -> None:
        fetch, now_ms = self._ports.database.fetch, self._ports.clock.now_ms()
        ids = await fetch(session_ids(EMPTY, Sort(), MOST_LISTED))
        rows = {row.id: row for row in await fetch(sessions(ids))} if ids else {}
        self._listed = {number: rows[number] for number in ids if number in rows}
        lines = [
            session_line(row, None, self._ports.zone, now_ms, is_ascii=self._ports.is_ascii)
            for row in self._listed.values()
        ]
        self.picker.set_empty_text("no sessions yet")
        self.picker.show_lines(lines)
        self._show_listed()

    async def _compare(self, ids: tuple[int, ...]) -> None:
        scores, fetch = score_settings(self._ports.settings), self._ports.database.fetch
        figures = await fetch(run_figures(ids, scores.technical))
        shown_ids = [session.run.trajectory_id or 0 for session in figures]
        turns = await fetch(aligned_turns(shown_ids))
        kinds = await fetch(step_kinds(shown_ids))
        rows = {row.id: row for row in await fetch(sessions(ids))} if self.has_room else {}
        if not self.is_attached:
            return
        metrics, aligned = self.metrics, self.query_one("#aligned", LineTable)
        is_other, self._shown = self._shown != ids, ids
        metrics.set_columns(side_columns(len(figures)))
        aligned.set_columns(side_columns(len(figures), SAME_PROMPT))
        bar_cells = BAR_CELLS if self.has_room and len(figures) == 2 else 0
        lines = metric_lines(
            figures, scores.profile, is_enabled=scores.is_enabled, bar_cells=bar_cells, is_shared=self._ports.is_team
        )
        metrics.show_lines([*lines, *kind_lines(shown_ids, kinds, bar_cells)], is_other_list=is_other)
        aligned.set_empty_text("no turns")
        aligned.show_lines(turn_lines(turns), is_other_list=is_other)
        self._show_previews([rows.get(number) for number in ids])

    @on(LineTable.Highlighted, "#picker")
    def _show_listed(self) -> None:
        """Show what the session under the cursor came to."""
        if self.is_picking and self.has_room:
            key = self.picker.cursor_key
            self._show_previews([self._listed.get(key) if isinstance(key, int) else None])

    def _show_previews(self, rows: Sequence[SessionRow | None]) -> None:
        for place, preview in enumerate(self.query(SessionPreview)):
            row = rows[place] if place < len(rows) else None
            preview.display = row is not None
            preview.show_session(row)

    def compare_marked(self) -> None:
        """Ask for the marked sessions to be compared, if they are neither too few nor too many."""
        ids = tuple(key for key in self.picker.marked_keys if isinstance(key, int))
        if 2 <= len(ids) <= self._most:
            self.post_message(self.Picked(ids))
        else:
            self.notify(f"Mark two to {self._most} sessions with space first; marked so far: {len(ids)}.", timeout=4)

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        event.stop()
        table = event.table
        if table is self.picker:
            self.compare_marked()
        elif table is self.metrics:
            self.query_one("#aligned", LineTable).focus()
        elif isinstance(event.key, int):
            self.post_message(OpenTrajectory(trajectory_of(event.key), event.key & ((1 << CHILD_BITS) - 1)))
