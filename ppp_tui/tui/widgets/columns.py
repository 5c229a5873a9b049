"""Columns of a table and their widths; a narrow terminal loses the least important ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ppp_tui.text.cells import Align


@dataclass(frozen=True, slots=True)
class Column:
    """One column, either with a fixed `width` or with a share of the remaining room by `weight`."""

    key: str
    """Name of the column, for sorting."""
    title: str
    width: int | None = None
    """Cells, or None for a share of the remaining room."""
    weight: int = 1
    """Share of the remaining room; unused if `width` is set."""
    align: Align = "left"
    min_width: int = 8
    """Minimum width of a column that has no fixed width."""
    priority: int = 100
    """The column with the smallest priority goes first when the terminal is narrow; among equals, the last one."""

    @property
    def least_width(self) -> int:
        """Width that the column needs to be shown at all."""
        return self.min_width if self.width is None else self.width


def lay_out(columns: Sequence[Column], width: int, gap: int) -> tuple[int, ...]:
    """Return the width of each column within `width`, `gap` cells apart; 0 for a column without room.

    The most important column is always shown, cut to the room there is.
    """
    shown = set(range(len(columns)))
    while len(shown) > 1 and _needed(columns, shown, gap) > width:
        shown.remove(min(shown, key=lambda index: (columns[index].priority, -index)))
    free = width - _needed(columns, shown, gap)
    if len(shown) == 1:
        only = next(iter(shown))
        room = max(0, width)
        least = columns[only].width
        return tuple((room if least is None else min(room, least)) if i == only else 0 for i in range(len(columns)))
    shares = _shares(columns, shown, free)
    return tuple(columns[i].least_width + shares.get(i, 0) if i in shown else 0 for i in range(len(columns)))


def _needed(columns: Sequence[Column], shown: set[int], gap: int) -> int:
    return sum(columns[index].least_width for index in shown) + gap * (len(shown) - 1)


def _shares(columns: Sequence[Column], shown: set[int], free: int) -> dict[int, int]:
    """Return `free` cells shared out among the columns without a fixed width, every cell given away."""
    flexible = [index for index in sorted(shown) if columns[index].width is None]
    shares: dict[int, int] = {}
    weight_left = sum(columns[index].weight for index in flexible)
    for index in flexible:
        weight = columns[index].weight
        share = free * weight // weight_left if weight_left else 0
        shares[index] = share
        free -= share
        weight_left -= weight
    return shares
