"""The steps of a turn as a table with a waterfall, failed ones with the end of their output."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ppp_tui.query.rows import StepLine
from ppp_tui.tui.panes.turns.folded_time import folded_spans
from ppp_tui.tui.panes.turns.step_cells import (
    StepTableLook,
    is_failed,
    matches,
    output_rows,
    step_columns,
    step_line,
    step_text,
    unseen_line,
)
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn, TurnPayloads, unseen_steps
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line


class StepTable(LineTable):
    """Table of steps; a row's key is the id of its step."""

    def __init__(self, ports: Ports, *, id: str) -> None:
        """Begin empty; `prepare` makes its lines."""
        super().__init__(step_columns(80), gap=1, empty_text="no steps in this turn", id=id)
        self._ports = ports
        self._steps: dict[int, StepLine] = {}
        self._payloads = TurnPayloads()
        self._query = ""
        self._shown_width = 0

    def drop_content(self) -> None:
        """Let go of rows and steps, with their texts."""
        super().drop_content()
        self._steps, self._payloads = {}, TurnPayloads()

    @property
    def steps(self) -> list[StepLine]:
        """The shown steps, in order."""
        return list(self._steps.values())

    @property
    def step(self) -> StepLine | None:
        """The step under the cursor, None if there is none."""
        key = self.cursor_key
        return self._steps.get(key) if isinstance(key, int) else None

    @property
    def is_searched(self) -> bool:
        """Whether a text is searched for."""
        return bool(self._query)

    @property
    def is_any_running(self) -> bool:
        """Whether a step still runs, so that its row changes with time."""
        return any(step.status == "running" for step in self._steps.values())

    def step_of(self, key: int | str) -> StepLine | None:
        """Return the step of a row, None if there is no such row."""
        return self._steps.get(key) if isinstance(key, int) else None

    def prepare(self, loaded: LoadedTurn, payloads: TurnPayloads, room: int) -> Callable[[], list[Line]]:
        """Take over the steps of a turn, and return what makes their lines, in a thread if need be.

        `room` is the width of a table that is still hidden.
        """
        ports = self._ports
        width = self.body_width or room
        if width != self._shown_width:
            self._shown_width = width
            self.set_columns(step_columns(width))
        self._payloads = payloads
        self._steps = {step.id: step for step in loaded.steps}
        look = StepTableLook(width, ports.zone, ports.clock.now_ms(), self._query, is_ascii=ports.is_ascii)
        return partial(_step_lines, loaded, payloads, look)

    def set_query(self, query: str) -> int:
        """Mark matches of a text from the next `show` on. Return the number of steps that match."""
        self._query = query
        return len(self._matching()) if query else 0

    def select_match(self, places: int) -> bool:
        """Put the cursor on the next match (0: this step or the next match), or with -1 on the previous one.

        After the last one comes the first. Return whether there is any.
        """
        return self._select(self._is_match, places) if self._query else False

    def select_failure(self, places: int) -> bool:
        """Put the cursor on the next failed step, or the previous one. Return whether there is one."""
        return self._select(is_failed, places, is_round=False)

    async def select_step(self, step_id: int) -> None:
        """Put the cursor on a step, if it is shown."""
        await self.move_cursor_to(step_id)

    def as_text(self) -> str:
        """Return the table as plain text."""
        zone, now_ms = self._ports.zone, self._ports.clock.now_ms()
        described = self._payloads.descriptions
        return "\n".join(step_text(step, zone, now_ms, described.get(step.id, "")) for step in self._steps.values())

    def _is_match(self, step: StepLine) -> bool:
        return matches(step, self._query, self._payloads.descriptions.get(step.id, ""))

    def _matching(self) -> list[StepLine]:
        return [step for step in self._steps.values() if self._is_match(step)]

    def _select(self, is_wanted: Callable[[StepLine], bool], places: int, *, is_round: bool = True) -> bool:
        steps = self.steps
        cursor_place = next((place for place, step in enumerate(steps) if step.id == self.cursor_key), 0)
        wanted = [place for place, step in enumerate(steps) if is_wanted(step)]
        if places >= 0:
            ahead = [place for place in wanted if place >= cursor_place + places]
            target = ahead[0] if ahead else wanted[0] if wanted and is_round else None
        else:
            behind = [place for place in wanted if place < cursor_place]
            target = behind[-1] if behind else wanted[-1] if wanted and is_round else None
        if target is None:
            return False
        row = self._pages.index_of(steps[target].id)
        if row is not None:
            self.move_cursor(row)
        return row is not None


def _step_lines(loaded: LoadedTurn, payloads: TurnPayloads, look: StepTableLook) -> list[Line]:
    spans = folded_spans(loaded.steps, look.now_ms)
    lines: list[Line] = []
    for step in loaded.steps:
        lines.append(step_line(step, spans.get(step.id), look, payloads.descriptions.get(step.id, "")))
        if is_failed(step) and step.kind != "error":
            lines += output_rows(step, payloads.outputs.get(step.id), look.width)
    return [*lines, *unseen_line(unseen_steps(loaded))]
