"""The summary of a test run, and helpers to parse its numbers and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from ppp_tui.model.patterns import lazy_pattern

Unit = Literal["test", "package"]
"""What is counted: tests, or packages if the runner prints no more (``go test`` without ``-v``)."""

MAX_FAILURES = 50
"""Failing tests of one run that are kept by name."""

MAX_NAME_CHARS = 300
"""Characters that are kept of a test's name."""

MAX_REASON_CHARS = 300
"""Characters that are kept of the reason of a failure."""

_UNITS_MS = {"ms": 1.0, "s": 1000.0, "sec": 1000.0, "m": 60_000.0, "min": 60_000.0, "h": 3_600_000.0}
_PART = lazy_pattern(r"([\d.]+)\s*(ms|sec|s|min|m|h)\b|([\d.]+)\s*(ms|sec|s|min|m|h)(?=\d)")


class FailedTest(NamedTuple):
    """A test that failed."""

    name: str
    reason: str = ""
    """The first line that the runner prints about it, '' if it prints none."""


class SuiteRun(NamedTuple):
    """One run of a suite, as its summary states it."""

    framework: str
    total: int
    passed: int
    failed: int
    """Failures and errors."""
    skipped: int
    """Skipped, ignored, pending, to do, and failures that were expected."""
    duration_ms: int | None = None
    """As the runner states it; None where it states none."""
    failures: tuple[FailedTest, ...] = ()
    """At most `MAX_FAILURES`, in the order of the output; fewer than `failed` where the output names fewer."""
    unit: Unit = "test"


class Runner(NamedTuple):
    """A program that runs tests, and how its summaries are recognised."""

    parse: Callable[[str], SuiteRun | None]
    marks: tuple[str, ...]
    """One of these is in every summary; a newline stands for the beginning or the end of a line."""
    says_test: bool
    """Whether the word for tests is in every summary."""


def make_run(
    framework: str,
    passed: int,
    failed: int,
    skipped: int,
    duration_ms: int | None = None,
    failures: Iterable[FailedTest] = (),
    unit: Unit = "test",
) -> SuiteRun | None:
    """Return a run with these counts, None if no test ran."""
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
        failures=limit_failures(failures),
        unit=unit,
    )


def limit_failures(failures: Iterable[FailedTest]) -> tuple[FailedTest, ...]:
    """Return each name once, with its first reason, cut to the limits."""
    reasons: dict[str, str] = {}
    for name, reason in failures:
        short = name.strip()[:MAX_NAME_CHARS]
        if not short or (short not in reasons and len(reasons) >= MAX_FAILURES):
            continue
        reasons[short] = reasons.get(short) or reason.strip()[:MAX_REASON_CHARS]
    return tuple(FailedTest(name, reason) for name, reason in reasons.items())


def parse_count(text: str | None) -> int:
    """Return a captured number, 0 where nothing was captured."""
    return int(text) if text else 0


def parse_seconds(text: str | None) -> int | None:
    """Return seconds as milliseconds, None for no text."""
    return round(float(text) * 1000) if text else None


def parse_duration(text: str) -> int | None:
    """Return a time such as ``1.2s``, ``340 ms``, ``1m 3s`` or ``2m3s`` as milliseconds, None for anything else."""
    total, is_found = 0.0, False
    for first, first_unit, second, second_unit in _PART.findall(text):
        total += float(first or second) * _UNITS_MS[first_unit or second_unit]
        is_found = True
    return round(total) if is_found else None


def sum_known(times: Iterable[int | None]) -> int | None:
    """Return the sum of the known times, None if all are unknown."""
    known_times = [time for time in times if time is not None]
    return sum(known_times) if known_times else None


def line_after(text: str, place: int) -> str:
    """Return the first line after a place that is not blank, '' if there is none."""
    for line in text[place : place + 4000].split("\n")[1:]:
        if line.strip():
            return line.strip()
    return ""
