"""Swift: XCTest's ``Executed 3 tests, with 1 failure (…)``, Swift Testing's ``Test run with 3 tests failed after …``.

``swift test`` runs both, one after the other. Both count what went wrong in tests, not the tests that failed, so that
these are counted by their own lines, where the output has them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

_EXECUTED = lazy_pattern(
    r"(?:^Test Suite '(?P<suite>.+)' (?:passed|failed) at .*\n)?^\s*Executed (?P<ran>\d+) tests?, with "
    r"(?:(?P<skipped>\d+) tests? skipped and )?(?P<failures>\d+) failures? \(\d+ unexpected\) in (?P<taken>[\d.]+) "
    r"\([\d.]+\) seconds$",
    re.MULTILINE,
)
_WHOLE = ("All tests", "Selected tests")
"""Suites that hold all others."""

_CASE = lazy_pattern(r"^Test Case '(?:-\[)?(.+?)\]?' (passed|failed|skipped) \(", re.MULTILINE)
_ERROR = lazy_pattern(r"^.+:\d+: error: (?:-\[)?(.+?)\]? : (.+)$", re.MULTILINE)

_RUN = lazy_pattern(
    r"^\S+ +Test run with (\d+) tests?(?: in \d+ suites?)? (passed|failed) after ([\d.]+) seconds(?: with .+)?\.$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(
    r"^\S+ +Test (?!run with|case )(.+?)(?: with \d+ test cases?)? failed after [\d.]+ seconds with .+\.$", re.MULTILINE
)
_ISSUE = lazy_pattern(
    r"^\S+ +Test (.+?) recorded an issue(?: with \d+ arguments? .*?)? at \S+?:\d+:\d+: (.+)$", re.MULTILINE
)
_SKIPPED = lazy_pattern(r"^\S+ +Test (?!run with|case ).+? skipped(?:: \".*\"|\.)$", re.MULTILINE)


class _Counts(NamedTuple):
    total: int
    failed: int
    skipped: int
    taken_ms: int | None
    failures: list[runs.FailedTest]


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    both = (_xctest(output), _swift_testing(output))
    failed, skipped = sum(counts.failed for counts in both), sum(counts.skipped for counts in both)
    return runs.make_run(
        "swift",
        sum(counts.total for counts in both) - failed - skipped,
        failed,
        skipped,
        runs.sum_known(counts.taken_ms for counts in both if counts.total),
        [failure for counts in both for failure in counts.failures],
    )


def _xctest(output: str) -> _Counts:
    summaries = list(_EXECUTED.finditer(output))
    # Each suite has one of its own, which the last one sums up.
    outermost = [summary for summary in summaries if summary["suite"] in _WHOLE] or summaries[-1:]
    total = sum(int(summary["ran"]) for summary in outermost)
    skipped = sum(runs.parse_count(summary["skipped"]) for summary in outermost)
    failures = sum(int(summary["failures"]) for summary in outermost)
    cases = _CASE.findall(output) if total else []
    named = [name for name, end in cases if end == "failed"]
    failed = len(named) if len(cases) >= total else min(failures, total - skipped)
    reasons: dict[str, str] = {}
    for name, reason in _ERROR.findall(output) if failed else ():
        reasons.setdefault(name, reason.removesuffix(" - "))
    return _Counts(
        total=total,
        failed=failed,
        skipped=skipped,
        taken_ms=runs.sum_known(runs.parse_seconds(summary["taken"]) for summary in outermost),
        failures=[runs.FailedTest(name, reasons.get(name, "")) for name in dict.fromkeys([*named, *reasons])],
    )


def _swift_testing(output: str) -> _Counts:
    summaries = _RUN.findall(output)
    names = [name.strip('"') for name in _FAILED.findall(output)] if summaries else []
    reasons = (
        dict(reversed([(name.strip('"'), reason) for name, reason in _ISSUE.findall(output)])) if summaries else {}
    )
    has_failed = any(end == "failed" for _, end, _ in summaries)
    return _Counts(
        total=sum(int(count) for count, _, _ in summaries),
        failed=max(len(names), 1) if has_failed else 0,
        skipped=len(_SKIPPED.findall(output)) if summaries else 0,
        taken_ms=runs.sum_known(runs.parse_seconds(taken) for _, _, taken in summaries),
        failures=[runs.FailedTest(name, reasons.get(name, "")) for name in names],
    )


RUNNER = runs.Runner(parse, marks=("Test run with ", "Executed "), says_test=True)
