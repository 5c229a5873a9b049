"""Why steps failed, by their output, and how to avoid it.

Rules over the texts of shells, compilers and agents' tools; the first one that matches decides. A step that the user
denied, or that was cancelled with another, is recognised by its status. Others are `other`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.tool_output.commands import runs_tests
from ppp_tui.tool_output.shell import simple_commands

MAX_SEARCHED_CHARS = 1000
"""Characters of an output that are searched: of its preview."""


class FailureReason(NamedTuple):
    """A reason that failures share."""

    name: str
    """Some words, such as `no such file`."""
    suggestion: str
    """A sentence: how to avoid it; '' if nothing is to be done."""


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    reason: FailureReason


def _rule(name: str, pattern: str, suggestion: str) -> _Rule:
    return _Rule(re.compile(pattern, re.IGNORECASE), FailureReason(name, suggestion))


_RULES = (
    _rule(
        "edit did not match",
        r"string to replace not found|found \d+ matches of the string|old_string|failed to find expected lines"
        r"|patch does not apply"
        r"|patch failed|hunk #?\d+ (?:failed|FAILED)|could not find (?:the )?(?:context|text)",
        "The file was not as the agent remembered it: have it read a file again before it edits it.",
    ),
    _rule(
        "file not read before",
        r"has not been read yet|file has been (?:modified|unexpectedly modified) since|read it first",
        "The file changed under the agent's hands: keep formatters and other sessions away from what it edits.",
    ),
    _rule(
        "too large to read",
        r"exceeds? (?:the )?maximum (?:allowed )?(?:tokens|size|file size)|too large to read|file is too large",
        "Have the agent read large files in parts or search in them; split what it needs often.",
    ),
    _rule(
        "command not there",
        r"command not found|is not recognized as|no such command|executable file not found|not found in \$?PATH",
        "Install the program, or name in the agent's instructions what to use in its place.",
    ),
    _rule(
        "module not there",
        r"ModuleNotFoundError|No module named|cannot find (?:module|package)|no required module|"
        r"could not resolve dependency|package .{1,80} is not in|unresolved import",
        "Name in the agent's instructions how the project's environment is set up, before its tests are run.",
    ),
    _rule(
        "no such file",
        r"no such file or directory|does not exist|ENOENT|path not found|cannot find the (?:path|file)"
        r"|pathspec .{1,80} did not match|no matches found|EISDIR|is a directory",
        "Paths were guessed: describe the project's folders in the agent's instructions.",
    ),
    _rule(
        "unknown option",
        r"unknown (?:flag|option|command|argument|shorthand)|unrecognized (?:flag|option|argument)|invalid option"
        r"|unexpected argument|no such option",
        "The agent guessed the program's options: have it read --help first, or write the command down for it.",
    ),
    _rule(
        "timed out",
        r"timed out|timeout (?:waiting|exceeded|expired)|deadline exceeded",
        "Raise the tool's time limit, or have the agent run long commands in the background.",
    ),
    _rule(
        "not permitted",
        r"permission denied|EACCES|operation not permitted|EPERM|read-only file system|access is denied"
        r"|repository rule violations|sandbox",
        "The sandbox or the account forbids it: allow the command in the agent's settings, or tell it not to try.",
    ),
    _rule(
        "merge conflict",
        r"\bCONFLICT\b|merge conflict|could not apply|needs merge|non-fast-forward|fetch first",
        "Have the agent fetch and rebase before it commits, and keep sessions in worktrees of their own.",
    ),
    _rule(
        "network",
        r"could not resolve host|connection (?:refused|reset|timed out)|ECONNRE\w+|ENOTFOUND|network is unreachable"
        r"|\b50[234]\b (?:bad gateway|service unavailable|gateway)|TLS handshake|unable to connect",
        "The other side was not reached: start the service first, or give the agent network access to it.",
    ),
    _rule(
        "syntax error",
        r"SyntaxError|syntax error|unexpected token|parse error|unexpected end of (?:file|input)|unterminated",
        "Quoting often breaks one-line scripts: have the agent write a script into a file.",
    ),
    _rule(
        "invalid input",
        r"InputValidationError|could not be parsed as JSON|invalid (?:tool )?(?:input|arguments|parameters)",
        "The model calls the tool with wrong input: another model, or a shorter list of tools, may do better.",
    ),
    _rule(
        "agent or tool not there",
        r"agent type .{1,80} not found|tool .{1,80} not found|unknown (?:tool|skill|process)|no such tool"
        r"|not available",
        "The agent named a tool or sub-agent that this set-up does not have: list those that it may use.",
    ),
    _rule(
        "does not compile",
        r"error\[E\d+\]|error TS\d+|cannot find symbol|undefined: |undeclared|type error|error: expected|build failed"
        r"|compilation failed|could not compile",
        "",
    ),
)
_DENIED = FailureReason("denied", "Allow the command in the agent's settings, or tell it not to try.")
_CANCELLED = FailureReason("cancelled", "")
_TESTS = FailureReason("tests failed", "")
_NOTHING = FailureReason("nothing matched", "")
_CHECKS = FailureReason("check failed", "Have the agent run the formatter and the linter before it commits.")
_OTHER = FailureReason("other", "")
_SEARCHES = frozenset({"rg", "grep", "egrep", "fgrep", "git", "find", "ag", "command", "which", "diff", "test", "["})
_CHECKERS = frozenset(
    {"ruff", "eslint", "biome", "prettier", "black", "flake8", "pylint", "mypy", "tsc", "golangci-lint", "shellcheck"}
)
_PROGRAM = re.compile(r"[A-Za-z][\w.+@-]*\Z")
_CHECK_WORD = re.compile(r"\b(?:lint|typecheck|type-check|fmt|format(?:-check)?)\b")

_REQUEST_REASONS = {
    "rate_limit": "Requests come faster than the plan allows: run fewer agents at once.",
    "overloaded": "The provider was overloaded; nothing on this side helps but another model.",
    "context": "The conversation was too long: have the agent compact it, or begin a new session for a new task.",
    "auth": "The account was not accepted: log in again.",
}
"""Failed requests by kind; the name of one is the kind in words."""


@lru_cache(maxsize=4096)
def failure_reason(kind: StepKind, status: StepStatus, tool: str, command: str, output: str) -> FailureReason:
    """Return why a step failed, by its kind, status, tool, command and the beginning of its output."""
    if status == "denied":
        return _DENIED
    if status == "cancelled":
        return _CANCELLED
    if kind == "error":
        return FailureReason(f"request: {tool.replace('_', ' ')}", _REQUEST_REASONS.get(tool, ""))
    text = output[:MAX_SEARCHED_CHARS]
    if kind == "shell" and runs_tests(command):
        return _TESTS
    for rule in _RULES:
        if rule.pattern.search(text):
            return rule.reason
    if kind == "shell":
        programs = {part.program for part in simple_commands(command)}
        if programs & _CHECKERS or _CHECK_WORD.search(command):
            return _CHECKS
        if programs & _SEARCHES and not _beyond_exit_code(text):
            return _NOTHING
    return _OTHER


def program_of(kind: StepKind, tool: str, command: str) -> str:
    """Return the name of what failed: of a shell command its last program, else the tool."""
    if kind == "shell":
        parts = simple_commands(command)
        named = [part.program for part in parts if part.program not in ("cd", "echo", "true", "head", "tail", "cat")]
        program = named[-1] if named else parts[-1].program if parts else tool
        return program if _PROGRAM.match(program) else tool
    return tool


def _beyond_exit_code(text: str) -> str:
    """Return an output without the line in which an agent states the exit code."""
    first, _, rest = text.strip().partition("\n")
    return rest.strip() if first.lower().startswith("exit code") else text.strip()
