"""Which numbers are those of processes that run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from ppp_tui.cli.processes import is_alive


def test_this_process_and_another_users_run() -> None:
    assert is_alive(os.getpid())
    assert is_alive(1)


def test_a_process_that_ended_does_not_run() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not is_alive(ended.pid)


def test_the_number_of_a_thread_is_no_process() -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        assert not is_alive(thread.native_id or 0)
    finally:
        release.set()
        thread.join()


@pytest.mark.parametrize("pid", [2**31 - 1, 2**70])
def test_a_number_beyond_all_processes_is_none(pid: int) -> None:
    assert not is_alive(pid)


@pytest.mark.parametrize("pid", [0, -1])
def test_number_of_a_group_of_processes_is_no_process(pid: int) -> None:
    assert not is_alive(pid)
