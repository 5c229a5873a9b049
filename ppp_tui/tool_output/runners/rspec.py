"""RSpec: ``3 examples, 1 failure, 1 pending``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_count, parse_duration, sum_known

_SUMMARY = lazy_pattern(
    r"^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?(?:, (\d+) errors? occurred outside of examples)?$",
    re.MULTILINE,
)
_TIME = lazy_pattern(r"^Finished in (.+?)(?: \(files took .*\))?$", re.MULTILINE)
_FAILED = lazy_pattern(r"^rspec (\S+) # (.*)$", re.MULTILINE)
_WORDS = lazy_pattern(r" (second|minute)s?")


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _SUMMARY.findall(output) if " failure" in output else []
    if not summaries:
        return None
    ran, failed, pending, errors = (sum(parse_count(summary[part]) for summary in summaries) for part in range(4))
    taken = sum_known(parse_duration(_WORDS.sub(lambda word: word[1][0], text)) for text in _TIME.findall(output))
    failures = [FailedTest(f"{place} {name}", "") for place, name in _FAILED.findall(output)]
    return make_run("rspec", max(0, ran - failed - pending), failed + errors, pending, taken, failures)


RUNNER = Runner(parse, marks=("\n1 example, ", " examples, "), says_test=False)
