"""What stands behind a row of Insights: by agent, by day, and a failure with its output."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from ppp_tui.model.clock import DAY_MS
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.quality.insights import FailedStep
from ppp_tui.query.rows import SessionRow, Spend, Tokens
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.tui.panes.insight_details import agent_text, day_bars, failed_step_text
from tests.tui.live_rows import session

MONDAY = 1_795_392_000_000 // DAY_MS * DAY_MS
"""2026-11-23 00:00 UTC."""


def row(number: int, agent: str, day: int, cost_micros: int | None = None, **changes: object) -> SessionRow:
    spend = Spend(Tokens(1), cost_micros or 0, 1, int(cost_micros is None))
    at = MONDAY + day * DAY_MS
    return replace(session(number), agent_name=agent, last_at=at, tree=spend, **changes)  # type: ignore[arg-type]


def test_agents_are_told_with_median_cost_and_all_failures() -> None:
    rows = [
        row(1, "codex", 0, 100_000, failed_steps=2, efforts=EffortCounts(1, 0, 1)),
        row(2, "claude", 0, 400_000, failed_steps=0, retries=1, efforts=EffortCounts()),
        row(3, "claude", 0, 200_000, failed_steps=0, efforts=EffortCounts()),
        row(4, "claude", 0, None, failed_steps=0, efforts=EffortCounts()),
        row(5, "gemini", 0, None, failed_steps=0, efforts=EffortCounts()),
    ]
    assert [line.text for line in agent_text(rows)] == [
        "",
        "agent   sessions   cost failed asked",
        "claude         3  $0.30      1     0",
        "codex          1  $0.10      2     2",
        "gemini         1      –      0     0",
    ]
    assert agent_text([]) == []


def test_sessions_stand_on_the_day_of_their_last_sign_of_life_and_days_before_the_first_are_left_out() -> None:
    rows = [row(1, "claude", 3), row(2, "codex", 5), row(3, "claude", 5), row(4, "claude", 9)]
    plot = day_bars(rows, {}, TimeSpan(MONDAY, MONDAY + 7 * DAY_MS), UTC)
    assert plot is not None
    assert [series.name for series in plot.series] == ["claude", "codex"]
    assert [(bar.label, bar.values) for bar in plot.bars] == [
        ("26 Nov", (1.0, 0.0)),
        ("27 Nov", (0.0, 0.0)),
        ("28 Nov", (1.0, 1.0)),
        ("29 Nov", (0.0, 0.0)),
    ]


def test_failures_are_counted_in_place_of_sessions() -> None:
    plot = day_bars([row(1, "claude", 6)], {1: 3}, TimeSpan(MONDAY, MONDAY + 7 * DAY_MS), UTC)
    assert plot is not None
    assert [bar.values for bar in plot.bars] == [(3.0,)]
    assert day_bars([row(1, "claude", 9)], {}, TimeSpan(MONDAY, MONDAY + 7 * DAY_MS), UTC) is None


def test_failed_step_shows_its_whole_command_and_output_harmless() -> None:
    step = FailedStep(1, 2, "shell", "failed", "Bash", "make \x1b[31mlint", "a.py: bad\n  b.py: worse\n")
    assert [line.text for line in failed_step_text(step)] == [
        "what failed",
        "make ␛[31mlint",
        "",
        "what it printed",
        "a.py: bad",
        "  b.py: worse",
        "",
    ]
    silent = step._replace(output=" ", command="")
    assert [line.text for line in failed_step_text(silent)] == ["what failed", "Bash", ""]
