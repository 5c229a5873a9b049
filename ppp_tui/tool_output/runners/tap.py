"""The Test Anything Protocol: the sums of prove, of node-tap and tape, Bats, and else the lines of tests themselves."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

_PROVE = lazy_pattern(r"^Files=\d+, Tests=(\d+), +(\d+) wallclock secs .*(?:\nResult: (\w+))?$", re.MULTILINE)
_REPORTED = lazy_pattern(r"^(\S.*?) +\(Wstat: (\d+).*? Tests: \d+ Failed: (\d+)\)((?:\n  .*)*)$", re.MULTILINE)
"""A file in prove's report of failures."""

_SUMS = lazy_pattern(
    r"^# \{ total: (\d+)(?:, pass: (\d+))?(?:, fail: (\d+))?(?:, skip: (\d+))?(?:, todo: (\d+))? \}\n"
    r"# time=([\d.]+)ms$",
    re.MULTILINE,
)
_COUNTS = lazy_pattern(
    r"^1\.\.\d+\n# tests +(\d+)\n# pass +(\d+)(?:\n# skip +(\d+))?(?:\n# fail +(\d+))?$", re.MULTILINE
)
_BATS = lazy_pattern(r"^(\d+) tests?, (\d+) failures?(?:, (\d+) skipped)?(?: in (\d+) seconds?)?$", re.MULTILINE)
_BATS_TEST = lazy_pattern(r"✓ |✗ | - .+ \(skipped")
_CROSSED = lazy_pattern(r"[✗✖] (\S.*?)(?: \[\d+\])?$", re.MULTILINE)
"""A failed test, with its time in milliseconds where Bats was asked for it."""

_PLAN = lazy_pattern(r"^1\.\.(\d+)(?: *#.*)?$", re.MULTILINE)
_RESULT = lazy_pattern(r"^( *)(not ok|ok) \d+(?: -)?(?: ([^#\n]*?))?(?: *# ?(.*))?$", re.MULTILINE)
_LEFT_OUT = lazy_pattern(r"(?:skip|todo)", re.IGNORECASE)
_DIED = lazy_pattern(
    r"^(?:# Looks like you planned \d+ tests? but ran \d+|# bats warning: Executed \d+ instead of|Bail out!)",
    re.MULTILINE,
)
"""The line of a run that had fewer tests than planned; a cut output has none."""

_OF_NODE = "# suites "
"""A line of Node's own runner, whose output the module `node` parses."""


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    for read in (_prove, _node_tap, _tape, _bats, _lines):
        run = read(output)
        if run is not None:
            return run
    return None


def _prove(output: str) -> runs.SuiteRun | None:
    summaries = _PROVE.findall(output)
    total, failed = sum(int(tests) for tests, _, _ in summaries), 0
    failures = []
    for file, status, count, facts in _REPORTED.findall(output) if summaries else ():
        reasons = [line.strip() for line in facts.split("\n") if line.strip()]
        if int(count) or int(status) or "Parse errors" in facts:
            # A file that broke is a failure beside the tests that it ran.
            failed += int(count) or 1
            total += not int(count)
            failures.append(runs.FailedTest(file, _reason_of(reasons)))
    if not failed and any(result == "FAIL" for _, _, result in summaries):
        failed = 1
    taken_ms = sum(int(seconds) for _, seconds, _ in summaries) * 1000
    return runs.make_run("tap", total - failed, failed, 0, taken_ms, failures) if summaries else None


def _reason_of(facts: list[str]) -> str:
    """Return the best reason of a file's failure: the failed tests, else the fault of its output."""
    for begin in ("Failed test", "Parse errors"):
        for fact in facts:
            if fact.startswith(begin):
                return fact
    return facts[0] if facts else ""


def _node_tap(output: str) -> runs.SuiteRun | None:
    summaries = _SUMS.findall(output)
    passed, failed, skipped, todo = (sum(runs.parse_count(row[part]) for row in summaries) for part in range(1, 5))
    taken_ms = round(sum(float(row[5]) for row in summaries))
    failures = [runs.FailedTest(name) for name in _CROSSED.findall(output)] or _nested_failures(output)
    return runs.make_run("tap", passed, failed, skipped + todo, taken_ms, failures if failed else ())


def _tape(output: str) -> runs.SuiteRun | None:
    counts = [tuple(map(runs.parse_count, row)) for row in _COUNTS.findall(output)]
    passed, skipped, failed = (sum(row[part] for row in counts) for part in (1, 2, 3))
    return runs.make_run("tap", passed, failed, skipped, None, _nested_failures(output) if failed else ())


def _bats(output: str) -> runs.SuiteRun | None:
    summaries = _BATS.findall(output) if _BATS_TEST.search(output) else []
    total, failed, skipped = (sum(runs.parse_count(row[part]) for row in summaries) for part in range(3))
    taken_ms = runs.sum_known(runs.parse_seconds(row[3]) for row in summaries)
    failures = [
        runs.FailedTest(heading[1], runs.line_after(output, heading.end())) for heading in _CROSSED.finditer(output)
    ]
    return runs.make_run("tap", total - failed - skipped, failed, skipped, taken_ms, failures)


def _lines(output: str) -> runs.SuiteRun | None:
    """Return a run by the lines of its tests: all of them, or all that ran before it broke."""
    planned = sum(int(count) for count in _PLAN.findall(output)) if _OF_NODE not in output else 0
    results = [row for row in _RESULT.findall(output) if not row[0]] if planned else []
    has_died = bool(_DIED.search(output)) and len(results) < planned
    if not planned or (len(results) != planned and not has_died):
        return None
    left_out = sum(_LEFT_OUT.match(directive) is not None for _, _, _, directive in results)
    failed = sum(end == "not ok" and not _LEFT_OUT.match(directive) for _, end, _, directive in results)
    failed += planned - len(results)
    passed = planned - failed - left_out
    return runs.make_run("tap", passed, failed, left_out, None, _nested_failures(output) if failed else ())


def _nested_failures(output: str) -> list[runs.FailedTest]:
    """Return the tests that failed, each name preceded by those of its parents."""
    failures: list[tuple[int, str, str]] = []
    for result in _RESULT.finditer(output):
        spaces, end, name, directive = result.groups()
        if end == "ok" or _LEFT_OUT.match(directive or ""):
            continue
        depth, title = len(spaces), name or "test"
        inner = [place for place, (below, _, _) in enumerate(failures) if below > depth]
        for place in inner:
            failures[place] = (depth, f"{title} > {failures[place][1]}", failures[place][2])
        if not inner:
            following = runs.line_after(output, result.end())
            failures.append((depth, title, following[2:] if following.startswith("# ") else ""))
    return [runs.FailedTest(name, reason) for _, name, reason in failures]


RUNNER = runs.Runner(parse, marks=("\n1..", "wallclock secs", "# { total: ", "✓ ", "✗ ", " (skipped"), says_test=False)
