"""What the cells of a line say."""

from __future__ import annotations

from collections.abc import Iterable

from ppp_tui.tui.widgets.lines import CellLike, cell_text


def cell_texts(cells: Iterable[CellLike]) -> list[str]:
    """The text of each cell."""
    return [cell_text(cell) for cell in cells]
