"""Versions of agents as lines of Quality, what changed between two, and the view that shows them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.signals.versions import VersionChange, VersionLine
from ppp_tui.scoring.rate_difference import Interval, Measure, Severity, Share, ShareDifference
from ppp_tui.tui.panes.quality.version_cells import change_lines, version_before, version_lines, version_plot
from tests.tui.cell_texts import cell_texts
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import write_database

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00:00.000."""


HALF = Share(1, 2)


def version(name: str, age_ms: int, agent: str = "claude", failed: Share = HALF) -> VersionLine:
    return VersionLine(
        agent=agent,
        version=name,
        runs=4,
        turns=9,
        first_at=0,
        last_at=NOON_MS - age_ms,
        mean_turn_ms=90_000.0,
        tool_success=0.975,
        failed=failed,
    )


def change(measure: Measure, severity: Severity | None, first: float | None, second: float | None) -> VersionChange:
    return VersionChange(
        measure=measure,
        type="tool_success",
        code="first_attempt",
        first=Share(0, 0),
        second=Share(0, 0),
        first_value=first,
        second_value=second,
        change=None if first is None or second is None else (second - first) / first,
        difference=ShareDifference(None)
        if measure == "latency"
        else ShareDifference(-0.1, Interval(-0.155, -0.02), 0.01),
        severity=severity,
    )


def test_a_version_names_the_one_before_of_the_same_agent() -> None:
    versions = [version("2.1", 600_000), version("9.0", 700_000, "codex"), version("2.0", 800_000)]
    assert version_before(versions, versions[0]) == versions[2]
    assert version_before(versions, versions[1]) is None
    first = cell_texts(version_lines(versions, NOON_MS)[0].cells)
    assert first == ["10m", "claude", "2.1", "2.0", "4", "9", "1:30", "97.5%", "50%"]


def test_a_share_of_no_run_is_unknown_and_not_zero() -> None:
    [line] = version_lines([version("2.1", 0, failed=Share(0, 0))], NOON_MS)
    assert cell_texts(line.cells)[-1] == "–"


def test_a_change_shows_both_shares_and_where_the_difference_lies() -> None:
    [line] = change_lines([change("signal", "medium", 0.9, 0.72)], fewest_runs=100)
    assert cell_texts(line.cells) == [
        "medium",
        "tool success",
        "first attempt",
        "90.0%",
        "72.0%",
        "−20%",
        "−15.5 … −2.0",
    ]


def test_a_time_has_no_interval_and_few_runs_tell_no_drift() -> None:
    [line] = change_lines([change("latency", None, 60_000, 90_000)], fewest_runs=99)
    assert cell_texts(line.cells) == ["few", "tool success", "first attempt", "1:00", "1:30", "+50%", ""]
    [enough] = change_lines([change("signal", None, None, 0.5)], fewest_runs=100)
    assert cell_texts(enough.cells)[0] == ""
    assert cell_texts(enough.cells)[3:6] == ["–", "50.0%", ""]


def test_the_chart_parts_runs_by_their_end() -> None:
    plot = version_plot([version("2.1", 0)])
    assert plot is not None
    assert [(bar.label, bar.values) for bar in plot.bars] == [("2.1", (1.0, 1.0, 2.0))]
    assert version_plot([]) is None


@pytest.mark.slow
async def test_quality_shows_versions_and_what_changed(tmp_path: Path) -> None:
    path = write_database(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE trajectories SET agent_version = '2.' || (id % 2), agent_name = 'claude'")
    async with dashboard(ports_of(path), (160, 40)) as shown:
        await shown.press("6", "h", "h", "h", "h")
        assert "runs of each version of an agent" in shown.text
        assert shown.table("#rows").total == 2
        assert shown.strip_of("#details-title").startswith("since the version before: claude 2.")
        assert "mean ms" in shown.text
        await shown.press("j")
        assert "no earlier version" in shown.text
