"""One group of sessions alone, where a period has no second one to compare it with: its measures, a mark each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median

from ppp_tui.query.scores.compare import Metric, RunFigures, metrics
from ppp_tui.query.scores.compared_groups import Sides, is_applicable, title_of, value_text
from ppp_tui.query.scores.consensus import Profile
from ppp_tui.text.format import UNKNOWN, count, counted
from ppp_tui.tui.panes.compare_groups import MARKS_CELLS, under_sections
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.sparkline import sparkline
from ppp_tui.tui.widgets.tones import agent_tone

WIDE_CELLS, FEW_MARKS = 108, 24
"""Width of the table from which on there is room for `MARKS_CELLS` marks, and their number below it."""


def mark_cells(width: int) -> int:
    """Return how many cells the marks of sessions have in a table of a width."""
    return MARKS_CELLS if width >= WIDE_CELLS else FEW_MARKS


def solo_columns(cells: int = MARKS_CELLS) -> tuple[Column, ...]:
    """Return the columns of the measures of a group alone, the last one with so many cells for marks."""
    marks = "every session, the highest first" if cells >= MARKS_CELLS else "every session"
    return (
        Column("metric", "measure", weight=1, min_width=16, priority=200),
        Column("median", "median", width=9, align="right", priority=190),
        Column("mean", "mean", width=9, align="right", priority=170),
        Column("most", "most", width=9, align="right", priority=160),
        Column("sessions", "sessions", width=8, align="right", priority=120),
        Column("marks", marks, width=cells, priority=150),
    )


def solo_answer_lines(sides: Sides, lack: str) -> list[CellLike]:
    """Return what is shown in place of a comparison: the group, and the sentence `lack` on why there is none."""
    number = len(sides.samples[0])
    head = (
        Cell(f" {sides.names[0]}  ", "strong"),
        Cell(f"{count(number)} of {counted(sides.sessions[0], 'session')}", "dim"),
    )
    return [StyledPieces(head), Cell(f" {lack}", "notice")]


def solo_lines(
    sides: Sides, profile: Profile, cells: int = MARKS_CELLS, *, is_enabled: bool = True, is_ascii: bool = False
) -> list[Line]:
    """Return the measures of a group as table lines under their sections; a line's key is the measure's name."""
    by_name = {metric.name: metric for metric in metrics(is_enabled=is_enabled)}
    return under_sections(by_name, lambda metric: _solo_line(metric, sides, profile, cells, is_ascii=is_ascii))


def _values(metric: Metric, members: Sequence[RunFigures], profile: Profile) -> list[float]:
    """Return the known values of a measure, the highest first."""
    return sorted((value for figures in members if (value := metric.value(figures, profile)) is not None), reverse=True)


def _solo_line(metric: Metric, sides: Sides, profile: Profile, cells: int, *, is_ascii: bool) -> Line:
    values = _values(metric, sides.samples[0], profile) if is_applicable(metric.name, sides) else []
    if not values:
        return Line(metric.name, (title_of(metric), *(Cell(UNKNOWN, "dim") for _ in range(4)), ""))
    texts = [value_text(value, metric, decimals=1) for value in (median(values), mean(values), values[0])]
    strip = sparkline(values, min(cells, len(values)), top=max(values[0], 1e-9), is_ascii=is_ascii)
    strip = "".join(mark * (cells // len(strip)) for mark in strip)
    return Line(
        metric.name,
        (
            title_of(metric),
            Cell(texts[0], "strong"),
            *texts[1:],
            Cell(count(len(values)), "dim"),
            Cell(strip, agent_tone(sides.names[0])),
        ),
    )


def solo_sentence(metric: Metric, sides: Sides, profile: Profile) -> str:
    """Return a measure of a group in one sentence."""
    title = title_of(metric).capitalize()
    values = _values(metric, sides.samples[0], profile) if is_applicable(metric.name, sides) else []
    if not values:
        return f"{title}: unknown."
    middle, average, most = (
        value_text(value, metric, decimals=1) for value in (median(values), mean(values), values[0])
    )
    members = f"{sides.names[0]}, {counted(len(values), 'session')}"
    return f"{title} of {members}: half have {middle} or more, {average} on average, {most} at most."
