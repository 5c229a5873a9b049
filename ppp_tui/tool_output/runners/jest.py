"""Jest: ``Tests:       1 failed, 2 passed, 3 total``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_duration, sum_known

_WORD = r"\d+ (?:failed|skipped|todo|passed)"
_SUMMARY = lazy_pattern(rf"^Tests:\s+((?:{_WORD}, )*)(\d+) total$", re.MULTILINE)
_COUNT = lazy_pattern(r"(\d+) (\w+)")
_TIME = lazy_pattern(r"^Time:\s+([\d.]+ ?(?:ms|s|m|min)\b)", re.MULTILINE)
_FAILED = lazy_pattern(r"^\s*● (.+?)\s*$", re.MULTILINE)
_BROKEN = "Test suite failed to run"
_SUITE = lazy_pattern(rf"^FAIL (?:\S+ )?(\S+\.\w+).*\n\s*● {_BROKEN}", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output)
    if not summaries:
        return None
    counts = dict.fromkeys(("failed", "skipped", "todo", "passed"), 0)
    for words, _ in summaries:
        for count, word in _COUNT.findall(words):
            counts[word] += int(count)
    # Captured console output stands under headings of the same sign.
    failures = [
        FailedTest(heading[1], line_after(output, heading.end()))
        for heading in _FAILED.finditer(output)
        if heading[1] not in (_BROKEN, "Console")
    ]
    broken = [FailedTest(name, _BROKEN) for name in dict.fromkeys(_SUITE.findall(output))]
    return make_run(
        "jest",
        counts["passed"],
        counts["failed"] + len(broken),
        counts["skipped"] + counts["todo"],
        sum_known(parse_duration(taken) for taken in _TIME.findall(output)),
        broken + failures,
    )


RUNNER = Runner(parse, marks=("Tests:",), says_test=True)
