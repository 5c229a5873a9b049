"""The line in which a search or a command is typed, with what is wrong with it, or how much it finds, beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ppp_tui.text.format import count
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.guarded import Guarded

Mode = Literal["search", "command", "period"]
"""What is typed: ``/`` a search that applies while it is typed; a command or a period of time waits for Enter."""

KEPT_ENTRIES = 50
"""Entries that the arrow keys bring back."""

_PROMPT: dict[Mode, str] = {"search": "/", "command": ":", "period": "▸"}


class CommandLine(Horizontal, Guarded):
    """Hidden until `open_for` is called; Enter submits, Escape cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="command.cancel"),
        Binding("up", "earlier", "Earlier", show=False, id="command.earlier"),
        Binding("down", "later", "Later", show=False, id="command.later"),
    ]

    @dataclass
    class _Typed(Message):
        command_line: CommandLine
        mode: Mode
        text: str

        @property
        def control(self) -> CommandLine:
            """The line that was typed in."""
            return self.command_line

    @dataclass
    class Changed(_Typed, namespace="command_line"):
        """The text is another one."""

        def can_replace(self, message: Message) -> bool:
            """Only the last text matters."""
            return isinstance(message, CommandLine.Changed) and message.command_line is self.command_line

    @dataclass
    class Submitted(_Typed, namespace="command_line"):
        """Enter. A command line with an error submits nothing."""

    @dataclass
    class Cancelled(_Typed, namespace="command_line"):
        """Escape; `text` is what had been typed."""

    _input = getters.query_one(Input)
    _prompt = getters.query_one("#command-line-prompt", Static)
    _note = getters.query_one("#command-line-note", Static)

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._mode: Mode = "search"
        self._has_error = False
        self._entries: dict[Mode, list[str]] = {"search": [], "command": [], "period": []}
        self._place = 0

    def compose(self) -> ComposeResult:
        """Prompt, text and note."""
        yield Static("/", id="command-line-prompt", markup=False)
        text = Input(id="command-line-text", compact=True, select_on_focus=False)
        text.cursor_blink = False
        yield text
        yield Static("", id="command-line-note", markup=False)

    @property
    def mode(self) -> Mode:
        """What is being typed."""
        return self._mode

    @property
    def text(self) -> str:
        """What has been typed so far."""
        return self._input.value

    @property
    def is_open(self) -> bool:
        """Whether the line is on the screen."""
        return self.has_class("-open")

    def open_for(self, mode: Mode, text: str = "") -> None:
        """Shows the line with `text` in it and takes the focus."""
        self._mode = mode
        self._place = len(self._entries[mode])
        self._prompt.update(_PROMPT[mode])
        self.set_note("")
        self.add_class("-open")
        with self.prevent(Input.Changed):
            self._input.value = plain(text)
        self._input.cursor_position = len(self._input.value)
        self._input.focus()

    def close(self) -> None:
        """Hides the line; who takes the focus is the screen's affair."""
        self.remove_class("-open")

    def set_note(self, text: str, *, is_error: bool = False) -> None:
        """Says something at the right: what is wrong, or what is found. With an error Enter does nothing."""
        self._has_error = is_error
        self.set_class(is_error, "-wrong")
        self._note.update(Content(plain(text)))

    def set_matches(self, number: int | None, *, is_lower_bound: bool = False) -> None:
        """Says how many rows match, None while they are being counted; what is wrong with the text goes first."""
        if self._has_error:
            return
        if number is None:
            self.set_note("…")
        else:
            self.set_note(f"{'≥' if is_lower_bound else ''}{count(number)} {'match' if number == 1 else 'matches'}")

    def set_entries(self, mode: Mode, entries: Sequence[str]) -> None:
        """Earlier entries, oldest first, that the arrow keys bring back."""
        self._entries[mode] = list(entries)[-KEPT_ENTRIES:]

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
        entries = self._entries[self._mode]
        if event.value and (not entries or entries[-1] != event.value):
            self.set_entries(self._mode, [*entries, event.value])
        self.close()
        self.post_message(self.Submitted(self, self._mode, event.value))

    def action_cancel(self) -> None:
        """Hides the line and says so."""
        text = self.text
        self.close()
        self.post_message(self.Cancelled(self, self._mode, text))

    def action_earlier(self) -> None:
        """Brings back the entry before."""
        self._recall(self._place - 1)

    def action_later(self) -> None:
        """Brings back the entry after, and after the last one an empty line."""
        self._recall(self._place + 1)

    def _recall(self, place: int) -> None:
        entries = self._entries[self._mode]
        if 0 <= place <= len(entries):
            self._place = place
            self._input.value = entries[place] if place < len(entries) else ""
            self._input.cursor_position = len(self._input.value)
