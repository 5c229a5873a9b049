"""Lays out a table: text is cut or wrapped and less important columns go until it fits the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ppp_tui.cli.report.terminal import Tone, paint
from ppp_tui.text.cells import cell_width, cut, cut_middle, cut_start, wrap
from ppp_tui.text.format import UNKNOWN

Trim = Literal["none", "end", "start", "middle", "wrap"]
"""Where text that does not fit loses what it loses; wrapped text goes on in the next line."""

GAP = 2
"""Columns between two cells."""

WIDEST = 60
"""Columns of a cell of text where the table may be as wide as it needs; wrapped text is then shown whole."""

MIN_TRIMMED = 14
"""Columns that text keeps before other columns go."""

MIN_WRAPPED = 30
"""The same of text that is wrapped."""

MAX_LINES = 4
"""Lines of a wrapped cell."""


class TableColumn(NamedTuple):
    """A column: its title and its cells, harmless text; made by `make_column`."""

    title: str
    cells: Sequence[str]
    widest: int
    """Terminal cells that it would need."""
    narrowest: int
    """Terminal cells without which it goes."""
    is_unknown: bool
    """All cells are empty or unknown."""
    is_right: bool
    trim: Trim
    rank: int
    """Columns of the highest rank go first; those of rank 0 stay."""
    tones: Mapping[str, Tone]


def make_column(
    title: str,
    cells: Sequence[str],
    *,
    is_right: bool = False,
    trim: Trim = "none",
    least: int = 0,
    rank: int = 0,
    tones: Mapping[str, Tone] | None = None,
) -> TableColumn:
    """Return a column with its measures, which are taken once: a table may have many rows."""
    own = cell_width(title)
    widest = max([own, *map(cell_width, cells)])
    least = widest if trim == "none" else least or (MIN_WRAPPED if trim == "wrap" else MIN_TRIMMED)
    return TableColumn(
        title=title,
        cells=cells,
        widest=widest,
        narrowest=min(widest, max(least, own)),
        is_unknown=all(cell in (UNKNOWN, "") for cell in cells),
        is_right=is_right,
        trim=trim,
        rank=rank,
        tones=tones or {},
    )


def table_lines(columns: Sequence[TableColumn], *, has_totals: bool, width: int | None, is_coloured: bool) -> list[str]:
    """Return the lines of a table, the last row apart if it `has_totals`, and what was left out for want of room."""
    shown = columns if width is None else fitting_columns(columns, width)
    widths = [_free_width(column) for column in shown] if width is None else column_widths(shown, width)
    if width is None:
        shown = [column._replace(trim="none") if column.trim == "wrap" else column for column in shown]
    rule = paint("─" * (sum(widths) + GAP * (len(widths) - 1)), "dim" if is_coloured else None)
    head = _row_lines([column.title for column in shown], shown, widths, "bold" if is_coloured else None)
    lines = [*head, rule]
    number = len(columns[0].cells)
    for place in range(number):
        is_total = has_totals and place == number - 1
        if is_total:
            lines.append(rule)
        tone: Tone | None = "bold" if is_total and is_coloured else None
        lines += _row_lines([column.cells[place] for column in shown], shown, widths, tone, is_toned=is_coloured)
    return [*lines, *(paint(line, "dim" if is_coloured else None) for line in _left_out(columns, shown, width))]


def _left_out(columns: Sequence[TableColumn], shown: Sequence[TableColumn], width: int | None) -> list[str]:
    """Return a sentence that names the columns that had to go, as lines."""
    if width is None or len(columns) == len(shown):
        return []
    titles = [column.title for column in columns if column not in shown and not column.is_unknown and column.title]
    if not titles:
        return []
    return wrap(f"No room for {', '.join(titles)}.", width)


def fitting_columns(columns: Sequence[TableColumn], width: int) -> list[TableColumn]:
    """Return the columns that stay: unknown ones go first, then those of the highest rank, from the right."""
    shown = list(columns)
    while sum(column.narrowest + GAP for column in shown) - GAP > width:
        spare = [column for column in shown if column.rank > 0]
        if not spare:
            break
        shown.remove(max(reversed(spare), key=lambda column: (column.is_unknown, column.rank)))
    return shown


def column_widths(columns: Sequence[TableColumn], width: int) -> list[int]:
    """Return the width of each column: room beyond the narrowest is shared in equal parts."""
    widths = [column.narrowest for column in columns]
    room = width - sum(widths) - GAP * (len(columns) - 1)
    while room > 0:
        wanting = [place for place, column in enumerate(columns) if widths[place] < column.widest]
        if not wanting:
            break
        share = max(1, room // len(wanting))
        for place in wanting:
            given = min(share, columns[place].widest - widths[place], room)
            widths[place] += given
            room -= given
    return widths


def _free_width(column: TableColumn) -> int:
    return column.widest if column.trim in ("none", "wrap") else min(column.widest, max(WIDEST, len(column.title)))


def _row_lines(
    cells: Sequence[str],
    columns: Sequence[TableColumn],
    widths: Sequence[int],
    tone: Tone | None,
    *,
    is_toned: bool = False,
) -> list[str]:
    """Return a row as one line, or as several where text is wrapped."""
    parts = [_trimmed(*args) for args in zip(cells, widths, (column.trim for column in columns), strict=True)]
    lines = []
    for place in range(max(map(len, parts))):
        line = []
        for part, width, column in zip(parts, widths, columns, strict=True):
            text = part[place] if place < len(part) else ""
            space = " " * max(0, width - cell_width(text))
            toned = paint(text, tone or (column.tones.get(text) if is_toned else None))
            line.append(f"{space}{toned}" if column.is_right else f"{toned}{space}")
        lines.append((" " * GAP).join(line).rstrip())
    return lines


def _trimmed(text: str, width: int, trim: Trim) -> list[str]:
    if trim == "none" or cell_width(text) <= width:
        return [text]
    if trim == "wrap":
        lines = wrap(text, width)
        if len(lines) <= MAX_LINES:
            return lines
        return [*lines[: MAX_LINES - 1], cut(" ".join(lines[MAX_LINES - 1 :]), width)]
    return [{"start": cut_start, "middle": cut_middle}.get(trim, cut)(text, width)]
