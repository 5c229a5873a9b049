"""Suites with a strip of their runs: failing ones first, trends only where there is enough to tell."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.query.quality.rows import FlakyTest, RunLine
from ppp_tui.tui.panes.quality.suite_cells import (
    STRIP_CELLS,
    SuiteHistory,
    group_runs_by_suite,
    strip_cell,
    suite_lines,
    suite_run_lines,
)
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.widgets.lines import cell_text


def run(number: int, passed: int = 4, failed: int = 0, suite: str = "pytest", **changes: Any) -> RunLine:
    fields: dict[str, Any] = {
        "id": number,
        "trajectory_id": 9,
        "turn_number": number,
        "step_number": 1,
        "source": "found",
        "agent_name": "claude",
        "model": "opus",
        "project": "/home/dev/shop",
        "suite": suite,
        "framework": "pytest",
        "unit": "test",
        "at": number * 1000,
        "total": passed + failed,
        "passed": passed,
        "failed": failed,
        "skipped": 0,
        "duration_ms": 2_000,
        "pass_rate": 100.0 * passed / (passed + failed) if passed + failed else None,
        "drop_points": None,
        "is_regression": False,
        "is_red": failed > 0,
    }
    return RunLine(**{**fields, **changes})


def history(*runs: RunLine) -> SuiteHistory:
    [made] = group_runs_by_suite(runs)
    return made


def test_a_suite_whose_last_run_failed_comes_before_a_newer_green_one() -> None:
    histories = group_runs_by_suite([run(9, suite="green"), run(5, 3, 1, suite="red"), run(4, suite="red")])
    assert [(one.suite, one.is_red, len(one.runs)) for one in histories] == [("red", True, 2), ("green", False, 1)]


def test_repaired_suite_is_green() -> None:
    assert not history(run(2), run(1, 3, 1)).is_red


def test_the_strip_begins_with_the_newest_run() -> None:
    assert cell_text(strip_cell((run(3, 3, 1), run(2), run(1)))) == "✕●●"
    many = tuple(run(number) for number in range(100, 0, -1))
    assert cell_text(strip_cell(many)) == "●" * STRIP_CELLS


def test_the_rate_is_that_of_all_tests_and_not_the_mean_of_rates() -> None:
    assert history(run(2, 0, 1), run(1, 99, 0)).mean_rate == pytest.approx(99.0)
    assert history(run(1, 0, 0)).mean_rate is None


def test_a_trend_needs_four_counted_runs_of_the_whole_suite() -> None:
    assert history(run(3), run(2), run(1, 0, 4)).trend is None
    assert history(run(4), run(3), run(2, 2, 2), run(1, 2, 2)).trend == pytest.approx(50.0)
    picked = [run(number, selection="-k login") for number in (6, 5)]
    assert history(*picked, run(2), run(1)).trend is None


def test_line_of_a_suite_has_state_rate_trend_and_flaky_tests() -> None:
    flaky = FlakyTest("/home/dev/shop", "pytest", "test_a", ("claude",), 1, ())
    [one] = group_runs_by_suite([run(4, 3, 1), run(3, 3, 1), run(2), run(1)], [flaky])
    [line] = suite_lines([one], 64_000, 95)
    assert [cell_text(cell).strip() for cell in line.cells] == [
        "✕",
        "shop",
        "pytest",
        "✕✕●●",
        "4",
        "87.5%↓",
        "▼ 25.0",
        "1",
        "1m",
    ]


def test_suites_of_one_name_say_what_they_count() -> None:
    runs = [run(3, suite="go test", framework="go"), run(2, suite="go test", framework="go", unit="package"), run(1)]
    lines = suite_lines(group_runs_by_suite(runs), 64_000, 95)
    assert [cell_text(line.cells[2]) for line in lines] == [
        "(go, test) go test",
        "(go, package) go test",
        "pytest",
    ]


def test_the_runs_of_a_suite_lead_to_their_turns() -> None:
    lines = suite_run_lines(history(run(2, 0, 0, is_red=True), run(1)), 2_000, 95)
    assert [[cell_text(cell) for cell in line.cells] for line in lines] == [
        ["0s", "–", "red", "–", "2.0s", "claude"],
        ["1s", "4", "0", "100%", "2.0s", "claude"],
    ]
    assert place_of(lines[0].key) == (9, 2)
