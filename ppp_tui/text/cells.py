"""Text measured in cells of a terminal: cut and padded, wide characters counted as two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ppp_tui.text.sanitize import plain

Align = Literal["left", "right"]
"""Side of its column that a text is aligned to."""

ELLIPSIS = "…"
"""The end of a text that was cut."""


MAX_SAME_CHARACTERS = 4
"""Most equal characters of names that are shown before the first one in which they differ."""

_OWN = str.maketrans("", "", "–≥≤─█…−·✕✓◆●○⏎→“”’")
"""Characters of our own, each a cell wide."""


def cell_width(text: str) -> int:
    """Return how many cells `text` takes. Figures and plain sentences are measured without a library."""
    if _is_narrow(text):
        return len(text)
    from rich.cells import cell_len  # takes a while to import: a quick command that prints figures does without it

    return cell_len(text)


def _is_narrow(text: str) -> bool:
    """Return whether every character is certainly one cell wide; False where a table is needed to decide."""
    return text.isascii() or text.translate(_OWN).isascii()


def cut(text: str, width: int) -> str:
    """Return the beginning of `text` in at most `width` cells, ending in ``…`` if something is missing.

    A wide character is never halved, and no space is left before the ``…``.
    """
    if width <= 0:
        return ""
    if len(text) <= width and text.isascii():
        return text
    head = text[: 8 * width + 64]
    if _is_narrow(head):
        return text if len(text) <= width else head[: width - 1].rstrip(" ") + ELLIPSIS
    from rich.cells import cell_len, set_cell_size

    if cell_len(head) <= width:
        if len(head) == len(text) or cell_len(text) <= width:
            return text
        head = text
    if width == 1:
        return ELLIPSIS
    return set_cell_size(head, width - 1).rstrip(" ") + ELLIPSIS


def fitted(text: str, width: int) -> str:
    """Return `text` without anything that a terminal obeys, cut to `width` cells."""
    if len(text) <= width and text.isascii() and text.isprintable():
        return text
    return cut(plain(text), width)


def pad(text: str, width: int, align: Align = "left") -> str:
    """Return `text` in exactly `width` cells, cut or filled with spaces."""
    if len(text) > width or not text.isascii():
        text = cut(text, width)
        missing = max(0, width - cell_width(text))
    else:
        missing = width - len(text)
    return " " * missing + text if align == "right" else text + " " * missing


def cut_start(text: str, width: int) -> str:
    """Return the end of `text` in at most `width` cells, beginning with ``…`` if something is missing."""
    if cell_width(text) <= width:
        return text
    return "" if width <= 0 else ELLIPSIS + _last_cells(text, width - 1)


def cut_middle(text: str, width: int) -> str:
    """Return both ends of `text` in at most `width` cells, with ``…`` between them."""
    if cell_width(text) <= width:
        return text
    if width <= 1:
        return cut(text, width)
    tail = _last_cells(text, (width - 1) // 2)
    return cut(text, width - cell_width(tail)) + tail


def cut_apart(names: Sequence[str], width: int) -> list[str]:
    """Return names for one list in at most `width` cells each; names that differ stay different.

    Of names whose beginnings are the same as far as they fit, the middle is left out, so that each shows from where on
    it differs: ``claude-op…4-5`` and ``claude-op…4-6``.
    """
    shown = {name: cut(name, width) for name in names}
    alike: dict[str, list[str]] = {}
    for name, text in shown.items():
        alike.setdefault(text, []).append(name)
    for members in alike.values():
        if len(members) > 1:
            shown |= _apart(members, width)
    return [shown[name] for name in names]


def _apart(names: Sequence[str], width: int) -> dict[str, str]:
    """Return names that begin alike, each with its beginning and the part from which on it differs."""
    first, last = min(names), max(names)
    shorter = min(len(first), len(last))
    same = next((place for place in range(shorter) if first[place] != last[place]), shorter)
    # The part begins with the word before the one that differs, which often belongs to it, as in 4-5.
    words = [place for place in range(max(0, same - MAX_SAME_CHARACTERS), same) if not names[0][place - 1].isalnum()]
    begin = words[0] if words else same
    part_width = max(1, width - 1 - width // 3)
    shown = {}
    for name in names:
        part = cut(name[begin:], part_width)
        head = _first_cells(name, max(1, width - 1 - cell_width(part)))
        shown[name] = cut(f"{head}{ELLIPSIS}{part}", width)
    for text in set(shown.values()):
        members = [name for name in names if shown[name] == text]
        if 1 < len(members) < len(names):
            shown |= _apart(members, width)
    return shown


def wrap(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` cells, broken between words if possible; at least one line."""
    lines, line = [], ""
    for word in text.split():
        if line and cell_width(line) + 1 + cell_width(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        while cell_width(word) > width > 1:
            head = _first_cells(word, width)
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line or not lines else lines


def _first_cells(text: str, width: int) -> str:
    """Return the longest beginning of `text` that fits, at least a character."""
    taken = 0
    for place, character in enumerate(text):
        taken += cell_width(character)
        if taken > width:
            return text[: max(1, place)]
    return text


def _last_cells(text: str, width: int) -> str:
    taken = 0
    for place in range(len(text) - 1, -1, -1):
        taken += cell_width(text[place])
        if taken > width:
            return text[place + 1 :]
    return text
