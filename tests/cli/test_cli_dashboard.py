"""The dashboard in a terminal of its own: however it ends, the terminal is as it was and nothing goes on running."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from ppp_tui.ingest.lock import acquire_lock
from tests.cli.conftest import SESSION, Run, environment
from tests.cli.raw_terminal import CONTROLLED, begin

LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"
PATIENCE_S = 60


class Terminal(NamedTuple):
    """A process and the terminal that it runs in."""

    process: subprocess.Popen[bytes]
    screen: int

    def read_until(self, wanted: bytes) -> bytes:
        """All that was written up to a text; fails when the process ends without it."""
        seen = b""
        while wanted not in seen:
            seen += os.read(self.screen, 65536)
        return seen

    def ended(self) -> tuple[bytes, int]:
        """The rest that was written, and the exit status."""
        seen = b""
        try:
            while piece := os.read(self.screen, 65536):
                seen += piece
        except OSError:
            # Linux tells the end of a terminal as an error.
            pass
        return seen, self.process.wait(PATIENCE_S)


@pytest.fixture
def home(home: Path) -> Path:
    """The same home, and its session is of this minute: Live shows what is new."""
    [session] = home.glob(".claude/projects/*/*.jsonl")
    this_minute = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:")
    session.write_text(session.read_text().replace("2026-11-20T10:00:", this_minute))
    return home


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """A dashboard that does not answer fails its test, which tells where, instead of holding up all others."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"no answer for {PATIENCE_S} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def begun(home: Path, *command: str) -> Terminal:
    variables = environment(home, TEXTUAL_ANIMATIONS="none")
    return Terminal(*begin(variables, *command, columns=80, rows=24))


def opened(home: Path, *arguments: str) -> Terminal:
    return begun(home, "-c", CONTROLLED, *arguments)


def is_free(home: Path) -> bool:
    """Whether no ingest is at work any more."""
    acquire_lock(home / ".local" / "share" / "ppp-tui" / "archive.db").release()
    return True


@pytest.mark.slow
def test_it_shows_the_session_and_leaves_at_a_key(home: Path) -> None:
    terminal = opened(home)
    terminal.read_until(b"shop")
    os.write(terminal.screen, b"q")
    last, status = terminal.ended()
    assert (status, LEFT_ALTERNATE_SCREEN in last, is_free(home)) == (0, True, True)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(home: Path, number: signal.Signals) -> None:
    terminal = opened(home)
    terminal.read_until(b"shop")
    terminal.process.send_signal(number)
    last, status = terminal.ended()
    assert (status, LEFT_ALTERNATE_SCREEN in last, is_free(home)) == (128 + number, True, True)


@pytest.mark.slow
def test_it_ends_when_its_terminal_goes_away_without_a_word(home: Path) -> None:
    # Not its controlling terminal: the kernel sends no signal when it goes.
    terminal = begun(home, "-m", "ppp_tui")
    terminal.read_until(b"shop")
    os.close(terminal.screen)
    assert (terminal.process.wait(PATIENCE_S), is_free(home)) == (129, True)


@pytest.mark.slow
def test_it_opens_at_a_session_that_is_named(home: Path, ppp: Run) -> None:
    ppp("ingest")
    terminal = opened(home, "open", f"{SESSION[:8]}#1")
    terminal.read_until(b"Done")
    os.write(terminal.screen, b"q")
    assert terminal.ended()[1] == 0
