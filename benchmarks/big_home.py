"""A home with years behind it: a database of 1,000,000 turns, 5,000 session files all known to it, 50 sessions at work.

The database is a copy of the one that `database_rows` makes. Nothing of a real home is touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from benchmarks.database_rows import default_path, ensure_database
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.player import append
from ppp_tui.demo.story import Stage
from ppp_tui.fold.question_judges import HEURISTIC, scorer_name
from ppp_tui.ingest.jobs.evaluate import EVALUATED_BY, EVALUATED_UP_TO
from ppp_tui.ingest.pricing import price_version
from ppp_tui.model.ids import MAX_TRAJECTORY_ID
from ppp_tui.scoring.evaluations.installed import Evaluator
from ppp_tui.store.meta import newest_revision, put_fact
from ppp_tui.store.writers.derived import put_compared_until
from ppp_tui.store.writers.prices import PRICED_BY

FILES = 5000
SPACING_MS = 300_000
"""Between the ends of two sessions: 288 of a day."""


class BigHome(NamedTuple):
    """Where everything lies, and who is at work."""

    folder: Path
    database: Path
    live: list[ClaudeWriter]

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program believe that this is its home."""
        return environment_of(self.folder)

    def dashboard(self) -> list[str]:
        """The command that opens the dashboard over the database."""
        return [*self.command(), "--database", str(self.database)]

    def command(self) -> list[str]:
        """The command without anything."""
        return [sys.executable, "-m", "ppp_tui"]


def environment_of(home: Path) -> dict[str, str]:
    """What makes a program believe that `home` is its home."""
    return {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}


@contextmanager
def big_home(live: int = 50) -> Iterator[BigHome]:
    """The home, made once a day in the folder for temporary files and kept there, with new sessions at work in it.

    Two benchmarks cannot have it at the same time. However one ends, its sessions at work are interrupted.
    """
    folder = default_path().with_name(f"home_{default_path().stem}_{datetime.now(UTC):%Y%m%d}")
    if not folder.exists():
        for old in folder.parent.glob("home_*"):
            shutil.rmtree(old, ignore_errors=True)
        print("making a home with 5,000 session files, once a day", file=sys.stderr)
        unfinished = Path(f"{folder}.unfinished")
        copy_database(unfinished / "archive.db")
        write_sessions(unfinished, FILES)
        unfinished.rename(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with FileLock(folder / "in_use.lock"):
        began = time.time_ns()
        live_ones = [live_session(folder, f"{began}/{number:02}", f"at work {number:02}") for number in range(live)]
        home = BigHome(folder, folder / "archive.db", live_ones)
        subprocess.run(
            [*home.dashboard(), "ingest"], check=True, env={**os.environ, **home.environment}, stdout=subprocess.DEVNULL
        )
        try:
            yield home
        finally:
            for writer in live_ones:
                writer.interrupt()
                flush(writer)


def copy_database(target: Path) -> None:
    """The database of a million turns, whose own files have all vanished and of which nothing is left to be judged."""
    origin = default_path()
    ensure_database(origin)
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir(mode=0o700)
    shutil.copyfile(origin, target)
    target.chmod(0o600)
    connection = sqlite3.connect(target)
    with connection:
        connection.execute("UPDATE source_files SET health = 'vanished'")
        for table in ("trajectory_summaries", "trajectory_turns"):
            connection.execute(f"UPDATE {table} SET scored_by = ?", (scorer_name(HEURISTIC.method),))
        revision = newest_revision(connection)
        put_fact(connection, PRICED_BY, price_version(()))
        put_fact(connection, EVALUATED_BY, Evaluator().version)
        put_fact(connection, EVALUATED_UP_TO, f"{revision} {MAX_TRAJECTORY_ID}")
        put_compared_until(connection, revision)
    connection.close()


def write_sessions(home: Path, number: int, spacing_ms: int = SPACING_MS) -> None:
    """Small finished sessions in a hundred projects, the last of them ten minutes ago."""
    now_ms = time.time_ns() // 1_000_000
    for index in range(number):
        at_ms = now_ms - 600_000 - index * spacing_ms
        writer = ClaudeWriter(Stage(home, at_ms, f"idle/{index}"), f"/home/dev/p{index % 100}", "claude-opus-4-5")
        writer.title(f"finished {index}")
        writer.prompt("Fix it")
        writer.say("Done.", is_final=True)
        flush(writer)
        os.utime(writer.path, (at_ms / 1000, at_ms / 1000))


def live_session(home: Path, seed: str, title: str, began_before_ms: int = 0) -> ClaudeWriter:
    """A session that works since now, or since so long ago; another one for each seed."""
    now_ms = time.time_ns() // 1_000_000 - began_before_ms
    writer = ClaudeWriter(Stage(home, now_ms, seed), f"/home/dev/live{seed[-2:]}", "claude-opus-4-5")
    writer.title(title)
    writer.prompt("Begin")
    writer.call("Bash", {"command": "begin"})
    flush(writer)
    return writer


def flush(writer: ClaudeWriter) -> None:
    """Write what the story has told since."""
    for beat in writer.beats:
        append(beat)
    writer.beats.clear()


def tell(writer: ClaudeWriter, word: str) -> None:
    """The command that a live session runs ends, and another one begins now: a call takes the story half a second."""
    writer.now_ms = time.time_ns() // 1_000_000 - 500
    writer.result("fine")
    writer.call("Bash", {"command": word})
    flush(writer)


@contextmanager
def write_history(home: Path, megabytes: int = 60) -> Iterator[None]:
    """More history to be read, in sessions of half a megabyte; gone again in the end."""
    seed, size, written = time.time_ns(), 0, []
    while size < megabytes * 1_000_000:
        at_ms = time.time_ns() // 1_000_000 - 40 * 86_400_000
        writer = ClaudeWriter(Stage(home, at_ms, f"history/{seed}/{size}"), "/home/dev/history", "claude-opus-4-5")
        writer.prompt("Look through the log")
        for number in range(120):
            writer.run(f"cat log{number}", f"a line of the log that nobody has read yet, {number} {size}\n" * 60, 1.0)
        writer.say("All is well.", is_final=True)
        size += sum(len(beat.content) for beat in writer.beats)
        flush(writer)
        written.append(writer.path)
    try:
        yield
    finally:
        for path in written:
            path.unlink(missing_ok=True)
