"""A line with the names of views, the current one always in sight, and notes at its right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

BEFORE, AFTER = "‹", "›"
"""Signs of views for which there is no room at the left and at the right; a click shows the nearest of them."""

_GAP = 2


class TabStrip(TopStrip):
    """Line of tabs; a click posts `Clicked` with the key of a tab."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(gap=_GAP, id=id, classes=classes)
        self._tabs: tuple[StripPart, ...] = ()
        self._current = 0
        self._notes: tuple[tuple[StripPart, ...], ...] = ((),)

    def set_tabs(self, tabs: Sequence[tuple[str, str]], current: str, *notes: Sequence[StripPart]) -> None:
        """Show tabs, each a key and a name, and beside them the first of the `notes` that leaves room for all tabs.

        Without room for any, those of the last notes that are not dim stay: the user has set what they tell.
        """
        keys = [key for key, _ in tabs]
        self._tabs = tuple(StripPart(name, "accent" if key == current else "dim", key) for key, name in tabs)
        self._current = keys.index(current)
        self._notes = tuple(map(tuple, notes)) or ((),)
        self.show_tabs()

    def on_resize(self) -> None:
        """Fit the tabs to the new width."""
        self.show_tabs()

    def show_tabs(self) -> None:
        """Draw the tabs that fit."""
        if self._tabs:
            self.set_parts(*fitting_tabs(self._tabs, self._current, self._notes, self.size.width))


def fitting_tabs(
    tabs: Sequence[StripPart], current: int, notes: Sequence[Sequence[StripPart]], width: int
) -> tuple[list[StripPart], list[StripPart]]:
    """Return the tabs to show and the notes beside them; where tabs are missing, a sign stands for them."""
    # The first tab stands a cell from the edge, and no gap follows the last part.
    width += _GAP - 1
    for right in notes:
        if row_width(tabs) + row_width(right) <= width:
            return _indented(tabs), list(right)
    kept = [note for note in notes[-1] if note.tone != "dim"]
    room = width - row_width(kept)

    def fits(first: int, last: int) -> bool:
        return row_width(_window(tabs, first, last)) <= room

    beyond = min(current + 1, len(tabs) - 1)
    first = next((place for place in range(current) if fits(place, beyond)), current)
    last = next((place for place in reversed(range(current, len(tabs))) if fits(first, place)), current)
    return _indented(_window(tabs, first, last)), kept


def row_width(parts: Sequence[StripPart]) -> int:
    """Return the width of parts, with the gap after each."""
    return sum(cell_len(part.text) + _GAP for part in parts)


def _window(tabs: Sequence[StripPart], first: int, last: int) -> list[StripPart]:
    before = [StripPart(BEFORE, "dim", tabs[first - 1].key)] if first else []
    after = [StripPart(AFTER, "dim", tabs[last + 1].key)] if last + 1 < len(tabs) else []
    return [*before, *tabs[first : last + 1], *after]


def _indented(parts: Sequence[StripPart]) -> list[StripPart]:
    return [part._replace(text=f" {part.text}") if not place else part for place, part in enumerate(parts)]
