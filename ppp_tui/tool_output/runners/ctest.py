"""CTest: ``67% tests passed, 1 tests failed out of 3``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_seconds, sum_known

_SUMMARY = lazy_pattern(r"^\d+% tests passed, (\d+) tests? failed out of (\d+)$", re.MULTILINE)
_TIME = lazy_pattern(r"^Total Test time \(real\) = +([\d.]+) sec$", re.MULTILINE)
_NAMED = lazy_pattern(r"^\t? *\d+ - (\S.*?) \(([A-Z][\w -]*)\)", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    failed, total = (sum(int(summary[part]) for summary in summaries) for part in range(2))
    named = _NAMED.findall(output)
    # Skipped and disabled tests are listed as those that did not run, and count as passed in the percentage.
    skipped = sum(word in ("Skipped", "Disabled") for _, word in named)
    failures = [FailedTest(name, word) for name, word in named if word not in ("Skipped", "Disabled")]
    taken = sum_known(parse_seconds(text) for text in _TIME.findall(output))
    return make_run("ctest", max(0, total - failed - skipped), failed, skipped, taken, failures)


RUNNER = Runner(parse, marks=("% tests passed, ",), says_test=True)
