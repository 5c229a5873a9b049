"""The child that ingests for a dashboard: kept at work, restarted later and later, shown when it fails, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ppp_tui.cli.processes import is_alive
from ppp_tui.ingest import supervisor as module
from ppp_tui.ingest.lock import BUSY_EXIT
from ppp_tui.ingest.supervisor import Supervisor
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from tests.waiting import until_on_loop


@asynccontextmanager
async def at_work(executable: str, *arguments: str) -> AsyncIterator[Supervisor]:
    """A supervisor that has begun, and is stopped however the test ends."""
    child = Supervisor(arguments, os.environ, executable)
    child.start()
    try:
        yield child
    finally:
        await child.stop()


def script(folder: Path, *lines: str) -> str:
    """A program to run instead of Python; it notes each of its lives."""
    path = folder / "child.sh"
    path.write_text("\n".join(["#!/bin/sh", f'echo "$$ $*" >> {folder}/lives', *lines]) + "\n")
    path.chmod(0o700)
    return str(path)


def lives(folder: Path) -> list[str]:
    path = folder / "lives"
    return path.read_text().splitlines() if path.exists() else []


async def test_a_child_runs_with_its_arguments_until_it_is_stopped(tmp_path: Path) -> None:
    assert Supervisor([], {}).status == ("stopped", 0, "")
    async with at_work(script(tmp_path, "exec cat"), "ingest", "--follow") as child:
        await until_on_loop(lambda: bool(lives(tmp_path)) and child.status.running == "running")
        pid, *arguments = lives(tmp_path)[0].split()
        assert (child.status, arguments) == (("running", 0, ""), ["-m", "ppp_tui", "ingest", "--follow"])
        assert is_alive(int(pid))
    assert (child.status, is_alive(int(pid))) == (("stopped", 0, ""), False)


async def test_a_crash_is_told_and_each_restart_waits_twice_as_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    class Sleeps:
        """The supervisor's asyncio, whose sleeps are noted instead of slept."""

        def __getattr__(self, name: str) -> object:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            waits.append(seconds)
            await sleep(0)

    monkeypatch.setattr(module, "asyncio", Sleeps())
    async with at_work(script(tmp_path, "echo first >&2", "echo 'The disk is full.' >&2", "exit 1")) as child:
        await until_on_loop(lambda: len(waits) >= 8)
        assert (child.status.restarts >= 8, child.status.sentence) == (True, "The disk is full.")
    assert waits[:8] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


async def test_a_crash_shows_for_a_while_after_the_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT_S", 0.01)
    once = f"[ $(wc -l < {tmp_path}/lives) -gt 1 ] && exec cat"
    program = script(tmp_path, once, "kill -9 $$")
    async with at_work(program) as child:
        await until_on_loop(lambda: len(lives(tmp_path)) == 2 and child.status.running == "running")
        assert child.status == ("running", 1, "Ingest ended with status -9.")
    monkeypatch.setattr(module, "CRASH_SHOWN_S", 0.01)
    (tmp_path / "lives").unlink()
    async with at_work(program) as child:
        await until_on_loop(lambda: child.status == ("running", 1, ""))


async def test_a_child_that_ran_well_for_long_begins_the_waits_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(module, "STEADY_S", 0.0)
    monkeypatch.setattr(module, "MAX_WAIT_S", 3600.0)
    # Without it the fifteenth wait would be sixteen seconds, and all of them twice that.
    async with at_work(script(tmp_path, "exit 1")):
        await until_on_loop(lambda: len(lives(tmp_path)) >= 17)


async def test_an_ingest_elsewhere_is_no_crash(tmp_path: Path) -> None:
    async with at_work(script(tmp_path, f"exit {BUSY_EXIT}")) as child:
        await until_on_loop(lambda: child.status == ("elsewhere", 0, ""))


async def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    async with at_work(str(tmp_path / "gone")) as child:
        await until_on_loop(lambda: child.status.running == "crashed")
        assert child.status.sentence == "Ingest could not be started (No such file or directory)."


async def test_a_child_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_S", 0.05)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    program = script(tmp_path, f"exec {sys.executable} -c '{deaf}' > {tmp_path}/deaf")
    async with at_work(program) as child:
        heard = tmp_path / "deaf"
        await until_on_loop(lambda: heard.exists() and heard.stat().st_size > 0 and child.status.running == "running")
        pid = int(lives(tmp_path)[0].split()[0])
    assert not is_alive(pid)


@pytest.mark.slow
async def test_a_real_ingest_that_is_killed_ten_times_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(module, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(module, "MAX_WAIT_S", 0.05)
    database = tmp_path / "data" / "archive.db"
    (tmp_path / ".claude" / "projects" / "p").mkdir(parents=True)
    arguments = ["ingest", "--follow", "--child", "--database", str(database)]
    killed = [0]

    def begun() -> int:
        return child._process.pid if child._process is not None else 0

    async with at_work(sys.executable, *arguments) as child:
        for number in range(10):
            # The first and the last while they follow, the others as soon as they have begun.
            await until_on_loop(lambda: begun() not in killed)
            if number in (0, 9):
                await until_on_loop(lambda: pid_of_ingest(database) == begun())
            killed.append(begun())
            os.kill(killed[-1], signal.SIGKILL)
        await until_on_loop(lambda: pid_of_ingest(database) not in killed)
        assert child.status == ("running", 10, "Ingest ended with status -9.")
        last = pid_of_ingest(database)
    assert not is_alive(last)


def pid_of_ingest(database: Path) -> int:
    """The process that follows, as the database tells it; 0 if none does."""
    try:
        connection = open_reader(database)
    except DatabaseMissingError:
        return 0
    try:
        row = connection.execute("SELECT pid FROM ingest_status WHERE phase = 'following'").fetchone()
    finally:
        connection.close()
    return int(row[0]) if row else 0
