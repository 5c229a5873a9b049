"""How runs compare: how many tests passed of those that ran, and what got worse."""

from __future__ import annotations

REGRESSION_POINTS = 10.0
"""A pass rate that fell by more than so many percentage points is a regression."""


def pass_rate(passed: int, failed: int) -> float | None:
    """Return the percentage of run tests that passed, skipped ones not counted; None where none ran."""
    ran = passed + failed
    return 100.0 * passed / ran if ran else None


def is_regression(drop_points: float | None) -> bool:
    """Return whether a pass rate that fell by so many percentage points (None where unknown) is a regression."""
    return drop_points is not None and drop_points > REGRESSION_POINTS
