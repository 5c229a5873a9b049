"""The input line for searches, commands, periods and labels, with an error or the number of matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, Unpack

from textual import getters, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.guarded import Guarded, Horizontal, Static, WidgetAttributes

Mode = Literal["search", "command", "period", "label"]
"""What is typed: ``/`` a search that applies while it is typed; a command, a period or a label waits for Enter."""

KEPT_ENTRIES = 50
"""Maximum length of the history."""

_PROMPT: dict[Mode, str] = {"search": "/", "command": ":", "period": "▸", "label": "#"}


class Completer(Protocol):
    """Protocol of a completion of typed lines."""

    def complete(self, text: str) -> list[str]:
        """Return the lines that `text` can be completed to, the likeliest first."""
        ...

    def hint(self, text: str) -> str:
        """Return the completions in a few words; '' for none."""
        ...


class CommandLine(Horizontal, Guarded):
    """Input line that is hidden until `open_for` is called; Enter submits, Escape cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="command.cancel"),
        Binding("up", "earlier", "earlier lines", id="command.earlier"),
        Binding("down", "later", "Later", show=False, id="command.later"),
        Binding("tab", "complete", "Complete", show=False, id="command.complete"),
    ]

    @dataclass
    class _Typed(Message):
        command_line: CommandLine
        mode: Mode
        text: str

        @property
        def control(self) -> CommandLine:
            """The line that posted the message."""
            return self.command_line

    @dataclass
    class Opened(_Typed, namespace="command_line"):
        """Posted when the line was opened; `text` is its content."""

    @dataclass
    class Changed(_Typed, namespace="command_line"):
        """Posted when the text changed."""

        def can_replace(self, message: Message) -> bool:
            """Return True for an older text, which does not matter any more."""
            return isinstance(message, CommandLine.Changed) and message.command_line is self.command_line

    @dataclass
    class Submitted(_Typed, namespace="command_line"):
        """Posted by Enter, unless the line has an error."""

    @dataclass
    class Cancelled(_Typed, namespace="command_line"):
        """Posted by Escape; `text` is what had been typed."""

    _input = getters.query_one(Input)
    _prompt = getters.query_one("#command-line-prompt", Static)

    def __init__(
        self,
        *,
        entries: dict[str, list[str]] | None = None,
        **attributes: Unpack[WidgetAttributes],
    ) -> None:
        """Begin hidden; lines that are given the same `entries` (by mode) share their history."""
        super().__init__(**attributes)
        self._mode: Mode = "search"
        self._has_error = False
        self._entries = entries if entries is not None else {}
        self._place = 0
        self._note_text = ""
        self._completer: Completer | None = None
        self._offered: list[str] = []
        """Completions that Tab goes through."""

    def _mount_parts(self) -> None:
        """Mount prompt, input and note when they are first needed: every screen has a line, few are ever opened."""
        text = Input(id="command-line-text", compact=True, select_on_focus=False)
        text.cursor_blink = False
        prompt = Static("", id="command-line-prompt", markup=False)
        self.mount(prompt, text, Static("", id="command-line-note", markup=False))

    @property
    def mode(self) -> Mode:
        """What is being typed."""
        return self._mode

    @property
    def text(self) -> str:
        """The typed text."""
        return self._input.value if self._nodes else ""

    @property
    def is_open(self) -> bool:
        """Whether the line is on the screen."""
        return self.has_class("-open")

    def open_for(self, mode: Mode, text: str = "") -> None:
        """Show the line with `text` in it and take the focus."""
        if not self._nodes:
            self._mount_parts()
        self._mode = mode
        self._offered = []
        self._place = len(self._entries.get(mode, ()))
        self._prompt.update(_PROMPT[mode])
        self.set_note("")
        self.add_class("-open")
        with self.prevent(Input.Changed):
            self._input.value = plain(text)
        self._input.cursor_position = len(self._input.value)
        self._input.focus()
        self.post_message(self.Opened(self, mode, text))

    def set_completer(self, completer: Completer | None) -> None:
        """Complete with Tab, and show the first completions beside the line."""
        self._completer = completer
        self._show_note()

    def close(self) -> None:
        """Hide the line; the screen moves the focus."""
        self.remove_class("-open")

    def set_note(self, text: str, *, is_error: bool = False) -> None:
        """Show a note at the right, such as an error or the number of matches. With an error Enter does nothing."""
        self._has_error = is_error
        self.set_class(is_error, "-wrong")
        self._note_text = plain(text)
        self._show_note()

    def _show_note(self) -> None:
        hints = self._completer.hint(self.text) if self._completer is not None and self._mode == "command" else ""
        note = Content("   ".join(part for part in (f"⇥ {hints}" if hints else "", self._note_text) if part))
        for widget in self.query("#command-line-note").results(Static):
            widget.update(note)

    def set_matches(self, number: int | None, *, is_lower_bound: bool = False) -> None:
        """Show how many rows match, None while they are counted; an error in the text is shown instead."""
        if self._has_error:
            return
        if number is None:
            self.set_note("…")
        else:
            self.set_note(f"{'≥' if is_lower_bound else ''}{counted(number, 'match', 'matches')}")

    def set_entries(self, mode: Mode, entries: Sequence[str]) -> None:
        """Set the history, oldest first, that the arrow keys bring back."""
        self._entries[mode] = list(entries)[-KEPT_ENTRIES:]

    def action_complete(self) -> None:
        """Complete the last word; pressed again, take the next completion."""
        if self._completer is None or self._mode != "command":
            return
        if self.text not in self._offered:
            self._offered = self._completer.complete(self.text)
        elif self._offered:
            self._offered = [*self._offered[1:], self._offered[0]]
        if self._offered:
            self._input.value = self._offered[0]
            self._input.cursor_position = len(self._input.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.set_note("")
        self.post_message(self.Changed(self, self._mode, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._has_error:
            return
        entries = self._entries.get(self._mode, [])
        if event.value and (not entries or entries[-1] != event.value):
            self.set_entries(self._mode, [*entries, event.value])
        self.close()
        self.post_message(self.Submitted(self, self._mode, event.value))

    def action_cancel(self) -> None:
        """Hide the line and post `Cancelled`."""
        text = self.text
        self.close()
        self.post_message(self.Cancelled(self, self._mode, text))

    def action_earlier(self) -> None:
        """Bring back the previous entry of the history."""
        self._recall(self._place - 1)

    def action_later(self) -> None:
        """Bring back the next entry of the history, after the last one an empty line."""
        self._recall(self._place + 1)

    def _recall(self, place: int) -> None:
        entries = self._entries.get(self._mode, [])
        if 0 <= place <= len(entries):
            self._place = place
            self._input.value = entries[place] if place < len(entries) else ""
            self._input.cursor_position = len(self._input.value)
