"""cargo test: ``test result: ok. 3 passed; 0 failed; …`` for each binary; cargo nextest: one ``Summary`` line."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

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


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    summaries = _NEXTEST.findall(output)
    if summaries:
        passed, failed, broken, late, skipped = (
            sum(runs.parse_count(counts[part]) for counts in summaries) for part in range(1, 6)
        )
        failures = [
            runs.FailedTest(name, "" if word == "FAIL" else word) for word, name in _NEXTEST_FAILED.findall(output)
        ]
        taken = runs.sum_known(runs.parse_seconds(counts[0]) for counts in summaries)
        return runs.make_run("nextest", passed, failed + broken + late, skipped, taken, failures)
    results = _RESULT.findall(output)
    passed, failed, ignored = (sum(int(counts[part]) for counts in results) for part in range(3))
    reasons = {heading[1]: _reason(output, heading.end()) for heading in _STDOUT.finditer(output)}
    failures = [runs.FailedTest(name, reasons.get(name, "")) for name in _FAILED.findall(output)]
    failures = failures or [runs.FailedTest(name, reason) for name, reason in reasons.items()]
    return runs.make_run(
        "cargo", passed, failed, ignored, runs.sum_known(runs.parse_seconds(counts[3]) for counts in results), failures
    )


def _reason(output: str, place: int) -> str:
    panicked = _PANICKED.match(output, place)
    return panicked[1] if panicked else runs.line_after(output, place)


RUNNER = runs.Runner(parse, marks=("test result: ", "Summary ["), says_test=True)
