"""cargo test: ``test result: ok. 3 passed; 0 failed; …`` for each binary; cargo nextest: one ``Summary`` line."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun, counted, line_after, number, seconds, summed

MARKS = ("test result: ", "Summary [")
"""One of these is in every summary."""

_RESULT = lazy_pattern(
    r"^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; \d+ filtered out"
    r"(?:; finished in ([\d.]+)s)?$",
    re.MULTILINE,
)
_FAILED = lazy_pattern(r"^test (\S.*?)(?: - should panic)? \.\.\. FAILED$", re.MULTILINE)
_STDOUT = lazy_pattern(r"^---- (\S.*?) stdout ----$", re.MULTILINE)
_PANICKED = lazy_pattern(r"\n+(?:.*\n)??thread .* panicked at .*:\n(.+)$", re.MULTILINE)
_NEXTEST = lazy_pattern(
    r"^ *Summary \[ *([\d.]+)s\] (?:\d+/)?\d+ tests? run: (\d+) passed(?: \([^)]*\))?(?:, (\d+) failed(?: \([^)]*\))?)?"
    r"(?:, (\d+) exec failed)?(?:, (\d+) timed out)?(?:, (\d+) skipped)?$",
    re.MULTILINE,
)
_NEXTEST_FAILED = lazy_pattern(
    r"^ *(FAIL|TIMEOUT|SIG[A-Z]+|ABORT|XFAIL) \[ *[\d.]+s\](?: +\( *\d+/\d+\))? +(\S.*)$", re.MULTILINE
)


def parse(output: str) -> SuiteRun | None:
    """The runs in an output as one; None if there is none."""
    summary = _NEXTEST.findall(output)
    if summary:
        passed, failed, broken, late, skipped = (sum(number(found[part]) for found in summary) for part in range(1, 6))
        failures = [FailedTest(name, "" if word == "FAIL" else word) for word, name in _NEXTEST_FAILED.findall(output)]
        taken = summed(seconds(found[0]) for found in summary)
        return counted("nextest", passed, failed + broken + late, skipped, taken, failures)
    results = _RESULT.findall(output)
    passed, failed, ignored = (sum(int(found[part]) for found in results) for part in range(3))
    reasons = {found[1]: _reason(output, found.end()) for found in _STDOUT.finditer(output)}
    failures = [FailedTest(name, reasons.get(name, "")) for name in _FAILED.findall(output)]
    failures = failures or [FailedTest(name, reason) for name, reason in reasons.items()]
    return counted("cargo", passed, failed, ignored, summed(seconds(found[3]) for found in results), failures)


def _reason(output: str, place: int) -> str:
    panicked = _PANICKED.match(output, place)
    return panicked[1] if panicked else line_after(output, place)
