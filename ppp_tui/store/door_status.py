"""What a door has open and what came in, in a private file for each process, which `doctor` and the dashboard read."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from ppp_tui.model.clock import MINUTE_MS, SECOND_MS, Clock, from_text, to_text
from ppp_tui.paths import replace_private

MAX_NAMES = 64
"""Names that are counted by themselves; more are counted together."""

MAX_NAME_CHARS = 80

MAX_REASON_CHARS = 200

MAX_STATUS_BYTES = 1 << 20

OTHERS = "(others)"

CLOCK_SLACK_MS = MINUTE_MS
"""The machine's clock may be set while a process runs: it may have begun this much later than its status says."""

WRITE_S = 1.0
"""Seconds between two checks whether a status is to be written."""


def doors_folder(database: Path) -> Path:
    """Return the folder of the status files of a database's doors, beside it. It need not exist."""
    return database.with_name(f"{database.name}-doors")


class DoorStatus:
    """Counts what came in and what was refused since a door was opened, and writes it. Threads may share it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Begin with nothing; `write` makes the file."""
        self._path = path
        self._clock = clock
        self._began = to_text(clock.now_ms())
        self._last = ""
        self._records: dict[str, Counter[str]] = {}
        self._refusals: Counter[str] = Counter()
        self._trouble = ""
        self._lock = threading.Lock()
        self.addresses: Sequence[str] = ()
        """The addresses that it listens at or sends to."""
        self.is_changed = True
        """Whether something was counted since the last `write`."""

    def count(self, name: str, kind: str, number: int = 1) -> None:
        """Count what came in: by a name, such as an agent's, and a kind."""
        with self._lock:
            self.is_changed, self._last, self._trouble = True, to_text(self._clock.now_ms()), ""
            name = name[:MAX_NAME_CHARS]
            if name not in self._records and len(self._records) >= MAX_NAMES:
                name = OTHERS
            self._records.setdefault(name, Counter())[kind] += number

    def count_refusal(self, status: int, message: str) -> None:
        """Count a request that was refused; `status` is 0 for one that did not come by HTTP."""
        with self._lock:
            self.is_changed = True
            reason = message[:MAX_REASON_CHARS]
            key = f"{status} {reason}" if status else reason
            if key not in self._refusals and len(self._refusals) >= MAX_NAMES:
                key = f"{status} {OTHERS}"
            self._refusals[key] += 1

    def note_trouble(self, sentence: str) -> None:
        """Note what keeps the door from its work, until something comes in again."""
        self.is_changed, self._trouble = True, sentence

    def content(self, *, is_open: bool) -> dict[str, Any]:
        """Return what is written, as plain data."""
        return {
            "pid": os.getpid() if is_open else 0,
            "addresses": list(self.addresses) if is_open else [],
            "since": self._began,
            "last": self._last,
            "records": self._records,
            "refused": self._refusals,
            "trouble": self._trouble,
        }

    def write(self, *, is_open: bool = True) -> None:
        """Replace the file; an error is ignored."""
        with self._lock:
            self.is_changed = False
            content = json.dumps(self.content(is_open=is_open)).encode()
        with suppress(OSError):
            replace_private(self._path, content)


@contextmanager
def open_door(folder: Path, kind: str, addresses: Sequence[str], clock: Clock) -> Iterator[DoorStatus]:
    """Yield the status of a door of this process; its file is kept up to date, and removed in the end.

    What killed processes left is removed, too.
    """
    for stale_file in folder.glob(f"{kind}-*.json"):
        if not is_running(read_status(stale_file) or {}):
            with suppress(OSError):
                stale_file.unlink(missing_ok=True)
    path = folder / f"{kind}-{os.getpid()}.json"
    status = DoorStatus(path, clock)
    status.addresses = addresses
    status.write()
    ended = threading.Event()

    def keep_written() -> None:
        while not ended.wait(WRITE_S):
            if status.is_changed:
                status.write()

    writer = threading.Thread(target=keep_written, name="door", daemon=True)
    writer.start()
    try:
        yield status
    finally:
        ended.set()
        writer.join()
        with suppress(OSError):
            path.unlink(missing_ok=True)


def read_status(path: Path) -> dict[str, Any] | None:
    """Return what the process that opened a door wrote last, None if it did not or it cannot be read."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(MAX_STATUS_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def is_running(status: Mapping[str, Any]) -> bool:
    """Return whether the process that wrote a status still runs; its number may be another's by now."""
    pid, since = status.get("pid"), time_of(status, "since")
    if not isinstance(pid, int) or pid < 1 or since is None:
        return False
    try:
        return bool(psutil.Process(pid).create_time() * SECOND_MS <= since + CLOCK_SLACK_MS)
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, OverflowError):
        return False


def time_of(status: Mapping[str, Any], name: str) -> int | None:
    """Return a time of a status in Unix milliseconds, None if there is none."""
    value = status.get(name)
    try:
        return from_text(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
