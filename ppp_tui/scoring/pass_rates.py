"""Pass rates of test runs, and when a fall is a regression."""

from __future__ import annotations

REGRESSION_POINTS = 10.0
"""A fall of a pass rate by more percentage points is a regression."""


def pass_rate(passed: int, failed: int) -> float | None:
    """Return the percentage of run tests that passed, skipped ones not counted; None where none ran."""
    ran = passed + failed
    return 100.0 * passed / ran if ran else None


def is_regression(drop_points: float | None) -> bool:
    """Return whether a fall of a pass rate in percentage points (None if unknown) is a regression."""
    return drop_points is not None and drop_points > REGRESSION_POINTS
