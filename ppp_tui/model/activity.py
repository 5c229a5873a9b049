"""Rows about how work went: test runs, failures tried again, files touched, what filled the context.

As all rows, each names its turn by number, and writing one twice replaces it. Field names are column names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

RunSource = Literal["found", "stated"]
"""Source of a test run: found in the output of a tool, or stated by a program that logs."""

ChainKind = Literal["request", "tool"]
"""What failed: requests to a model, or calls to a tool."""

ChainOutcome = Literal["open", "recovered", "gave_up"]
"""How a chain of attempts ended."""

AccessAction = Literal["read", "edit"]
"""The kind of access to a file."""


class RunRow(NamedTuple):
    """A run of a test suite."""

    turn_number: int
    run_number: int
    source: RunSource
    step_number: int | None
    """The step that ran it; None without one, or if it began in an earlier turn."""
    project: str
    suite: str
    """Name of the suite; a hash where no text is kept."""
    framework: str
    unit: str
    """`test` or `package`: what is counted."""
    at: str
    model: str
    total: int
    passed: int
    failed: int
    skipped: int
    duration_ms: int | None
    failures: tuple[tuple[str, str], ...]
    """Name and reason of failing tests."""
    selection: str = ""
    """The arguments that select single tests of the suite, '' for all of it; a hash where no text is kept."""
    variant: str | None = None
    """A key that is equal for runs of the same tests with the same variables on the same branch; None where unknown.

    Keys of other tests of the same suite have the same first 16 characters.
    """
    exit_failed: int | None = None
    """Whether the exit code shows that tests failed, if the output has no counts; else None."""


class ChangeRow(NamedTuple):
    """A moment at which something may have changed files of a project."""

    turn_number: int
    change_number: int
    project: str
    at: str


class ChainRow(NamedTuple):
    """A failure and the attempts that followed it."""

    turn_number: int
    chain_number: int
    kind: ChainKind
    project: str
    model: str
    fallback_model: str
    """The model that answered instead, '' if the same did."""
    tool: str
    target: str
    """What the failing tool was about, '' for requests."""
    reason: str
    """Reason of the first failure."""
    attempts: int
    """Number of failures."""
    wait_ms: int | None
    """Recorded waits between them; None where the format records none."""
    started_at: str
    ended_at: str | None
    outcome: ChainOutcome
    is_exhausted: int = 0
    """1 if a request was given up after it had been tried again."""


class AccessRow(NamedTuple):
    """A file that a step read or changed."""

    turn_number: int
    access_number: int
    step_number: int | None
    """None for a step that began in an earlier turn."""
    project: str
    path: str
    """Relative to the project if it is inside; a hash where no text is kept."""
    action: AccessAction
    at: str
    tokens: int
    """Estimated, of what was read or written."""


class ContextRow(NamedTuple):
    """What filled the window at a turn's last request, in tokens. The parts are estimates, their sum is recorded."""

    turn_number: int
    used_tokens: int | None
    peak_tokens: int | None
    """The most that was used in the turn, before a compaction if there was one."""
    window_tokens: int | None
    system_tokens: int
    file_tokens: int
    tool_tokens: int
    conversation_tokens: int
    compactions: int
    overflows: int
    """Requests that were refused because they did not fit."""
    is_window_inferred: bool = False
    """The window is neither recorded nor stated by the user."""

    @property
    def utilization(self) -> float | None:
        """Percentage of the window that is used; None where either is unknown."""
        return 100.0 * self.used_tokens / self.window_tokens if self.used_tokens and self.window_tokens else None


class DecisionRow(NamedTuple):
    """Something that an agent chose, as rules derive it from what is recorded."""

    turn_number: int
    decision_number: int
    step_number: int | None
    """The step that shows it; None if no step does."""
    decision_type: str
    selected: str
    reason_code: str
    recorded_at: str


class SignalRow(NamedTuple):
    """A quality signal, as rules derive it from what is recorded."""

    turn_number: int
    signal_number: int
    step_number: int | None
    signal_type: str
    signal_code: str
    value: int
    recorded_at: str


@dataclass(slots=True)
class WorkRows:
    """What one read changed about the work of one trajectory."""

    runs: list[RunRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    chains: list[ChainRow] = field(default_factory=list)
    accesses: list[AccessRow] = field(default_factory=list)
    contexts: list[ContextRow] = field(default_factory=list)
    decisions: list[DecisionRow] = field(default_factory=list)
    signals: list[SignalRow] = field(default_factory=list)
