"""What a test run's own summary tells, and how parsers read numbers and texts out of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from ppp_tui.model.patterns import lazy_pattern

Unit = Literal["test", "package"]
"""What is counted: tests, or packages where a runner tells no more (``go test`` without ``-v``)."""

MOST_FAILURES = 50
"""Failing tests of one run that are kept by name."""

LONGEST_NAME = 300
"""Characters that are kept of a test's name."""

LONGEST_REASON = 300
"""Characters that are kept of the reason of a failure."""

_UNITS_MS = {"ms": 1.0, "s": 1000.0, "sec": 1000.0, "m": 60_000.0, "min": 60_000.0, "h": 3_600_000.0}
_PART = lazy_pattern(r"([\d.]+)\s*(ms|sec|s|min|m|h)\b|([\d.]+)\s*(ms|sec|s|min|m|h)(?=\d)")


class FailedTest(NamedTuple):
    """A test that failed."""

    name: str
    reason: str = ""
    """The first line of what the runner says about it, '' where it says nothing."""


class SuiteRun(NamedTuple):
    """One run of a suite, as its summary tells it."""

    framework: str
    total: int
    passed: int
    failed: int
    """Failures and errors."""
    skipped: int
    """Skipped, ignored, pending, to do, and failures that were expected."""
    duration_ms: int | None = None
    """As the runner tells it; None where it tells none."""
    failures: tuple[FailedTest, ...] = ()
    """At most `MOST_FAILURES`, in the order of the output; fewer than `failed` where the output names fewer."""
    unit: Unit = "test"


def counted(
    framework: str,
    passed: int,
    failed: int,
    skipped: int,
    duration_ms: int | None = None,
    failures: Iterable[FailedTest] = (),
    unit: Unit = "test",
) -> SuiteRun | None:
    """A run of so many tests; None where none ran, which is no run at all."""
    total = passed + failed + skipped
    if total <= 0 or min(passed, failed, skipped) < 0:
        return None
    return SuiteRun(
        framework=framework,
        total=total,
        passed=passed,
        failed=failed,
        skipped=skipped,
        duration_ms=duration_ms,
        failures=bounded(failures),
        unit=unit,
    )


def bounded(failures: Iterable[FailedTest]) -> tuple[FailedTest, ...]:
    """Each name once, with its first reason; no more and no longer ones than are kept."""
    found: dict[str, str] = {}
    for name, reason in failures:
        short = name.strip()[:LONGEST_NAME]
        if not short or (short not in found and len(found) >= MOST_FAILURES):
            continue
        found[short] = found.get(short) or reason.strip()[:LONGEST_REASON]
    return tuple(FailedTest(name, reason) for name, reason in found.items())


def number(text: str | None) -> int:
    """A captured number, 0 where nothing was captured."""
    return int(text) if text else 0


def seconds(text: str | None) -> int | None:
    """Seconds as milliseconds; None for none."""
    return round(float(text) * 1000) if text else None


def duration(text: str) -> int | None:
    """A time such as ``1.2s``, ``340 ms``, ``1m 3s`` or ``2m3s`` as milliseconds; None for no time."""
    total, is_found = 0.0, False
    for first, first_unit, second, second_unit in _PART.findall(text):
        total += float(first or second) * _UNITS_MS[first_unit or second_unit]
        is_found = True
    return round(total) if is_found else None


def summed(times: Iterable[int | None]) -> int | None:
    """The sum of the times that are known; None where none is."""
    known = [time for time in times if time is not None]
    return sum(known) if known else None


def line_after(text: str, place: int) -> str:
    """The first line after a place that holds anything, '' at the end."""
    for line in text[place : place + 4000].split("\n")[1:]:
        if line.strip():
            return line.strip()
    return ""
