"""Jump mode: a letter stands on every pane and on everything that a click chooses; pressing it leads there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.widgets.footer import KeyStrip
from ppp_tui.tui.widgets.guarded import Static
from ppp_tui.tui.widgets.status_bar import TopStrip

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Letters in the order in which they are given: those under the fingers first."""

NAVIGATION = "navigation"
"""Id of the line of main screens, which have keys of their own."""


class JumpTarget(NamedTuple):
    """A place to jump to."""

    x: int
    y: int
    widget: Widget
    key: str = ""
    """The part of a strip that is chosen; '' where the widget itself gets the focus."""


def jump_targets(screen: Screen[Any]) -> list[JumpTarget]:
    """Return what a letter can lead to on a screen, in reading order, as many as there are letters."""
    targets = [*_panes(screen), *_parts(screen)]
    return sorted(targets, key=lambda target: (target.y, target.x))[: len(LETTERS)]


def _panes(screen: Screen[Any]) -> Iterator[JumpTarget]:
    for widget in screen.focus_chain:
        region = widget.region.intersection(screen.region)
        if region.area:
            yield JumpTarget(region.x, region.y, widget)


def _parts(screen: Screen[Any]) -> Iterator[JumpTarget]:
    for strip in screen.query(TopStrip):
        region = strip.content_region.intersection(screen.region)
        if region.area and strip.id != NAVIGATION and not isinstance(strip, KeyStrip):
            for x, key in strip.clickable_parts():
                yield JumpTarget(region.x + max(0, x - 1), region.y, strip, key)


class JumpScreen(PppModal):
    """Letters over the screen below; a key that is none of them ends it."""

    def __init__(self, targets: Sequence[JumpTarget]) -> None:
        """Show a letter for each target."""
        super().__init__()
        self._targets = dict(zip(LETTERS, targets, strict=False))

    def drop_content(self) -> None:
        """Let go of the widgets below."""
        self._targets = {}

    def compose(self) -> ComposeResult:
        """Put each letter where its target begins."""
        for letter, target in self._targets.items():
            label = Static(letter, classes="jump-letter", markup=False)
            label.styles.offset = (target.x, target.y)
            yield label

    def on_key(self, event: Key) -> None:
        """Go to the target of a letter; leave on any other key."""
        event.stop()
        event.prevent_default()
        target = self._targets.get(event.character or "")
        self.app.pop_screen()
        if target is None or not target.widget.is_attached:
            return
        if isinstance(target.widget, TopStrip):
            target.widget.post_message(TopStrip.Clicked(target.widget, target.key))
        else:
            target.widget.focus()
