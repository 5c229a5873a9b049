"""The dashboard while its database cannot be written: it stays, says why, and misses nothing."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ppp_tui import TrajectoryLogger
from tests.cli.conftest import SESSION, environment, record
from tests.cli.emulated import EmulatedTerminal
from tests.cli.test_cli_ingest_faults import HURRIED, fill, prompts
from tests.waiting import until

pytestmark = pytest.mark.slow

DEADLINE_S = 60.0
"""Far beyond the longest wait of an ingest before it tries again, on a busy machine too."""


@pytest.fixture
def home(home: Path) -> Path:
    """The same home, and its session is of this minute: Live shows what is new."""
    this_minute = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:")
    session = session_of(home)
    session.write_text(session.read_text().replace("2026-11-20T10:00:", this_minute))
    return home


def session_of(home: Path) -> Path:
    """The one session file."""
    return home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"


def append_prompt(home: Path, number: int, text: str) -> None:
    """Another turn of the session, of now."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with session_of(home).open("a") as file:
        file.write(record("user", number, {"content": text}, timestamp=now))


def hurried_python(home: Path) -> Path:
    """A program that a dashboard takes for its Python: an ingest that does not wait for long."""
    path = home / "python"
    # The arguments begin with `-m ppp_tui`.
    path.write_text(f"#!{sys.executable}\nimport sys; del sys.argv[1:3]; {HURRIED}\n")
    path.chmod(0o700)
    return path


@contextmanager
def dashboard_over(database: Path, home: Path) -> Iterator[EmulatedTerminal]:
    """A dashboard that shows the session, and in the end still runs."""
    # What begins an ingest takes the name of Python as it is imported.
    code = f"import sys; sys.executable = {str(hurried_python(home))!r}; from ppp_tui.cli.main import main; main()"
    command = [sys.executable, "-c", code, "--database", str(database)]
    with EmulatedTerminal(command, environment(home), columns=160, rows=36) as terminal:
        terminal.see("Add a login", patience_s=DEADLINE_S)
        yield terminal
        assert terminal.process.poll() is None
    assert not (home / ".local" / "state" / "ppp-tui" / "ppp-tui.log").exists()


def answers(terminal: EmulatedTerminal) -> None:
    """See that keys are heard: to Sessions and back."""
    for key, word in (("2", "by last"), ("1", "tokens per minute")):
        since = terminal.drawn
        terminal.press(key)
        terminal.see(word, since, DEADLINE_S)


def test_dashboard_outlives_a_full_disk(home: Path, tiny_disk: Path) -> None:
    database, filler = tiny_disk / "archive.db", tiny_disk / "filler"
    with dashboard_over(database, home) as terminal:
        fill(filler)
        append_prompt(home, 3, "Meanwhile " + "w" * 100_000)
        terminal.see("is full: free some space", patience_s=DEADLINE_S)
        answers(terminal)
        filler.unlink()
        until(lambda: len(prompts(database)) == 2)
        append_prompt(home, 4, "And then on")
        terminal.see("And then on", patience_s=DEADLINE_S)


def test_dashboard_and_logger_outlive_a_locked_database(home: Path, tmp_path: Path) -> None:
    database = tmp_path / "data" / "archive.db"
    with dashboard_over(database, home) as terminal:
        with closing(sqlite3.connect(database, timeout=DEADLINE_S, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            append_prompt(home, 3, "Meanwhile")
            logger = TrajectoryLogger.open(database)
            logger.start("S", "agent").log_turn("Logged meanwhile")
            terminal.see("Another program holds the database", patience_s=DEADLINE_S)
            answers(terminal)
            other.execute("ROLLBACK")
        logger.close()
        until(lambda: {"Meanwhile", "Logged meanwhile"} <= set(prompts(database)))
        append_prompt(home, 4, "And then on")
        terminal.see("And then on", patience_s=DEADLINE_S)
