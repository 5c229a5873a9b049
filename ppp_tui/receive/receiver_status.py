"""What a receiver has open and what came in, in a file that `doctor` reads."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ppp_tui.model.clock import Clock, to_text
from ppp_tui.paths import private_file
from ppp_tui.receive.otlp import Signal
from ppp_tui.receive.records import Record

STATUS_FILE = "status.json"
"""The file's name in the folder of received sessions."""

MAX_SERVICES = 64
"""Services that are counted by name; more are counted together."""

MAX_STATUS_BYTES = 1 << 20

OTHERS = "(others)"


def status_path(folder: Path) -> Path:
    """Return where the status of the receiver lies that keeps its files in a folder."""
    return folder / STATUS_FILE


class StatusCounts:
    """Counts what came in and what was refused since the receiver began, and writes it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Begin with nothing; `write` makes the file."""
        self._path = status_path(folder)
        self._clock = clock
        self._began = to_text(clock.now_ms())
        self._last = ""
        self._records: dict[str, Counter[str]] = {}
        self._refusals: Counter[str] = Counter()
        self._trouble = ""
        self._duplicates = self._homeless = 0
        self.addresses: list[str] = []
        """Where it listens."""
        self.is_changed = True
        """Whether something was counted since the last `write`."""

    def count_records(self, signal: Signal, records: Sequence[Record], *, kept: int, homeless: int) -> None:
        """Count the records of a request by service and signal."""
        self.is_changed, self._last, self._trouble = True, to_text(self._clock.now_ms()), ""
        for record in records:
            service = str(record["resource"].get("service.name") or "(no name)")[:80]
            if service not in self._records and len(self._records) >= MAX_SERVICES:
                service = OTHERS
            self._records.setdefault(service, Counter())[signal] += 1
        self._homeless += homeless
        self._duplicates += len(records) - homeless - kept

    def count_refusal(self, status: int, message: str) -> None:
        """Count a request that was refused; `status` is 0 for one that was none of HTTP."""
        self.is_changed = True
        key = f"{status} {message[:200]}" if status else message[:200]
        if key not in self._refusals and len(self._refusals) >= MAX_SERVICES:
            key = f"{status} {OTHERS}"
        self._refusals[key] += 1

    def note_trouble(self, sentence: str) -> None:
        """Note what keeps the receiver from its work."""
        self.is_changed, self._trouble = True, sentence

    def write(self, *, is_open: bool = True) -> None:
        """Replace the file; it is no loss if that fails."""
        self.is_changed = False
        content = {
            "pid": os.getpid() if is_open else 0,
            "addresses": self.addresses if is_open else [],
            "since": self._began,
            "last": self._last,
            "records": self._records,
            "duplicates": self._duplicates,
            "without_session": self._homeless,
            "refused": self._refusals,
            "trouble": self._trouble,
        }
        made = self._path.with_name(f"{STATUS_FILE}.{os.getpid()}")
        with suppress(OSError):
            made.unlink(missing_ok=True)
            with private_file(made) as file:
                file.write(json.dumps(content).encode())
            made.replace(self._path)


def read_status(folder: Path) -> dict[str, Any] | None:
    """Return what the newest receiver wrote, None if there was none or it cannot be read."""
    try:
        with status_path(folder).open("rb") as file:
            content = json.loads(file.read(MAX_STATUS_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
