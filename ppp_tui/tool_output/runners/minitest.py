"""Minitest and test-unit: ``3 runs, 5 assertions, 1 failures, 0 errors, 1 skips``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_seconds, sum_known

_SUMMARY = lazy_pattern(
    r"^(\d+) (?:runs|tests), \d+ assertions, (\d+) failures, (\d+) errors, (\d+) (?:skips|pendings)"
    r"(?:, (\d+) omissions)?(?:, \d+ notifications)?$",
    re.MULTILINE,
)
_TIME = lazy_pattern(r"^Finished in (\d+\.\d+)(?:s| seconds)", re.MULTILINE)
_FAILED = lazy_pattern(r"^ *(?:\d+\) )?(?:Failure|Error):\n *(\S+#\S+).*$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    if not summaries:
        return None
    ran, failed, errors, skipped, left_out = (sum(int(row[part] or 0) for row in summaries) for part in range(5))
    skipped += left_out
    return make_run(
        "minitest",
        max(0, ran - failed - errors - skipped),
        failed + errors,
        skipped,
        sum_known(parse_seconds(taken) for taken in _TIME.findall(output)),
        [FailedTest(heading[1], line_after(output, heading.end())) for heading in _FAILED.finditer(output)],
    )


RUNNER = Runner(parse, marks=(" assertions, ",), says_test=False)
