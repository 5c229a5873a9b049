"""Processes of the machine."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def when_parent_ends(stop: Callable[[], object]) -> None:
    """Call `stop` from a thread once standard input closes, as it does when the parent ends for any reason."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        stop()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def is_alive(pid: int) -> bool:
    """Return whether a process with that number runs; the number of a thread does not count.

    Numbers below 1 name no process: a signal to them goes to groups of processes.
    """
    if pid < 1:
        return False
    if sys.platform != "linux":
        import psutil

        return bool(psutil.pid_exists(pid))
    # As psutil does it, without the time to import it, for which the first sessions would wait.
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except (OSError, OverflowError):
        return False
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return True
    return b"\nTgid:\t%d\n" % pid in status
