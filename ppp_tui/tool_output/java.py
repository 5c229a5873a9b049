"""Maven's Surefire, Gradle and JUnit's console: ``Tests run: 3, Failures: 1, Errors: 0, Skipped: 0``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun, counted, duration, number, seconds, summed

MARKS = ("Tests run:", " tests completed, ", ": Executed ", " tests found ", "\nOK (")
"""One of these is in every summary."""

_LEVEL = r"^(?:\[(?:INFO|ERROR|WARNING)\] )?"
_COUNTS = r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)"
_TOTAL = lazy_pattern(rf"{_LEVEL}{_COUNTS}$", re.MULTILINE)
_CLASS = lazy_pattern(rf"{_LEVEL}{_COUNTS}, Time elapsed: ([\d.]+) s(?:ec)?\b.*$", re.MULTILINE)
_FAILED = lazy_pattern(r"^\[ERROR\] {2,}([\w.$]+\.[\w$]+(?:\(.*?\)|\[.*?\])?):\d+ (.*)$", re.MULTILINE)
_GRADLE = lazy_pattern(r"^(\d+) tests? completed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
_GRADLE_FAILED = lazy_pattern(r"^(\S.* > .*\S) FAILED$\n?(?: {4}(\S.*))?", re.MULTILINE)
_LOGGER = lazy_pattern(
    r"^(?:SUCCESS|FAILURE): Executed (\d+) tests? in ([\dms. h]+)(?: \((?:(\d+) failed)?(?:, )?(?:(\d+) skipped)?\))?$",
    re.MULTILINE,
)
_CONSOLE = lazy_pattern(
    r"^\[ *\d+ tests found +\]\n\[ *(?P<skipped>\d+) tests skipped +\]\n\[ *\d+ tests started +\]\n"
    r"\[ *(?P<aborted>\d+) tests aborted +\]\n\[ *(?P<passed>\d+) tests successful +\]\n"
    r"\[ *(?P<failed>\d+) tests failed +\]$",
    re.MULTILINE,
)
_CONSOLE_TIME = lazy_pattern(r"^Test run finished after (\d+) ms$", re.MULTILINE)
_FOUR = lazy_pattern(
    r"^Time: ([\d.]+)\n(?:.*\n)*?(?:OK \((\d+) tests?\)|Tests run: (\d+), {2}Failures: (\d+))$", re.MULTILINE
)


def parse(output: str) -> SuiteRun | None:
    """The runs in an output as one; None if there is none."""
    return _surefire(output) or _gradle(output) or _console(output)


def _surefire(output: str) -> SuiteRun | None:
    classes = _CLASS.findall(output)
    # Each module ends with its total; a filtered output may show its classes alone.
    found = _TOTAL.findall(output) or [counts[:4] for counts in classes]
    ran, failures, errors, skipped = (sum(int(counts[part]) for counts in found) for part in range(4))
    taken = summed(seconds(counts[4]) for counts in classes)
    named = [FailedTest(name, reason) for name, reason in _FAILED.findall(output)]
    return counted("maven", max(0, ran - failures - errors - skipped), failures + errors, skipped, taken, named)


def _gradle(output: str) -> SuiteRun | None:
    named = [FailedTest(name, reason) for name, reason in _GRADLE_FAILED.findall(output)]
    told = _LOGGER.findall(output)
    if told:
        ran, failed, skipped = (sum(number(counts[part]) for counts in told) for part in (0, 2, 3))
        taken = summed(duration(counts[1]) for counts in told)
        return counted("gradle", max(0, ran - failed - skipped), failed, skipped, taken, named)
    completed = _GRADLE.findall(output)
    ran, failed, skipped = (sum(number(counts[part]) for counts in completed) for part in range(3))
    return counted("gradle", max(0, ran - failed - skipped), failed, skipped, None, named)


def _console(output: str) -> SuiteRun | None:
    found = _CONSOLE.search(output)
    if found:
        taken = _CONSOLE_TIME.search(output)
        skipped = int(found["skipped"]) + int(found["aborted"])
        return counted(
            "junit", int(found["passed"]), int(found["failed"]), skipped, number(taken[1]) if taken else None
        )
    four = _FOUR.search(output)
    if not four:
        return None
    ran, failed = number(four[2] or four[3]), number(four[4])
    return counted("junit", max(0, ran - failed), failed, 0, seconds(four[1]))
