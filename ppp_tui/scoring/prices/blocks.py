"""Five-hour blocks: the windows in which Claude's plans count usage.

A block begins with the whole hour of the first request after the one before it has ended, and lasts five hours. No
session file records it, so it is an estimate; where the provider reported when the window ends, that goes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ppp_tui.model.clock import HOUR_MS

BLOCK_MS = 5 * HOUR_MS
"""How long a block lasts, in milliseconds."""


class UsageBlock(NamedTuple):
    """One block, in Unix milliseconds."""

    start_ms: int
    end_ms: int
    is_official: bool = False
    """The provider reported when it ends."""

    def holds(self, at_ms: int) -> bool:
        """Return whether a moment lies in it."""
        return self.start_ms <= at_ms < self.end_ms


def usage_blocks(hours_ms: Iterable[int]) -> list[UsageBlock]:
    """Return the blocks that hours with requests make, given by their beginnings in ascending order."""
    made: list[UsageBlock] = []
    for hour_ms in hours_ms:
        if not made or hour_ms >= made[-1].end_ms:
            made.append(UsageBlock(hour_ms, hour_ms + BLOCK_MS))
    return made


def official_block(resets_at_ms: int | None, now_ms: int) -> UsageBlock | None:
    """Return the running block by the end that the provider reported, None if that is unknown or over."""
    if resets_at_ms is None or not now_ms < resets_at_ms <= now_ms + BLOCK_MS:
        return None
    return UsageBlock(resets_at_ms - BLOCK_MS, resets_at_ms, is_official=True)
