"""What every screen shows of all sessions, updated with the database and every second."""

from __future__ import annotations

from dataclasses import dataclass

from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.model.live import Group
from ppp_tui.query.rows import LiveRow, SessionRow, Spend, Totals
from ppp_tui.tui.progress_rate import UNKNOWN_PACE, ProgressRate
from ppp_tui.tui.widgets.tones import Tone

NO_TOTALS = Totals(Spend(), Spend(), 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class DashboardState:
    """The recent sessions, their states, sums, and problems to show. Times are Unix milliseconds, 0 for never."""

    sessions: tuple[SessionRow, ...] = ()
    rows: tuple[LiveRow, ...] = ()
    """The sessions with their states, sorted by group."""
    totals: Totals = NO_TOTALS
    ingest: IngestStatus | None = None
    pace: ProgressRate = UNKNOWN_PACE
    """Progress rate of the backfill."""
    trouble: str = ""
    """Why something could not be read, in a sentence; '' if all is well."""
    fault: str = ""
    """What failed in the dashboard itself a moment ago, in a sentence; '' if nothing did."""
    ingest_trouble: str = ""
    """Why the ingest process does not run, in a sentence; '' if it does."""
    is_ingest_gone: bool = False
    """Ingest's last status is "at work", but its process does not exist."""
    looked_at: int = 0
    """When the database last answered."""
    moved_at: int = 0
    """When a change of the database was last noticed."""
    is_loaded: bool = False
    is_team: bool = False
    """It is of a store that a team shares: nothing is read into it here."""


EMPTY = DashboardState()
GLYPHS: dict[Group, str] = {"needs you": "◆", "finished": "◇", "working": "●", "stuck": "✕", "idle": "○"}
"""The sign of each group, always shown with its word."""
ASCII_GLYPHS: dict[Group, str] = {"needs you": "@", "finished": "+", "working": "*", "stuck": "x", "idle": "-"}
TONES: dict[Group, Tone] = {
    "needs you": "needs-you",
    "finished": "good",
    "working": "working",
    "stuck": "stuck",
    "idle": "idle",
}
