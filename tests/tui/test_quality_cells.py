"""Test runs, flaky tests, retries and conduct in lines and charts."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ppp_tui.model.clock import to_text
from ppp_tui.query.periods import ALL_TIME
from ppp_tui.query.quality.drilldown import ConductSession, ConductSum
from ppp_tui.query.quality.rows import ChainLine, FailureLine, FlakyTest, FlipLine, RetrySum, RunLine, SpanTests
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.tui.panes.quality import quality_cells as cells
from ppp_tui.tui.panes.quality.quality_plots import conduct_plot, rate_pieces, rate_plot, rate_title, retry_plot
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.widgets.lines import Cell, Line
from tests.tui.cell_texts import cell_texts
from tests.tui.database_of import NOON_MS

MINUTE, DAY = 60_000, 86_400_000


def run(**changes: Any) -> RunLine:
    return RunLine(
        id=7,
        trajectory_id=3,
        turn_number=12,
        step_number=2,
        source="found",
        agent_name="claude",
        model="m1",
        project="/home/dev/shop",
        suite="pytest",
        framework="pytest",
        unit="test",
        at=NOON_MS - 3 * MINUTE,
        total=13,
        passed=11,
        failed=1,
        skipped=1,
        duration_ms=2100,
        pass_rate=91.66,
        drop_points=8.33,
        is_regression=False,
    )._replace(**changes)


def shown(line: Line) -> list[str]:
    return cell_texts(line.cells)


def test_run_shows_passed_failed_and_skipped_tests() -> None:
    [line] = cells.run_lines([run()], NOON_MS, 95)
    assert (line.key, shown(line)) == (
        7,
        ["3m", "shop", "pytest", "11", "1", "1", "91.7%↓", "8.3", "–", "2.1s", "claude"],
    )


def test_a_regression_has_a_sign_and_what_is_unknown_is_not_zero() -> None:
    worse, first = cells.run_lines(
        [run(drop_points=16.66, is_regression=True), run(drop_points=None, duration_ms=None, pass_rate=None)],
        NOON_MS,
        95,
    )
    assert worse.cells[7] == Cell("▼ 16.7", "removed")
    assert shown(first)[6:10] == ["–", "–", "–", "–"]


def test_a_regression_by_session_stands_beside_the_one_by_run() -> None:
    [line] = cells.run_lines([run(drop_points=2.0, session_drop_points=30.0, is_regression=True)], NOON_MS, 95)
    assert line.cells[7:9] == (Cell("2.0", "dim"), Cell("▼ 30.0", "removed"))


def test_run_shows_its_selection_and_uncounted_runs_have_no_numbers() -> None:
    probe, bare = cells.run_lines(
        [run(selection="-k pay"), run(total=0, passed=0, failed=0, skipped=0, pass_rate=None, is_red=True)], NOON_MS, 95
    )
    assert shown(probe)[2] == "pytest  -k pay"
    assert shown(bare)[3:7] == ["–", "red", "–", "–"]


def test_improved_run_shows_no_regression() -> None:
    [line] = cells.run_lines([run(drop_points=-20.0)], NOON_MS, 95)
    assert shown(line)[7] == ""


@pytest.mark.parametrize(
    ("percentage", "text"),
    [(None, "–"), (100.0, "100%"), (75.0, "75%"), (83.333, "83.3%"), (99.99, "99.9%"), (0.0, "0%")],
)
def test_pass_rate_is_never_rounded_up_to_100(percentage: float | None, text: str) -> None:
    assert cells.rate(percentage) == text


@pytest.mark.parametrize(
    ("percentage", "cell"),
    [(94.9, Cell("94.9%↓", "notice")), (95.0, Cell("95%", "good")), (None, Cell("–", "dim"))],
)
def test_a_rate_below_what_the_settings_want_is_marked(percentage: float | None, cell: Cell) -> None:
    assert cells.judged_rate(percentage, 95) == cell


def test_failures_that_are_not_named_are_counted() -> None:
    lines = cells.failure_lines(run(failed=3), [FailureLine("test_pay", "refused"), FailureLine("test_ship", "")])
    assert [shown(line) for line in lines] == [
        ["test_pay", "refused"],
        ["test_ship", "no reason recorded"],
        ["1 more", "not named"],
    ]
    assert [shown(line) for line in cells.failure_lines(run(failed=2), [])] == [["2 failed", "not named"]]
    assert [place_of(line.key) for line in lines] == [(3, 12), (3, 12), (3, 12)]


def test_a_flaky_test_shows_its_evidence() -> None:
    flips = (
        FlipLine(
            earlier_trajectory_id=3,
            earlier_turn_number=11,
            trajectory_id=3,
            turn_number=12,
            earlier_at=NOON_MS - 2 * MINUTE,
            at=NOON_MS - MINUTE,
            earlier_run_id=5,
            run_id=6,
            has_failed_first=True,
            reason="timed out",
        ),
        FlipLine(
            earlier_trajectory_id=2,
            earlier_turn_number=4,
            trajectory_id=3,
            turn_number=11,
            earlier_at=NOON_MS - 9 * MINUTE,
            at=NOON_MS - 8 * MINUTE,
            earlier_run_id=3,
            run_id=4,
            has_failed_first=False,
            reason="",
        ),
        FlipLine(
            earlier_trajectory_id=2,
            earlier_turn_number=4,
            trajectory_id=2,
            turn_number=4,
            earlier_at=NOON_MS - 9 * MINUTE,
            at=NOON_MS - 8 * MINUTE,
            earlier_run_id=3,
            run_id=4,
            has_failed_first=False,
            reason="no",
        ),
    )
    test = FlakyTest("/home/dev/shop", "pytest", "test_pay", ("claude", "codex"), NOON_MS - MINUTE, flips)
    assert [shown(line) for line in cells.flaky_lines([test], NOON_MS)] == [
        ["1m", "shop", "test_pay", "pytest", "3", "claude, codex"]
    ]
    lines = cells.flip_lines(test, UTC)
    assert [shown(line) for line in lines] == [
        ["2026-11-20 11:58", "failed→passed", "2026-11-20 11:59", "11→12", "timed out"],
        ["2026-11-20 11:51", "passed→failed", "2026-11-20 11:52", "2#4→3#11", "no reason recorded"],
        ["2026-11-20 11:51", "passed→failed", "2026-11-20 11:52", "both in 4", "no"],
    ]
    assert place_of(lines[1].key) == (3, 11)


def retries(key: str, **changes: Any) -> RetrySum:
    return RetrySum(
        key=key,
        kind="request",
        chains=4,
        attempts=9,
        recovered=3,
        gave_up=1,
        fallbacks=0,
        mean_attempts=2.0,
        mean_wait_ms=4_000,
        success_rate=75.0,
    )._replace(**changes)


def test_retries_show_success_rate_and_mean_failures_before_success() -> None:
    known, unknown = cells.retry_lines(
        [retries("overloaded"), retries("", mean_attempts=None, mean_wait_ms=None, success_rate=None, gave_up=0)], 80
    )
    assert shown(known) == ["overloaded", "request", "4", "9", "75%↓", "2.0", "1", "0", "4.0s"]
    assert shown(unknown) == ["(unknown)", "request", "4", "9", "–", "–", "0", "0", "–"]


def chain(**changes: Any) -> ChainLine:
    return ChainLine(
        id=9,
        trajectory_id=3,
        turn_number=12,
        agent_name="claude",
        kind="request",
        project="/shop",
        model="m1",
        fallback_model="",
        tool="",
        target="",
        reason="overloaded",
        attempts=3,
        wait_ms=4_000,
        started_at=NOON_MS - MINUTE,
        ended_at=NOON_MS,
        outcome="recovered",
        is_exhausted=False,
    )._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "what", "outcome"),
    [
        ({}, "overloaded: m1", "recovered after 3"),
        ({"fallback_model": "m2"}, "overloaded: m1", "m2 after 3"),
        ({"outcome": "gave_up", "attempts": 1, "model": ""}, "overloaded", "gave up, 1 failure"),
        (
            {"outcome": "open", "kind": "tool", "tool": "Bash", "target": "make", "reason": "exit 2"},
            "exit 2: Bash make",
            "open, 3 failures",
        ),
    ],
)
def test_a_chain_of_failures_tells_how_it_ended(changes: dict[str, Any], what: str, outcome: str) -> None:
    [line] = cells.chain_lines([chain(**changes)], NOON_MS)
    assert shown(line)[:4] == ["1m", "claude", what, outcome]
    assert place_of(line.key) == (3, 12)


def test_conduct_is_shown_per_turn_and_links_to_whole_sessions() -> None:
    some, none = cells.conduct_lines(
        [
            ConductSum(agent_name="claude", sessions=2, turns=8, low=3, medium=0, high=1, violations=2),
            ConductSum(agent_name="codex", sessions=1, turns=0, low=0, medium=0, high=0, violations=0),
        ]
    )
    assert shown(some) == ["claude", "2", "8", "3", "0", "1", "0.50", "2"]
    assert shown(none)[6] == "–"
    [session] = cells.session_lines(
        [
            ConductSession(
                trajectory_id=3,
                title="",
                project="/home/dev/shop",
                last_at=NOON_MS - DAY,
                low=1,
                medium=0,
                high=2,
                violations=0,
            )
        ],
        NOON_MS,
    )
    assert shown(session) == ["1d", "shop", "(no title)", "1·0·2", "0"]
    assert place_of(session.key) == (3, None)


@pytest.mark.parametrize("key", ["", "3", "3 x 1", "a heading of rows", "-3 1 1"])
def test_keys_of_other_rows_lead_nowhere(key: str) -> None:
    assert place_of(key) is None


def test_the_pass_rate_stands_at_its_days_from_the_first_one_with_runs_on() -> None:
    tests = {
        1: SpanTests(runs=1, red_runs=0, passed=5, failed=0, skipped=0),
        2: SpanTests(runs=1, red_runs=0, passed=0, failed=0, skipped=5),
        3: SpanTests(runs=2, red_runs=1, passed=3, failed=1, skipped=0),
    }
    plot = rate_plot(tests, TimeSpan(NOON_MS - 3 * DAY, NOON_MS), UTC)
    assert plot is not None
    assert [(bar.label, bar.values, bar.figure) for bar in plot.bars] == [
        ("18 Nov", (100.0, 0.0), "100"),
        ("19 Nov", (0.0, 0.0), ""),
        ("20 Nov", (75.0, 25.0), "75"),
    ]
    assert (plot.top, plot.y_label(50.0)) == (100.0, "50%")
    assert rate_plot({2: tests[2]}, TimeSpan(NOON_MS - DAY, NOON_MS), UTC) is None
    assert rate_plot({}, TimeSpan(NOON_MS - DAY, NOON_MS), UTC) is None


def test_bars_of_pass_rates_are_days_of_the_users_zone() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    pieces = rate_pieces(TimeSpan(NOON_MS - DAY, NOON_MS), zone)
    assert [to_text(piece.low_ms) for piece in pieces] == ["2026-11-18 18:30:00.000", "2026-11-19 18:30:00.000"]
    plot = rate_plot({0: SpanTests(1, 0, 1, 0, 0)}, TimeSpan(NOON_MS - DAY, NOON_MS), zone)
    assert plot is not None
    assert [bar.label for bar in plot.bars] == ["19 Nov", "20 Nov"]


def test_a_rate_just_below_all_is_not_rounded_up() -> None:
    tests = {1: SpanTests(runs=1, red_runs=1, passed=999, failed=1, skipped=0)}
    plot = rate_plot(tests, TimeSpan(NOON_MS - DAY, NOON_MS), UTC)
    assert plot is not None
    assert plot.bars[-1].figure == "99"


def test_retries_of_one_group_are_one_bar_whatever_failed() -> None:
    plot = retry_plot([retries("error"), retries("error", kind="tool", chains=2, recovered=1, gave_up=0), retries("")])
    assert plot is not None
    assert [series.name for series in plot.series] == ["recovered", "gave up", "open"]
    assert [(bar.label, bar.values) for bar in plot.bars] == [
        ("error", (4.0, 1.0, 1.0)),
        ("(unknown)", (3.0, 1.0, 0.0)),
    ]
    assert retry_plot([]) is None


def test_hours_without_a_retry_keep_their_place() -> None:
    plot = retry_plot([retries("13")], is_by_hour=True)
    assert plot is not None
    assert [bar.label for bar in plot.bars if bar.total] == ["13"]
    assert len(plot.bars) == 24


def test_agents_that_asked_nothing_have_no_bar() -> None:
    plot = conduct_plot(
        [
            ConductSum(agent_name="claude", sessions=2, turns=8, low=3, medium=0, high=1, violations=2),
            ConductSum(agent_name="codex", sessions=1, turns=4, low=0, medium=0, high=0, violations=5),
        ]
    )
    assert plot is not None
    assert [(bar.label, bar.values) for bar in plot.bars] == [("claude", (3.0, 0.0, 1.0))]


def test_title_of_the_pass_rate_says_what_a_bar_holds() -> None:
    spans = [TimeSpan(NOON_MS - days * DAY, NOON_MS) for days in (1, 30, 300, 3000)]
    assert [rate_title(span, ALL_TIME) for span in spans] == [
        f"pass rate by {grain}, all time" for grain in ("day", "day", "week", "month")
    ]


@pytest.mark.parametrize(
    ("silent", "lack"),
    [
        ([], ""),
        (["Codex", "pi"], "; failed requests of Codex and pi are not recorded"),
        (["Amp", "Codex", "pi"], "; failed requests of 3 agents are not recorded"),
    ],
)
def test_title_of_retries_names_agents_whose_failed_requests_are_not_recorded(silent: list[str], lack: str) -> None:
    assert (
        cells.retry_title("hour", "7 days", silent)
        == f"failures that were tried again by hour of the day, 7 days{lack}"
    )
