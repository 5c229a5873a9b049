"""Text measured in cells of a terminal: cut and padded, wide characters counted as two."""

from __future__ import annotations

from typing import Literal

from rich.cells import cell_len, set_cell_size

Align = Literal["left", "right"]
"""Side of its column on which a text stands."""

ELLIPSIS = "…"
"""Ends a text that was cut."""


def cut(text: str, width: int) -> str:
    """The beginning of `text` in at most `width` cells, ending in ``…`` if something is missing.

    A wide character is never halved, and no space stands before the ``…``.
    """
    if width <= 0:
        return ""
    if len(text) <= width and text.isascii():
        return text
    head = text[: 8 * width + 64]
    if cell_len(head) <= width:
        if len(head) == len(text) or cell_len(text) <= width:
            return text
        head = text
    if width == 1:
        return ELLIPSIS
    return set_cell_size(head, width - 1).rstrip(" ") + ELLIPSIS


def pad(text: str, width: int, align: Align = "left") -> str:
    """`text` in exactly `width` cells, cut or filled with spaces."""
    if len(text) > width or not text.isascii():
        text = cut(text, width)
        missing = max(0, width - cell_len(text))
    else:
        missing = width - len(text)
    return " " * missing + text if align == "right" else text + " " * missing
