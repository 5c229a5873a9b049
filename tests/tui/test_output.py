"""The last filter before the terminal, without a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.color import Color
from textual.driver import Driver
from textual.widgets import Static
from textual.widgets._toast import Toast

from ppp_tui.tui.terminal.output_filter import PlainOutput, PlainText, checked, desktop_notification, filtered

BLACK = Color(0, 0, 0)
REPLACED = "\N{REPLACEMENT CHARACTER}"


def text_of(segments: list[Segment]) -> str:
    return "".join(segment.text for segment in segments)


def test_clean_strips_are_unchanged() -> None:
    segments = [Segment("│ plain — ▓▓░ 日本 👩\u200d👩\u200d👧 ", Style(bold=True))]
    assert text_of(PlainText().apply(segments, BLACK)) == "│ plain — ▓▓░ 日本 👩\u200d👩\u200d👧 "
    ascii_only = [Segment("plain"), Segment(" text", Style(bold=True))]
    assert PlainText().apply(ascii_only, BLACK) is ascii_only


def test_hostile_strips_are_shown_and_keep_their_width() -> None:
    segments = [Segment("ab\x1b]52;c;eA==\x07"), Segment("cd\u202e  ", Style(bold=True))]
    assert text_of(PlainText().apply(segments, BLACK)) == "ab␛]52;c;eA==␇cd"
    roomy = [Segment("a\x00b\x9bc"), Segment(" " * 20)]
    assert text_of(PlainText().apply(roomy, BLACK)) == "a␀b⟨U+009B⟩c           "


def test_links_are_sanitized() -> None:
    shown = PlainText().apply([Segment("here", Style(link="http://evil.example", bold=True))], BLACK)
    assert [(segment.text, segment.style and segment.style.link) for segment in shown] == [("here", None)]
    assert shown[0].style is not None
    assert shown[0].style.bold


@pytest.mark.parametrize(
    "write",
    [
        "\x1b[12;40H\x1b[38;2;1;2;3;48;2;9;9;9mtext ─│ 日本 👩\u200d👩 ❤\ufe0f\x1b[0m\n\x1b[1;1H",
        "\x1b[?1049h",
        "\x1b[?25l",
        "\x1b[?2026$p",
        "\x1b[>1u",
        "\x1b[<u",
        "\x1b[?1003h\n",
        "\x07",
        "\x1b]22;pointer\x07",
        "\x1b]52;c;aGVsbG8=\x07",
    ],
)
def test_textuals_own_sequences_pass(write: str) -> None:
    assert checked(write) == (write, "")


@pytest.mark.parametrize(
    ("write", "written"),
    [
        ("text \x1b]52;c;eA==\x07 text", f"text {REPLACED}]52;c;eA=={REPLACED} text"),
        ("\x1b[0mtext \x1b[2J", f"\x1b[0mtext {REPLACED}[2J"),
        ("a\x9b2Jb", f"a{REPLACED}2Jb"),
        ("\x1b[1mrtl \u202e\u2066\x1b[0m", f"\x1b[1mrtl {REPLACED}{REPLACED}\x1b[0m"),
        ("a\x00b\x7fc\x0ed", f"a{REPLACED}b{REPLACED}c{REPLACED}d"),
        ("\ud800 \U000e0041\u200b", f"{REPLACED} {REPLACED}{REPLACED}"),
        ("\x1b]0;title\x07", f"{REPLACED}]0;title{REPLACED}"),
        (
            "\x1b]8;;http://x\x1b\\here\x1b]8;;\x1b\\",
            f"{REPLACED}]8;;http://x{REPLACED}\\here{REPLACED}]8;;{REPLACED}\\",
        ),
        ("\x1b]52;c;?\x07", f"{REPLACED}]52;c;?{REPLACED}"),
        ("\x1bPq\x1b\\", f"{REPLACED}Pq{REPLACED}\\"),
    ],
)
def test_other_sequences_are_replaced(write: str, written: str) -> None:
    assert checked(write) == (written, "")


def test_a_sequence_may_go_on_in_the_next_write() -> None:
    first, rest = checked("text\x1b[38;2;1")
    assert (first, rest) == ("text", "\x1b[38;2;1")
    assert checked(rest + ";2;3mred\x1b[0m") == ("\x1b[38;2;1;2;3mred\x1b[0m", "")


@given(st.text(st.sampled_from("\x1b\x07\x9b\x00]0[;mHJ52c\\ab\u202e\u200d\n"), min_size=1, max_size=40))
def test_no_write_holds_a_sequence_that_is_not_textuals(data: str) -> None:
    written, rest = checked("text" + data)

    left = re.sub(r"\x1b\[[0-9;:]*m|\x1b\[[0-9]+;[0-9]+H", "", written)
    assert not {"\x1b", "\x07", "\x9b", "\x00", "\u202e"} & set(left)
    assert not rest or rest.startswith("\x1b")


class Recorder(Driver):
    """A driver that keeps what it is told to write."""

    written: list[str]

    def write(self, data: str) -> None:
        self.written.append(data)

    def start_application_mode(self) -> None: ...

    def disable_input(self) -> None: ...

    def stop_application_mode(self) -> None: ...


def recorder() -> Recorder:
    driver_class = filtered(Recorder)
    driver = driver_class.__new__(driver_class)
    assert isinstance(driver, Recorder)
    driver.written = []
    return driver


def test_a_filtered_driver_puts_torn_sequences_together() -> None:
    driver = recorder()
    driver.write("a\x1b[3")
    driver.write("1mb\x1b]0;x\x07")
    driver.write("c")
    assert "".join(driver.written) == f"a\x1b[31mb{REPLACED}]0;x{REPLACED}c"


class Stoppable(Recorder):
    """A driver that begins to read keys when it is continued, as Textual's do, suspended or not."""

    _must_signal_resume = False
    readers = 0

    def _sigcont_application(self, *_: object) -> None:
        self.readers += 1


class Signalled:
    """In place of an app and of its event loop: keeps what is asked of it."""

    def __init__(self) -> None:
        self.drawn = 0
        self.callbacks: list[Callable[[], object]] = []
        self.is_closed = False

    def refresh(self, **_: object) -> None:
        self.drawn += 1

    def call_soon_threadsafe(self, callback: Callable[[], object]) -> None:
        if self.is_closed:
            raise RuntimeError
        self.callbacks.append(callback)

    def turn(self) -> None:
        while self.callbacks:
            self.callbacks.pop()()


def test_keys_are_read_again_only_by_who_was_suspended() -> None:
    driver_class = filtered(Stoppable)
    driver = driver_class.__new__(driver_class)
    assert isinstance(driver, Stoppable)
    signalled = Signalled()
    driver._app, driver._loop = cast("Any", signalled), cast("Any", signalled)
    # A terminal that goes away tells its processes to continue.
    driver._sigcont_application(18, None)
    assert signalled.drawn == 0, "a signal comes in the middle of anything"
    signalled.turn()
    assert (driver.readers, signalled.drawn) == (0, 1)
    driver._must_signal_resume = True
    driver._sigcont_application(18, None)
    signalled.turn()
    assert (driver.readers, signalled.drawn) == (1, 1)
    # It has ended, and waits for its threads.
    signalled.is_closed = True
    driver._sigcont_application(18, None)
    assert (driver.readers, signalled.drawn) == (1, 1)


def test_a_driver_is_filtered_once() -> None:
    assert filtered(Recorder) is filtered(Recorder)
    assert filtered(Recorder).__name__ == "FilteredRecorder"


def test_a_desktop_notification_is_one_plain_sequence() -> None:
    driver = recorder()
    desktop_notification(driver, "4;3;100 \x07\x1b]52;c;eA==\x07\u202e" + "x" * 500)
    assert len(driver.written) == 1
    assert driver.written[0].startswith("\x1b]9;ppp-tui: 4;3;100 ␇␛]52;c;eA==␇⟨RLO⟩xxx")
    assert driver.written[0].endswith("x…\x07")
    assert driver.written[0].count("\x1b") == driver.written[0].count("\x07") == 1
    assert len(driver.written[0]) < 230


EVIL = "a\x1b]52;c;ZXZpbA==\x07b\x9bc\u202ed\ud800e[b]f[/b]g[/"


class HostileApp(PlainOutput, App[None]):
    """An app whose author forgot everything."""

    def compose(self) -> ComposeResult:
        yield Static(EVIL, markup=False)
        yield Static(Text(EVIL, style="link http://evil.example"))

    def strips(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


SHOWN = "a␛]52;c;ZXZpbA==b⟨U+009B⟩c⟨RLO⟩d⟨U+D800⟩e[b]f[/b]g[/"


async def test_text_of_widgets_that_do_not_sanitize_is_plain() -> None:
    app = HostileApp()
    async with app.run_test(size=(80, 6)) as pilot:
        await pilot.pause()
        lines = app.strips().splitlines()
        # Textual itself drops the bell from contents, and a few others.
        assert [line.rstrip() for line in lines[:2]] == [SHOWN, SHOWN]


async def test_notes_are_plain_and_no_markup() -> None:
    app = HostileApp()
    async with app.run_test(size=(80, 20), notifications=True) as pilot:
        app.notify(EVIL, title=EVIL, markup=True)
        await pilot.pause()
        toast = app.screen.query_one(Toast)
        assert "[b]f[/b]g[/" in "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "\x1b" not in app.strips()
        assert toast.is_attached


async def test_copied_text_holds_no_control_characters() -> None:
    app = HostileApp()
    async with app.run_test():
        app.copy_to_clipboard("rm -rf x\x1b[201~\ud800\n\tend")
        assert app.clipboard == "rm -rf x␛[201~⟨U+D800⟩\n\tend"


def test_the_driver_of_the_platform_is_filtered() -> None:
    app = HostileApp()
    assert app.driver_class.__name__.startswith("Filtered")
    assert issubclass(app.driver_class, Driver)
