"""Logs faults of the dashboard itself and reports them in the status line, repeated ones at most once a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.screen import Screen

from ppp_tui.faults import RepeatedFaults

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from ppp_tui.tui.ports import Ports


class FaultDoor:
    """Logs traces of faults, at most one a minute for each place in the code."""

    def __init__(self, ports: Ports) -> None:
        """Log traces by the dashboard's ports."""
        self._ports = ports
        self._kept = RepeatedFaults()
        self._reported = RepeatedFaults()
        self._is_log_written = True

    def keep(self, error: Exception, node: DOMNode | None = None) -> str:
        """Log the trace of a fault. Return the sentence for the status line, '' if none is to be shown.

        Work that outlived its screen misses parts of it (`NoMatches`): that is logged, but not reported.
        """
        keep_trace, now_ms = self._ports.keep_trace, self._ports.clock.now_ms()
        if keep_trace is None:
            return ""
        if not self._kept.is_repeated(error, now_ms):
            self._is_log_written = keep_trace(error)
        if (isinstance(error, NoMatches) and not is_in_sight(node)) or self._reported.is_repeated(error, now_ms):
            return ""
        where = "its trace is in the log" if self._is_log_written else "its trace could not be kept"
        return f"A part of this screen failed ({type(error).__name__}): {where}."


def is_in_sight(node: DOMNode | None) -> bool:
    """Return whether a node belongs to a screen that is shown, or to no screen."""
    screens = [] if node is None else [part for part in node.ancestors_with_self if isinstance(part, Screen)]
    return all(screen.is_current for screen in screens)
