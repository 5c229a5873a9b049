"""Node's own runner: ``ℹ tests 4``, ``ℹ pass 3`` and so on, with ``#`` instead of the sign in TAP."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun, counted, number

MARKS = ("ℹ tests ", "# tests ")
"""One of these is in every summary."""

_SUMMARY = lazy_pattern(
    r"^(?:ℹ|#) tests (?P<tests>\d+)\n(?:ℹ|#) suites \d+\n(?:ℹ|#) pass (?P<passed>\d+)\n(?:ℹ|#) fail (?P<failed>\d+)\n"
    r"(?:ℹ|#) cancelled (?P<cancelled>\d+)\n(?:ℹ|#) skipped (?P<skipped>\d+)\n(?:ℹ|#) todo (?P<todo>\d+)"
    r"(?:\n(?:ℹ|#) duration_ms (?P<taken>[\d.]+))?$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(r"^\s*(?:✖ (.+?) \([\d.]+ms\)|not ok \d+ - (.+?))$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """The runs in an output as one; None if there is none."""
    summaries = list(_SUMMARY.finditer(output))
    passed = sum(int(found["passed"]) for found in summaries)
    failed = sum(int(found["failed"]) + int(found["cancelled"]) for found in summaries)
    skipped = sum(int(found["skipped"]) + int(found["todo"]) for found in summaries)
    taken = [float(found["taken"]) for found in summaries if found["taken"]]
    failures = [FailedTest(first or second) for first, second in _FAILED.findall(output)] if failed else []
    return counted("node", passed, failed, skipped, number(str(round(sum(taken)))) if taken else None, failures)
