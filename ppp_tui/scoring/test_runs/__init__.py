"""Test runs in what tools print, found by the runners' own summary lines.

A false run is worse than a missed one: a summary must stand on its line as its runner prints it, in the output of a
command that can run tests. Of one output, each runner's summaries are one run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.scoring.test_runs import (
    bun_runs,
    cargo_runs,
    ctest_runs,
    deno_runs,
    dotnet_runs,
    go_runs,
    java_runs,
    jest_runs,
    mocha_runs,
    node_runs,
    phpunit_runs,
    pytest_runs,
    rspec_runs,
    unittest_runs,
    vitest_runs,
)
from ppp_tui.scoring.test_runs.run import Failure, SuiteRun

__all__ = ["Failure", "SuiteRun", "find_runs"]

LONGEST_OUTPUT = 2_000_000
"""Characters of an output that are looked at: its end, where summaries stand."""

_ESCAPE = lazy_pattern(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")

_PREFIX = lazy_pattern(r"^[@\w./-]+[ :]test(?::[\w-]+)*: ?", re.MULTILINE)
"""Runners of many packages put the package and the script before every line."""


class _Family(NamedTuple):
    marks: tuple[str, ...]
    parse: Callable[[str], SuiteRun | None]


_FAMILIES = tuple(
    _Family(module.MARKS, module.parse)
    for module in (
        pytest_runs, unittest_runs, jest_runs, vitest_runs, mocha_runs, node_runs, go_runs, cargo_runs, java_runs,
        rspec_runs, phpunit_runs, dotnet_runs, ctest_runs, bun_runs, deno_runs,
    )
)  # fmt: skip


def find_runs(output: str) -> tuple[SuiteRun, ...]:
    """The test runs that an output tells of, at most one per runner."""
    text = output[-LONGEST_OUTPUT:]
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "test:" in text:
        text = _PREFIX.sub("", text)
    runs = []
    for family in _FAMILIES:
        if any(mark in text for mark in family.marks):
            run = family.parse(text)
            if run is not None:
                runs.append(run)
    return tuple(runs)
