"""Vitest: ``     Tests  1 failed | 5 passed (6)``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_duration, sum_known

_WORD = r"\d+ (?:failed|passed|skipped|todo|expected fail)"
_SUMMARY = lazy_pattern(rf"^\s+Tests  ({_WORD}(?: \| {_WORD})*) \((\d+)\)$", re.MULTILINE)
_COUNT = lazy_pattern(r"(\d+) (\w+)")
_TIME = lazy_pattern(r"^\s+Duration  ([\d.]+(?:ms|s|m))", re.MULTILINE)
_FAILED = lazy_pattern(r"^\s*FAIL  (\S.*?)\s*$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    if not summaries:
        return None
    counts = dict.fromkeys(("failed", "passed", "skipped", "todo", "expected"), 0)
    for words, _ in summaries:
        for count, word in _COUNT.findall(words):
            counts[word] += int(count)
    failures = []
    for heading in _FAILED.finditer(output):
        # Vitest 3 puts the project before the file: `|unit| src/a.test.ts > adds`.
        name = re.sub(r"^\|[^|]*\| ", "", heading[1])
        if " > " in name:
            failures.append(FailedTest(name, line_after(output, heading.end())))
    return make_run(
        "vitest",
        counts["passed"],
        counts["failed"],
        counts["skipped"] + counts["todo"] + counts["expected"],
        sum_known(parse_duration(taken) for taken in _TIME.findall(output)),
        failures,
    )


RUNNER = Runner(parse, marks=("  Tests  ",), says_test=True)
