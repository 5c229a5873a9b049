"""A whole session in a few rows, to scale: cost of its turns, fullness of the context, and marks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.query.rows import StepLine
from ppp_tui.query.sessions.turn_figures import TurnFigures
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import clock_time, cost_micros, duration, percent
from ppp_tui.tui.panes.turns.context_view import stacked_cells
from ppp_tui.tui.widgets.gauge import NEARLY_FULL
from ppp_tui.tui.widgets.lines import Cell
from ppp_tui.tui.widgets.tones import Tone

LABEL_CELLS = 9
"""Width of a row's name."""

MIN_TURN_CELLS = 2
"""Minimum width of a turn with the gap after it."""

NAMED_TURNS = 3
"""Number of turns that are named as the dearest."""

_LEVELS = "▁▂▃▄▅▆▇█"


class BandSlot(NamedTuple):
    """One turn of the band, or several neighbours where there are more turns than cells."""

    turns: tuple[TurnFigures, ...]
    start: int
    cells: int
    """Width with the gap after it."""

    @property
    def cost_micros(self) -> int | None:
        """Cost of its turns; None where none has a price."""
        costs = [turn.cost_micros for turn in self.turns if turn.cost_micros is not None]
        return sum(costs) if costs else None

    @property
    def fullness(self) -> float | None:
        """Greatest share of the context window that was used."""
        return max(
            (
                turn.context_tokens / turn.context_window
                for turn in self.turns
                if turn.context_tokens is not None and turn.context_window
            ),
            default=None,
        )

    def holds(self, number: int | None) -> bool:
        """Return whether a turn is among its turns."""
        return any(turn.number == number for turn in self.turns)


def share_cells(weights: Sequence[int], cells: int, least: int) -> list[int]:
    """Return `cells` shared out by weight, `least` for each at least, so that the sum is exact."""
    free = max(0, cells - least * len(weights))
    return [least + share for share in stacked_cells(weights if any(weights) else [1] * len(weights), free)]


def band_slots(turns: Sequence[TurnFigures], width: int) -> list[BandSlot]:
    """Return the slots of turns in `width` cells: as wide as their time, each at least `MIN_TURN_CELLS`."""
    most = max(1, width // MIN_TURN_CELLS)
    count = len(turns)
    groups = (
        [(turn,) for turn in turns]
        if count <= most
        else [tuple(turns[place * count // most : (place + 1) * count // most]) for place in range(most)]
    )
    if not groups:
        return []
    shares = share_cells([sum(turn.wall_ms or 0 for turn in group) for group in groups], width, MIN_TURN_CELLS)
    slots, start = [], 0
    for group, cells in zip(groups, shares, strict=True):
        slots.append(BandSlot(group, start, cells))
        start += cells
    return slots


def band_rows(turns: Sequence[TurnFigures], number: int | None, width: int) -> list[list[Cell]]:
    """Return the rows of the band: cost, context, marks and turn numbers; `number` is the current turn."""
    slots = band_slots(turns, max(MIN_TURN_CELLS, width - LABEL_CELLS))
    dearest = max((slot.cost_micros or 0 for slot in slots), default=0)
    rows: list[list[Cell]] = [
        [Cell(pad(f" {name}", LABEL_CELLS), "dim")] for name in ("cost", "context", "marks", "turn")
    ]
    for slot in slots:
        is_here = slot.holds(number)
        cost = (slot.cost_micros or 0) / dearest if dearest and slot.cost_micros is not None else None
        fullness = slot.fullness
        is_full = fullness is not None and fullness >= NEARLY_FULL
        rows[0].append(_bar(cost, slot.cells, "accent" if is_here else "series-1"))
        rows[1].append(_bar(fullness, slot.cells, "notice" if is_full else "accent" if is_here else "series-2"))
        rows[2].append(Cell(pad(cut(_marks(slot), slot.cells - 1), slot.cells), "notice"))
        rows[3].append(Cell(_number(slot), "accent" if is_here else "dim"))
    return rows


def turn_at(turns: Sequence[TurnFigures], x: int, width: int) -> int | None:
    """Return the number of the turn at a cell of the band; None outside of it."""
    for slot in band_slots(turns, max(MIN_TURN_CELLS, width - LABEL_CELLS)):
        if slot.start <= x - LABEL_CELLS < slot.start + slot.cells:
            return slot.turns[0].number
    return None


def money_sentence(turns: Sequence[TurnFigures]) -> str:
    """Return a sentence on where a session's money went, the dearest turns first; '' where nothing has a price."""
    priced = [turn for turn in turns if turn.cost_micros]
    total = sum(turn.cost_micros or 0 for turn in priced)
    if not total:
        return ""
    if len(turns) == 1:
        return f"cost {cost_micros(total)}"
    dearest = sorted(priced, key=lambda turn: -(turn.cost_micros or 0))[:NAMED_TURNS]
    named = [f"turn {turn.number} took {percent((turn.cost_micros or 0) / total)}" for turn in dearest[:1]]
    named += [f"turn {turn.number} {percent((turn.cost_micros or 0) / total)}" for turn in dearest[1:]]
    return f"where {cost_micros(total)} went: {', '.join(named)}"


def _bar(share: float | None, cells: int, tone: Tone) -> Cell:
    if share is None:
        return Cell(" " * cells)
    level = _LEVELS[max(0, min(7, round(share * 8) - 1))]
    return Cell(level * (cells - 1) + " ", tone)


def _marks(slot: BandSlot) -> str:
    failures = sum(turn.failures for turn in slot.turns)
    questions = sum(turn.questions for turn in slot.turns)
    violations = sum(turn.violations for turn in slot.turns)
    room = slot.cells - 1
    text = "✕" * min(failures, room) + "?" * questions + "!" * violations
    if len(text) <= room:
        return text
    # Each kind of mark comes first once, before repetitions.
    return "".join(sign for sign, number in (("✕", failures), ("?", questions), ("!", violations)) if number)


def _number(slot: BandSlot) -> str:
    text = str(slot.turns[0].number)
    return pad(text, slot.cells) if len(text) < slot.cells else " " * slot.cells


# A session of one turn: time by worker


class TimeLane(NamedTuple):
    """A row of a turn's time that shows when one kind of worker was busy."""

    name: str
    tone: Tone
    kinds: tuple[str, ...]
    """Kinds of steps that belong to the row; none for the model, which works when nothing else does."""


LANES = (
    TimeLane("model", "series-1", ()),
    TimeLane("tools", "series-2", ("shell", "read", "edit", "search", "web", "mcp", "tool", "plan")),
    TimeLane("agents", "series-3", ("subagent",)),
    TimeLane("you", "series-4", ("ask",)),
)


def lane_rows(steps: Sequence[StepLine], span: tuple[int, int], width: int, zone: tzinfo) -> list[list[Cell]]:
    """Return the rows of a single turn: model, tools, sub-agents and user over its time, and a time axis."""
    begin, end = span
    cells = max(8, width - LABEL_CELLS)
    took_ms = max(1, end - begin)
    timed = [step for step in steps if step.started_at is not None and step.kind not in ("message", "thinking", "note")]
    busy = [False] * (2 * cells)
    rows = []
    for lane in LANES[1:]:
        halves = [False] * (2 * cells)
        for step in timed:
            if step.kind in lane.kinds:
                low = ((step.started_at or begin) - begin) * 2 * cells // took_ms
                ended = end if step.status == "running" else step.ended_at or step.started_at or begin
                high = -((begin - ended) * 2 * cells // took_ms)
                for place in range(max(0, low), min(2 * cells, max(low + 1, high))):
                    halves[place] = busy[place] = True
        rows.append(_lane(lane, halves))
    model = _lane(LANES[0], [not place for place in busy])
    marks = [clock_time(begin + took_ms * part // 4, zone) for part in range(4)]
    quarter = cells // 4
    times = "".join(pad(mark, quarter) for mark in marks)
    return [
        model,
        *rows,
        [Cell(" " * LABEL_CELLS), Cell(f"{times}{duration(took_ms):>{max(0, cells - len(times))}}", "dim")],
    ]


def _lane(lane: TimeLane, halves: Sequence[bool]) -> list[Cell]:
    signs = {(True, True): "█", (True, False): "▌", (False, True): "▐", (False, False): " "}
    text = "".join(signs[pair] for pair in zip(halves[::2], halves[1::2], strict=True))
    return [Cell(pad(f" {lane.name}", LABEL_CELLS), "dim"), Cell(text, lane.tone)]


def has_lanes(turns: Iterable[TurnFigures]) -> bool:
    """Return whether a session has a single turn, so that the band shows its time instead of comparing turns."""
    return len([turn for turn in turns if turn.number]) <= 1
