"""How runs compare: how many tests passed of those that ran, what got worse, and which tests are flaky."""

from __future__ import annotations

from typing import NamedTuple

REGRESSION_POINTS = 10.0
"""A pass rate that fell by more than so many percentage points is a regression."""


class Outcome(NamedTuple):
    """What is remembered of a run, to hold the next run of the same command against it."""

    total: int
    failed: int
    names: tuple[str, ...]
    """Failing tests by name."""

    @property
    def is_whole(self) -> bool:
        """Every failing test is known by its name, so that any other is known to have passed or been skipped."""
        return len(self.names) == self.failed


def pass_rate(passed: int, failed: int) -> float | None:
    """Percentage of the tests that ran and passed; skipped tests did not run. None where none ran."""
    ran = passed + failed
    return 100.0 * passed / ran if ran else None


def is_regression(drop_points: float | None) -> bool:
    """Whether a pass rate that fell by so many percentage points (None where unknown) is a regression."""
    return drop_points is not None and drop_points > REGRESSION_POINTS


def flipped(before: Outcome, after: Outcome) -> tuple[tuple[str, bool], ...]:
    """Tests that ended differently in two runs of one command over the same code, each with whether it failed first.

    Only where both runs had as many tests and both name all that failed: else one that is not named may not have run.
    """
    if before.total != after.total or not (before.is_whole and after.is_whole):
        return ()
    was, now = set(before.names), set(after.names)
    first = [(name, True) for name in before.names if name not in now]
    return (*first, *((name, False) for name in after.names if name not in was))
