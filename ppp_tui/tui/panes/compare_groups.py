"""Two groups of sessions compared: the result in sentences, a forest plot, and the sessions of a measure. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from statistics import median
from typing import TypeVar

from ppp_tui.query.scores.compare import GroupName, Metric, MetricDifference
from ppp_tui.query.scores.compared_groups import (
    SECTIONS,
    Sides,
    better_side,
    comparison_notes,
    is_applicable,
    sample_text,
    title_of,
    value_text,
    verdict_text,
)
from ppp_tui.query.scores.consensus import Profile
from ppp_tui.text.cells import cell_width, cut_apart, pad
from ppp_tui.text.format import UNKNOWN, age, count
from ppp_tui.text.units import apart_text
from ppp_tui.tui.panes.session_cells import titled
from ppp_tui.tui.widgets.columns import Column, lay_out
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.sparkline import sparkline
from ppp_tui.tui.widgets.tones import Tone, agent_tone

Named = TypeVar("Named")

MIN_FOREST, MAX_FOREST = 21, 141
"""Cells of the forest plot; zero stands in the middle."""

MIN_NAME, MAX_NAME = 9, 12
"""Cells of the names above the two columns of means."""

COLUMN_GAP = 2
"""Cells between the columns of differences."""

GRID, GRID_CELLS = "·", 5
"""Character of the grid behind the forest plot, and cells from one to the next."""

MAX_ANSWER_CELLS = 60
"""Width to which sentences are padded so that the text after them is aligned; longer names break the alignment."""

MAX_ANSWERS = 6
"""Maximum of sentences about a comparison."""

GROUP_CELLS = 16
"""Width of a group's name beside its sessions."""

MARKS_CELLS = 50
"""Width of the strip that has a mark for every session."""

NAME_BAR = 120
"""Cells of the bar of a group's sessions, where there is room for it."""

NAME_COLUMNS = (
    Column("name", "group", weight=1, min_width=8, priority=200),
    Column("sessions", "sessions", width=8, align="right", priority=100),
    Column("bar", "", width=NAME_BAR, priority=50),
)
"""Columns of the list of agents, models or reasoning efforts."""

_PHRASES: Mapping[str, tuple[str, str]] = {
    "questions": ("asks you less", "questions a session"),
    "cost": ("costs less", "a session"),
    "wall_ms": ("takes less time", "at work"),
    "technical": ("does better work", "technical score"),
    "high_questions": ("asks you less that is hard", "hard questions a session"),
    "test_pass_rate": ("leaves more tests passing", "of its tests"),
    "failed_share": ("fails in fewer steps", "of its steps"),
    "violations": ("keeps your preferences better", "violations a session"),
    "tokens": ("needs fewer tokens", "tokens a session"),
}
"""What the better side does, and the unit of its figure; the measures that users ask about first come first."""

_SCALES: Mapping[str, float] = {"score": 0.5, "share": 0.5}
"""The difference at the edge of the forest plot; for other measures it is the larger of both means."""


def name_lines(groups: Sequence[GroupName]) -> list[Line]:
    """Return agents, models or reasoning efforts as table lines; a line's key is the name."""
    most = max((group.sessions for group in groups), default=0)
    return [
        Line(
            group.name,
            (
                Cell(group.name, agent_tone(group.name)),
                Cell(count(group.sessions), "dim"),
                Cell(solid_bar(group.sessions / most if most else None, NAME_BAR), agent_tone(group.name)),
            ),
        )
        for group in groups
    ]


def answer_lines(entries: Sequence[MetricDifference], sides: Sides) -> list[CellLike]:
    """Return the result of a comparison: who is compared, what is real, what may be chance, and how sure that is."""
    first, second = sides.names
    sizes = [
        sample_text(len(members), sessions) for members, sessions in zip(sides.samples, sides.sessions, strict=True)
    ]
    head = StyledPieces(
        (
            Cell(f" {first} or {second}?  ", "strong"),
            Cell(f"{first}: {sizes[0]} sessions, {second}: {sizes[1]}.", "dim"),
        )
    )
    by_name = {entry.metric.name: entry for entry in entries if is_applicable(entry.metric.name, sides)}
    asked = [by_name[name] for name in _PHRASES if name in by_name]
    real = [entry for entry in asked if better_side(entry) is not None]
    others = [entry for entry in asked if entry.difference.verdict in ("unclear", "equal")]
    answers = [_answer(entry, sides) for entry in [*real, *others][:MAX_ANSWERS]]
    width = min(MAX_ANSWER_CELLS, max((cell_width(words.text) for _, words, _ in answers), default=0) + 2)
    lines: list[CellLike] = [head]
    for sign, words, note in answers:
        gap = " " * max(2, width - cell_width(words.text))
        lines.append(StyledPieces((sign, words._replace(text=f"{words.text}{gap}"), note)))
    if len(lines) == 1:
        lines.append(Cell(" Too few sessions on one side to call anything real: five of each are needed.", "notice"))
    lines += [Cell(f" {note}", "dim") for note in comparison_notes(entries, sides)]
    return lines


def _answer(entry: MetricDifference, sides: Sides) -> tuple[Cell, Cell, Cell]:
    metric, difference = entry.metric, entry.difference
    phrase, noun = _PHRASES[metric.name]
    texts = [value_text(value, metric, decimals=1) for value in (difference.first_mean, difference.second_mean)]
    interval = ""
    if difference.interval is not None:
        low, high = (apart_text(bound, metric.unit) for bound in (difference.interval.low, difference.interval.high))
        interval = f"{low} to {high}"
    side = better_side(entry)
    if side is None:
        is_equal = difference.verdict == "equal"
        words = f"{title_of(metric)}: {texts[0]} against {texts[1]}"
        note = "the same" if is_equal else f"may be chance, {interval}"
        return Cell(" · ", "dim"), Cell(words), Cell(note, "dim")
    words = f"{sides.names[side]} {phrase}: {texts[side]} {noun} against {texts[1 - side]}"
    return Cell(" ✓ ", "good"), Cell(words, "strong"), Cell(f"real, {interval}", "dim")


def measure_sentence(entry: MetricDifference, sides: Sides) -> str:
    """Return a measure in one sentence: both means, numbers of sessions, and where the difference lies."""
    metric, difference = entry.metric, entry.difference
    title = title_of(metric).capitalize()
    if not is_applicable(entry.metric.name, sides):
        return f"{title}: no preference is set, so nothing could be violated."
    first, second = (value_text(value, metric, decimals=1) for value in (difference.first_mean, difference.second_mean))
    counts = f"{count(difference.first_count)} and {count(difference.second_count)}"
    counted = "tasks that both were given" if difference.tasks == "paired" else "sessions"
    text = f"{title}: {sides.names[0]} {first}, {sides.names[1]} {second} on average, of {counts} {counted}."
    if difference.interval is None:
        return f"{text} Too few to say whether that is more than chance."
    low, high = (apart_text(bound, metric.unit) for bound in (difference.interval.low, difference.interval.high))
    text += f" The difference lies between {low} and {high} with a probability of 95 %"
    return f"{text}: {'it is real' if difference.verdict == 'real' else 'it may be chance'}."


def forest_title(sides: Sides, cells: int) -> str:
    """Return the title of the forest plot: which side has more in which direction, zero in the middle."""
    half = max(1, cells // 2)
    left, right = f"◂ {sides.names[1]} more", f"{sides.names[0]} more ▸"
    if max(cell_width(left), cell_width(right)) >= half:
        first, second = cut_apart(sides.names, half - 3)
        left, right = f"◂ {second}", f"{first} ▸"
    return f"{pad(left, half)}0{pad(right, half, 'right')}"


def fitting_columns(sides: Sides, width: int) -> tuple[tuple[Column, ...], int]:
    """Return the columns of all differences within `width`, and the cells of the forest plot: an odd number.

    Names give way to it where there is little room.
    """
    for name_cells in (MAX_NAME, MIN_NAME):
        columns = difference_columns(sides, MIN_FOREST, name_cells)
        room = lay_out(columns, width, COLUMN_GAP)[[column.key for column in columns].index("interval")]
        if room:
            break
    cells = max(1, (min(MAX_FOREST, room) - 1) // 2 * 2 + 1)
    return difference_columns(sides, cells, name_cells), cells


def difference_columns(sides: Sides, forest_cells: int = MIN_FOREST, name_cells: int = MAX_NAME) -> tuple[Column, ...]:
    """Return the columns of all differences; the last but one is a forest plot of so many cells."""
    first, second = cut_apart(sides.names, name_cells)
    return (
        Column("metric", "measure", weight=1, min_width=16, priority=200),
        Column("first", first, width=max(MIN_NAME, cell_width(first)), align="right", priority=180),
        Column("second", second, width=max(MIN_NAME, cell_width(second)), align="right", priority=180),
        Column("difference", "apart by", width=9, align="right", priority=120),
        Column("interval", forest_title(sides, forest_cells), weight=6, min_width=MIN_FOREST, priority=150),
        Column("verdict", "verdict", width=14, priority=190),
    )


def difference_lines(
    entries: Sequence[MetricDifference], sides: Sides, forest_cells: int = MIN_FOREST, *, is_ascii: bool = False
) -> list[Line]:
    """Return all differences as table lines under their sections; a line's key is the measure's name."""
    by_name = {entry.metric.name: entry for entry in entries}
    return under_sections(by_name, lambda entry: _difference(entry, sides, forest_cells, is_ascii=is_ascii))


def under_sections(by_name: Mapping[str, Named], line_of: Callable[[Named], Line]) -> list[Line]:
    """Return the lines of measures, or of what is known of them, by their names: under their sections, in order."""
    lines: list[Line] = []
    for title, names in SECTIONS.items():
        members = [by_name[name] for name in names if name in by_name]
        if members:
            lines.append(Line(title, (Cell(title, "heading"),), is_heading=True))
            lines += map(line_of, members)
    return lines


def _difference(entry: MetricDifference, sides: Sides, cells: int, *, is_ascii: bool) -> Line:
    metric, difference = entry.metric, entry.difference
    if not is_applicable(entry.metric.name, sides):
        unknown = Cell(UNKNOWN, "dim")
        return Line(
            metric.name, (title_of(metric), unknown, unknown, unknown, "", Cell(verdict_text(entry, sides), "dim"))
        )
    side = better_side(entry)
    drawn = ""
    if difference.interval is not None and difference.difference is not None:
        means = [abs(value) for value in (difference.first_mean, difference.second_mean) if value is not None]
        scale = _SCALES.get(metric.unit) or max(means, default=0.0) or 1.0
        low, high = difference.interval.low, difference.interval.high
        drawn = forest_text(low / scale, high / scale, difference.difference / scale, cells)
    is_real = difference.verdict == "real"
    tone: Tone = "dim" if not is_real else "good" if side is not None else "strong"
    values = [
        Cell(value_text(value, metric, decimals=1), "strong" if side == place else "text")
        for place, value in enumerate((difference.first_mean, difference.second_mean))
    ]
    return Line(
        metric.name,
        (
            title_of(metric),
            *values,
            Cell(UNKNOWN if difference.difference is None else apart_text(difference.difference, metric.unit), "dim"),
            forest_cell(
                drawn.translate(_TO_ASCII) if is_ascii else drawn, "accent" if difference.verdict == "real" else "dim"
            ),
            Cell(verdict_text(entry, sides), tone),
        ),
    )


_TO_ASCII = str.maketrans({"─": "-", "●": "o", "│": "|", "◂": "<", "▸": ">", "·": "."})


def forest_cell(drawn: str, tone: Tone) -> CellLike:
    """Return a drawn interval as a cell in a tone, its grid in the tone of rules."""
    pieces = [
        Cell("".join(signs), "rule" if is_grid else tone)
        for is_grid, signs in groupby(drawn, key=lambda sign: sign in f"{GRID} ")
    ]
    return StyledPieces(tuple(pieces))


def forest_text(low: float, high: float, middle: float, cells: int) -> str:
    """Return an interval drawn between −1 at the left edge and 1 at the right, with an arrow where it goes beyond."""
    half = cells // 2

    def place(value: float) -> int:
        return half + round(max(-1.0, min(1.0, value)) * half)

    drawn = [GRID if (column - half) % GRID_CELLS == 0 else " " for column in range(2 * half + 1)]
    for at in range(place(low), place(high) + 1):
        drawn[at] = "─"
    drawn[half] = "│"
    drawn[place(middle)] = "●"
    if low < -1:
        drawn[0] = "◂"
    if high > 1:
        drawn[-1] = "▸"
    return "".join(drawn)


def marks_lines(metric: Metric, sides: Sides, profile: Profile, *, is_ascii: bool = False) -> list[CellLike]:
    """Return a strip per group with a mark for every session, the highest value first, both on one scale."""
    values = [
        sorted((value for figures in group if (value := metric.value(figures, profile)) is not None), reverse=True)
        for group in sides.samples
    ]
    top = max((side[0] for side in values if side), default=0.0)
    lines: list[CellLike] = []
    for name, shown, side in zip(sides.names, cut_apart(sides.names, GROUP_CELLS), values, strict=True):
        strip = sparkline(side, min(MARKS_CELLS, len(side)), top=max(top, 1e-9), is_ascii=is_ascii).ljust(MARKS_CELLS)
        middle = value_text(median(side), metric, decimals=1) if side else UNKNOWN
        most = value_text(side[0], metric, decimals=1) if side else UNKNOWN
        lines.append(
            StyledPieces(
                (
                    Cell(f" {pad(shown, GROUP_CELLS)} "),
                    Cell(strip, agent_tone(name)),
                    Cell(f"  median {middle}, most {most}, of {len(side)}", "dim"),
                )
            )
        )
    return lines


BEHIND_COLUMNS = (
    Column("value", "value", width=9, align="right", priority=200),
    Column("group", "group", width=GROUP_CELLS, priority=180),
    Column("title", "session", weight=1, min_width=16, priority=190),
    Column("model", "model", width=20, priority=80),
    Column("steps", "steps", width=6, align="right", priority=100),
    Column("last", "last", width=5, align="right", priority=120),
)
"""Columns of the sessions behind a measure."""


def behind_lines(
    metric: Metric,
    sides: Sides,
    profile: Profile,
    now_ms: int,
    names: Sequence[str] | None = None,
    *,
    is_shared: bool = False,
) -> list[Line]:
    """Return the sessions of groups by value, highest first, unknown last; a line's key is the trajectory.

    Those of both groups, or of the named ones.
    """
    shown = dict(zip(sides.names, cut_apart(sides.names, GROUP_CELLS), strict=True))
    members = [
        (metric.value(figures, profile), name, figures)
        for name, group in zip(sides.names, sides.samples, strict=True)
        for figures in group
        if figures.run.trajectory_id is not None and (names is None or name in names)
    ]
    members.sort(key=lambda member: (member[0] is None, -(member[0] or 0.0), -member[2].last_at))
    return [
        Line(
            figures.run.trajectory_id or 0,
            (
                Cell(value_text(value, metric, decimals=1), "strong"),
                Cell(shown[name], agent_tone(name)),
                titled(figures.title, is_shared=is_shared),
                Cell(figures.model or UNKNOWN, "dim"),
                Cell(count(figures.steps), "dim"),
                Cell(age(now_ms - figures.last_at) if figures.last_at else UNKNOWN, "dim"),
            ),
        )
        for value, name, figures in members
    ]
