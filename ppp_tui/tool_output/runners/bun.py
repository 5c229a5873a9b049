"""Bun: `` 3 pass``, `` 1 fail`` and then ``Ran 4 tests across 1 file. [12.00ms]``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_count, parse_duration, sum_known

_SUMMARY = lazy_pattern(
    r"^ *(\d+) pass\n(?: *(\d+) skip\n)?(?: *(\d+) todo\n)?(?: *\d+ filtered out\n)?(?: *(\d+) fail\n)?"
    r"(?: *\d+ (?:errors?|snapshots?.*|expect\(\) calls)\n)*"
    r"Ran \d+ tests? across \d+ files?\. .*?\[([\d.]+m?s)\]$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(r"^(?:\(fail\)|✗) (\S.*?)(?: \[[\d.]+m?s\])?$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    passed, skipped, todo, failed = (sum(parse_count(summary[part]) for summary in summaries) for part in range(4))
    taken = sum_known(parse_duration(summary[4]) for summary in summaries)
    return make_run(
        "bun", passed, failed, skipped + todo, taken, [FailedTest(name) for name in _FAILED.findall(output)]
    )


RUNNER = Runner(parse, marks=("\nRan ",), says_test=True)
