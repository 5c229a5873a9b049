"""Test runs in what tools print, found by the runners' own summary lines.

A false run is worse than a missed one: a summary must be on its line as its runner prints it, in the output of a
command that can run tests. All summaries of one runner in an output are one run.
"""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.runners import (
    bun,
    cargo,
    ctest,
    deno,
    dotnet,
    exunit,
    go,
    java,
    jest,
    julia,
    minitest,
    mocha,
    node,
    phpunit,
    playwright,
    pytest_output,
    rspec,
    swift,
    tap,
    testthat,
    unittest_output,
    vitest,
)
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun

__all__ = ["FailedTest", "SuiteRun", "find_runs"]

MAX_OUTPUT_CHARS = 2_000_000
"""Characters at the end of an output that are searched, where summaries are."""

_ESCAPE = lazy_pattern(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")

_PREFIX = lazy_pattern(r"^[@\w./-]+[ :]test(?::[\w-]+)*: ?", re.MULTILINE)
"""Runners of many packages put the package and the script before every line."""


_TEST = "est"
"""The word for tests without its first letter, which may be a capital."""

RUNNERS = (
    pytest_output.RUNNER,
    unittest_output.RUNNER,
    jest.RUNNER,
    vitest.RUNNER,
    mocha.RUNNER,
    node.RUNNER,
    go.RUNNER,
    cargo.RUNNER,
    java.RUNNER,
    rspec.RUNNER,
    phpunit.RUNNER,
    dotnet.RUNNER,
    ctest.RUNNER,
    bun.RUNNER,
    deno.RUNNER,
    playwright.RUNNER,
    minitest.RUNNER,
    swift.RUNNER,
    exunit.RUNNER,
    tap.RUNNER,
    julia.RUNNER,
    testthat.RUNNER,
)


def find_runs(output: str) -> tuple[SuiteRun, ...]:
    """Return the test runs whose summaries an output holds, at most one per runner."""
    text = output[-MAX_OUTPUT_CHARS:]
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " test:" in text or ":test:" in text:
        text = _PREFIX.sub("", text)
    runs: list[SuiteRun] = []
    framed = f"\n{text}\n"
    may_say_test = _TEST in text
    # Loops, because a generator costs more than the search that it is for.
    for parse, marks, says_test in RUNNERS:
        if says_test and not may_say_test:
            continue
        for mark in marks:
            if mark in framed:
                run = parse(text)
                if run is not None:
                    runs.append(run)
                break
    return tuple(runs)
