"""Answers about how work goes. Times are Unix milliseconds; None means unknown."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ppp_tui.model.activity import AccessAction, ChainKind, ChainOutcome, RunSource
from ppp_tui.scoring.pass_rates import is_regression, pass_rate


class RunLine(NamedTuple):
    """A run of a test suite."""

    id: int
    trajectory_id: int
    turn_number: int
    step_number: int | None
    source: RunSource
    agent_name: str
    model: str
    project: str
    suite: str
    framework: str
    unit: str
    """`test` or `package`: what is counted."""
    at: int
    total: int
    passed: int
    failed: int
    skipped: int
    duration_ms: int | None
    pass_rate: float | None
    """Percentage of the tests that ran and passed; None where none ran."""
    drop_points: float | None
    """Percentage points below the last run of the same suite, negative if above; None where there was none."""
    is_regression: bool
    """It fell far below the last run, or, as the last of its session, below the last of the session before."""
    session_drop_points: float | None = None
    """Percentage points below the last run in the session before; None for a run that is not its session's last."""
    earlier_session: int | None = None
    """The session before that ran the suite."""
    selection: str = ""
    """What picks single tests of the suite, '' for all of it."""
    is_red: bool = False
    """A test failed, or the exit code says so."""

    @property
    def is_run_regression(self) -> bool:
        """Whether it fell far below the last run."""
        return is_regression(self.drop_points)

    @property
    def is_session_regression(self) -> bool:
        """Whether its session left the suite far below what the session before left."""
        return is_regression(self.session_drop_points)

    @property
    def is_counted(self) -> bool:
        """Whether its output counts tests; else only the exit code tells how it ended."""
        return self.total > 0


class FailureLine(NamedTuple):
    """A failing test of a run."""

    name: str
    reason: str


class SuiteLine(NamedTuple):
    """All runs of a suite."""

    project: str
    suite: str
    framework: str
    unit: str
    runs: int
    red_runs: int
    """Runs with a failure."""
    passed: int
    failed: int
    skipped: int
    mean_duration_ms: int | None
    pass_rate: float | None


class SpanTests(NamedTuple):
    """All test runs within a span of time."""

    runs: int
    red_runs: int
    passed: int
    failed: int
    skipped: int


class SessionTests(NamedTuple):
    """The sums of a session's own test runs."""

    test_runs: int = 0
    red_test_runs: int = 0
    tests_run: int = 0
    """Tests that passed or failed, each as often as it ran."""
    tests_passed: int = 0
    tests_failed: int = 0
    tests_skipped: int = 0

    @property
    def pass_rate(self) -> float | None:
        """Percentage of the tests that ran and passed; None where none ran."""
        return pass_rate(self.tests_passed, self.tests_failed)


class SessionRetries(NamedTuple):
    """The sums of a session's own failures that were tried again."""

    retry_chains: int = 0
    max_retries_hit: int = 0
    """Requests that were given up after they had been tried again."""
    model_fallbacks: int = 0
    """Failures after which another model answered."""


NO_TESTS, NO_RETRIES = SessionTests(), SessionRetries()


class FlipLine(NamedTuple):
    """Evidence that a test is flaky: it ended differently in two runs of the same tests, nothing changed in between."""

    earlier_trajectory_id: int
    earlier_turn_number: int
    trajectory_id: int
    turn_number: int
    earlier_at: int
    at: int
    earlier_run_id: int
    run_id: int
    has_failed_first: bool
    """Whether it failed in the earlier run and passed in the later one; else the other way round."""
    reason: str
    """Of the failure, '' if the run did not tell."""
    selection: str = ""
    """What picked single tests in the later run; '' where it was one of the whole suite."""
    earlier_selection: str = ""
    """The same of the earlier run."""

    @property
    def across(self) -> Literal["turn", "turns", "sessions"]:
        """What lies between the two runs: nothing (both are of one turn), turns of one session, or sessions."""
        if self.earlier_trajectory_id != self.trajectory_id:
            return "sessions"
        return "turn" if self.earlier_turn_number == self.turn_number else "turns"


class FlakyTest(NamedTuple):
    """A flaky test."""

    project: str
    suite: str
    name: str
    agent_names: tuple[str, ...]
    last_at: int
    flips: tuple[FlipLine, ...]
    """The newest first."""


class AttemptLine(NamedTuple):
    """A model request that failed."""

    turn_number: int
    at: int
    reason: str
    attempt: int | None
    max_attempts: int | None
    wait_ms: int | None
    status_code: int | None
    message: str
    is_final: bool
    model: str | None = None
    """The model that was asked; None where its chain of failures does not tell."""
    fallback_model: str | None = None
    """The one that took over at the end of the chain; None for none."""


class ChainLine(NamedTuple):
    """A failure and the attempts that followed it."""

    id: int
    trajectory_id: int
    turn_number: int
    agent_name: str
    kind: ChainKind
    project: str
    model: str
    fallback_model: str
    tool: str
    target: str
    reason: str
    attempts: int
    """Failures; a chain that recovered succeeded after so many."""
    wait_ms: int | None
    started_at: int
    ended_at: int | None
    outcome: ChainOutcome
    is_exhausted: bool
    """A request that was given up after it had been tried again."""


class RetrySum(NamedTuple):
    """Chains of failures of one group."""

    key: str
    """What the group is of: a reason, an agent, an hour, a model or a project."""
    kind: ChainKind
    chains: int
    attempts: int
    recovered: int
    gave_up: int
    fallbacks: int
    """Chains that another model answered in the end."""
    mean_attempts: float | None
    """Failures before success, of those that recovered."""
    mean_wait_ms: int | None
    """Waited per chain, of those whose waits are recorded."""
    success_rate: float | None
    """Percentage of the chains that are over and recovered."""


class HotFile(NamedTuple):
    """A file and how often agents used it."""

    project: str
    path: str
    reads: int
    edits: int
    read_tokens: int
    """Estimated tokens of all readings."""
    last_at: int
    last_action: AccessAction

    @property
    def tokens(self) -> int:
        """Estimated tokens of one reading, 0 if it was never read."""
        return self.read_tokens // self.reads if self.reads else 0


class CodebaseLine(NamedTuple):
    """A project's folder, counted."""

    id: int
    project: str
    indexed_at: int
    build_ms: int
    counted_files: int
    """Files that were new or had changed, and were counted the last time."""
    is_whole: bool
    """False where it has more files than are counted."""
    files: int
    bytes: int
    code: int
    comments: int
    blanks: int
    tokens: int
    """Estimated, of the files whose lines are counted."""

    @property
    def lines(self) -> int:
        """Lines of all sorts."""
        return self.code + self.comments + self.blanks


class CodebaseType(NamedTuple):
    """Files of one type."""

    type: str
    """The language; '' for files that are none."""
    files: int
    bytes: int
    code: int
    comments: int
    blanks: int
    tokens: int


class CodebaseFile(NamedTuple):
    """A file of a codebase."""

    path: str
    type: str
    bytes: int
    code: int
    comments: int
    blanks: int
