"""The dashboard in a real terminal whose size changes while keys are pressed: afterwards it answers keys."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from benchmarks.measure import cpu_s
from tests.cli.conftest import environment
from tests.cli.emulated import EmulatedTerminal

pytestmark = pytest.mark.slow

STORMS = int(os.environ.get("PPP_STORMS") or 1)
"""Storms of sizes, each from a seed of its own; PPP_STORMS asks for another number."""

ESCAPE = "\x1b[27u"
"""Escape as terminals of the Kitty protocol send it: never taken for the beginning of the key after it."""

KEYS = ("1", "2", "5", "6", "7", "j", "\r", ESCAPE, "\t")
ROWS, COLUMNS = (10, 24, 36, 60), (40, 80, 120, 200)
STEPS = 300
"""Fewer, and a dashboard that hands sizes on without end may by luck come to rest."""

STEP_S = 0.02

WORK_S = 15.0
"""Processor time in which a dashboard has worked off a storm several times over, however busy the machine is."""

DEADLINE_S = 300.0
"""For a dashboard that does nothing at all."""

PATIENCE_S = 4.0
"""After which keys are pressed again: a key that comes while its screen goes away is not heard."""

ANSWERS = (
    (f"{ESCAPE}{ESCAPE}?", "Escape closes"),
    (f"{ESCAPE}2", "by last"),
    ("5", "m cost, tokens"),
    ("2", "by last"),
)
"""Keys after a storm, and what their screen shows. Help comes first: no storm opens it, so it answers to these keys."""


def press_until(pid: int, press: Callable[[], object], is_answered: Callable[[], bool]) -> None:
    """Press keys until they are answered; fails when the program has worked for long and they are not."""
    end, worked_s = time.monotonic() + DEADLINE_S, cpu_s(pid)
    while True:
        press()
        if is_answered():
            return
        assert cpu_s(pid) - worked_s < WORK_S
        assert time.monotonic() < end


def is_drawn(terminal: EmulatedTerminal, word: str, since: int) -> bool:
    """Whether a word is drawn before long."""
    try:
        terminal.see(word, since, PATIENCE_S)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("seed", range(STORMS))
def test_keys_are_answered_after_a_storm_of_sizes(seed: int, home: Path) -> None:
    chance = random.Random(seed)
    with EmulatedTerminal([sys.executable, "-m", "ppp_tui"], environment(home), columns=120, rows=36) as terminal:
        terminal.see("Sessions")
        for _ in range(STEPS):
            terminal.resize(chance.choice(COLUMNS), chance.choice(ROWS))
            terminal.press(chance.choice(KEYS))
            time.sleep(STEP_S)
        terminal.resize(120, 36)
        for keys, word in ANSWERS:
            since = terminal.drawn
            press_until(terminal.process.pid, partial(terminal.press, keys), partial(is_drawn, terminal, word, since))


class Pane:
    """The left pane of a tmux window, the dashboard in it."""

    def __init__(self, socket: Path) -> None:
        self._command = ["tmux", "-S", str(socket)]

    def ask(self, *arguments: str) -> str:
        """What tmux answers to a command."""
        return subprocess.run([*self._command, *arguments], check=True, capture_output=True, text=True).stdout

    @property
    def pid(self) -> int:
        """The process in the pane."""
        return int(self.ask("display-message", "-p", "-t", ":.0", "#{pane_pid}"))

    @property
    def width(self) -> int:
        """Columns of the pane."""
        return int(self.ask("display-message", "-p", "-t", ":.0", "#{pane_width}"))

    def press(self, key: str) -> None:
        """Type into the pane."""
        self.ask("send-keys", "-t", ":.0", "-l", key)

    def is_shown(self, word: str) -> bool:
        """Whether a word comes into the picture of the pane before long."""
        end = time.monotonic() + PATIENCE_S
        while word not in self.ask("capture-pane", "-p", "-t", ":.0"):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True


@contextmanager
def tmux_window(home: Path, folder: Path) -> Iterator[tuple[EmulatedTerminal, Pane]]:
    """A terminal with tmux in it, and its left pane; a pane to the right is there to be made smaller."""
    settings, socket = folder / "tmux.conf", folder / "tmux"
    settings.write_text("set -g mouse on\nset -s escape-time 0\nset -g status off\nset -g default-terminal screen\n")
    command = ["env", "-u", "TMUX", "tmux", "-S", str(socket), "-f", str(settings), "new-session"]
    dashboard = f"{sys.executable} -m ppp_tui"
    panes = [dashboard, ";", "split-window", "-h", "cat", ";", "select-pane", "-L"]
    pane = Pane(socket)
    with EmulatedTerminal([*command, *panes], environment(home), columns=200, rows=40) as terminal:
        try:
            terminal.see("Live")
            yield terminal, pane
        finally:
            pane.ask("kill-server")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_keys_are_answered_after_the_border_of_a_pane_is_dragged(home: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    with tmux_window(home, tmp_path) as (terminal, pane):
        # A session over the list: both screens hear of sizes.
        press_until(pane.pid, partial(pane.press, "2"), partial(pane.is_shown, "by last"))
        pane.press("\r")
        border = pane.width + 1
        terminal.press(f"\x1b[<0;{border};9M")
        for _ in range(STEPS):
            border += chance.choice((-9, -5, -3, 2, 4, 8)) if 40 < border < 160 else 10 * (1 if border < 100 else -1)
            terminal.press(f"\x1b[<32;{border};9M")
            terminal.press(chance.choice("12567j\r\t"))
            time.sleep(STEP_S)
        terminal.press(f"\x1b[<0;{border};9m")
        assert pane.width != 99
        pane.ask("resize-pane", "-t", ":.0", "-x", "119")
        for keys, word in ANSWERS:
            press_until(pane.pid, partial(pane.press, keys), partial(pane.is_shown, word))
        assert pane.is_shown("7 Code")
