"""Where faults of the dashboard itself arrive: their trace is kept once, and told once a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.query import NoMatches

from ppp_tui.faults import innermost_place

if TYPE_CHECKING:
    from ppp_tui.tui.ports import Ports

REPEATED_MS = 60_000
"""A fault at the same place is kept and told at most this often."""

MAX_PLACES = 100
"""Places of faults that are remembered."""


class FaultDoor:
    """Keeps traces, at most one a minute for each place in the code."""

    def __init__(self, ports: Ports) -> None:
        """Keep traces by the dashboard's ports."""
        self._ports = ports
        self._kept_at: dict[str, int] = {}

    def keep(self, error: Exception) -> str:
        """Keep the trace of a fault. Returns the sentence for the status line, '' where there is nothing to tell.

        Work that outlived its screen (`NoMatches`) is kept but not told: nobody misses what it would have shown.
        """
        now_ms, place = self._ports.clock.now_ms(), innermost_place(error)
        last_ms = self._kept_at.get(place)
        if self._ports.keep_trace is None or (last_ms is not None and 0 <= now_ms - last_ms < REPEATED_MS):
            return ""
        if len(self._kept_at) >= MAX_PLACES:
            self._kept_at.clear()
        self._kept_at[place] = now_ms
        is_kept = self._ports.keep_trace(error)
        if isinstance(error, NoMatches):
            return ""
        where = "its trace is in the log" if is_kept else "its trace could not be kept"
        return f"A part of this screen failed ({type(error).__name__}): {where}."
