"""Imports what status lines left beside the database: the provider's own limits, and reports on sessions.

A line and the spool's offset are committed together. A spool that was imported completely is renamed first and deleted
one slice later, so that a status line that had it open loses nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.rows import LimitRow, ReportRow
from ppp_tui.paths import status_spool
from ppp_tui.sources.claude_status import AGENT, SOURCE, Status, StatusLimit
from ppp_tui.store.connect import DatabaseError, is_row_fault
from ppp_tui.store.write import Writer

ROTATE_BYTES = 64 * 1024
"""Bytes from which a spool is renamed once it is imported."""

SPOOL_CHUNK_BYTES = 256 * 1024
"""Bytes imported in one slice."""

_JOURNAL = "status"
_ASIDE = "status.1"


class StatusReading(NamedTuple):
    """A status and the time when it was reported, Unix milliseconds."""

    at_ms: int
    status: Status


class StatusImportJob:
    """The spool of one database."""

    name = "status"
    trouble = ""

    def __init__(self, writer: Writer) -> None:
        """Import into this database."""
        self._writer = writer
        self._spool = status_spool(writer.path)
        self._aside = self._spool.with_name(f"{self._spool.name}.1")
        self._offset = writer.journal_offset(_JOURNAL)
        self._aside_offset = writer.journal_offset(_ASIDE)
        self._was_put_aside = False

    def run_slice(self, now_ms: int) -> bool:  # noqa: ARG002 - the signature is that of every job
        """Import some lines; return whether there were any."""
        try:
            has_imported = self._finish_renamed() or self._import_spool()
        except OSError:
            # The database beside it can be written, so that this will pass: the next slice tries again.
            return False
        return has_imported

    def _import_spool(self) -> bool:
        size = _size(self._spool)
        if size < self._offset or not _is_line_end(self._spool, self._offset):
            # The imported spool was renamed by a status line or deleted, and this is a new one.
            self._offset = 0
        if size <= self._offset:
            return False
        self._offset = self._import_lines(self._spool, _JOURNAL, self._offset)
        if self._offset == size >= ROTATE_BYTES:
            self._spool.replace(self._aside)
            self._aside_offset, self._offset, self._was_put_aside = self._offset, 0, True
            self._writer.put_statuses((), (), {_JOURNAL: 0, _ASIDE: self._aside_offset})
        return True

    def _finish_renamed(self) -> bool:
        size = _size(self._aside)
        if not size:
            return False
        if size < self._aside_offset:
            self._aside_offset = 0
        if size > self._aside_offset:
            self._aside_offset = self._import_lines(self._aside, _ASIDE, self._aside_offset)
            return True
        if self._was_put_aside:
            self._was_put_aside = False
            return False
        self._aside.unlink()
        self._aside_offset = 0
        self._writer.put_statuses((), (), {_ASIDE: 0})
        return False

    def _import_lines(self, path: Path, journal: str, offset: int) -> int:
        """Import whole lines from `offset` on; return the offset behind them."""
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(SPOOL_CHUNK_BYTES)
        complete_bytes = data.rfind(b"\n") + 1
        if not complete_bytes:
            # A line of that length was not written by a status line.
            complete_bytes = len(data) if len(data) == SPOOL_CHUNK_BYTES else 0
        readings = [reading for line in data[:complete_bytes].splitlines() if (reading := read_line(line)) is not None]
        offsets = {journal: offset + complete_bytes}
        if not self._commit(readings, offsets):
            # Only the line that cannot be stored is left out.
            for reading in readings:
                self._commit([reading], {})
            self._writer.put_statuses((), (), offsets)
        return offset + complete_bytes

    def _commit(self, readings: list[StatusReading], offsets: dict[str, int]) -> bool:
        """Commit readings; False if something in them cannot be stored. Raises DatabaseError."""
        try:
            limits = [row for reading in readings for row in limit_rows(reading)]
            reports = [report for reading in readings if (report := report_row(reading)) is not None]
            self._writer.put_statuses(limits, reports, offsets, AGENT)
        except (DatabaseError, ValueError, OverflowError, TypeError) as error:
            if isinstance(error, DatabaseError) and not is_row_fault(error):
                raise
            return False
        return True


def read_line(line: bytes) -> StatusReading | None:
    """Parse a line of the spool; None if it is invalid."""
    at, _, content = line.partition(b" ")
    try:
        values = json.loads(content)
        at_ms = int(at)
        status = Status(*values)
        limits = tuple(StatusLimit(*limit) for limit in status.limits)
        to_text(at_ms)
    except (ValueError, TypeError, RecursionError):
        return None
    return StatusReading(at_ms, status._replace(limits=limits))


def limit_rows(reading: StatusReading) -> list[LimitRow]:
    """Return the limits of a reading as rows."""
    at = to_text(reading.at_ms)
    return [
        LimitRow(
            limit.name,
            at,
            limit.used_percent,
            limit.window_minutes,
            to_text(limit.resets_at) if limit.resets_at else None,
            "",
        )
        for limit in reading.status.limits
    ]


def report_row(reading: StatusReading) -> ReportRow | None:
    """Return a status as the report on its session, None if it names no session."""
    status = reading.status
    if not status.session_id:
        return None
    return ReportRow(
        source=SOURCE,
        native_id=status.session_id,
        at=to_text(reading.at_ms),
        model=status.model,
        cost_micros=status.cost_micros,
        api_ms=status.api_ms,
        wall_ms=status.wall_ms,
        context_tokens=status.context_tokens,
        context_window=status.context_window,
    )


def _is_line_end(path: Path, offset: int) -> bool:
    """Return whether a line ends just before `offset`, as it does wherever an import has stopped."""
    if not offset:
        return True
    with path.open("rb") as file:
        file.seek(offset - 1)
        return file.read(1) == b"\n"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
