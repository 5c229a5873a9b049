"""What the keys do on a screen, as they are set by now, and what predicates there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, get_args

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from ppp_tui.query.sessions.filters import FIELDS
from ppp_tui.tui.actions import Group, actions_for, keymap
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.keys import shown
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan

KEY_CELLS = 12
"""Cells of the column of keys."""

_BLANK = TextLine("")


class HelpScreen(PppModal):
    """A list of keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "app.pop_screen", "Close", show=False, id="help.close")
    ]

    def __init__(self, kind: str) -> None:
        """Help for a kind of screen."""
        super().__init__()
        self._kind = kind

    def compose(self) -> ComposeResult:
        """One text."""
        with Vertical(classes="dialog"):
            yield TopStrip([StripPart(" Keys on this screen", "heading")], [StripPart("Escape closes ", "dim")])
            yield DetailText(id="help-text")

    def on_mount(self) -> None:
        """Write it."""
        text = self.query_one(DetailText)
        text.set_lines([*self._keys(), *_predicates()] if self._has_predicates else [*self._keys()])
        text.focus()

    @property
    def _has_predicates(self) -> bool:
        return any(action.name == "command" for action in actions_for(self._kind))

    def _keys(self) -> Iterator[TextLine]:
        chosen = keymap(self.ppp.ports.settings.keys)
        for group in get_args(Group):
            actions = [action for action in actions_for(self._kind) if action.group == group]
            if actions:
                yield TextLine(f" {group}", "heading")
            for action in actions:
                yield _row(shown(chosen.get(action.name, action.keys)), action.help)
            if actions:
                yield _BLANK


def _predicates() -> Iterator[TextLine]:
    yield TextLine(" Predicates, for the : line", "heading")
    for field in FIELDS:
        yield _row(field.name, field.help)
    yield TextLine(
        "  Write name:text, name<number, name>number; - before one turns it round. Of several states one is enough.",
        "dim",
        indent=2,
    )


def _row(keys: str, told: str) -> TextLine:
    gap = " " * max(1, KEY_CELLS + 1 - cell_len(keys))
    return TextLine(f"  {keys}{gap}{told}", "text", (TextSpan(2, 2 + len(keys), "accent"),), indent=KEY_CELLS + 3)
