"""The picker of themes; the theme under the cursor is shown at once, on the screen behind and in a sample."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.guarded import Horizontal, Vertical
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces
from ppp_tui.tui.widgets.panel import Panel
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.tones import HEAT, SERIES, Tone

NAME_COLUMNS = (Column("name", "theme", weight=1, min_width=12, priority=200),)
"""The column of theme names."""

_SAMPLES: tuple[tuple[tuple[str, Tone], ...], ...] = (
    (("plain text ", "text"), ("strong ", "strong"), ("dim ", "dim"), ("accent", "accent")),
    (("◆ needs you ", "needs-you"), ("● working ", "working"), ("✕ stuck ", "stuck"), ("○ idle", "idle")),
    (("? low ", "effort-low"), ("? medium ", "effort-medium"), ("? high", "effort-high")),
    (("✓ good ", "good"), ("! notice ", "notice"), ("+ added ", "added"), ("- removed ", "removed"), ("code", "code")),
    tuple((f"██ {place} ", tone) for place, tone in enumerate(SERIES, 1)),
    tuple(("███", tone) for tone in HEAT),
    (("a match", "match"), (" in the text, ", "text"), ("a link", "link")),
)


class ThemePicker(PppModal):
    """Modal with a list of themes beside a sample."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "Cancel", show=False, id="themes.cancel"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._before = ""

    def compose(self) -> ComposeResult:
        """Compose the list and the sample."""
        with Vertical(classes="dialog", id="theme-picker"):
            yield TopStrip([StripPart(" Themes", "heading")], [StripPart("Enter takes it, Escape keeps yours ", "dim")])
            with Horizontal():
                yield LineTable(NAME_COLUMNS, id="theme-names", has_header=False)
                yield Panel(id="theme-sample", classes="rule-left")
            yield TopStrip(id="theme-note")

    async def on_mount(self) -> None:
        """Show the list with the cursor on the current theme."""
        self._before = self.app.theme
        library = self.ppp.theme_library
        table = self.query_one(LineTable)
        table.show_lines([Line(name, (name,)) for name in library.names()])
        await table.move_cursor_to(self._before)
        table.focus()
        for problem in library.problems:
            self.notify(problem, severity="warning", timeout=20)
        samples = [StyledPieces((Cell(" "), *(Cell(text, tone) for text, tone in line))) for line in _SAMPLES]
        self.query_one(Panel).set_lines([part for line in samples for part in (line, "")])
        self._show_note()

    def _show_note(self) -> None:
        note = f' [screen] theme = "{self.app.theme}" in config.toml keeps it'
        self.query_one("#theme-note", TopStrip).set_parts([StripPart(note, "dim")])

    @on(LineTable.Highlighted)
    def _preview(self, event: LineTable.Highlighted) -> None:
        self.app.theme = str(event.key)
        self._show_note()

    @on(LineTable.Selected)
    def _keep_theme(self) -> None:
        self.app.pop_screen()

    def action_cancel(self) -> None:
        """Close the picker and restore the theme from before."""
        self.app.theme = self._before
        self.app.pop_screen()
