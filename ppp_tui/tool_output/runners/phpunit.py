"""PHPUnit: ``OK (3 tests, 5 assertions)``, or ``Tests: 3, Assertions: 5, Failures: 1.``; Pest counts as Jest does."""

from __future__ import annotations

import re
from collections import Counter

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

_OK = lazy_pattern(r"^OK \((\d+) tests?, \d+ assertions?\)$", re.MULTILINE)
_SUMMARY = lazy_pattern(r"^Tests: (\d+), Assertions: \d+((?:, [A-Z][A-Za-z ]+: \d+)*)\.$", re.MULTILINE)
_COUNT = lazy_pattern(r", ([A-Z][A-Za-z ]+): (\d+)")
_TIME = lazy_pattern(r"^Time: (?:(\d+):)?(\d+):(\d+\.\d+),", re.MULTILINE)
_FAILED = lazy_pattern(r"^\d+\) (\S.*)$", re.MULTILINE)
_PEST = lazy_pattern(r"^\s*Tests:\s+((?:\d+ [a-z]+, )*\d+ [a-z]+) \(\d+ assertions?\)$", re.MULTILINE)
_PEST_TIME = lazy_pattern(r"^\s*Duration:\s+([\d.]+m?s)$", re.MULTILINE)
_PEST_FAILED = lazy_pattern(r"^\s*FAILED  (\S.*?)\s*$", re.MULTILINE)


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    pest = _PEST.findall(output)
    if pest:
        return _pest(output, pest)
    total = sum(map(int, _OK.findall(output)))
    counts: Counter[str] = Counter()
    for tests, more in _SUMMARY.findall(output):
        total += int(tests)
        counts.update({name: int(count) for name, count in _COUNT.findall(more)})
    failed = counts["Errors"] + counts["Failures"]
    skipped = counts["Skipped"] + counts["Incomplete"]
    times = [
        round((runs.parse_count(hours) * 3600 + int(minutes) * 60 + float(rest)) * 1000)
        for hours, minutes, rest in _TIME.findall(output)
    ]
    failures = (
        [runs.FailedTest(heading[1], runs.line_after(output, heading.end())) for heading in _FAILED.finditer(output)]
        if failed
        else []
    )
    return runs.make_run("phpunit", max(0, total - failed - skipped), failed, skipped, runs.sum_known(times), failures)


def _pest(output: str, summaries: list[str]) -> runs.SuiteRun | None:
    counts: Counter[str] = Counter()
    for words in summaries:
        for part in words.split(", "):
            count, word = part.split(" ")
            counts[word] += int(count)
    skipped = counts["skipped"] + counts["todo"] + counts["todos"] + counts["incomplete"]
    taken = runs.sum_known(runs.parse_duration(text) for text in _PEST_TIME.findall(output))
    failures = [
        runs.FailedTest(heading[1], runs.line_after(output, heading.end())) for heading in _PEST_FAILED.finditer(output)
    ]
    passed = sum(counts[word] for word in ("passed", "risky", "warning", "warnings", "deprecated", "notice", "notices"))
    return runs.make_run("pest", passed, counts["failed"], skipped, taken, failures)


RUNNER = runs.Runner(parse, marks=(" assertions)\n", "1 assertion)\n", ", Assertions: "), says_test=True)
