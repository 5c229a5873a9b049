"""Deno: ``ok | 3 passed | 0 failed | 1 ignored (12ms)``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_count, parse_duration, sum_known

_STEPS = r"(?: \(\d+ steps?\))?"
_SUMMARY = lazy_pattern(
    rf"^(?:ok|FAILED) \| (\d+) passed{_STEPS} \| (\d+) failed{_STEPS}(?: \| (\d+) ignored{_STEPS})?"
    r"(?: \| \d+ measured)?(?: \| \d+ filtered out)? \(([\dms]+)\)$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(r"^(\S.*?) => \S+:\d+:\d+$(?:\nerror: (.*)$)?", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    passed, failed, ignored = (sum(parse_count(summary[part]) for summary in summaries) for part in range(3))
    taken = sum_known(parse_duration(summary[3]) for summary in summaries)
    failures = [FailedTest(name, reason) for name, reason in _FAILED.findall(output)] if failed else []
    return make_run("deno", passed, failed, ignored, taken, failures)


RUNNER = Runner(parse, marks=(" passed | ", " passed ("), says_test=False)
