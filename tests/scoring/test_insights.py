"""Kinds of tasks and failures that recur, from literal sessions and steps."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.scoring.failure_reasons import failure_reason, program_of
from ppp_tui.scoring.insights import FailedStep, TaskSession, failure_groups, task_groups


def session(number: int, prompt: str, **changes: Any) -> TaskSession:
    return TaskSession(
        id=number,
        prompt=prompt,
        project="/shop",
        ending="completed",
        cost_micros=100,
        worked_ms=1000,
        turns=1,
        questions=0,
        failed_steps=0,
        tests_passed=0,
        tests_failed=0,
    )._replace(**changes)


def failed(session_id: int, tool: str, command: str, output: str, kind: StepKind = "shell") -> FailedStep:
    return FailedStep(session_id, 3, kind, "failed", tool, command, output)


def test_sessions_are_grouped_by_what_their_first_prompt_asks() -> None:
    fix, add, other = task_groups(
        [
            session(5, "Fix the login page", cost_micros=300, worked_ms=4000, tests_passed=3, tests_failed=1),
            session(4, "Fix the login form", ending="interrupted", cost_micros=100, worked_ms=1000, questions=2),
            session(3, "hm", cost_micros=None),
            session(2, "Add a theme", project="/docs", ending="failed", cost_micros=None, failed_steps=7),
            session(1, "Fix the login page", cost_micros=None, worked_ms=2000),
        ],
        {5: ["a.py", "b.py"], 4: ["b.py"]},
    )
    assert (fix.kind, fix.sessions, fix.objects, fix.files) == (
        "fix",
        (5, 4, 1),
        ("login page", "login form"),
        ("b.py", "a.py"),
    )
    assert (fix.completed, fix.interrupted, fix.failed, fix.questions) == (2, 1, 0, 2)
    assert (fix.median_cost_micros, fix.median_worked_ms, fix.pass_rate) == (200, 2000, 0.75)
    assert (add.kind, add.projects, add.failed, add.failed_steps) == ("add", ("/docs",), 1, 7)
    assert (add.median_cost_micros, add.pass_rate) == (None, None)
    # What no rule knows comes last, however frequent.
    assert (other.kind, other.sessions) == ("other", (3,))


def test_failures_are_grouped_by_program_and_reason() -> None:
    groups = failure_groups(
        [
            failed(2, "Bash", "cd x && rg login src", "rg: src: No such file or directory (os error 2)"),
            failed(2, "Bash", "rg pay docs", "rg: docs: No such file or directory (os error 2)"),
            failed(1, "Bash", "rg pay", "Exit code 1"),
            failed(1, "Edit", "/a.py", "String to replace not found in file.", "edit"),
        ]
    )
    assert [(group.program, group.reason.name, group.failures, group.sessions) for group in groups] == [
        ("rg", "no such file", 2, 1),
        ("Edit", "edit did not match", 1, 1),
        ("rg", "nothing matched", 1, 1),
    ]
    assert groups[0].example == (2, 3)


@pytest.mark.parametrize(
    ("kind", "status", "tool", "command", "output", "name"),
    [
        ("shell", "failed", "Bash", "yq .a", "zsh:1: command not found: yq", "command not there"),
        ("shell", "failed", "Bash", "python a.py", "ModuleNotFoundError: No module named 'x'", "module not there"),
        ("shell", "failed", "Bash", "bd x --y", "Error: unknown flag: --y", "unknown option"),
        ("shell", "failed", "Bash", "sleep 500", "Command timed out after 2m 0s", "timed out"),
        ("shell", "failed", "Bash", "git push", "! [rejected] main -> main (fetch first)", "merge conflict"),
        ("shell", "failed", "Bash", "pytest -q", "2 failed; No such file or directory", "tests failed"),
        ("shell", "failed", "Bash", "ruff check .", "Found 3 errors.", "check failed"),
        ("shell", "failed", "Bash", "npm run lint", "3 problems", "check failed"),
        ("shell", "failed", "Bash", "grep -rn pay src", "", "nothing matched"),
        ("shell", "failed", "Bash", "./run.sh", "boom", "other"),
        ("shell", "denied", "Bash", "rm -rf /", "", "denied"),
        ("edit", "failed", "Edit", "/a", "File has not been read yet. Read it first", "file not read before"),
        (
            "read",
            "failed",
            "Read",
            "/a",
            "(25614 tokens) exceeds maximum allowed tokens",
            "too large to read",
        ),
        ("error", "failed", "rate_limit", "slow down", "", "request: rate limit"),
        ("mcp", "failed", "mcp__x__y", "", "InputValidationError: [", "invalid input"),
    ],
)
def test_failure_has_the_reason_that_its_output_tells(
    kind: StepKind, status: StepStatus, tool: str, command: str, output: str, name: str
) -> None:
    assert failure_reason(kind, status, tool, command, output).name == name


@pytest.mark.parametrize(
    ("kind", "tool", "command", "program"),
    [
        ("shell", "Bash", "cd src && npm run build | tail -3", "npm"),
        ("shell", "write_stdin", "33370", "write_stdin"),
        ("shell", "Bash", "", "Bash"),
        ("edit", "Edit", "/a.py", "Edit"),
    ],
)
def test_program_is_the_last_that_does_something(kind: StepKind, tool: str, command: str, program: str) -> None:
    assert program_of(kind, tool, command) == program
