"""How fast a backfill goes and how long its rest will take, from the ingest process's reports. Pure."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model.ingest_status import IngestStatus

LEAST_MS = 1_500
"""A rate seen for less than this is none: the first files come from the cache."""


class ProgressRate(NamedTuple):
    """A reading from where it was first seen to where it was last seen. Times are Unix milliseconds."""

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
"""Before anything was seen."""


def paced(before: ProgressRate, status: IngestStatus | None) -> ProgressRate:
    """Return the rate with ingest's newest status; another process or another backfill begins anew."""
    if status is None or status.phase != "backlog":
        return UNKNOWN_PACE
    if before.pid != status.pid or status.bytes_done < before.seen_bytes:
        return ProgressRate(status.pid, status.at, status.bytes_done, status.at, status.bytes_done)
    return before._replace(seen_at=status.at, seen_bytes=status.bytes_done)
