"""``ppp-tui ingest --follow`` goes on: its database deleted, replaced or held by another program, its disk full."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.cli.conftest import SESSION, Run, environment, record
from tests.cli.test_cli_ingest import database_of
from tests.strace import can_trace, traced
from tests.waiting import until
from tests.warm import Warm

pytestmark = pytest.mark.slow

DEADLINE_S = 30.0
"""Far beyond what anything here takes, on any machine."""

HURRIED = (
    "from ppp_tui.store.write import Writer; Writer.__init__.__kwdefaults__['busy_ms'] = 50;"
    "from ppp_tui.cli.commands import ingest; ingest.FIRST_WAIT_S = 0.2;"
    "from ppp_tui.cli.main import main; main()"
)
"""An ingest that does not wait for long."""


def prompts(database: Path) -> list[str]:
    """The prompts of a database, none while there is no database."""
    try:
        with closing(open_reader(database)) as connection:
            return [row[0] for row in connection.execute("SELECT prompt FROM trajectory_turns ORDER BY id")]
    except (DatabaseMissingError, sqlite3.Error):
        return []


def dumped(database: Path) -> list[str]:
    """A database as text that does not depend on how it came about."""
    with closing(Writer(database)) as writer:
        assert writer._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return list(dump(writer._connection))


def errors(home: Path) -> list[str]:
    """What the ingest said was wrong."""
    return [line.removeprefix("ppp-tui: ") for line in (home / "errors").read_text().splitlines()]


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def append_prompt(home: Path, text: str, second: int) -> None:
    """Another turn of the one session."""
    [session] = (home / ".claude").rglob(f"{SESSION}.jsonl")
    with session.open("a") as file:
        file.write(record("user", second, {"content": text}))


@contextmanager
def following(warm: Warm, home: Path, database: Path) -> Iterator[None]:
    """An ingest that goes on; told to stop in the end, it ends well."""
    command = ["-c", HURRIED, "--database", str(database), "ingest", "--follow"]
    with (home / "errors").open("wb") as errors:
        process = warm.start(command, environment(home), stderr=errors)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    finally:
        process.kill()


def test_a_database_that_is_deleted_is_begun_anew(home: Path, warm: Warm) -> None:
    database = database_of(home)
    with following(warm, home, database):
        until(lambda: len(prompts(database)) == 1)
        for beside in database.parent.glob("archive.db*"):
            beside.unlink()
        append_prompt(home, "And now", 9)
        until(lambda: prompts(database)[1:] == ["And now"])
    assert errors(home) == [f"The database {database} was deleted or replaced while it was in use: it is begun anew."]


def test_a_database_that_is_replaced_is_gone_on_with(home: Path, warm: Warm) -> None:
    database, other = database_of(home), home / "other.db"
    with following(warm, home, database):
        until(lambda: len(prompts(database)) == 1)
    shutil.copy(database, other)
    append_prompt(home, "Only here", 8)
    with following(warm, home, database):
        until(lambda: prompts(database)[1:] == ["Only here"])
        other.replace(database)
        append_prompt(home, "And now", 9)
        until(lambda: prompts(database)[1:] == ["Only here", "And now"])


def test_a_database_that_another_program_holds_is_waited_for(home: Path, warm: Warm) -> None:
    database = database_of(home)
    with following(warm, home, database):
        until(lambda: len(prompts(database)) == 1)
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            append_prompt(home, "Meanwhile", 9)
            until(lambda: bool(errors(home)))
            other.execute("ROLLBACK")
        until(lambda: prompts(database)[1:] == ["Meanwhile"])
    assert set(errors(home)) == {
        f"Another program holds the database {database}: stop it, or choose another database with --database."
    }


def test_a_full_disk_is_told_and_gone_on_from_when_there_is_room(home: Path, tiny_disk: Path, warm: Warm) -> None:
    database, filler = tiny_disk / "archive.db", tiny_disk / "filler"
    with following(warm, home, database):
        until(lambda: len(prompts(database)) == 1)
        fill(filler)
        append_prompt(home, "Meanwhile " + "w" * 100_000, 9)
        until(lambda: bool(errors(home)))
        filler.unlink()
        until(lambda: len(prompts(database)) == 2)
    assert set(errors(home)) == {
        f"The disk that holds the database {database} is full: free some space, nothing was half-written."
    }


ODD_NAMES = (
    b"\xff.jsonl",
    b"two\nlines.jsonl",
    b"\x1b]52;c;eA==\x07.jsonl",
    b"w" * 249 + b".jsonl",
    b"\xe2\x80\xae.jsonl",
)
"""Not UTF-8, a newline, a terminal's command, the longest name that a file can have, text turned around."""


def test_odd_names_pipes_folders_and_sparse_files_end_nothing(home: Path, warm: Warm, ppp: Run) -> None:
    database, folder = database_of(home), home / ".claude" / "projects" / "-shop"
    with following(warm, home, database):
        until(lambda: len(prompts(database)) == 1)
        for number, name in enumerate(ODD_NAMES):
            session = record("user", number, {"content": f"Prompt {number}"}).replace(SESSION, f"session-{number}")
            (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_text(session)
        (folder / "folder.jsonl").mkdir()
        os.mkfifo(folder / "pipe.jsonl")
        with (folder / "sparse.jsonl").open("wb") as sparse:
            sparse.truncate(3 << 30)
        append_prompt(home, "And now", 9)
        until(lambda: sorted(prompts(database)[1:]) == ["And now", "Prompt 1", "Prompt 2", "Prompt 3", "Prompt 4"])
    assert errors(home) == []
    done = ppp("doctor")
    assert "a name that is not UTF-8: rename it: 1" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.skipif(not can_trace(), reason="needs strace, and leave to trace")
@pytest.mark.parametrize(
    "fault",
    [
        "pwrite64:error=ENOSPC:when=20..60+3",
        "pwrite64:error=EIO:when=9..90+7",
        "fdatasync:error=EIO:when=1..3",
    ],
)
def test_calls_that_fail_now_and_then_lose_nothing_and_double_nothing(home: Path, fault: str, ppp: Run) -> None:
    for number in range(3, 9):
        append_prompt(home, f"Prompt {number}", number)
    database, whole = home / "a" / "archive.db", home / "b" / "archive.db"
    command = [sys.executable, "-m", "ppp_tui", "--database", str(database), "ingest"]
    disturbed = subprocess.run(
        [*traced(fault), *command],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in disturbed.stderr
    assert disturbed.returncode in (0, 1)
    for path in (database, whole):
        assert ppp("--database", str(path), "ingest").returncode == 0
    assert dumped(database) == dumped(whole)
