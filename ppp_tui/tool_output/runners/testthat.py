"""testthat of R: ``[ FAIL 1 | WARN 0 | SKIP 0 | PASS 3 ]``, of which the last line is the result.

Counts are of expectations; a skipped test counts as one.
"""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_duration

_SUMMARY = lazy_pattern(r"^\[ FAIL (\d+) \| WARN \d+ \| SKIP (\d+) \| PASS (\d+) \]$", re.MULTILINE)
_TIME = lazy_pattern(r"^Duration: ([\d.]+ (?:ms|s|m|h))$", re.MULTILINE)
_FAILED = lazy_pattern(
    r"^[─-]{2} (?:\d+\. )?(?:Failure|Error) \('?(?P<file>[^\s():']+)(?::\d+)*'?\): (?P<test>.+?)(?: [─-]+)?$",
    re.MULTILINE,
)


def parse(output: str) -> SuiteRun | None:
    """Return the run in an output, None if there is none."""
    summaries = _SUMMARY.findall(output)
    if not summaries:
        return None
    # It is printed anew with every file, and once at the end.
    failed, skipped, passed = map(int, summaries[-1])
    times = _TIME.findall(output)
    failures = (
        FailedTest(f"{match['file']}: {match['test']}", line_after(output, match.end()))
        for match in (_FAILED.finditer(output) if failed else ())
    )
    return make_run("testthat", passed, failed, skipped, parse_duration(times[-1]) if times else None, failures)


RUNNER = Runner(parse, marks=("\n[ FAIL ",), says_test=False)
