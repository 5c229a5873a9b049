"""Lines of a table, made of cells with tones, and their conversion to segments of a fixed width.

Cells carry text, never markup; hostile characters are made visible here once more, whatever the caller did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from ppp_tui.text.cells import Align, cut_start, fitted, pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.tones import Tone

Key = int | str
"""Identifies a row, wherever it stands."""

StyleOf = Callable[[Tone], Style]
"""Returns the style of a tone in the row that is being drawn."""

READ_CELLS = 1024
"""Maximum characters of a cell that are read; no terminal shows more on one line."""


class Cell(NamedTuple):
    """A piece of text in one tone."""

    text: str
    tone: Tone = "text"
    is_clock: bool = False
    """Whether it shows a time or an age, whose change does not count as a change of its row."""
    is_path: bool = False
    """Whether its end tells more than its beginning, which is cut where there is no room."""


class StyledPieces(NamedTuple):
    """A cell of several pieces of text, each in its own tone."""

    cells: tuple[Cell, ...]


CellLike = str | Cell | StyledPieces
"""Content of a cell; a bare string has the tone of its row."""


class Line(NamedTuple):
    """One row of a table; lines that are equal look the same, so an equal line is never drawn twice."""

    key: Key
    cells: tuple[CellLike, ...]
    """One for each column; those of a heading are drawn one after another over the whole width."""
    tone: Tone = "text"
    """Tone of every cell without its own."""
    is_heading: bool = False
    """Whether it is a heading, which groups rows and is skipped by the cursor."""
    revision: int = 0
    """Distinguishes versions of a line that look the same."""


def parts_of(cell: CellLike, tone: Tone) -> tuple[Cell, ...]:
    """Return the pieces of a cell; `tone` is for those without their own."""
    if isinstance(cell, str):
        return (Cell(cell, tone),)
    if isinstance(cell, StyledPieces):
        return cell.cells if tone == "text" else tuple(_toned(part, tone) for part in cell.cells)
    return (_toned(cell, tone),)


def cell_text(cell: CellLike) -> str:
    """Return the text of a cell, all its pieces joined."""
    return "".join(part.text for part in parts_of(cell, "text"))


def _toned(cell: Cell, tone: Tone) -> Cell:
    return cell if cell.tone != "text" or tone == "text" else cell._replace(tone=tone)


def is_news(before: Line, after: Line) -> bool:
    """Return whether a row changed by more than its clocks."""
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
    """Return `parts` as segments of exactly `width` cells."""
    if len(parts) == 1:
        text, tone, _, is_path = parts[0]
        shown = cut_start(plain(text[-READ_CELLS:]), width) if is_path else plain(text[:READ_CELLS])
        return [Segment(pad(shown, width, align), style_of(tone))]
    segments: list[Segment] = []
    room = width
    for text, tone, *_ in parts:
        piece = fitted(text[:READ_CELLS], room)
        if piece:
            segments.append(Segment(piece, style_of(tone)))
            room -= cell_len(piece)
    if room > 0:
        filler = Segment(" " * room, style_of("text"))
        segments.insert(0, filler) if align == "right" else segments.append(filler)
    return segments


class Brush(NamedTuple):
    """Styles, filter and cache with which cells of one look become segments."""

    style_of: StyleOf
    finish: Callable[[list[Segment]], list[Segment]]
    """Applied to the segments of a cell last."""
    made: dict[tuple[CellLike, Tone, int, Align], list[Segment]]
    """Cache of segments, since most cells of a changed row are unchanged."""


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
    """Return the cells of a heading, one after another, as segments of exactly `width` cells."""
    parts: list[Cell] = []
    for cell in line.cells:
        if parts:
            parts.append(Cell("  ", line.tone))
        if isinstance(cell, StyledPieces):
            parts += cell.cells
        else:
            parts += parts_of(cell, "heading" if line.tone == "text" else line.tone)
    return cell_segments(parts, width, "left", style_of)
