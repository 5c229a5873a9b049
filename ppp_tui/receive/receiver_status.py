"""The addresses and counts of a receiver, in a file that stays when it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ppp_tui.model.clock import Clock
from ppp_tui.receive.otlp import Signal
from ppp_tui.receive.records import Record
from ppp_tui.store.door_status import DoorStatus

STATUS_FILE = "status.json"
"""The file's name in the folder of received sessions."""


def status_path(folder: Path) -> Path:
    """Return the path of the status file of the receiver that keeps its sessions in a folder."""
    return folder / STATUS_FILE


class StatusCounts(DoorStatus):
    """Counts records by service and signal, and those that were not kept."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Begin with nothing; `write` makes the file."""
        super().__init__(status_path(folder), clock)
        self._duplicates = self._homeless = 0

    def count_records(self, signal: Signal, records: Sequence[Record], *, kept: int, homeless: int) -> None:
        """Count the records of a request by service and signal."""
        services = Counter(str(record["resource"].get("service.name") or "(no name)") for record in records)
        for service, number in services.items():
            self.count(service, signal, number)
        self._homeless += homeless
        self._duplicates += len(records) - homeless - kept

    def content(self, *, is_open: bool) -> dict[str, Any]:
        """Return the content of the status file as plain data."""
        return {
            **super().content(is_open=is_open),
            "duplicates": self._duplicates,
            "without_session": self._homeless,
        }
