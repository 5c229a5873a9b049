"""The last filter before the terminal: passes visible text and the escape sequences that Textual writes.

Textual 8 writes control, escape, bidirectional and zero-width characters of a widget's text to the terminal as they
are. `PlainOutput`, mixed into the app, stops them twice: `PlainText` looks at every strip that is drawn, before it is
turned into sequences, and a driver made by `filtered` looks at every write. Notifications, the clipboard and the report
of a crash are made plain as well, and markup is refused.
"""

from __future__ import annotations

import asyncio
import re
import select
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome, NoColor

from ppp_tui.text.cells import cut
from ppp_tui.text.sanitize import CONTROL, INVISIBLE, SURROGATE, copyable, is_suspect, plain
from ppp_tui.tui.widgets.tones import TonedScreen

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Replacement of a forbidden character in a write, for text that `PlainText` did not see."""

_IN_FRAMES = re.compile(
    # Everything but line ends, joiners within emoji, and the two sequences that frames consist of.
    rf"[{CONTROL}{INVISIBLE}{SURROGATE}](?:(?<=\x1b)(?!\[[0-9;:]*m|\[[0-9]+;[0-9]+H)|(?<![\n\r\x1b\u200d\ufe0e\ufe0f]))"
)
_OWN_WRITE = re.compile(
    r"(?:\x1b\[[?<>=]?[0-9;]*\$?[A-Za-z]|\n)+"  # modes, keyboard protocol, questions to the terminal
    r"|\x07"  # the bell
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # the clipboard, which only `copy_to_clipboard` writes
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the mouse pointer
    rf"|\x1b\]9;ppp-tui: [^{CONTROL}{SURROGATE}]*\x07"  # a note outside of the terminal, see `desktop_notification`
)
_BEGINNING = re.compile(r"\x1b(?:\[[0-9;:?<>=$]*)?\Z")
"""The beginning of a sequence that the next write continues: Textual cuts long writes on Windows."""


HANGUP_EXIT = 129
"""Exit status of a dashboard whose terminal went away, the same as after SIGHUP."""

HANGUP_LOOK_S = 1.0
"""How often a dashboard looks whether its terminal is still there."""

NOTE_CHARACTERS = 200
"""Maximum length of a desktop notification."""


class PlainText(LineFilter):
    """Line filter that sanitizes the text of every strip without changing its width.

    It applies the filters `before` it in the same pass: each filter that Textual applies costs a copy of every strip.
    """

    def __init__(self, before: tuple[LineFilter, ...] = ()) -> None:
        super().__init__()
        self.before = before

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments` with sanitized text and links."""
        for line_filter in self.before:
            segments = line_filter.apply(segments, background)
        for text, style, _ in segments:
            if (not text.isascii() or not text.isprintable()) and is_suspect(text):
                return _shown(segments)
            if style is not None and style.link:
                return _shown(segments)
        return segments


def _shown(segments: list[Segment]) -> list[Segment]:
    width = sum(cell_len(text) for text, _, _ in segments)
    shown = []
    for text, style, _ in segments:
        # A link may hide its target; addresses are written out instead.
        shown.append(Segment(plain(text), style.update_link(None) if style is not None and style.link else style))
    return Segment.adjust_line_length(shown, width)


def desktop_notification(driver: Driver, text: str) -> None:
    """Ask the terminal to show `text` as a desktop notification (OSC 9 of iTerm2), which many ignore.

    The name of the program stands first, so that no text begins like the progress command of other terminals.
    """
    driver.write(f"\x1b]9;ppp-tui: {cut(plain(text), NOTE_CHARACTERS)}\x07")
    driver.flush()


@lru_cache(maxsize=8)
def filtered(driver_class: type[Driver]) -> type[Driver]:
    """Return a `driver_class` that checks every write; only what Textual itself sends passes unchanged."""

    class FilteredDriver(driver_class):  # type: ignore[valid-type,misc]  # the class is known at run time only
        """Driver that writes nothing but visible text and Textual's own sequences."""

        _rest = ""

        def __init__(self, app: App[Any], **options: Any) -> None:
            super().__init__(app, **options)
            stream = getattr(self, "_file", None)
            if stream is not None:
                self._file = LastingStream(stream, self._end)

        def start_application_mode(self) -> None:
            """Take the terminal, and end the app once it is gone."""
            super().start_application_mode()
            if hasattr(self, "fileno"):
                watch_terminal(self.fileno, self._loop, self._end)

        def _end(self) -> None:
            self._app.call_later(self._app.exit, return_code=HANGUP_EXIT)

        def write(self, data: str) -> None:
            """Write `data` with forbidden characters replaced."""
            text, self._rest = checked(self._rest + data)
            super().write(text)

        def _sigtstp_application(self, *_: object) -> None:
            # Textual writes in the handler, which waits for ever where it came in the middle of another write.
            self._soon(super()._sigtstp_application)

        def _sigcont_application(self, *_: object) -> None:
            # Also sent by a terminal that goes away, and by whoever stopped the process without a word. Textual would
            # begin to read keys once more: while it reads them, or when it has ended, which keeps the process for ever.
            self._soon(self._continue)

        def _continue(self) -> None:
            if getattr(self, "_must_signal_resume", False):
                super()._sigcont_application()
            else:
                self._app.refresh(layout=True)

        def _soon(self, handler: Callable[[], object]) -> None:
            # Nothing is left to stop or to draw once the loop is closed.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(handler)

    FilteredDriver.__name__ = f"Filtered{driver_class.__name__}"
    return FilteredDriver


def watch_terminal(fileno: int, loop: asyncio.AbstractEventLoop, gone: Callable[[], object]) -> None:
    """Call `gone` on the loop once the terminal behind a file number is gone, where the system tells that.

    A terminal that does not control the process sends no signal, and at rest nothing is written to it. Textual takes
    the end of its input for no keys, and asks for more at once, for ever.
    """
    if not hasattr(select, "poll"):
        return
    terminal = select.poll()
    terminal.register(fileno, 0)  # a hang-up is told whatever is asked for

    def look() -> None:
        if terminal.poll(0):
            gone()
        else:
            loop.call_later(HANGUP_LOOK_S, look)

    look()


def checked(data: str) -> tuple[str, str]:
    """Return the part of `data` that may be written, and the unfinished sequence at its end."""
    if _IN_FRAMES.search(data) is None or _OWN_WRITE.fullmatch(data):
        return data, ""
    beginning = _BEGINNING.search(data)
    rest = beginning[0] if beginning else ""
    return _IN_FRAMES.sub(REPLACEMENT, data[: len(data) - len(rest)]), rest


class LastingStream:
    """Stream that ignores writes after its terminal went away, and calls `gone` once then.

    Textual's writing thread dies of a failed write, and the next one waits for it for ever.
    """

    def __init__(self, stream: TextIO, gone: Callable[[], object]) -> None:
        """Write to `stream`; `gone` is called from the thread that notices the loss of the terminal."""
        self._stream = stream
        self._gone = gone
        self._is_gone = False

    def write(self, text: str) -> int:
        """Write `text`, or nothing once the terminal is gone. Return its length."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._try(self._stream.flush)

    def _try(self, action: Callable[[], object]) -> None:
        if self._is_gone:
            return
        try:
            action()
        except OSError:
            self._is_gone = True
            self._gone()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class PlainStream:
    """Standard error with forbidden characters replaced, since crash reports may quote any text."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Write `text` with forbidden characters replaced."""
        sys.stderr.write(checked(text)[0])
        return len(text)

    def flush(self) -> None:
        """Flush standard error."""
        sys.stderr.flush()

    def isatty(self) -> bool:
        """Return whether standard error is a terminal."""
        return sys.stderr.isatty()


class PlainOutput(App[Any]):
    """Mixin for an app, before `App`: everything written to the terminal is sanitized."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._plain_text = PlainText()
        self._no_colour = NoColor()
        self.error_console = Console(markup=False, highlight=False, file=cast("TextIO", PlainStream()))

    def get_driver_class(self) -> type[Driver]:
        """Return the driver for this platform with every write checked."""
        return filtered(super().get_driver_class())

    def get_default_screen(self) -> Screen[Any]:
        """Return a screen that has the styles of all tones."""
        return TonedScreen()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's own filters and, after them, the one that sanitizes text."""
        # Textual chooses its filter for NO_COLOR before the theme is known, and the one that it takes paints a theme of
        # the terminal's own colours black on black.
        is_native = self.native_ansi_color
        filters = super().get_line_filters()
        if is_native:
            filters = [
                self._no_colour if isinstance(line_filter, Monochrome) else line_filter for line_filter in filters
            ]
        before = tuple(filters)
        if before != self._plain_text.before:
            self._plain_text = PlainText(before)
        return [self._plain_text]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  kept for Textual's own callers, and refused
    ) -> None:
        """Show a notification; its text is never markup."""
        super().notify(
            plain(message, keep_newlines=True), title=plain(title), severity=severity, timeout=timeout, markup=False
        )

    def copy_to_clipboard(self, text: str) -> None:
        """Copy `text` sanitized, so that a shell obeys nothing when it is pasted."""
        super().copy_to_clipboard(copyable(text))
