"""Rate of a backfill and the time that it will take, from the ingest process's reports. Pure."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model.ingest_status import IngestStatus

LEAST_MS = 1_500
"""Minimum time between the reports of a rate: the first files come from the cache."""


class ProgressRate(NamedTuple):
    """First and last report of a backfill, and its rate. Times are Unix milliseconds."""

    pid: int = 0
    began_at: int = 0
    began_bytes: int = 0
    seen_at: int = 0
    seen_bytes: int = 0

    def left_ms(self, bytes_total: int) -> int | None:
        """Return the milliseconds that the rest takes at this rate; None while the rate is unknown."""
        passed, done = self.seen_at - self.began_at, self.seen_bytes - self.began_bytes
        if passed < LEAST_MS or done <= 0:
            return None
        return max(0, (bytes_total - self.seen_bytes) * passed // done)


UNKNOWN_PACE = ProgressRate()
"""The rate before the first report."""


def paced(before: ProgressRate, status: IngestStatus | None) -> ProgressRate:
    """Return the rate with ingest's newest report; another process or another backfill begins anew."""
    if status is None or status.phase != "backlog":
        return UNKNOWN_PACE
    if before.pid != status.pid or status.bytes_done < before.seen_bytes:
        return ProgressRate(status.pid, status.at, status.bytes_done, status.at, status.bytes_done)
    return before._replace(seen_at=status.at, seen_bytes=status.bytes_done)
