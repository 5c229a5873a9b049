"""What reaches a real terminal when every text is hostile: the bytes themselves are read."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import textwrap
from pathlib import Path

import pyte
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = textwrap.dedent(
    r"""
    import sys
    from pathlib import Path
    from rich.text import Text
    from textual.app import App
    from textual.widgets import Header, Static
    from ppp_tui.tui.terminal.output_filter import PlainOutput, desktop_notification
    from ppp_tui.tui.themes.palette import THEMES
    from ppp_tui.tui.widgets.columns import Column
    from ppp_tui.tui.widgets.line_table import LineTable
    from ppp_tui.tui.widgets.lines import Line

    EVIL = ("A\x1b]52;c;ZXZpbA==\x07B\x1b]0;owned\x07C\x1b[2JD\x9b31mE\x9d0;y\x9cF\u202eG\u200bH\x00I\x7fJ"
            "\U000e0041K\ud800L\x1b]8;;http://x\x1b\\M\x1bPq\x1b\\N\u2066O\x1b[?1000lP")
    STYLES = Path(sys.argv[1])

    class Hostile(PlainOutput, App[None]):
        CSS_PATH = [STYLES / "tones.tcss", STYLES / "line_table.tcss"]

        def __init__(self):
            super().__init__()
            for theme in THEMES:
                self.register_theme(theme)
            self.theme = sys.argv[3]

        def compose(self):
            yield Header()
            yield Static(EVIL, markup=False)
            yield Static(Text(EVIL, style="link http://evil.example"))
            yield LineTable([Column("a", EVIL)])

        def on_mount(self):
            self.title = EVIL
            table = self.query_one(LineTable)
            table.styles.border = ("solid", "white")
            table.border_title = EVIL
            table.tooltip = EVIL
            table.show_lines([Line(1, (EVIL,))])
            self.notify(EVIL, title=EVIL)
            desktop_notification(self._driver, EVIL)
            self.copy_to_clipboard("own")
            self.set_timer(0.3, self.leave)

        def leave(self):
            if sys.argv[2] == "crash":
                raise ValueError(EVIL)
            self.exit()

    Hostile().run()
    """
)
OWN = re.compile(
    r"\x1b\[[0-9;:]*m|\x1b\[[0-9]+;[0-9]+H"
    r"|\x1b\[[?<>=][0-9;]*\$?[a-zA-Z]"
    r"|\x1b\]22;[a-z]+\x07"
    r"|\x1b\]52;c;b3du\x07"
    r"|\x1b\]9;ppp-tui: [^\x00-\x1f\x7f-\x9f]*\x07"
)
"""Everything that Textual and this program send of their own accord; ``b3du`` is the text they copy."""
UNKNOWN_TO_PYTE = re.compile(r"\x1b\[[<>=][0-9;]*u|\x1b\[\?[0-9;]*\$p|\x1b\](?:22|52|9);[^\x07]*\x07")
"""Sequences of the keyboard protocol and others, which pyte prints because it does not know them."""


def output_of(ending: str, tmp_path: Path, theme: str = "ppp-dark", **more_environ: str) -> str:
    """All that the program wrote to its terminal of 80 by 24 cells."""
    program = tmp_path / "hostile_program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    environ.pop("NO_COLOR", None)
    environ.update(more_environ)
    child = subprocess.Popen(
        [sys.executable, str(program), str(ROOT / "styles"), ending, theme],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ,
        start_new_session=True,
    )
    os.close(theirs)
    written = b""
    try:
        while select.select([ours], [], [], 30)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
        child.wait(timeout=30)
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    return written.decode("utf-8", "surrogateescape")


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["exit", "crash"])
def test_nothing_hostile_reaches_the_terminal(ending: str, tmp_path: Path) -> None:
    written = output_of(ending, tmp_path)
    assert "A␛]52;c;ZXZpbA==" in written
    left = OWN.sub("", written)
    assert (
        set(re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", left)) - {"\x07"}
        == set()
    )
    assert re.findall("[\U000e0000-\U000e007f\ud800-\udfff]", left) == []
    # One bell rings of itself when a program of Textual's crashes.
    assert left.count("\x07") == (1 if ending == "crash" else 0)
    assert written.count("\x1b]52;") == 1
    assert written.count("\x1b]9;") == 1


@pytest.mark.slow
def test_a_terminal_shows_it_all_and_keeps_its_title(tmp_path: Path) -> None:
    written = output_of("exit", tmp_path)
    screen = pyte.Screen(80, 24)
    screen.set_title("mine")
    stream = pyte.Stream(screen)
    # At its end the program leaves the alternate screen; what it showed is what came before.
    stream.feed(UNKNOWN_TO_PYTE.sub("", written.rpartition("\x1b[?1049l")[0]))
    picture = [line.rstrip() for line in screen.display]
    assert screen.title == "mine"
    assert any("A␛]52;c;ZXZpbA==" in line for line in picture)
    assert any("⟨RLO⟩" in line for line in picture)
    assert any(line.startswith("│") and "▸" in line for line in picture)


@pytest.mark.slow
def test_without_colour_there_is_no_colour_and_still_a_cursor(tmp_path: Path) -> None:
    written = output_of("exit", tmp_path, "ppp-mono", NO_COLOR="1")
    codes = {code for sequence in re.findall(r"\x1b\[([0-9;]*)m", written) for code in sequence.split(";")}
    # Reset, bold, dim, italic, underlined, reversed, and the terminal's own two colours.
    assert codes - {"0", "1", "2", "3", "4", "7", "39", "49"} == set()
    assert re.search(r"\x1b\[1;7;39;49m▸", written)
