"""dotnet test: ``Passed!  - Failed:     0, Passed:     3, …`` for each assembly, or one summary for all."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

_ASSEMBLY = lazy_pattern(
    r"^(?:Passed|Failed|Skipped)!  - Failed: +(\d+), Passed: +(\d+), Skipped: +(\d+), Total: +\d+, Duration: (.+?)"
    r"(?: - .*)?$",
    re.MULTILINE,
)
_SUMMARY = lazy_pattern(
    r"^Test summary: total: \d+, failed: (\d+), succeeded: (\d+), skipped: (\d+), duration: ([\d.]+m?s)$", re.MULTILINE
)
_TOTAL = lazy_pattern(
    r"^Total tests: (?P<total>\d+)\n(?: +Passed: (?P<passed>\d+)\n)?(?: +Failed: (?P<failed>\d+)\n)?"
    r"(?: +Skipped: (?P<skipped>\d+)\n)? *Total time: (?P<taken>[\d.]+) (?P<unit>Second|Minute)s$",
    re.MULTILINE,
)
_PLATFORM = lazy_pattern(
    r"^Test run summary: .*\n *total: \d+\n *failed: (\d+)\n *succeeded: (\d+)\n *skipped: (\d+)\n *duration: (.+)$",
    re.MULTILINE,
)
"""Of Microsoft.Testing.Platform, which `dotnet test` and test programs themselves run on since .NET 10."""

_FAILED = lazy_pattern(
    r"^ *(?:Failed (\S.*?) \[[^\]]+\]$(?:\n *Error Message:)?|failed (\S.*?) \([\dhms. ]+\)$)", re.MULTILINE
)


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    failures = [
        runs.FailedTest(line[1] or line[2], runs.line_after(output, line.end())) for line in _FAILED.finditer(output)
    ]
    rows = _ASSEMBLY.findall(output) or _SUMMARY.findall(output) or _PLATFORM.findall(output)
    if not rows:
        rows = [
            (total["failed"], total["passed"], total["skipped"], f"{total['taken']}{total['unit'][0].lower()}")
            for total in _TOTAL.finditer(output)
        ]
    failed, passed, skipped = (sum(runs.parse_count(row[part]) for row in rows) for part in range(3))
    return runs.make_run(
        "dotnet", passed, failed, skipped, runs.sum_known(runs.parse_duration(row[3]) for row in rows), failures
    )


RUNNER = runs.Runner(
    parse, marks=("!  - Failed:", "Test summary: total:", "Total tests:", "Test run summary: "), says_test=False
)
