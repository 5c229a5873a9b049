"""Maven's Surefire, Gradle and JUnit's console: ``Tests run: 3, Failures: 1, Errors: 0, Skipped: 0``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

_LEVEL = r"^(?:\[(?:INFO|ERROR|WARNING)\] )?"
_COUNTS = r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)(?:, Flakes: \d+)?"
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


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    return _surefire(output) or _gradle(output) or _console(output)


def _surefire(output: str) -> runs.SuiteRun | None:
    classes = _CLASS.findall(output)
    # Each module ends with its total; a filtered output may show its classes alone.
    totals = _TOTAL.findall(output) or [row[:4] for row in classes]
    ran, failures, errors, skipped = (sum(int(row[part]) for row in totals) for part in range(4))
    taken = runs.sum_known(runs.parse_seconds(row[4]) for row in classes)
    named = [runs.FailedTest(name, reason) for name, reason in _FAILED.findall(output)]
    return runs.make_run("maven", max(0, ran - failures - errors - skipped), failures + errors, skipped, taken, named)


def _gradle(output: str) -> runs.SuiteRun | None:
    named = [runs.FailedTest(name, reason) for name, reason in _GRADLE_FAILED.findall(output)]
    summaries = _LOGGER.findall(output)
    if summaries:
        ran, failed, skipped = (sum(runs.parse_count(counts[part]) for counts in summaries) for part in (0, 2, 3))
        taken = runs.sum_known(runs.parse_duration(counts[1]) for counts in summaries)
        return runs.make_run("gradle", max(0, ran - failed - skipped), failed, skipped, taken, named)
    completed = _GRADLE.findall(output)
    ran, failed, skipped = (sum(runs.parse_count(counts[part]) for counts in completed) for part in range(3))
    return runs.make_run("gradle", max(0, ran - failed - skipped), failed, skipped, None, named)


def _console(output: str) -> runs.SuiteRun | None:
    summary = _CONSOLE.search(output)
    if summary:
        taken = _CONSOLE_TIME.search(output)
        skipped = int(summary["skipped"]) + int(summary["aborted"])
        return runs.make_run(
            "junit",
            int(summary["passed"]),
            int(summary["failed"]),
            skipped,
            runs.parse_count(taken[1]) if taken else None,
        )
    four = _FOUR.search(output)
    if not four:
        return None
    ran, failed = runs.parse_count(four[2] or four[3]), runs.parse_count(four[4])
    return runs.make_run("junit", max(0, ran - failed), failed, 0, runs.parse_seconds(four[1]))


RUNNER = runs.Runner(
    parse,
    marks=("Tests run:", " tests completed, ", "1 test completed, ", ": Executed ", " tests found ", "\nOK ("),
    says_test=True,
)
