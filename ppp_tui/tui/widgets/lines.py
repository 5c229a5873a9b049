"""Lines of a table: cells with tones, and how they become segments of a fixed width.

Cells carry text, never markup; hostile characters are made visible here once more, whatever the caller did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from ppp_tui.text.cells import Align, cut, pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.tones import Tone

Key = int | str
"""Names a row for as long as it lives, wherever it stands."""

StyleOf = Callable[[Tone], Style]
"""Answers the finished style of a tone in the row that is being drawn."""

READ_CELLS = 1024
"""Characters of a cell that are looked at; no terminal shows more on one line."""


class Cell(NamedTuple):
    """A piece of text in one tone."""

    text: str
    tone: Tone = "text"
    is_clock: bool = False
    """Shows a time or an age; a change of it does not count as a change of its row."""


class StyledPieces(NamedTuple):
    """Several pieces of text in one cell, each in its own tone."""

    cells: tuple[Cell, ...]


CellLike = str | Cell | StyledPieces
"""What a row may put into a column; a bare string has the tone of its row."""


class Line(NamedTuple):
    """One row. Two equal lines look the same, so a line that compares equal is never drawn twice."""

    key: Key
    cells: tuple[CellLike, ...]
    """One for each column; those of a heading are drawn one after another over the whole width."""
    tone: Tone = "text"
    """Tone of every cell that asks for none."""
    is_heading: bool = False
    """Headings group rows; the cursor passes over them."""
    revision: int = 0
    """Distinguishes versions of a line that look the same."""


def parts_of(cell: CellLike, tone: Tone) -> tuple[Cell, ...]:
    """The pieces of a cell; `tone` is for those that ask for none."""
    if isinstance(cell, str):
        return (Cell(cell, tone),)
    if isinstance(cell, StyledPieces):
        return cell.cells if tone == "text" else tuple(_toned(part, tone) for part in cell.cells)
    return (_toned(cell, tone),)


def _toned(cell: Cell, tone: Tone) -> Cell:
    return cell if cell.tone != "text" or tone == "text" else Cell(cell.text, tone)


def is_news(before: Line, after: Line) -> bool:
    """Whether a row looks different by more than its clocks."""
    if before == after:
        return False
    if before[2:] != after[2:] or len(before.cells) != len(after.cells):
        return True
    for old, new in zip(before.cells, after.cells, strict=True):
        if old != new and not _differ_in_clocks(old, new):
            return True
    return False


def _differ_in_clocks(before: CellLike, after: CellLike) -> bool:
    if isinstance(before, str) or isinstance(after, str):
        return False
    if isinstance(before, Cell) and isinstance(after, Cell):
        return before.is_clock and after.is_clock
    if not (isinstance(before, StyledPieces) and isinstance(after, StyledPieces)) or len(before.cells) != len(
        after.cells
    ):
        return False
    for old, new in zip(before.cells, after.cells, strict=True):
        if old != new and not (old.is_clock and new.is_clock):
            return False
    return True


def cell_segments(parts: Sequence[Cell], width: int, align: Align, style_of: StyleOf) -> list[Segment]:
    """`parts` in exactly `width` cells."""
    if len(parts) == 1:
        text, tone, _ = parts[0]
        return [Segment(pad(plain(text[:READ_CELLS]), width, align), style_of(tone))]
    segments: list[Segment] = []
    room = width
    for text, tone, _ in parts:
        piece = plain(text[:READ_CELLS])
        if room and piece:
            piece = cut(piece, room)
            segments.append(Segment(piece, style_of(tone)))
            room -= cell_len(piece)
    if room > 0:
        filler = Segment(" " * room, style_of("text"))
        segments.insert(0, filler) if align == "right" else segments.append(filler)
    return segments


class Brush(NamedTuple):
    """How the cells of rows of one look become segments."""

    style_of: StyleOf
    finish: Callable[[list[Segment]], list[Segment]]
    """What is done to the segments of a cell in the end."""
    made: dict[tuple[CellLike, Tone, int, Align], list[Segment]]
    """The segments of cells that were made before: most of a row is as it was when one cell of it changes."""


def line_segments(
    line: Line, columns: Sequence[Column], widths: Sequence[int], gap: int, brush: Brush
) -> tuple[list[Segment], int]:
    """Return the cells of `line` cut and padded to `widths`, and their width; columns of width 0 are left out."""
    made, tone, space = brush.made, line.tone, " " * gap
    segments: list[Segment] = []
    taken = 0
    for cell, column, width in zip(line.cells, columns, widths, strict=False):
        if not width:
            continue
        key = (cell, tone, width, column.align)
        part = made.get(key)
        if part is None:
            cells = cell_segments(parts_of(cell, tone), width, column.align, brush.style_of)
            part = made[key] = brush.finish([*cells, Segment(space, brush.style_of("text"))])
        segments += part
        taken += width + gap
    return segments[:-1] if gap and segments else segments, max(0, taken - gap)


def heading_segments(line: Line, width: int, style_of: StyleOf) -> list[Segment]:
    """The cells of a heading, one after another, in exactly `width` cells."""
    parts: list[Cell] = []
    for cell in line.cells:
        if parts:
            parts.append(Cell("  ", line.tone))
        if isinstance(cell, StyledPieces):
            parts += cell.cells
        else:
            parts += parts_of(cell, "heading" if line.tone == "text" else line.tone)
    return cell_segments(parts, width, "left", style_of)
