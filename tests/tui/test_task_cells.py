"""How tasks went, as lines of Quality, and the view that shows them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.performance.stats import TaskStats
from ppp_tui.query.performance.tasks import TaskLine
from ppp_tui.tui.panes.quality.task_cells import TaskStatsGroup, task_group_lines, task_lines, task_plot
from ppp_tui.tui.panes.row_links import place_of
from tests.tui.cell_texts import cell_texts
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import MINUTE, at
from tests.tui.work_database import write_work_database

UNKNOWN_STATS = TaskStats("", 2, 0, 0, None, None, None, 0, False, None, None)
STATS = TaskStats("planner", 5, 4, 3, 1500.0, 2500, 30_000, 3, True, 0.75, 1)
TASK = TaskLine(
    id=7,
    is_session=False,
    at=0,
    title="planner fix",
    success=None,
    duration_ms=None,
    cost_micros=None,
    is_cost_lower_bound=False,
    quality=None,
)


def test_group_shows_its_figures_and_dashes_for_what_is_unknown() -> None:
    full, empty = task_group_lines([TaskStatsGroup(False, STATS), TaskStatsGroup(True, UNKNOWN_STATS)])
    assert cell_texts(full.cells) == ["planner", "events", "5", "4", "75%", "1.5s", "2.5s", "≥$0.03", "$0.01", "0.75"]
    assert cell_texts(empty.cells) == ["(unnamed)", "sessions", "2", "0", "–", "–", "–", "–", "–", "–"]


def test_groups_of_one_name_from_events_and_sessions_have_keys_of_their_own() -> None:
    assert (
        len({line.key for line in task_group_lines([TaskStatsGroup(False, STATS), TaskStatsGroup(True, STATS)])}) == 2
    )


def test_sessions_lead_to_themselves_and_events_lead_nowhere() -> None:
    event, session = task_lines([TASK, TASK._replace(is_session=True, success=False)], 60_000)
    assert (place_of(event.key), place_of(session.key)) == (None, (7, None))
    assert cell_texts(event.cells) == ["1m", "–", "planner fix", "–", "–", "–"]
    assert cell_texts(session.cells)[1] == "✕"


def test_chart_parts_are_succeeded_failed_and_unknown() -> None:
    plot = task_plot([TaskStatsGroup(True, UNKNOWN_STATS), TaskStatsGroup(False, STATS)])
    assert plot is not None
    assert [(bar.label, bar.values) for bar in plot.bars] == [
        ("planner", (3.0, 1.0, 1.0)),
        ("(unknown)", (0.0, 0.0, 2.0)),
    ]
    assert task_plot([]) is None


@pytest.mark.slow
async def test_quality_shows_tasks_by_agent_and_by_version_with_the_newest_behind(tmp_path: Path) -> None:
    path = write_work_database(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO performance_events (at, type, agent_id, agent_version, task_type, success, data) "
            "VALUES (?, 'task-execution', 'planner', ?, ?, ?, '{}')",
            [(at(MINUTE), "1.2", "fix", 1), (at(2 * MINUTE), "1.1", "docs", 0)],
        )
    async with dashboard(ports_of(path), (160, 40)) as shown:
        await shown.press("6", "l", "l", "l", "l", "l")
        assert "how tasks went by agent" in shown.text
        assert shown.table("#rows").render_line(1).text.split()[:6] == ["▸", "planner", "events", "2", "2", "50%"]
        assert shown.strip_of("#details-title") == "newest tasks: planner"
        assert "planner fix" in shown.text
        assert "planner docs" in shown.text
        await shown.press("b", "b")
        assert "how tasks went by version" in shown.text
        assert "planner 1.2" in shown.text
        await shown.press("G", "enter", "enter")
        assert shown.kind == "TrajectoryScreen"
