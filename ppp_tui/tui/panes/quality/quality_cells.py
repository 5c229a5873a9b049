"""Test runs, flaky tests, retries, questions and violations as table lines, and the details of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.quality.drilldown import ConductSession, ConductSum
from ppp_tui.query.quality.retry_history import By
from ppp_tui.query.quality.rows import ChainLine, FailureLine, FlakyTest, FlipLine, RetrySum, RunLine
from ppp_tui.text.format import UNKNOWN, age, count, counted, date_time, duration, percent
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder, titled
from ppp_tui.tui.panes.usage.usage_cells import MISSED
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.tones import Tone, agent_tone

RUN_COLUMNS = (
    Column("age", "when", width=4, align="right", priority=170),
    Column("project", "project", width=14, priority=130),
    Column("suite", "suite", weight=1, min_width=12, priority=200),
    Column("passed", "passed", width=6, align="right", priority=150),
    Column("failed", "failed", width=6, align="right", priority=190),
    Column("skipped", "skipped", width=7, align="right", priority=80),
    Column("rate", "rate", width=7, align="right", priority=180),
    Column("drop", "fell by", width=7, align="right", priority=160),
    Column("session_drop", "by session", width=10, align="right", priority=110),
    Column("took", "took", width=7, align="right", priority=100),
    Column("agent", "agent", width=8, priority=90),
)
"""Columns of test runs."""

FAILURE_COLUMNS = (
    Column("name", "failing test", weight=2, min_width=16, priority=200),
    Column("reason", "reason", weight=3, min_width=12, priority=190),
)
"""Columns of the failing tests of a run."""

FLAKY_COLUMNS = (
    Column("age", "last", width=4, align="right", priority=150),
    Column("project", "project", width=14, priority=120),
    Column("name", "test", weight=3, min_width=16, priority=200),
    Column("suite", "suite", weight=2, min_width=10, priority=90),
    Column("flips", "flips", width=5, align="right", priority=180),
    Column("agents", "agents", width=14, priority=80),
)
"""Columns of flaky tests."""

FLIP_COLUMNS = (
    Column("earlier", "first run", width=16, priority=170),
    Column("ends", "ended", width=13, priority=200),
    Column("later", "again", width=16, priority=120),
    Column("where", "turns", width=15, priority=130),
    Column("reason", "reason", weight=1, min_width=10, priority=190),
)
"""Columns of the evidence that a test is flaky."""

RETRY_COLUMNS = (
    Column("key", "group", weight=1, min_width=12, priority=200),
    Column("kind", "what", width=7, priority=150),
    Column("chains", "times", width=6, align="right", priority=180),
    Column("attempts", "failures", width=8, align="right", priority=140),
    Column("success", "success", width=7, align="right", priority=190),
    Column("after", "after", width=6, align="right", priority=170),
    Column("gave_up", "gave up", width=7, align="right", priority=130),
    Column("fallbacks", "other model", width=11, align="right", priority=60),
    Column("wait", "waits", width=7, align="right", priority=90),
)
"""Columns of sums of retries; `after` is the mean number of failures before success."""

CHAIN_COLUMNS = (
    Column("age", "when", width=4, align="right", priority=170),
    Column("agent", "agent", width=8, priority=150),
    Column("what", "what failed", weight=1, min_width=12, priority=200),
    Column("outcome", "how it ended", width=19, priority=190),
    Column("wait", "waited", width=6, align="right", priority=90),
)
"""Columns of retry chains."""

CONDUCT_COLUMNS = (
    Column("agent", "agent", weight=1, min_width=10, priority=200),
    Column("sessions", "sessions", width=8, align="right", priority=120),
    Column("turns", "turns", width=6, align="right", priority=110),
    Column("low", "low", width=5, align="right", priority=150),
    Column("medium", "medium", width=6, align="right", priority=160),
    Column("high", "high", width=5, align="right", priority=170),
    Column("per_turn", "? per turn", width=10, align="right", priority=140),
    Column("violations", "violations", width=10, align="right", priority=180),
)
"""Columns of questions by effort and violations, by agent."""

SESSION_COLUMNS = (
    Column("age", "last", width=4, align="right", priority=170),
    Column("project", "project", width=14, priority=120),
    Column("title", "session", weight=1, min_width=12, priority=200),
    Column("questions", "? l·m·h", width=8, align="right", priority=190),
    Column("violations", "!", width=3, align="right", priority=180),
)
"""Columns of the sessions with an agent's questions and violations."""

BY_TITLES: Mapping[By, str] = {
    "reason": "reason",
    "agent": "agent",
    "hour": "hour of the day",
    "model": "model",
    "project": "project",
}
"""Groupings of retries in words."""


def run_lines(runs: Sequence[RunLine], now_ms: int, least_percent: int, labels: Labels = NO_LABELS) -> list[Line]:
    """Return test runs as table lines, pass rates below `least_percent` marked; a line's key is the run's id."""
    return [
        Line(
            run.id,
            (
                Cell(age(now_ms - run.at), "dim"),
                folder(run.project, labels),
                _suite(run),
                *_counts(run),
                judged_rate(run.pass_rate, least_percent),
                _drop(run.drop_points, is_fallen=run.is_run_regression),
                _drop(run.session_drop_points, is_fallen=run.is_session_regression),
                duration(run.duration_ms),
                Cell(run.agent_name, agent_tone(run.agent_name)),
            ),
        )
        for run in runs
    ]


def _suite(run: RunLine) -> CellLike:
    """Return the suite of a run with the selection of single tests, if any."""
    return StyledPieces((Cell(run.suite), Cell(f"  {run.selection}", "dim"))) if run.selection else run.suite


def _counts(run: RunLine) -> tuple[CellLike, ...]:
    """Return numbers of passed, failed and skipped tests; without counts, how the command ended."""
    if run.is_counted:
        return count(run.passed), _sign(run.failed), Cell(_some(run.skipped), "dim")
    return Cell(UNKNOWN, "dim"), Cell("red", "notice") if run.is_red else Cell("0", "dim"), Cell(UNKNOWN, "dim")


def _drop(points: float | None, *, is_fallen: bool) -> CellLike:
    if points is None:
        return Cell(UNKNOWN, "dim")
    if is_fallen:
        return Cell(f"▼ {points:.1f}", "removed")
    return Cell(f"{points:.1f}" if points > 0 else "", "dim")


def failure_lines(run: RunLine, failures: Sequence[FailureLine]) -> list[Line]:
    """Return the failing tests of a run as table lines, and the number of those that it does not name."""
    lines = [
        Line(
            key_to(run.trajectory_id, run.turn_number, place),
            (Cell(failure.name, "notice"), failure.reason or Cell("no reason recorded", "dim")),
        )
        for place, failure in enumerate(failures)
    ]
    missing = run.failed - len(failures)
    if missing > 0:
        name = f"{count(missing)} more" if failures else f"{count(missing)} failed"
        lines.append(
            Line(key_to(run.trajectory_id, run.turn_number, "more"), (Cell(name, "dim"), Cell("not named", "dim")))
        )
    return lines


def flaky_lines(tests: Sequence[FlakyTest], now_ms: int, labels: Labels = NO_LABELS) -> list[Line]:
    """Return flaky tests as table lines; a line's key is `flaky_key`."""
    return [
        Line(
            flaky_key(test),
            (
                Cell(age(now_ms - test.last_at), "dim"),
                folder(test.project, labels),
                test.name,
                Cell(test.suite, "dim"),
                Cell(count(len(test.flips)), "notice"),
                Cell(", ".join(test.agent_names), "dim"),
            ),
        )
        for test in tests
    ]


def flaky_key(test: FlakyTest) -> str:
    """Return the key of a flaky test, the same at every reading."""
    return f"{test.project}\0{test.suite}\0{test.name}"


def flip_lines(test: FlakyTest, zone: tzinfo) -> list[Line]:
    """Return the evidence as table lines: two runs of the same tests without a change in between."""
    return [
        Line(
            key_to(flip.trajectory_id, flip.turn_number, flip.run_id),
            (
                Cell(date_time(flip.earlier_at, zone, seconds=False), "dim"),
                "failed→passed" if flip.has_failed_first else "passed→failed",
                Cell(date_time(flip.at, zone, seconds=False), "dim"),
                Cell(_where(flip), "dim"),
                f"{_picked(flip)}{flip.reason}" if flip.reason else Cell(f"{_picked(flip)}no reason recorded", "dim"),
            ),
        )
        for flip in test.flips
    ]


def _picked(flip: FlipLine) -> str:
    """Return which of two runs was one of picked tests alone; '' where both ran the same."""
    if flip.selection == flip.earlier_selection:
        return ""
    return f"again alone ({flip.selection}): " if flip.selection else f"first alone ({flip.earlier_selection}): "


def _where(flip: FlipLine) -> str:
    """Return the turns of both runs, with their sessions if these differ."""
    if flip.across == "sessions":
        earlier = f"{flip.earlier_trajectory_id}#{flip.earlier_turn_number}"
        return f"{earlier}→{flip.trajectory_id}#{flip.turn_number}"
    return f"{flip.earlier_turn_number}→{flip.turn_number}" if flip.across == "turns" else f"both in {flip.turn_number}"


def retry_lines(sums: Sequence[RetrySum], least_percent: int, labels: Labels | None = None) -> list[Line]:
    """Return sums of retries as table lines, labelled where they are by project; a line's key is `retry_key`."""
    return [
        Line(
            retry_key(group),
            (
                (labels.of(group.key) if labels else group.key) or Cell("(unknown)", "dim"),
                Cell(group.kind, "dim"),
                count(group.chains),
                count(group.attempts),
                judged_rate(group.success_rate, least_percent),
                UNKNOWN if group.mean_attempts is None else f"{group.mean_attempts:.1f}",
                _sign(group.gave_up),
                Cell(_some(group.fallbacks), "dim"),
                duration(group.mean_wait_ms),
            ),
        )
        for group in sums
    ]


def retry_title(by: By, period: str, silent: Sequence[str]) -> str:
    """Return the title of the chart of retries; `silent` are agents whose failed requests are not recorded."""
    shown = silent if len(silent) <= 2 else (f"{len(silent)} agents",)
    lack = f"; failed requests of {' and '.join(shown)} are not recorded" if shown else ""
    return f"failures that were tried again by {BY_TITLES[by]}, {period}{lack}"


def retry_key(group: RetrySum) -> str:
    """Return the key of a sum of retries, unique within its grouping."""
    return f"{group.kind}\0{group.key}"


def chain_lines(chains: Sequence[ChainLine], now_ms: int) -> list[Line]:
    """Return the retry chains behind a sum of retries as table lines."""
    return [
        Line(
            key_to(chain.trajectory_id, chain.turn_number, chain.id),
            (
                Cell(age(now_ms - chain.started_at), "dim"),
                Cell(chain.agent_name, agent_tone(chain.agent_name)),
                _failed(chain),
                _outcome(chain),
                duration(chain.wait_ms),
            ),
        )
        for chain in chains
    ]


def _failed(chain: ChainLine) -> str:
    failed_call = f"{chain.tool} {chain.target}".strip() if chain.kind == "tool" else chain.model
    return f"{chain.reason}: {failed_call}" if failed_call else chain.reason


def _outcome(chain: ChainLine) -> Cell:
    tries = counted(chain.attempts, "failure")
    if chain.outcome == "recovered":
        return Cell(f"{chain.fallback_model or 'recovered'} after {count(chain.attempts)}", "good")
    return Cell(f"gave up, {tries}", "removed") if chain.outcome == "gave_up" else Cell(f"open, {tries}", "dim")


def conduct_lines(sums: Sequence[ConductSum]) -> list[Line]:
    """Return questions by effort and violations as table lines; a line's key is the agent's name."""
    return [
        Line(
            agent.agent_name,
            (
                Cell(agent.agent_name, agent_tone(agent.agent_name)),
                Cell(count(agent.sessions), "dim"),
                Cell(count(agent.turns), "dim"),
                _effort(agent.low, "effort-low"),
                _effort(agent.medium, "effort-medium"),
                _effort(agent.high, "effort-high"),
                f"{agent.questions / agent.turns:.2f}" if agent.turns else UNKNOWN,
                _sign(agent.violations),
            ),
        )
        for agent in sums
    ]


def session_lines(
    sessions: Sequence[ConductSession], now_ms: int, labels: Labels = NO_LABELS, *, is_shared: bool = False
) -> list[Line]:
    """Return the sessions with an agent's questions and violations as table lines."""
    return [
        Line(
            key_to(session.trajectory_id, None, 0),
            (
                Cell(age(now_ms - session.last_at), "dim"),
                folder(session.project, labels),
                titled(session.title, is_shared=is_shared),
                f"{session.low}·{session.medium}·{session.high}",
                _sign(session.violations),
            ),
        )
        for session in sessions
    ]


def judged_rate(percentage: float | None, least_percent: int) -> Cell:
    """Return a percentage as a cell, with a sign if it is below the least that the settings want."""
    if percentage is None:
        return Cell(UNKNOWN, "dim")
    is_missed = percentage < least_percent
    return Cell(f"{rate(percentage)}{MISSED if is_missed else ''}", "notice" if is_missed else "good")


def rate(percentage: float | None) -> str:
    """Return a percentage between 0 and 100 with one decimal, without it if whole: ``97.5%``, ``100%``."""
    if percentage is None:
        return UNKNOWN
    return percent(percentage / 100, decimals=0 if float(percentage).is_integer() else 1)


def _sign(number: int) -> CellLike:
    """Return a number of bad events as a cell, empty for zero."""
    return Cell(count(number), "notice") if number else Cell("0", "dim")


def _some(number: int) -> str:
    return count(number) if number else "0"


def _effort(number: int, tone: Tone) -> Cell:
    return Cell(count(number), tone if number else "dim")
