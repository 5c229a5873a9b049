"""Julia: a table for each outermost test set, ``Test Summary: | Pass  Fail  Total  Time`` and the set's own line below.

Counts are of ``@test``; those that are marked as broken count as skipped. Columns without a count are left out or
blank, and end where their title ends.
"""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.test_run import FailedTest, Runner, SuiteRun, line_after, make_run, parse_duration, sum_known

_TABLE = lazy_pattern(
    r"^(?P<head>Test Summary: *\|(?: +(?:Pass|Fail|Error|Broken|Total|Time))+) *\n(?P<set>[^\s|][^|\n]*\|[ .\dhms]*)$",
    re.MULTILINE,
)
_COLUMN = lazy_pattern(r"Pass|Fail|Error|Broken|Total|Time")
_CELL = lazy_pattern(r"\S+")
_FAILED = lazy_pattern(r"^(?!\s)(.{0,300}?):? ?(?:Test Failed|Error During Test) at (\S+)$", re.MULTILINE)


def parse(output: str) -> SuiteRun | None:
    """Return the runs in an output as one, None if there is none."""
    passed = failed = skipped = 0
    times: list[int | None] = []
    for table in _TABLE.finditer(output):
        head, line = table["head"], table["set"]
        ends = {column.end(): column[0] for column in _COLUMN.finditer(head, head.index("|"))}
        cells = {ends.get(cell.end(), ""): cell[0] for cell in _CELL.finditer(line, line.index("|") + 1)}
        counts = {name: int(cell) for name, cell in cells.items() if cell.isdecimal()}
        passed += counts.get("Pass", 0)
        failed += counts.get("Fail", 0) + counts.get("Error", 0)
        skipped += counts.get("Broken", 0)
        times.append(parse_duration(cells["Time"]) if "Time" in cells else None)
    names = (
        FailedTest(match[1] or match[2], line_after(output, match.end()).removeprefix("Expression: "))
        for match in (_FAILED.finditer(output) if failed else ())
    )
    return make_run("julia", passed, failed, skipped, sum_known(times), names)


RUNNER = Runner(parse, marks=("\nTest Summary:",), says_test=True)
