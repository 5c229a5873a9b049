"""Vitest: ``     Tests  1 failed | 5 passed (6)``, below the files, of which some may have failed as a whole."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import (
    FailedTest,
    Runner,
    SuiteRun,
    line_after,
    make_run,
    parse_count,
    parse_duration,
    sum_known,
)

_WORD = r"\d+ (?:failed|passed|skipped|todo|expected fail)"
_SUMMARY = lazy_pattern(
    rf"^(?:\s*Test Files  (?:(?P<files>\d+) failed)?.*\n)?\s+Tests  "
    rf"(?:no tests|(?P<words>{_WORD}(?: \| {_WORD})*) \(\d+\))$(?:\n\s+Errors  (?P<errors>\d+) errors?$)?",
    re.MULTILINE,
)
_COUNT = lazy_pattern(r"(\d+) (\w+)")
_TIME = lazy_pattern(r"^\s+Duration  ([\d.]+(?:ms|s|m))", re.MULTILINE)
_FAILED = lazy_pattern(r"^\s*FAIL  (\S.*?)\s*$", re.MULTILINE)
_FILE = lazy_pattern(r"(\S+) \[ \S.* \]\Z")
"""Heading of a file that failed before its tests ran."""


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = list(_SUMMARY.finditer(output))
    if not summaries:
        return None
    counts = dict.fromkeys(("failed", "passed", "skipped", "todo", "expected"), 0)
    broken_files = errors = 0
    for summary in summaries:
        words = summary["words"] or ""
        for count, word in _COUNT.findall(words):
            counts[word] += int(count)
        if "failed" not in words:
            broken_files += parse_count(summary["files"])
        # Errors outside of tests fail a run whose tests all passed.
        errors += parse_count(summary["errors"])
    failures, broken = [], []
    for heading in _FAILED.finditer(output):
        # Vitest 3 puts the project before the file: `|unit| src/a.test.ts > adds`.
        name = re.sub(r"^\|[^|]*\| ", "", heading[1])
        file = _FILE.match(name)
        if file:
            broken.append(FailedTest(file[1], line_after(output, heading.end())))
        elif " > " in name:
            failures.append(FailedTest(name, line_after(output, heading.end())))
    broken_files = max(broken_files, len({test.name for test in broken}))
    return make_run(
        "vitest",
        counts["passed"],
        counts["failed"] + broken_files + errors,
        counts["skipped"] + counts["todo"] + counts["expected"],
        sum_known(parse_duration(taken) for taken in _TIME.findall(output)),
        broken + failures,
    )


RUNNER = Runner(parse, marks=("  Tests  ",), says_test=True)
