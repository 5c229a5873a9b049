"""Starts a program in a terminal that nobody reads from but the test."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping

CONTROLLED = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from ppp_tui.cli.main import main
main()
"""
"""The program in a terminal that controls it: who goes away sends a signal."""


def begin(
    environment: Mapping[str, str], *command: str, columns: int = 120, rows: int = 40
) -> tuple[subprocess.Popen[bytes], int]:
    """Start Python with a command in a new terminal; return the process, and our side of the terminal.

    It is started anew and not forked: a fork of a process with threads may wait for ever for a lock of theirs.
    """
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *command],
        env={**environment, "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours
