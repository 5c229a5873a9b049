"""A request that failed and is made again after a wait, for tests of retries."""

from __future__ import annotations

from ppp_tui.model import event as e
from ppp_tui.model.event_values import ErrorKind


def failed_request(
    at: int, *, attempt: int, wait_ms: int, kind: ErrorKind = "overloaded", status_code: int = 529
) -> e.RequestFailed:
    """Return one of at most ten attempts in the turn that is open."""
    return e.RequestFailed(
        at=at,
        ref=e.Ref(0, 10),
        kind=kind,
        message="busy",
        status_code=status_code,
        attempt=attempt,
        max_attempts=10,
        wait_ms=wait_ms,
    )
