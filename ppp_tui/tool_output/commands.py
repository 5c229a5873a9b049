"""Shell commands: whether one runs tests, could run some, or changes files, and whether its exit code is theirs.

The one place that decides whether a command is a test run, for scores and for reports alike. Some programs always run
tests; others (scripts, hooks, makefiles) may, which only the summary in their output shows.
"""

from __future__ import annotations

from functools import lru_cache

from ppp_tui.model.event_values import StepStatus
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.shell import SimpleCommand, simple_commands
from ppp_tui.tool_output.testers import is_test

_SHOWING = frozenset(
    {
        "cat",
        "bat",
        "head",
        "tail",
        "less",
        "more",
        "nl",
        "grep",
        "egrep",
        "fgrep",
        "rg",
        "ag",
        "zgrep",
        "zcat",
        "awk",
        "gawk",
        "sed",
        "cut",
        "sort",
        "uniq",
        "tr",
        "wc",
        "column",
        "jq",
        "yq",
        "diff",
        "cmp",
        "strings",
        "xxd",
        "od",
        "file",
        "stat",
        "ls",
        "tree",
        "find",
        "fd",
        "which",
        "type",
        "whoami",
        "pwd",
        "date",
        "echo",
        "printf",
        "gh",
        "glab",
        "journalctl",
        "ps",
        "top",
        "df",
        "du",
        "mktemp",
        "seq",
        "nproc",
        "sleep",
        "wait",
        "true",
        "false",
        "test",
        "[",
        "[[",
        "cd",
        "pushd",
        "popd",
        "export",
        "set",
        "unset",
        "source",
        ".",
        "exit",
        "do",
        "done",
        "for",
        "if",
        "then",
        "else",
        "fi",
        "while",
        "read",
        "shift",
        "return",
        "kill",
        "curl",
        "wget",
        "env",
        "printenv",
        "hostname",
        "uname",
        "id",
        "realpath",
        "dirname",
        "basename",
        "md5sum",
        "sha256sum",
        "tmux",
        "screen",
        "{",
        "}",
        "(",
        ")",
        "!",
        ":",
        "Get-Content",
        "Get-ChildItem",
        "Select-String",
        "Set-Location",
    }
)
"""Programs and shell keywords that run no tests and change no file of a project."""

_CHANGING = frozenset(
    {
        "tee",
        "cp",
        "mv",
        "mkdir",
        "rm",
        "rmdir",
        "touch",
        "chmod",
        "ln",
        "patch",
        "apply_patch",
        "tar",
        "unzip",
        "rsync",
        "dd",
        "truncate",
        "install",
        "pip",
        "pip3",
        "apt",
        "apt-get",
        "brew",
    }
)
"""Programs that run no tests either, and change files."""

_GIT_SHOWS = frozenset(
    {
        "log",
        "show",
        "diff",
        "status",
        "blame",
        "grep",
        "branch",
        "remote",
        "rev-parse",
        "ls-files",
        "reflog",
        "describe",
        "shortlog",
        "cat-file",
        "config",
        "fetch",
        "worktree",
        "tag",
        "rev-list",
        "merge-base",
        "symbolic-ref",
        "for-each-ref",
        "show-ref",
        "ls-tree",
        "ls-remote",
        "name-rev",
        "check-ignore",
        "add",
        "commit",
        "push",
    }
)
"""Subcommands of git that leave the working tree as it is."""

_GIT_HOOKS = frozenset({"commit", "push", "merge", "rebase", "bisect"})
"""Subcommands of git that may run tests by themselves."""

_LOGS = lazy_pattern(r"\b(?:docker|docker-compose|podman|kubectl)\s+(?:compose\s+)?logs\b")
_PIPES = frozenset({"|", "|&"})


def runs_tests(command: str) -> bool:
    """Return whether a shell command runs tests, whatever else it does and whatever it prints."""
    return any(map(is_test, simple_commands(command)))


def is_repeated(command: str) -> bool:
    """Return whether a command runs tests again and again: on each change, or at each commit of a bisection."""
    return any(part.is_repeated and is_test(part) for part in simple_commands(command))


def may_run_tests(command: str) -> bool:
    """Return whether any program of a command could run tests; False if all only show, search or move files."""
    shows_logs = "logs" in command and _LOGS.search(command)
    return not shows_logs and any(map(is_runner, simple_commands(command)))


def changes_nothing(command: str) -> bool:
    """Return whether a command certainly changes no file of the project."""
    for part in simple_commands(command):  # noqa: SIM110 - a generator costs more than what it goes through
        if part.is_writing or not _is_showing(part):
            return False
    return True


def changes_beside(command: str) -> bool:
    """Return whether a command that runs tests also does something else that may change the project's files."""
    acting = 0
    for part in simple_commands(command):
        acting += not _is_showing(part)
        # A repeated command runs while files change, or changes them itself (git bisect).
        if part.is_writing or part.is_repeated or acting > 1:
            return True
    return False


_COMMIT = lazy_pattern(r"\bgit\b(?:\s+-\S+(?:\s+(?![-;&|])\S+)?)*\s+commit(?![\w-])(?![^;&|]*--dry-run)")


def is_commit(command: str) -> bool:
    """Return whether a shell command makes a commit if it succeeds."""
    return "commit" in command and _COMMIT.search(command) is not None


@lru_cache(maxsize=4096)
def passed_by_exit(command: str, exit_code: int | None, status: StepStatus) -> bool | None:
    """Return whether the tests that a command ran all passed, by its exit code; None where that does not show it.

    A later command that runs in any case, one that reads the tests' output, or one that runs them again and again puts
    its own exit code in place of theirs.
    """
    commands = simple_commands(command)
    tests = [place for place, part in enumerate(commands) if is_test(part)]
    if not tests or status in ("running", "denied", "cancelled", "unknown"):
        return None
    if any(commands[place].is_repeated for place in tests):
        return None
    marks = {part.joined_by for part in commands[tests[-1] : -1]}
    if "pipefail" in command:
        marks -= _PIPES
    if marks - {"&&"} or commands[-1].joined_by == "&":
        return None
    return exit_code == 0 if exit_code is not None else status == "ok"


def is_runner(part: SimpleCommand) -> bool:
    """Return whether a simple command could run tests."""
    if part.program == "git":
        return len(part.words) > 1 and part.words[1] in _GIT_HOOKS
    return part.program not in _CHANGING and part.program not in _SHOWING


def _is_showing(part: SimpleCommand) -> bool:
    if part.program == "git":
        return len(part.words) < 2 or part.words[1] in _GIT_SHOWS
    if part.program == "sed":
        return not any(word.startswith(("-i", "--in-place")) for word in part.words)
    return part.program in _SHOWING
