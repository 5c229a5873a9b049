"""The bell for alerts: when one was opened, not for those that were open when the dashboard came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ppp_tui.model.clock import FrozenClock
from ppp_tui.query.changes import Changes
from ppp_tui.query.rows import Moved, NewestAlert, Totals
from ppp_tui.tui.dashboard_loader import DashboardLoader
from ppp_tui.tui.dashboard_state import NO_TOTALS
from tests.tui.dashboard_of import ports_of
from tests.tui.database_of import NOON_MS


def sums(*open_ids: int) -> Totals:
    """Totals while alerts of these ids are open."""
    newest = NewestAlert(max(open_ids), "context > 90", "claude") if open_ids else NewestAlert()
    return NO_TOTALS._replace(open_alerts=len(open_ids), newest_alert=newest)


class Bell:
    """A loader whose board is loaded with some open alerts, and what it rang with."""

    def __init__(self, folder: Path, *open_ids: int) -> None:
        self.rung: list[tuple[str, str]] = []
        self.clock = FrozenClock(NOON_MS)
        ports = replace(ports_of(folder / "a.db"), clock=self.clock)
        self.loader = DashboardLoader(ports, lambda text, title: self.rung.append((text, title)))
        self.loader._put((), sums(*open_ids), None, 0)

    def move(self, after_s: int, *open_ids: int) -> None:
        """The database moves, so long after noon."""
        self.clock.at_ms = NOON_MS + after_s * 1000
        assert self.loader.apply(Changes(Moved(1, (), False), [], sums(*open_ids), None), self.clock.at_ms)


def test_another_open_alert_rings_with_its_rule_and_the_same_ones_do_not(tmp_path: Path) -> None:
    bell = Bell(tmp_path, 1)
    bell.move(1, 1)
    assert bell.rung == []
    bell.move(2, 1, 2)
    bell.move(3, 1, 2)
    assert bell.rung == [("claude: context > 90 (2 alerts open)", "alerts")]


def test_alert_that_opens_as_another_closes_rings(tmp_path: Path) -> None:
    bell = Bell(tmp_path, 1)
    bell.move(1, 2)
    assert bell.rung == [("claude: context > 90", "alerts")]


def test_closing_alert_and_one_that_is_opened_again_are_silent(tmp_path: Path) -> None:
    bell = Bell(tmp_path, 1, 2)
    for second in range(0, 600, 100):
        bell.move(second, 1)
        bell.move(second + 50, 1, 2)
    assert bell.rung == []


def test_two_alerts_within_a_minute_ring_once_then_and_once_afterwards(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    bell.move(0, 1)
    bell.move(10, 1, 2)
    assert len(bell.rung) == 1
    bell.move(61, 1, 2)
    bell.move(130, 1, 2)
    assert bell.rung[1:] == [("claude: context > 90 (2 alerts open)", "alerts")]


def test_alerts_that_were_open_at_the_first_look_do_not_ring(tmp_path: Path) -> None:
    assert Bell(tmp_path, 1, 2, 3).rung == []
