"""A program in a terminal of its own: what it draws is read as it comes, so that one can wait for a word to be seen."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

PATIENCE_S = 30.0
"""How long a word is waited for, in seconds."""


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, columns: int = 160, rows: int = 50
    ) -> None:
        """Start the program."""
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        shown = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        # The terminal tells its own size; and a program that was installed has its bytecode.
        for name in ("NO_COLOR", "COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE"):
            shown.pop(name, None)
        self._drawn = bytearray()
        self._news = threading.Condition()
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=shown, start_new_session=True
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """The terminal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the program."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            # A program that does not end in order must not stay.
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        os.close(self._ours)

    @property
    def drawn(self) -> int:
        """Bytes drawn so far: where to look for what comes from now on."""
        return len(self._drawn)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and tell the program."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # It has no controlling terminal that would tell it.
        self.process.send_signal(signal.SIGWINCH)

    def forget(self) -> None:
        """Let go of what was drawn: a long run draws more than one wants to keep."""
        with self._news:
            self._drawn.clear()

    def see(self, word: str, since: int = 0, patience_s: float = PATIENCE_S) -> float:
        """Wait until `word` was drawn after so many bytes; returns when (`time.perf_counter`). Raises TimeoutError."""
        wanted, looked = word.encode(), since
        deadline = time.perf_counter() + patience_s
        with self._news:
            while True:
                if self._drawn.find(wanted, looked) >= 0:
                    return time.perf_counter()
                looked = max(since, len(self._drawn) - len(wanted))
                left = deadline - time.perf_counter()
                if left <= 0 or self.process.poll() is not None:
                    raise TimeoutError(f"{word!r} was not drawn; last was {bytes(self._drawn[-200:])!r}")
                self._news.wait(min(left, 0.5))

    def rest(self, quiet_s: float = 0.3, longest_s: float = 5.0) -> None:
        """Wait until nothing was drawn for so long."""
        deadline = time.perf_counter() + longest_s
        before = -1
        while before != self.drawn and time.perf_counter() < deadline:
            before = self.drawn
            time.sleep(quiet_s)

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._ours, 65536)
            except OSError:
                part = b""
            with self._news:
                self._drawn += part
                self._news.notify_all()
            if not part:
                return
