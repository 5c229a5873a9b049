"""Playwright: ``  1 failed``, ``  1 flaky``, ``  5 passed (12.3s)``, each on a line of its own, with names below."""

from __future__ import annotations

import re
from collections import Counter

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_duration, sum_known

_COUNT = lazy_pattern(
    r"^  (\d+) (failed|interrupted|flaky|skipped|did not run|passed)(?: \(([\d.]+(?:ms|s|m|h))\))?$", re.MULTILINE
)
_RUNNING = lazy_pattern(r"^Running \d+ tests? using \d+ workers?", re.MULTILINE)
_FAILED = lazy_pattern(r"^  \d+\) (\S.*?)(?: ─+)?$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summary = _COUNT.findall(output)
    # Without a test that passed no time is printed, and the words alone prove nothing.
    if not any(taken for _, _, taken in summary) and not _RUNNING.search(output):
        return None
    counts: Counter[str] = Counter()
    for count, word, _ in summary:
        counts[word] += int(count)
    headings = _FAILED.finditer(output) if counts["failed"] else ()
    return make_run(
        "playwright",
        # What passed when it was tried again has passed.
        counts["passed"] + counts["flaky"],
        counts["failed"] + counts["interrupted"],
        counts["skipped"] + counts["did not run"],
        sum_known(parse_duration(taken) for _, _, taken in summary if taken),
        [FailedTest(heading[1], line_after(output, heading.end())) for heading in headings],
    )


RUNNER = Runner(parse, marks=(" passed (", " using "), says_test=False)
