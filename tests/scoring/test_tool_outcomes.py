"""How a tool call went, by its record: real words of agents' tools in, a code or none out."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.tool_outcomes import choice_reason, failure_code, is_empty_search, retry_code, retry_reason


@pytest.mark.parametrize(
    ("kind", "exit_code", "output", "code"),
    [
        ("shell", 124, "", "timeout"),
        ("shell", 143, "Exit code 143\nCommand timed out after 2m 0s\nbuilt one", "timeout"),
        ("shell", 1, "Timeout waiting for: worker\n", "timeout"),
        ("shell", 1, "FAILED test_timeout: a request timed out", None),
        ("shell", 127, "sh: 1: yq: not found", "unavailable"),
        ("shell", 1, "zsh:1: command not found: yq\n", "unavailable"),
        ("shell", 2, "Exit code 2\nsed: can't read a.py: No such file or directory", "invalid_input"),
        ("shell", 1, "error: unknown flag: --json", "invalid_input"),
        ("shell", 1, "1 failed\n3 passed\nopen: no such file or directory", None),
        ("shell", 128, "fatal: Authentication failed for 'https://example.com/a.git'", "authentication_failed"),
        ("shell", 255, "git@example.com: Permission denied (publickey).", "authentication_failed"),
        ("shell", 1, "Permission denied", None),
        ("shell", 22, "curl: (22) 429 Too Many Requests", "rate_limited"),
        ("shell", 1, "2 problems (1 error, 1 warning)", None),
        ("read", None, "<tool_use_error>File does not exist.</tool_use_error>", "invalid_input"),
        ("read", None, "File content (34278 tokens) exceeds maximum allowed tokens (25000).", "invalid_input"),
        ("edit", None, "apply_patch verification failed: Failed to find expected lines", "invalid_input"),
        ("ask", None, "InputValidationError: questions: too small", "invalid_input"),
        ("mcp", None, "Screenshot timed out after 5s: the page is not shown", "timeout"),
        ("mcp", None, "HTTP 401 Unauthorized", "authentication_failed"),
        ("web", None, "Request failed with status code 429", "rate_limited"),
        ("tool", None, "Unknown skill: changes", "unavailable"),
        ("mcp", None, "The tool 'find' is not available", "unavailable"),
        ("edit", None, "<tool_use_error>String to replace not found in file.", "invalid_input"),
        ("subagent", None, "Agent type 'simplifier' not found. Available agents: Explore", "unavailable"),
        ("mcp", None, "no read_page tree cached; call read_page first", None),
        ("mcp", None, "x" * 300 + " timed out", None),
    ],
)
def test_a_failure_has_the_code_of_its_words(kind: str, exit_code: int | None, output: str, code: str | None) -> None:
    assert failure_code(kind, exit_code, output) == code


@pytest.mark.parametrize(
    ("kind", "target", "exit_code", "output", "is_empty"),
    [
        ("search", "x", None, "No files found", True),
        ("search", "x", None, "No matches found", True),
        ("search", "x", None, "Found 0 files", True),
        ("search", "x", None, "Found 3 files\na.py", False),
        ("search", "x", None, "a.py:1: No matches found", False),
        ("search", "x", None, "", None),
        ("web", "x", None, "", None),
        ("shell", "cd src && rg -n 'a|b' lib", 1, "", None),
        ("shell", "cd src && rg -n ab lib", 1, "", True),
        ("shell", "grep -r ab .", 1, "", True),
        ("shell", "grep -r ab . | head", 1, "", None),
        ("shell", "grep -r ab .", 2, "", None),
        ("shell", "grep -r ab .", 1, "grep: b: No such file", None),
        ("shell", "make test", 1, "", None),
        ("read", "x", None, "No files found", None),
    ],
)
def test_only_a_search_that_says_so_was_empty(
    kind: str, target: str, exit_code: int | None, output: str, is_empty: bool | None
) -> None:
    assert is_empty_search(kind, target, exit_code, output, len(output)) is is_empty


@pytest.mark.parametrize(
    ("attempts", "is_recovered", "is_exhausted", "code"),
    [
        (1, True, False, "single_retry"),
        (2, True, False, "multiple_retries"),
        (1, False, False, None),
        (2, False, False, "single_retry"),
        (3, False, False, "multiple_retries"),
        (11, False, True, "max_retries_reached"),
    ],
)
def test_retries_are_failures_that_were_followed_by_another_attempt(
    attempts: int, is_recovered: bool, is_exhausted: bool, code: str | None
) -> None:
    assert retry_code(attempts, is_recovered=is_recovered, is_exhausted=is_exhausted) == code


@pytest.mark.parametrize(
    ("kind", "tool", "is_beside_another", "choice"),
    [
        ("web", "WebFetch", False, ("tool_selection", "fresh_data_required")),
        ("search", "Grep", False, ("retrieval_strategy", "keyword_match_sufficient")),
        ("search", "codebase_search", False, ("retrieval_strategy", "semantic_search_preferred")),
        ("subagent", "Task", True, ("orchestration_path", "parallel_preferred")),
        ("subagent", "Task", False, None),
        ("plan", "EnterPlanMode", False, ("orchestration_path", "sequential_required")),
        ("plan", "TodoWrite", False, None),
        ("shell", "Bash", False, None),
    ],
)
def test_only_an_evident_choice_is_a_decision(
    kind: str, tool: str, is_beside_another: bool, choice: tuple[str, str] | None
) -> None:
    assert choice_reason(kind, tool, is_beside_another=is_beside_another) == choice


def test_the_reason_of_a_retry_is_that_of_the_failure() -> None:
    assert retry_reason("rate_limit", 500, is_final=False) == "rate_limit_encountered"
    assert retry_reason("overloaded", 500, is_final=False) == "backoff_required"
    assert retry_reason("network", None, is_final=False) == "transient_error_detected"
    assert retry_reason("auth", None, is_final=True) == "no_retry_terminal_error"
