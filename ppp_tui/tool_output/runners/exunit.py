"""ExUnit: ``Finished in 0.05 seconds (…)`` and below it ``1 doctest, 11 tests, 1 failure, 2 skipped``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, make_run, parse_count, parse_seconds, sum_known

_TIME = lazy_pattern(r"^Finished in ([\d.]+) seconds(?: \([\d.]+s .*\))?$", re.MULTILINE)
_KINDS = r"(?:doctests?|property|properties|tests?|features?|scenarios?)"
_SUMMARY = lazy_pattern(
    rf"^((?:\d+ {_KINDS}, )+)(\d+) failures?(?:, (\d+) excluded)?(?:, (\d+) invalid)?(?:, (\d+) skipped)?"
    r"(?: \(\d+ excluded\))?$",
    re.MULTILINE,
)
_COUNT = lazy_pattern(r"\d+")
_FAILED = lazy_pattern(
    r"^ +\d+\) (.+ \([\w.]+\))\n +\S+:\d+\n +(.+)$|^ +\d+\) (\S+): failure on setup_all callback.*\n +(.+)$",
    re.MULTILINE,
)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    times = _TIME.findall(output)
    passed = failed = skipped = 0
    for kinds, failures, excluded, invalid, left_out in _SUMMARY.findall(output) if times else ():
        broken = int(failures) + parse_count(invalid)
        # Tests that a filter excluded are among the others up to Elixir 1.18, and stand in parentheses since.
        ran = sum(map(int, _COUNT.findall(kinds))) - parse_count(excluded) - parse_count(left_out)
        passed, failed, skipped = passed + ran - broken, failed + broken, skipped + parse_count(left_out)
    names = [FailedTest(test or module, reason or cause) for test, reason, module, cause in _FAILED.findall(output)]
    return make_run("exunit", passed, failed, skipped, sum_known(map(parse_seconds, times)), names if failed else ())


RUNNER = Runner(parse, marks=("\nFinished in ",), says_test=False)
