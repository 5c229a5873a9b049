"""Mocha: ``  3 passing (12ms)``, ``  1 failing``, ``  1 pending``, each on a line of its own."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_duration, sum_known

_SUMMARY = lazy_pattern(
    r"^ +(\d+) passing \(([\d.]+(?:ms|s|m|h))\)$(?:\n+ +(\d+) pending$)?(?:\n+ +(\d+) failing$)?", re.MULTILINE
)
_FAILED = lazy_pattern(r"^  \d+\) (\S.*(?:\n {3,}\S.*)*?):$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = list(_SUMMARY.finditer(output))
    if not summaries:
        return None
    below = output[summaries[0].end() :]
    failures = [
        FailedTest(" ".join(match[1].split()), line_after(below, match.end())) for match in _FAILED.finditer(below)
    ]
    passed, pending, failed = (sum(int(match[part] or 0) for match in summaries) for part in (1, 3, 4))
    return make_run(
        "mocha", passed, failed, pending, sum_known(parse_duration(match[2]) for match in summaries), failures
    )


RUNNER = Runner(parse, marks=(" passing (",), says_test=False)
