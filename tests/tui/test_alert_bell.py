"""The bell for alerts: when more are open than before, not for those that were open when the dashboard came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ppp_tui.model.clock import FrozenClock
from ppp_tui.query.changes import Changes
from ppp_tui.query.rows import Moved
from ppp_tui.tui.dashboard_loader import DashboardLoader
from ppp_tui.tui.dashboard_state import EMPTY, NO_TOTALS
from tests.tui.dashboard_of import ports_of
from tests.tui.database_of import NOON_MS


class Bell:
    """A loader whose board is loaded with some open alerts, and what it rang with."""

    def __init__(self, folder: Path, open_alerts: int) -> None:
        self.rung: list[tuple[str, str]] = []
        self.clock = FrozenClock(NOON_MS)
        ports = replace(ports_of(folder / "a.db"), clock=self.clock)
        self.loader = DashboardLoader(ports, lambda text, title: self.rung.append((text, title)))
        totals = NO_TOTALS._replace(open_alerts=open_alerts)
        self.loader.board = replace(EMPTY, totals=totals, is_loaded=True)

    def move(self, open_alerts: int, after_s: int) -> None:
        """The database moves, so long after noon."""
        self.clock.at_ms = NOON_MS + after_s * 1000
        totals = NO_TOTALS._replace(open_alerts=open_alerts)
        assert self.loader.apply(Changes(Moved(1, (), False), [], totals, None), self.clock.at_ms)


def test_another_open_alert_rings_and_the_same_number_does_not(tmp_path: Path) -> None:
    bell = Bell(tmp_path, 1)
    bell.move(1, 1)
    assert bell.rung == []
    bell.move(2, 2)
    bell.move(2, 3)
    assert bell.rung == [("2 alerts open: ppp-tui alerts lists them", "alerts")]


def test_closing_alert_is_silent_and_one_that_flaps_rings_once_a_minute(tmp_path: Path) -> None:
    bell = Bell(tmp_path, 0)
    for second in range(0, 60, 10):
        bell.move(1, second)
        bell.move(0, second + 5)
    assert len(bell.rung) == 1
    bell.move(1, 61)
    assert bell.rung[1:] == [("1 alert open: ppp-tui alerts lists them", "alerts")]


def test_alerts_that_were_open_at_the_first_look_do_not_ring(tmp_path: Path) -> None:
    bell = Bell(tmp_path, 0)
    bell.loader.board = EMPTY
    bell.loader._put((), NO_TOTALS._replace(open_alerts=3), None, 0)
    assert bell.rung == []
