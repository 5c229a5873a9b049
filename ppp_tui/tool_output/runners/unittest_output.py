"""unittest, and what is built on it: ``Ran 3 tests in 0.001s`` and then ``FAILED (failures=1)``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_count, parse_seconds, sum_known

_SUMMARY = lazy_pattern(
    r"^Ran (\d+) tests? in (\d+\.\d+)s\n\s*\n(?:OK|FAILED)"
    r"(?: \(([a-z]+(?: [a-z]+)?=\d+(?:, [a-z]+(?: [a-z]+)?=\d+)*)\))?$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(r"^=+\n(?:FAIL|ERROR): (\S+) \((\S+)\).*\n(?:.*\n)??-+\n((?:(?!=+$|-{10}).*\n)*)", re.MULTILINE)
_REASON = lazy_pattern(r"^(?!\s).*\S.*$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    ran = failed = skipped = 0
    for count, _, details in summaries:
        counts = dict(part.split("=") for part in details.split(", ")) if details else {}
        ran += int(count)
        failed += sum(parse_count(counts.get(name)) for name in ("failures", "errors", "unexpected successes"))
        skipped += parse_count(counts.get("skipped")) + parse_count(counts.get("expected failures"))
    # An error in setting up a class fails without a test that ran.
    taken = sum_known(parse_seconds(summary[1]) for summary in summaries)
    failures = [_failure(*summary) for summary in _FAILED.findall(output)]
    return make_run("unittest", max(0, ran - failed - skipped), failed, skipped, taken, failures)


def _failure(method: str, place: str, traceback: str) -> FailedTest:
    name = place if place.endswith(f".{method}") else f"{place}.{method}"
    lines = _REASON.findall(traceback)
    # The error itself stands below its traceback, the only other lines that are not indented.
    reason = next((line for line in lines if not line.startswith("Traceback")), "")
    return FailedTest(name, reason)


RUNNER = Runner(parse, marks=("\nRan ",), says_test=True)
