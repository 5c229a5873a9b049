"""The footer: the keys that apply to the current focus, in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.screen import Screen

from ppp_tui.tui.keys import shown
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

_GAP = 2


class KeyHint(NamedTuple):
    """A key and its action in the footer."""

    key: str
    """Textual's name of the key."""
    label: str
    is_needed: bool = False
    """Whether it is shown at every width."""

    @property
    def width(self) -> int:
        """Width of the hint with the gap after it."""
        return cell_len(shown(self.key)) + 1 + cell_len(self.label) + _GAP


def fitting(hints: Iterable[KeyHint], width: int) -> list[KeyHint]:
    """Return the hints that fit; without room, the last ones that are not needed are left out."""
    kept = list(hints)
    while kept and sum(hint.width for hint in kept) - _GAP + 1 > width:
        place = next((place for place in reversed(range(len(kept))) if not kept[place].is_needed), len(kept) - 1)
        del kept[place]
    return kept


class KeyStrip(TopStrip):
    """Line of the screen's bindings that have a label; a click presses the key."""

    def __init__(self, needed: Sequence[str] = (), *, id: str | None = None) -> None:
        """Make a footer that shows the bindings with ids in `needed` at every width."""
        super().__init__(gap=1, id=id)
        self._needed = frozenset(needed)
        self._is_due = False

    def on_mount(self) -> None:
        """Subscribe to changes of the bindings, which depend on the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self._changed(self.screen)

    def on_resize(self) -> None:
        """Show as many keys as fit."""
        self._changed(self.screen)

    def _changed(self, _screen: Screen[object]) -> None:
        # A focus that moves, and a screen that opens, change the bindings several times on end.
        if not self._is_due:
            self._is_due = True
            self.call_later(self.show_keys)

    def show_keys(self) -> None:
        """Draw the current keys."""
        self._is_due = False
        if not self.is_attached or not self.screen.is_attached:
            return
        hints: dict[str, KeyHint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled:
                hint = KeyHint(binding.key, binding.description, binding.id in self._needed)
                hints.setdefault(binding.action, hint)
        parts: list[StripPart] = []
        for hint in fitting(hints.values(), self.size.width):
            key = shown(hint.key) if parts else f" {shown(hint.key)}"
            parts += [StripPart(key, "accent", hint.key), StripPart(f"{hint.label} ", "dim", hint.key)]
        if parts:
            parts[-1] = parts[-1]._replace(text=parts[-1].text.rstrip())
        self.set_parts(parts)

    @on(TopStrip.Clicked)
    def _press(self, event: TopStrip.Clicked) -> None:
        event.stop()
        self.app.simulate_key(event.key)
