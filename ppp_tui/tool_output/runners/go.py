"""go test: a line per package, with ``-v`` a line per test, with ``-json`` events; gotestsum's ``DONE 5 tests``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs
from ppp_tui.tool_output.runners import go_events

_PACKAGE = lazy_pattern(
    r"^(?:(ok)  \t\S+\t(?:([\d.]+)s|\(cached\))(?:\t.*)?|FAIL\t\S+(?:\t([\d.]+)s| \[(?:build|setup) failed\]))$",
    re.MULTILINE,
)
_BROKEN = lazy_pattern(r"^FAIL\t(\S+) \[((?:build|setup) failed)\]$", re.MULTILINE)
_LINE = lazy_pattern(
    r"^(?: *--- (?P<outcome>PASS|FAIL|SKIP): (?P<name>\S+) \([\d.]+s\)$(?P<reason>(?:\n +(?!---)\S.*)?)"
    r"|(?:ok  |(?P<failed>FAIL))\t(?P<package>\S+).*$)",
    re.MULTILINE,
)
"""A test, or the line at the end of a package."""

_SUM_FAILED = lazy_pattern(r"^=== FAIL: (\S+) (\S+) \([\d.]+s\)$", re.MULTILINE)
_DONE = lazy_pattern(
    r"^DONE (\d+) tests?(?:, (\d+) skipped)?(?:, (\d+) failures?)?(?:, (\d+) errors?)? in ([\d.]+)s$", re.MULTILINE
)


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    events = go_events.read_events(output) if go_events.MARK in output else None
    if events is not None and (events.tests or events.broken):
        return _of_events(events)
    told_tests, silent = _listed_tests(output)
    leaves = _leaves(told_tests)
    failures = [runs.FailedTest(test.name, test.reason) for test in leaves if test.outcome == "FAIL"]
    outcomes = [test.outcome for test in leaves]
    done = _DONE.findall(output)
    if done:
        total, skipped, failed, errors = (sum(runs.parse_count(counts[part]) for counts in done) for part in range(4))
        listed, parents = _listed(output)
        failures = failures or listed
        taken = runs.sum_known(runs.parse_seconds(counts[4]) for counts in done)
        if "PASS" in outcomes:
            return runs.make_run(
                "go", outcomes.count("PASS"), outcomes.count("FAIL") + errors, outcomes.count("SKIP"), taken, failures
            )
        failed = max(0, failed - parents)
        return runs.make_run(
            "go", max(0, total - parents - skipped - failed), failed + errors, skipped, taken, failures
        )
    packages = _PACKAGE.findall(output)
    if not packages:
        return None
    broken = [runs.FailedTest(name, reason) for name, reason in _BROKEN.findall(output)]
    taken = runs.sum_known(runs.parse_seconds(fine or bad) for _, fine, bad in packages)
    if "PASS" in outcomes:
        broken += [runs.FailedTest(name, go_events.PACKAGE_FAILED) for name in silent]
        failed = outcomes.count("FAIL") + len(broken)
        return runs.make_run("go", outcomes.count("PASS"), failed, outcomes.count("SKIP"), taken, broken + failures)
    passed = sum(ok == "ok" for ok, _, _ in packages)
    return runs.make_run(
        "go", passed, len(packages) - passed, 0, duration_ms=taken, failures=broken + failures, unit="package"
    )


def _of_events(events: go_events.GoRun) -> runs.SuiteRun | None:
    leaves = _leaves(events.tests)
    outcomes = [test.outcome for test in leaves]
    failures = [runs.FailedTest(name, reason) for name, reason in events.broken.items()]
    failures += [runs.FailedTest(test.name, test.reason) for test in leaves if test.outcome == "FAIL"]
    taken = runs.sum_known(round(seconds * 1000) for seconds in events.seconds)
    return runs.make_run("go", outcomes.count("PASS"), len(failures), outcomes.count("SKIP"), taken, failures)


def _listed_tests(output: str) -> tuple[list[go_events.EndedTest], list[str]]:
    """Return the tests that have a line of their own, and the packages that failed although none of their tests did."""
    tests: list[go_events.EndedTest] = []
    silent: list[str] = []
    package = 0
    has_failed = False
    for line in _LINE.finditer(output):
        if line["outcome"]:
            tests.append(go_events.EndedTest(str(package), line["name"], line["outcome"], line["reason"].strip()))
            has_failed = has_failed or line["outcome"] == "FAIL"
            continue
        if line["failed"] and not has_failed and not line[0].endswith(" failed]"):
            silent.append(line["package"])
        package += 1
        has_failed = False
    return tests, silent


def _leaves(ends: list[go_events.EndedTest]) -> list[go_events.EndedTest]:
    """Return the tests without subtests, each once in its package.

    A test with subtests fails with them: only its subtests count. One that ran several times failed if it once did.
    """
    tests: dict[tuple[str, str], go_events.EndedTest] = {}
    for test in ends:
        key = (test.package, test.name)
        if key not in tests or tests[key].outcome != "FAIL":
            tests[key] = test
    parents = {(package, above) for package, name in tests for above in _above(name)}
    return [test for key, test in tests.items() if key not in parents]


def _above(name: str) -> list[str]:
    """Return all names that a subtest's name begins with: it may have slashes of its own."""
    return [name[:place] for place, letter in enumerate(name) if letter == "/"]


def _listed(output: str) -> tuple[list[runs.FailedTest], int]:
    """Return the failed tests that gotestsum lists, and how many more it counts, since their subtests failed."""
    reasons = {(line[1], line[2]): runs.line_after(output, line.end()) for line in _SUM_FAILED.finditer(output)}
    parents = reasons.keys() & {(package, above) for package, name in reasons for above in _above(name)}
    return [runs.FailedTest(key[1], reason) for key, reason in reasons.items() if key not in parents], len(parents)


RUNNER = runs.Runner(parse, marks=("ok  \t", "FAIL\t", "\nDONE ", go_events.MARK), says_test=False)
