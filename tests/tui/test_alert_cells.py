"""Alerts as lines of Quality, and the view that shows them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from ppp_tui.query.quality.alert_list import AlertLine
from ppp_tui.tui.panes.quality.alert_cells import alert_lines, alert_time_lines
from ppp_tui.tui.panes.quality.quality_plots import alert_plot
from ppp_tui.tui.panes.row_links import place_of
from tests.tui.cell_texts import cell_texts
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import MINUTE, SHOP, at
from tests.tui.work_database import write_work_database

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00:00.000."""


def alert(number: int, rule: str = "context > 90", value: float = 95.0, *, until: int | None = None) -> AlertLine:
    return AlertLine(
        id=number,
        session=7,
        agent="claude",
        project="/shop",
        title="",
        rule=rule,
        since=NOON_MS - 600_000,
        value=value,
        until=until,
    )


def test_open_alert_counts_on_and_closed_one_has_its_own_duration() -> None:
    still, over = alert_lines([alert(2), alert(1, until=NOON_MS - 540_000)], NOON_MS)
    assert cell_texts(still.cells) == ["10m", "open", "context > 90", "95%", "claude", "shop", "(no title)", "10:00"]
    assert cell_texts(over.cells)[1] == "closed"
    assert cell_texts(over.cells)[-1] == "1:00"


def test_alert_of_a_clock_that_is_ahead_has_been_open_for_no_time() -> None:
    assert cell_texts(alert_lines([alert(1)], NOON_MS - 3_600_000)[0].cells)[-1] == "0ms"


def test_times_of_a_rule_leave_out_other_rules_and_lead_to_their_session() -> None:
    lines = alert_time_lines("limit > 80", [alert(1), alert(2, "limit > 80", 81.5)], NOON_MS, UTC)
    assert [cell_texts(line.cells)[:3] for line in lines] == [["2026-11-20 11:50", "10:00", "81.5%"]]
    assert place_of(lines[0].key) == (7, None)


def test_chart_counts_open_and_closed_times_of_each_rule() -> None:
    plot = alert_plot([alert(1), alert(2, until=NOON_MS), alert(3, "limit > 80", 1, until=NOON_MS)])
    assert plot is not None
    assert [(bar.label, bar.values) for bar in plot.bars] == [("context > 90", (1.0, 1.0)), ("limit > 80", (0.0, 1.0))]
    assert alert_plot([]) is None


@pytest.mark.slow
async def test_quality_shows_alerts_and_opens_their_session(tmp_path: Path) -> None:
    path = write_work_database(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO alerts (trajectory_id, rule, since, value, until) VALUES (?, ?, ?, ?, ?)",
            [
                (SHOP, "context > 90", at(30 * MINUTE), 93.0, None),
                (SHOP, "context > 90", at(90 * MINUTE), 91.0, at(80 * MINUTE)),
            ],
        )
    async with dashboard(ports_of(path), (160, 40)) as shown:
        await shown.press("6", "l", "l", "l", "l", "l", "l")
        assert "how often each rule held" in shown.text
        assert shown.table("#rows").total == 2
        assert shown.strip_of("#details-title") == "times of: context > 90"
        assert shown.table("#details").total == 2
        assert "1 alert" in shown.strip_of("#navigation")
        await shown.press("enter")
        assert (shown.kind, getattr(shown.app.screen, "trajectory", None)) == ("TrajectoryScreen", SHOP)
