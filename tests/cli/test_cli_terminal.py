"""The dashboard in a real terminal that stops it, lets it go on, and goes away."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ppp_tui.tui.terminal.output_filter import HANGUP_EXIT
from tests.cli.conftest import environment
from tests.cli.raw_terminal import CONTROLLED, begin

pytestmark = pytest.mark.slow

DEADLINE_S = 30.0
"""Far beyond what anything here takes, on any machine."""

QUIET_S = 1.0
"""An app that writes nothing for so long is at rest."""

AT_REST = """
import sys
from textual.app import App
from textual.widgets import Static
from ppp_tui.tui.terminal.output_filter import PlainOutput
class AtRest(PlainOutput, App[None]):
    def compose(self):
        yield Static("all drawn")
app = AtRest()
app.run()
sys.exit(app.return_code)
"""


def read_until(terminal: int, word: bytes) -> None:
    """Read what is drawn until a word was."""
    drawn, end = b"", time.monotonic() + DEADLINE_S
    while word not in drawn:
        assert time.monotonic() < end, drawn[-500:]
        if select.select([terminal], [], [], 0.1)[0]:
            drawn += os.read(terminal, 65536)


def state(process: subprocess.Popen[bytes]) -> str:
    """What the system says of a process: T where it is stopped."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_terminal_that_goes_away_without_a_signal_ends_an_app_at_rest() -> None:
    """It does not control the process, as under setsid, and nothing is written to it any more."""
    process, ours = begin(os.environ, "-c", AT_REST)
    try:
        read_until(ours, b"all drawn")
        while select.select([ours], [], [], QUIET_S)[0]:
            os.read(ours, 65536)
        os.close(ours)
        assert process.wait(DEADLINE_S) == HANGUP_EXIT
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_terminal_that_stops_continues_and_goes_away_leaves_nothing_behind(home: Path) -> None:
    process, ours = begin(environment(home), "-c", CONTROLLED)
    try:
        read_until(ours, b"Live")
        for sent in (signal.SIGTSTP, signal.SIGSTOP):
            process.send_signal(sent)
            end = time.monotonic() + DEADLINE_S
            while state(process) != "T":
                assert time.monotonic() < end
                select.select([ours], [], [], 0.05)[0] and os.read(ours, 65536)
            process.send_signal(signal.SIGCONT)
            os.write(ours, b"2")
            read_until(ours, b"Sessions")
            os.write(ours, b"1")
            read_until(ours, b"Live")
        os.close(ours)
        assert process.wait(DEADLINE_S) == 128 + signal.SIGHUP
    finally:
        process.kill()
        process.wait()
    assert not (home / ".local" / "state" / "ppp-tui" / "ppp-tui.log").exists()
