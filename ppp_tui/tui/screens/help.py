"""What the keys do on a screen, and what predicates there are."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from ppp_tui.query.filters import FIELDS
from ppp_tui.tui.actions import actions_for
from ppp_tui.tui.app_of import PppModal
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.text_lines import Span, TextLine
from ppp_tui.tui.widgets.top_strip import StripPart, TopStrip

_MOVES = (
    ("j k ↓ ↑", "one row"), ("g G", "first, last (and follow again)"), ("PgUp PgDn", "one page"),
    ("Tab", "next pane"), ("space", "mark"), ("Ctrl+P", "palette: every action by its name"),
)  # fmt: skip
_NAMES = {"slash": "/", "colon": ":", "question_mark": "?", "right_square_bracket": "]", "left_square_bracket": "["}


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
        text.set_lines(self._lines())
        text.focus()

    def _lines(self) -> list[TextLine]:
        keymap = self.ppp.ports.settings.keys
        lines = [_row(keys, told) for keys, told in _MOVES]
        for action in actions_for(self._kind):
            keys = " ".join(_NAMES.get(key, key) for key in keymap.get(action.name, action.keys).split(","))
            lines.append(_row(keys, f"{action.help}  [{action.name}]"))
        lines += [TextLine(""), TextLine("Predicates, for the : line", "heading")]
        lines += [_row(f"{field.name}", field.help) for field in FIELDS]
        lines.append(TextLine("Write name:text, name<number, name>number; - before one turns it round.", "dim"))
        return lines


def _row(keys: str, told: str) -> TextLine:
    return TextLine(f"  {keys:<12} {told}", "text", (Span(2, 2 + len(keys), "accent"),), indent=15)
