"""Node's own runner: ``ℹ tests 4``, ``ℹ pass 3`` and so on, with ``#`` instead of the sign in TAP."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_count

_SUMMARY = lazy_pattern(
    r"^(?:ℹ|#) tests (?P<tests>\d+)\n(?:ℹ|#) suites \d+\n(?:ℹ|#) pass (?P<passed>\d+)\n(?:ℹ|#) fail (?P<failed>\d+)\n"
    r"(?:ℹ|#) cancelled (?P<cancelled>\d+)\n(?:ℹ|#) skipped (?P<skipped>\d+)\n(?:ℹ|#) todo (?P<todo>\d+)"
    r"(?:\n(?:ℹ|#) duration_ms (?P<taken>[\d.]+))?$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(r"^\s*(?:✖ (.+?) \([\d.]+ms\)|not ok \d+ - (.+?))$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = list(_SUMMARY.finditer(output))
    passed = sum(int(summary["passed"]) for summary in summaries)
    failed = sum(int(summary["failed"]) + int(summary["cancelled"]) for summary in summaries)
    skipped = sum(int(summary["skipped"]) + int(summary["todo"]) for summary in summaries)
    taken = [float(summary["taken"]) for summary in summaries if summary["taken"]]
    failures = [FailedTest(first or second) for first, second in _FAILED.findall(output)] if failed else []
    return make_run("node", passed, failed, skipped, parse_count(str(round(sum(taken)))) if taken else None, failures)


RUNNER = Runner(parse, marks=("ℹ tests ", "# tests "), says_test=True)
