"""Test suites as table lines with a strip of their last runs, failing ones first, and the runs of a suite. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.quality.rows import FlakyTest, RunLine
from ppp_tui.text.format import UNKNOWN, age, count, duration
from ppp_tui.tui.panes.quality.quality_cells import judged_rate
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.tones import Tone, agent_tone

STRIP_CELLS = 40
"""Maximum of runs in a strip; a narrow column cuts the oldest."""

TREND_POINTS = 1.0
"""Change in percentage points from which on a pass rate counts as rising or falling."""

SUITE_COLUMNS = (
    Column("state", "", width=1, priority=198),
    Column("project", "project", width=14, priority=130),
    Column("suite", "suite", weight=1, min_width=18, priority=200),
    Column("strip", "newest runs first", weight=1, min_width=10, priority=145),
    Column("runs", "runs", width=5, align="right", priority=120),
    Column("rate", "rate", width=7, align="right", priority=180),
    Column("trend", "trend", width=8, align="right", priority=150),
    Column("flaky", "flaky", width=5, align="right", priority=140),
    Column("age", "last", width=4, align="right", priority=170),
)
"""Columns of suites."""

SUITE_RUN_COLUMNS = (
    Column("age", "when", width=4, align="right", priority=170),
    Column("passed", "passed", width=6, align="right", priority=150),
    Column("failed", "failed", width=6, align="right", priority=190),
    Column("rate", "rate", width=7, align="right", priority=180),
    Column("took", "took", width=7, align="right", priority=90),
    Column("agent", "agent", weight=1, min_width=8, priority=100),
)
"""Columns of the runs of a suite."""


class SuiteHistory(NamedTuple):
    """A test suite and its runs, the newest first."""

    project: str
    suite: str
    framework: str
    unit: str
    runs: tuple[RunLine, ...]
    flaky_tests: int = 0

    @property
    def key(self) -> str:
        """Key of the suite, the same at every reading."""
        return f"{self.project}\0{self.suite}\0{self.framework}\0{self.unit}"

    @property
    def is_red(self) -> bool:
        """Whether its last run failed."""
        return self.runs[0].is_red

    @property
    def mean_rate(self) -> float | None:
        """Percent of all its tests that passed; None if none were counted."""
        return _rate(self.runs)

    @property
    def trend(self) -> float | None:
        """Change of the pass rate in percentage points, newer half of the runs minus older half; None if too few."""
        full_runs = [run for run in self.runs if run.pass_rate is not None and not run.selection]
        half = len(full_runs) // 2
        if half < 2:
            return None
        newer, older = _rate(full_runs[:half]), _rate(full_runs[half:])
        return None if newer is None or older is None else newer - older


def _rate(runs: Sequence[RunLine]) -> float | None:
    passed, failed = sum(run.passed for run in runs), sum(run.failed for run in runs)
    return 100.0 * passed / (passed + failed) if passed + failed else None


def group_runs_by_suite(
    runs: Sequence[RunLine], flaky: Sequence[FlakyTest] = (), labels: Labels = NO_LABELS
) -> list[SuiteHistory]:
    """Return runs, given newest first, grouped by suite: suites whose last run failed first, then the newest."""
    by_suite: dict[tuple[str, str, str, str], list[RunLine]] = {}
    for run in runs:
        by_suite.setdefault((labels.repository(run.project), run.suite, run.framework, run.unit), []).append(run)
    flaky_counts: dict[tuple[str, str], int] = {}
    for test in flaky:
        place = (labels.repository(test.project), test.suite)
        flaky_counts[place] = flaky_counts.get(place, 0) + 1
    histories = [
        SuiteHistory(*suite, tuple(members), flaky_counts.get(suite[:2], 0)) for suite, members in by_suite.items()
    ]
    return sorted(histories, key=lambda history: (not history.is_red, -history.runs[0].at, history.key))


def suite_lines(
    histories: Sequence[SuiteHistory], now_ms: int, least_percent: int, labels: Labels = NO_LABELS
) -> list[Line]:
    """Return suites with their strips as table lines; a line's key is that of its suite.

    Of suites of one name, such as packages and tests of ``go test``, each says what it counts.
    """
    named = Counter((history.project, history.suite) for history in histories)
    return [
        Line(
            history.key,
            (
                Cell("✕", "removed") if history.is_red else Cell("●", "good"),
                folder(history.project, labels),
                history.suite
                if named[history.project, history.suite] == 1
                else f"({history.framework}, {history.unit}) {history.suite}",
                strip_cell(history.runs),
                Cell(count(len(history.runs)), "dim"),
                judged_rate(history.mean_rate, least_percent),
                _trend(history.trend),
                Cell(count(history.flaky_tests), "notice") if history.flaky_tests else "",
                Cell(age(now_ms - history.runs[0].at), "dim"),
            ),
        )
        for history in histories
    ]


def strip_cell(runs: Sequence[RunLine]) -> CellLike:
    """Return the last runs as signs, the newest at the left: ``●`` passed, ``✕`` failed."""
    return StyledPieces(tuple(Cell("✕", "removed") if run.is_red else Cell("●", "good") for run in runs[:STRIP_CELLS]))


def _trend(points: float | None) -> Cell:
    if points is None:
        return Cell(UNKNOWN, "dim")
    if abs(points) < TREND_POINTS:
        return Cell("steady", "dim")
    tone: Tone = "good" if points > 0 else "removed"
    return Cell(f"{'▲' if points > 0 else '▼'} {abs(points):.1f}", tone)


def suite_run_lines(history: SuiteHistory, now_ms: int, least_percent: int) -> list[Line]:
    """Return the runs of a suite as table lines, the newest first; each key leads to its turn."""
    return [
        Line(
            key_to(run.trajectory_id, run.turn_number, run.id),
            (
                Cell(age(now_ms - run.at), "dim"),
                count(run.passed) if run.is_counted else Cell(UNKNOWN, "dim"),
                Cell(count(run.failed) if run.is_counted else "red", "notice") if run.is_red else Cell("0", "dim"),
                judged_rate(run.pass_rate, least_percent),
                duration(run.duration_ms),
                Cell(run.agent_name, agent_tone(run.agent_name)),
            ),
        )
        for run in history.runs
    ]
