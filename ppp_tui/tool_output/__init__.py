"""Test runs in what tools print, found by the runners' own summary lines.

A false run is worse than a missed one: a summary must stand on its line as its runner prints it, in the output of a
command that can run tests. Of one output, each runner's summaries are one run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output import bun as bun_runs
from ppp_tui.tool_output import cargo as cargo_runs
from ppp_tui.tool_output import ctest as ctest_runs
from ppp_tui.tool_output import deno as deno_runs
from ppp_tui.tool_output import dotnet as dotnet_runs
from ppp_tui.tool_output import go as go_runs
from ppp_tui.tool_output import java as java_runs
from ppp_tui.tool_output import jest as jest_runs
from ppp_tui.tool_output import mocha as mocha_runs
from ppp_tui.tool_output import node as node_runs
from ppp_tui.tool_output import phpunit as phpunit_runs
from ppp_tui.tool_output import pytest_output as pytest_runs
from ppp_tui.tool_output import rspec as rspec_runs
from ppp_tui.tool_output import unittest_output as unittest_runs
from ppp_tui.tool_output import vitest as vitest_runs
from ppp_tui.tool_output.test_run import FailedTest, SuiteRun

__all__ = ["FailedTest", "SuiteRun", "find_runs"]

LONGEST_OUTPUT = 2_000_000
"""Characters of an output that are looked at: its end, where summaries stand."""

_ESCAPE = lazy_pattern(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")

_PREFIX = lazy_pattern(r"^[@\w./-]+[ :]test(?::[\w-]+)*: ?", re.MULTILINE)
"""Runners of many packages put the package and the script before every line."""


class _Family(NamedTuple):
    parse: Callable[[str], SuiteRun | None]
    marks: tuple[str, ...]
    """One of these is in every summary of the runner; a newline stands for the beginning or the end of a line."""
    says_test: bool
    """The word for tests, as `_TEST` has it, is in every summary."""


_TEST = "est"
_FAMILIES = (
    _Family(pytest_runs.parse, pytest_runs.MARKS, says_test=False),
    _Family(unittest_runs.parse, unittest_runs.MARKS, says_test=True),
    _Family(jest_runs.parse, jest_runs.MARKS, says_test=True),
    _Family(vitest_runs.parse, vitest_runs.MARKS, says_test=True),
    _Family(mocha_runs.parse, mocha_runs.MARKS, says_test=False),
    _Family(node_runs.parse, node_runs.MARKS, says_test=True),
    _Family(go_runs.parse, go_runs.MARKS, says_test=False),
    _Family(cargo_runs.parse, cargo_runs.MARKS, says_test=True),
    _Family(java_runs.parse, java_runs.MARKS, says_test=True),
    _Family(rspec_runs.parse, rspec_runs.MARKS, says_test=False),
    _Family(phpunit_runs.parse, phpunit_runs.MARKS, says_test=True),
    _Family(dotnet_runs.parse, dotnet_runs.MARKS, says_test=False),
    _Family(ctest_runs.parse, ctest_runs.MARKS, says_test=True),
    _Family(bun_runs.parse, bun_runs.MARKS, says_test=True),
    _Family(deno_runs.parse, deno_runs.MARKS, says_test=False),
)


def find_runs(output: str) -> tuple[SuiteRun, ...]:
    """The test runs that an output tells of, at most one per runner."""
    text = output[-LONGEST_OUTPUT:]
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
    for parse, marks, says_test in _FAMILIES:
        if says_test and not may_say_test:
            continue
        for mark in marks:
            if mark in framed:
                run = parse(text)
                if run is not None:
                    runs.append(run)
                break
    return tuple(runs)
