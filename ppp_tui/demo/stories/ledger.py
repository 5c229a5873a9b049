"""Codex moves a ledger to whole cents, with a helper, a failing test run, a question in prose and a plan."""

from __future__ import annotations

from functools import partial

from ppp_tui.demo.acts import begin_session, end_day
from ppp_tui.demo.codex import CodexWriter
from ppp_tui.demo.pasts.ledger import TURNS
from ppp_tui.demo.story import Beat, Stage

MODEL = """\
from dataclasses import dataclass


@dataclass
class Entry:
    account: str
    amount: float
"""

FAILURE = """\
.....F
FAILED tests/test_report.py::test_total - TypeError: unsupported operand type(s) for +: 'int' and 'float'
1 failed, 5 passed in 31.20s"""

PLAN = """\
1. Add the new column beside the old one.
2. Write both, read the old one.
3. Backfill in batches of 10,000, by id.
4. Read the new one; compare both for a week.
5. Drop the old column."""


def ledger(stage: Stage) -> list[Beat]:
    """Return the beats of the story of a ledger."""
    w = begin_session(stage, partial(_begin, stage), TURNS)
    w.used_percent = {"primary": 34.0, "secondary": 61.0}
    w.wait(1.5)
    w.prompt("Move the ledger to integer cents")
    w.title("Move the ledger to integer cents")
    _convert(w)
    w.say("The migration is written. What is the best way to deploy this without stopping the service?", is_final=True)
    w.wait_until(118)
    w.prompt("Write a plan with a backfill, please")
    w.think("**Weighing a backfill against a freeze**\n\nA freeze is simpler, but the service may not stop.", 22)
    w.plan("Add the column", "Backfill", "Switch the readers", "Drop the old column")
    w.used_percent = {"primary": 36.5, "secondary": 61.4}
    w.say(PLAN, is_final=True)
    w.wait_until(184)
    return end_day(w)


def _convert(w: CodexWriter) -> None:
    w.think("**Looking for floats**\n\nEvery amount that is a float has to become a number of cents.", 3)
    w.say("I look for every amount that is a float.")
    w.search("float", "models.py:7:    amount: float\nreport.py:31:    total = 0.0")
    w.read("models.py", MODEL)
    child = w.delegate("List every caller that reads an amount")
    child.think("**Searching the callers**", 2)
    child.search("\\.amount", "report.py:34:    total += entry.amount\nexport.py:12:    row.append(entry.amount)")
    child.run("git grep -c amount", "export.py:2\nmodels.py:1\nreport.py:5", 4)
    report = "report.py and export.py read amounts; nothing else does."
    child.say(report, is_final=True)
    w.hear_back(child, report)
    w.edit("models.py", "    account: str\n    amount: float", "    account: str\n    amount_cents: int")
    w.used_percent = {"primary": 35.1, "secondary": 61.2}
    w.run("pytest -q", FAILURE, 33, 1)
    w.think("**One total is still a float**", 3)
    w.edit("report.py", "    total = 0.0", "    total = 0")
    w.run("pytest -q", "......\n6 passed in 7.81s", 8)


def _begin(stage: Stage, start_ms: int, speed: float) -> CodexWriter:
    return CodexWriter(stage.named("ledger", start_ms, speed), "/home/dev/ledger", "gpt-5.5", "cents")
