"""Decisions and signals as lines of Quality and of a turn, and the views that show them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest

from ppp_tui.query.signals.run_details import RunEntry
from ppp_tui.query.signals.sums import DecisionSum, EntryRun, SignalSum
from ppp_tui.tui.panes.quality.quality_plots import signal_plot
from ppp_tui.tui.panes.quality.signal_cells import signal_key, signal_run_lines, signal_sum_lines
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.panes.turns.signal_view import signal_lines
from tests.tui.cell_texts import cell_texts
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import MINUTE, SHOP, at
from tests.tui.live_rows import step
from tests.tui.work_database import write_work_database

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00:00.000."""


def signal(kind: str, code: str, true_count: int, false_count: int, calls: int = 0) -> SignalSum:
    return SignalSum("", "", kind, code, true_count, false_count, runs=2, derived=3, calls=calls)


def decision(reason: str, decisions: int, share: float) -> DecisionSum:
    return DecisionSum("", "", "tool_selection", reason, decisions, share, None, runs=1, derived=0, versions=())


def entry(number: int, kind: str = "signal", **changes: object) -> RunEntry:
    plain = RunEntry(
        id=number,
        kind=kind,  # type: ignore[arg-type]
        turn_number=1,
        step_number=None,
        tool="",
        at=NOON_MS,
        type="tool_success",
        code="first_attempt",
        selected="",
        value=True,
        share=None,
        source="stated",
        metadata={},
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


def test_a_signal_shows_how_often_it_is_so_and_the_change_in_points() -> None:
    success = signal("tool_success", "first_attempt", 90, 10)
    [line] = signal_sum_lines([success], {signal_key(success): 0.95})
    assert cell_texts(line.cells) == ["signal", "tool success", "first attempt", "100", "90.0%", "−5.0", "2", "3"]


def test_a_failure_shows_its_share_of_the_calls_and_no_change_without_a_span_before() -> None:
    [line] = signal_sum_lines([signal("tool_failure", "timeout", 5, 0, calls=100)], {})
    assert cell_texts(line.cells) == ["signal", "tool failure", "timeout", "5", "5.0%", "", "2", "3"]


def test_what_cannot_be_a_share_is_unknown_and_not_zero() -> None:
    [line] = signal_sum_lines([signal("retry_occurred", "single_retry", 5, 0)], {})
    assert cell_texts(line.cells)[4] == "–"


def test_a_decision_shows_its_share_of_the_types_decisions() -> None:
    [line] = signal_sum_lines([decision("fresh_data_required", 3, 0.75)], {})
    assert cell_texts(line.cells) == ["decision", "tool selection", "fresh data required", "3", "75.0%", "", "1", "0"]


def test_a_run_leads_to_its_session() -> None:
    run = EntryRun(7, "claude", "2.1", "/shop", "", NOON_MS - 600_000, 4)
    [line] = signal_run_lines([run], NOON_MS)
    assert cell_texts(line.cells) == ["10m", "claude", "2.1", "4", "(no title)", "shop"]
    assert place_of(line.key) == (7, None)


def test_the_chart_has_a_bar_for_each_attempt() -> None:
    plot = signal_plot([signal("tool_success", "after_retry", 3, 1), signal("tool_failure", "timeout", 1, 0)])
    assert plot is not None
    assert [(bar.label, bar.values) for bar in plot.bars] == [("after retry", (3.0, 1.0))]
    assert signal_plot([]) is None


def test_a_turns_lines_lead_to_their_steps_and_tell_what_was_derived() -> None:
    steps = [step(1, 3, "make")]
    lines, blocks = signal_lines(
        [
            entry(
                1, "decision", type="retry_strategy", code="backoff_required", selected="wait", value=None, share=0.5
            ),
            entry(2, step_number=3, tool="Bash", value=False, source="derived"),
        ],
        steps,
        UTC,
    )
    texts = [line.text for line in lines]
    assert texts[0] == "decisions"
    assert texts[2] == "12:00:00   retry strategy: backoff required           wait  confidence 0.50"
    assert texts[6] == "12:00:00 · tool success: first attempt                no  Bash"
    assert [block.steps for block in blocks] == [(), (steps[0],)]


def test_a_turn_without_any_says_so() -> None:
    lines, blocks = signal_lines([], [], UTC)
    assert [line.text for line in lines] == ["No decision and no quality signal is stated or derived for this turn."]
    assert blocks == []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = write_work_database(tmp_path)
    turn = (SHOP << 20) | 12
    with closing(sqlite3.connect(path)) as connection, connection:
        (number,) = connection.execute("SELECT min(id) & 1048575 FROM steps WHERE id >> 20 = ?", (turn,)).fetchone()
        connection.execute(
            "INSERT INTO agent_quality_signals (signal_id, step_number, signal_type, signal_code, value, recorded_at) "
            "VALUES (?, ?, 'tool_failure', 'timeout', 1, ?)",
            ((turn << 20) | 7, number, at(30 * MINUTE)),
        )
    return path


@pytest.mark.slow
async def test_quality_shows_signals_and_opens_a_session_with_one(path: Path) -> None:
    async with dashboard(ports_of(path), (160, 40)) as shown:
        await shown.press("6", "h", "h", "h", "h", "h")
        assert "calls of tools by how they went" in shown.text
        assert shown.table("#rows").total == 1
        assert shown.strip_of("#details-title") == "runs with: timeout"
        assert shown.table("#details").total == 1
        await shown.press("enter", "enter")
        assert (shown.kind, getattr(shown.app.screen, "trajectory", None)) == ("TrajectoryScreen", SHOP)


@pytest.mark.slow
async def test_a_signal_of_a_turn_opens_its_step(path: Path) -> None:
    async with dashboard(ports_of(path, start_at=(SHOP, 12)), (160, 40)) as shown:
        await shown.press("l", "l", "l", "l", "l", "l", "l")
        assert "tool failure: timeout" in shown.text
        await shown.press("enter", "j", "enter")
        assert shown.kind == "StepScreen"
