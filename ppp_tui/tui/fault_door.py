"""Where faults of the dashboard itself arrive: their trace is kept once, and told once a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.query import NoMatches

from ppp_tui.faults import RepeatedFaults

if TYPE_CHECKING:
    from ppp_tui.tui.ports import Ports


class FaultDoor:
    """Keeps traces, at most one a minute for each place in the code."""

    def __init__(self, ports: Ports) -> None:
        """Keep traces by the dashboard's ports."""
        self._ports = ports
        self._repeated = RepeatedFaults()

    def keep(self, error: Exception) -> str:
        """Keep the trace of a fault. Returns the sentence for the status line, '' where there is nothing to tell.

        Work that outlived its screen (`NoMatches`) is kept but not told: nobody misses what it would have shown.
        """
        keep_trace = self._ports.keep_trace
        if keep_trace is None or self._repeated.is_repeated(error, self._ports.clock.now_ms()):
            return ""
        is_kept = keep_trace(error)
        if isinstance(error, NoMatches):
            return ""
        where = "its trace is in the log" if is_kept else "its trace could not be kept"
        return f"A part of this screen failed ({type(error).__name__}): {where}."
