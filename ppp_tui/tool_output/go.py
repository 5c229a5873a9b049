"""go test: a line per package, with ``-v`` a line per test; gotestsum's ``DONE 5 tests in 0.3s``."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import test_run as runs

_PACKAGE = lazy_pattern(
    r"^(?:(ok)  \t\S+\t(?:([\d.]+)s|\(cached\))(?:\t.*)?|FAIL\t\S+(?:\t([\d.]+)s| \[(?:build|setup) failed\]))$",
    re.MULTILINE,
)
_BROKEN = lazy_pattern(r"^FAIL\t(\S+) \[((?:build|setup) failed)\]$", re.MULTILINE)
_LINE = lazy_pattern(
    r"^(?: *--- (?P<outcome>PASS|FAIL|SKIP): (?P<name>\S+) \([\d.]+s\)$(?P<reason>(?:\n +(?!---)\S.*)?)"
    r"|(?:ok  |FAIL)\t\S+.*$)",
    re.MULTILINE,
)
"""A test, or the line at the end of a package."""

_SUM_FAILED = lazy_pattern(r"^=== FAIL: (\S+) (\S+) \([\d.]+s\)$", re.MULTILINE)
_DONE = lazy_pattern(
    r"^DONE (\d+) tests?(?:, (\d+) skipped)?(?:, (\d+) failures?)?(?:, (\d+) errors?)? in ([\d.]+)s$", re.MULTILINE
)


def parse(output: str) -> runs.SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    leaves = _leaves(output)
    failures = [runs.FailedTest(name, reason) for _, name, outcome, reason in leaves if outcome == "FAIL"]
    outcomes = [outcome for _, _, outcome, _ in leaves]
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
        failed = outcomes.count("FAIL") + len(broken)
        return runs.make_run("go", outcomes.count("PASS"), failed, outcomes.count("SKIP"), taken, broken + failures)
    passed = sum(ok == "ok" for ok, _, _ in packages)
    return runs.make_run(
        "go", passed, len(packages) - passed, 0, duration_ms=taken, failures=broken + failures, unit="package"
    )


def _leaves(output: str) -> list[tuple[int, str, str, str]]:
    """Return the tests without subtests that were counted, of each package apart: package, name, outcome and reason.

    A test with subtests fails with them: only its subtests count. One that ran several times failed if it once did.
    """
    tests: dict[tuple[int, str], tuple[str, str]] = {}
    package = 0
    for line in _LINE.finditer(output):
        if not line["outcome"]:
            package += 1
            continue
        key = (package, line["name"])
        if tests.get(key, ("", ""))[0] != "FAIL":
            tests[key] = (line["outcome"], line["reason"].strip())
    parents = {(package, above) for package, name in tests for above in _above(name)}
    return [(*key, *result) for key, result in tests.items() if key not in parents]


def _above(name: str) -> list[str]:
    """Return all names that a subtest's name begins with: it may have slashes of its own."""
    return [name[:place] for place, letter in enumerate(name) if letter == "/"]


def _listed(output: str) -> tuple[list[runs.FailedTest], int]:
    """Return the failed tests that gotestsum lists, and how many more it counts, since their subtests failed."""
    reasons = {(line[1], line[2]): runs.line_after(output, line.end()) for line in _SUM_FAILED.finditer(output)}
    parents = reasons.keys() & {(package, above) for package, name in reasons for above in _above(name)}
    return [runs.FailedTest(key[1], reason) for key, reason in reasons.items() if key not in parents], len(parents)


RUNNER = runs.Runner(parse, marks=("ok  \t", "FAIL\t", "\nDONE "), says_test=False)
