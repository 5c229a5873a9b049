"""pytest: ``==== 1 failed, 3 passed in 0.12s ====``, without the rules where it is quiet."""

from __future__ import annotations

import re
from collections import Counter

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_seconds, sum_known

_TIMED = lazy_pattern(r" in \d+\.\d+(?:s| sec)")
"""In every summary, and hardly anywhere else."""

_WORD = (
    r"\d+ (?:failed|passed|skipped|deselected|xfailed|xpassed|errors?|warnings?|rerun|"
    r"subtests (?:passed|failed|skipped))"
)
_SUMMARY = lazy_pattern(
    rf"^(?:=+ )?({_WORD}(?:, {_WORD})*) in (\d+\.\d+)(?:s| seconds)(?: \(\d+(?: days?, \d+)?:\d\d:\d\d\))?(?: =+)?$",
    re.MULTILINE,
)
_COUNT = lazy_pattern(r"(\d+) (\w+)(?: (\w+))?")
_FAILED = lazy_pattern(r"^(?:FAILED|ERROR) ([^\s:]+\.py(?:::.+?)?)(?: - (.*))?$", re.MULTILINE)
_HEADING = lazy_pattern(r"^_{3,} (?:ERROR at \w+ of |ERROR collecting )?(\S.*?) _{3,}$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output) if _TIMED.search(output) else []
    if not summaries:
        return None
    counts: Counter[str] = Counter()
    for words, _ in summaries:
        for count, word, more in _COUNT.findall(words):
            # Subtests are parts of tests that are counted themselves.
            if not more:
                counts[word.removesuffix("s") if word.startswith("error") else word] += int(count)
    failures = [FailedTest(name, reason) for name, reason in _FAILED.findall(output)]
    if not failures:
        failures = [FailedTest(name) for name in _HEADING.findall(output)]
    return make_run(
        "pytest",
        counts["passed"] + counts["xpassed"],
        counts["failed"] + counts["error"],
        counts["skipped"] + counts["xfailed"],
        sum_known(parse_seconds(taken) for _, taken in summaries),
        failures,
    )


RUNNER = Runner(parse, marks=(" in ",), says_test=False)
