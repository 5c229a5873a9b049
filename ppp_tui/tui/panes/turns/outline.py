"""The steps of a turn in a narrow list, beside what is shown of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ppp_tui.query.rows import StepLine
from ppp_tui.text.format import duration
from ppp_tui.tui.panes.turns.step_cells import is_failed, subject_cell
from ppp_tui.tui.panes.turns.step_names import tool_label
from ppp_tui.tui.panes.turns.turn_loader import LONG_TURN_STEPS
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.tones import Tone
from ppp_tui.tui.widgets.workers import work

OUTLINE_COLUMNS = (
    Column("sign", "", width=1, priority=200),
    Column("tool", "", width=8, priority=190),
    Column("subject", "outline", weight=1, min_width=10, priority=180),
    Column("took", "", width=6, align="right", priority=150),
)


class Outline(LineTable):
    """Table of steps; a row's key is the id of its step."""

    def __init__(self, *, id: str) -> None:
        """Begin empty; `show` fills it."""
        super().__init__(OUTLINE_COLUMNS, gap=1, empty_text="no steps yet", id=id)
        self._steps: dict[int, StepLine] = {}
        self._turn_id = 0
        self._is_other = False
        """Whether rows of another turn have not been shown yet."""

    def drop_content(self) -> None:
        """Let go of rows and steps."""
        super().drop_content()
        self._steps = {}

    def step_of(self, key: int | str) -> StepLine | None:
        """Return the step of a row, None if there is no such row."""
        return self._steps.get(key) if isinstance(key, int) else None

    def show(
        self, steps: Sequence[StepLine], descriptions: Mapping[int, str], *, turn_id: int = 0, is_open: bool = False
    ) -> None:
        """Show steps of a turn; those of a long turn a moment later, so that keys need not wait.

        In another turn than before the cursor begins at the first step or, if the turn is not over, at the last one:
        what runs or waits for the user stands there.
        """
        self._steps = {step.id: step for step in steps}
        self._is_other |= turn_id != self._turn_id
        self._turn_id = turn_id
        if len(self._steps) < LONG_TURN_STEPS:
            lines = _outline_lines(self._steps.values(), descriptions)
            self._show_rows(lines, is_open=is_open)
        else:
            self._show_later(descriptions, is_open=is_open)

    def _show_rows(self, lines: Sequence[Line], *, is_open: bool) -> None:
        is_other, self._is_other = self._is_other, False
        self.show_lines(lines, is_other_list=is_other)
        if is_other and is_open:
            self.move_cursor(len(lines) - 1, -1)

    @work(exclusive=True, group="outline")
    async def _show_later(self, descriptions: Mapping[int, str], *, is_open: bool) -> None:
        steps = self._steps
        lines = await asyncio.to_thread(_outline_lines, list(steps.values()), dict(descriptions))
        if self.is_attached and steps is self._steps:
            self._show_rows(lines, is_open=is_open)


def _outline_lines(steps: Iterable[StepLine], descriptions: Mapping[int, str]) -> list[Line]:
    return [_outline_line(step, descriptions.get(step.id, "")) for step in steps]


def _outline_line(step: StepLine, description: str) -> Line:
    sign = "✕" if is_failed(step) else "?" if step.kind == "ask" else "●" if step.kind == "message" else ""
    tone: Tone = "notice" if is_failed(step) else "accent"
    took = duration(step.duration_ms) if step.duration_ms is not None else ""
    return Line(
        step.id,
        (Cell(sign, tone), tool_label(step), subject_cell(step, description), took),
    )
