"""Mocha: ``  3 passing (12ms)``, ``  1 failing``, ``  1 pending``, each on a line of its own."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun, counted, duration, line_after, summed

MARKS = (" passing (",)
"""One of these is in every summary."""

_SUMMARY = lazy_pattern(
    r"^ +(\d+) passing \(([\d.]+(?:ms|s|m|h))\)$(?:\n+ +(\d+) pending$)?(?:\n+ +(\d+) failing$)?", re.MULTILINE
)
_FAILED = lazy_pattern(r"^  \d+\) (\S.*(?:\n {3,}\S.*)*?):$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """The runs in an output as one; None if there is none."""
    summaries = list(_SUMMARY.finditer(output))
    if not summaries:
        return None
    below = output[summaries[0].end() :]
    failures = [
        FailedTest(" ".join(found[1].split()), line_after(below, found.end())) for found in _FAILED.finditer(below)
    ]
    passed, pending, failed = (sum(int(found[part] or 0) for found in summaries) for part in (1, 3, 4))
    return counted("mocha", passed, failed, pending, summed(duration(found[2]) for found in summaries), failures)
