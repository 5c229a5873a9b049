"""go test: a line per package, with ``-v`` a line per test; gotestsum's ``DONE 5 tests in 0.3s``."""

from __future__ import annotations

import re

from ppp_tui.scoring.test_runs.run import Failure, SuiteRun, counted, number, seconds, summed

MARKS = ("ok  \t", "FAIL\t", "DONE ")
"""One of these is in every summary."""

_PACKAGE = re.compile(
    r"^(?:(ok)  \t\S+\t(?:([\d.]+)s|\(cached\))(?:\t.*)?|FAIL\t\S+(?:\t([\d.]+)s| \[(?:build|setup) failed\]))$",
    re.MULTILINE,
)
_BROKEN = re.compile(r"^FAIL\t(\S+) \[((?:build|setup) failed)\]$", re.MULTILINE)
_TEST = re.compile(r"^ *--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)$((?:\n +(?!---)\S.*)?)", re.MULTILINE)
_DONE = re.compile(
    r"^DONE (\d+) tests?(?:, (\d+) skipped)?(?:, (\d+) failures?)?(?:, (\d+) errors?)? in ([\d.]+)s$", re.MULTILINE
)


def parse(output: str) -> SuiteRun | None:
    """The runs in an output as one; None if there is none."""
    tests = {name: (outcome, reason.strip()) for outcome, name, reason in _TEST.findall(output)}
    # A test with subtests fails with them: only its subtests are counted.
    parents = {name.rpartition("/")[0] for name in tests}
    leaves = {name: told for name, told in tests.items() if name not in parents}
    failures = [Failure(name, reason) for name, (outcome, reason) in leaves.items() if outcome == "FAIL"]
    done = _DONE.findall(output)
    if done:
        total, skipped, failed, errors = (sum(number(found[part]) for found in done) for part in range(4))
        taken = summed(seconds(found[4]) for found in done)
        return counted("go", max(0, total - skipped - failed), failed + errors, skipped, taken, failures)
    packages = _PACKAGE.findall(output)
    if not packages:
        return None
    broken = [Failure(name, reason) for name, reason in _BROKEN.findall(output)]
    taken = summed(seconds(fine or bad) for _, fine, bad in packages)
    outcomes = [outcome for outcome, _ in leaves.values()]
    if "PASS" in outcomes:
        failed = outcomes.count("FAIL") + len(broken)
        return counted("go", outcomes.count("PASS"), failed, outcomes.count("SKIP"), taken, broken + failures)
    passed = sum(ok == "ok" for ok, _, _ in packages)
    return counted("go", passed, len(packages) - passed, 0, taken, broken + failures, "package")
