"""Shell commands: whether one can run tests or only shows what others wrote, and which suite it runs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LONGEST_SUITE = 200
"""Characters that are kept of a suite's name."""

_SHOWING = frozenset(
    {
        "cat", "bat", "head", "tail", "less", "more", "nl", "grep", "egrep", "fgrep", "rg", "ag", "zgrep", "zcat",
        "awk", "gawk", "sed", "cut", "sort", "uniq", "tr", "wc", "column", "jq", "yq", "diff", "cmp", "strings",
        "xxd", "od", "file", "stat", "ls", "tree", "find", "fd", "which", "type", "whoami", "pwd", "date", "echo",
        "printf", "gh", "glab", "journalctl", "ps", "top", "df", "du", "sleep", "wait", "true", "false", "test", "[",
        "[[", "cd", "pushd", "popd", "export", "set", "unset", "source", ".", "exit", "do", "done", "for", "if",
        "then", "else", "fi", "while", "read", "shift", "return", "kill", "curl", "wget", "env", "printenv",
        "hostname", "uname", "id", "realpath", "dirname", "basename", "md5sum", "sha256sum", "tmux", "screen", "{",
        "}", "(", ")", "!", ":",
    }
)  # fmt: skip
"""Programs and words of the shell that run no tests and change no file of a project."""

_CHANGING = frozenset({"tee", "cp", "mv", "mkdir", "rm", "rmdir", "touch", "chmod", "ln", "patch", "apply_patch", "tar",
    "unzip", "rsync", "dd", "truncate", "install"})  # fmt: skip
"""Programs that run no tests either, and change files."""

_GIT_SHOWS = frozenset({"log", "show", "diff", "status", "blame", "grep", "branch", "remote", "rev-parse", "ls-files",
    "reflog", "describe", "shortlog", "cat-file", "config", "fetch", "worktree", "tag", "rev-list"})  # fmt: skip
_GIT_HOOKS = frozenset({"commit", "push", "merge", "rebase", "bisect"})
"""Subcommands of git that may run tests by themselves."""

_WRAPPERS = frozenset(
    {"sudo", "time", "nice", "nohup", "command", "exec", "env", "timeout", "gtimeout", "stdbuf", "xargs"}
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=\S*\Z")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_REDIRECTION = re.compile(r"(?:\d|&)?>{1,2}\|?\s*(?:&\d|\S+)|<\s*[^\s<(]\S*")
_WRITES = re.compile(r"(?:\d|&)?>{1,2}\|?\s*(?!&\d|/dev/|/tmp/)\S")
_QUIET_FLAG = re.compile(
    r"-(?:v+|q+|s|ra|rA|rf)\Z|--(?:verbose|quiet|silent|no-header|nocapture|no-color|colors?)\Z"
    r"|--(?:tb|colors?|durations|reporters?|show-capture)=\S*\Z"
)
_WORDS = re.compile(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"])+""", re.DOTALL)
"""Words as a shell parts them; a quote without its end is a letter."""

_TOKEN = re.compile(
    r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[<>]&|&>|(?P<operator>[;\n|&])|[^;\n|&'"\\<>]+|['"\\<>]""", re.DOTALL
)
"""Quoted text, redirections with an ampersand, operators, and whatever is neither."""

_SECONDS = re.compile(r"\d+(?:\.\d+)?[smh]?\Z")
_TESTING = re.compile(
    r"\b(?:tests?|specs?|check|py\.?test|unittest|jest|vitest|mocha|nextest|gotestsum|ctest|rspec|phpunit|pest|tox|nox|surefire)\b",
    re.IGNORECASE,
)
_SUBSTITUTION = re.compile(r"\$\([^()]*\)|`[^`]*`")
_LOGS = re.compile(r"\b(?:docker|docker-compose|podman|kubectl)\s+(?:compose\s+)?logs\b")


class Part(NamedTuple):
    """One simple command."""

    words: tuple[str, ...]
    """Without wrappers, assignments and redirections."""
    assigned: tuple[str, ...]
    """Variables that are set for it."""
    is_writing: bool
    """Its output goes to a file that is neither a device nor temporary."""
    program: str
    """The program's name without its folder."""


@lru_cache(maxsize=512)
def parts(command: str) -> tuple[Part, ...]:
    """The simple commands of a shell command, in order; here-documents are no commands."""
    return tuple(part for text in _split(_plain(command[:20_000])) if (part := _read(text)).words)


def may_run_tests(command: str) -> bool:
    """Whether any of its programs could run tests: not where all of them only show, search or move what is there."""
    return not _LOGS.search(command) and any(_is_runner(part) for part in parts(command))


def changes_nothing(command: str) -> bool:
    """Whether a command leaves the project's files alone, as far as its programs tell."""
    return all(_is_showing(part) and not part.is_writing for part in parts(command))


def changes_beside(command: str) -> bool:
    """Whether a command that runs tests does something else, too, that may change the project's files."""
    told = parts(command)
    return sum(not _is_showing(part) for part in told) > 1 or any(part.is_writing for part in told)


def suite_of(command: str, project: str = "", *, keeps_variables: bool = False) -> str:
    """A name for what a command runs, the same however it is wrapped, filtered or told to be more or less verbose.

    A folder that it changes to first is named before it, relative to the project. With `keeps_variables` the variables
    set for it are part of the name: for whoever asks whether two commands are the same.
    """
    folder, chosen = "", None
    for part in parts(command):
        if part.program == "cd" and len(part.words) > 1 and chosen is None:
            folder = part.words[1].strip("'\"")
        elif _is_runner(part) and (chosen is None or (_is_testing(part) and not _is_testing(chosen))):
            chosen = part
    if chosen is None:
        return ""
    words = [word for word in chosen.words if not _QUIET_FLAG.match(word)]
    name = " ".join([*(chosen.assigned if keeps_variables else ()), *words])
    place = folder.removeprefix(project).strip("/") if project and folder.startswith(project) else folder.rstrip("/")
    return (f"{place}: {name}" if place and place != "." else name)[:LONGEST_SUITE]


def _is_showing(part: Part) -> bool:
    if part.program == "git":
        return len(part.words) < 2 or part.words[1] in _GIT_SHOWS
    if part.program == "sed":
        return not any(word.startswith(("-i", "--in-place")) for word in part.words)
    return part.program in _SHOWING


def _is_runner(part: Part) -> bool:
    if part.program == "git":
        return len(part.words) > 1 and part.words[1] in _GIT_HOOKS
    return part.program not in _CHANGING and part.program not in _SHOWING


def _is_testing(part: Part) -> bool:
    return bool(_TESTING.search(" ".join(part.words)))


def _plain(command: str) -> str:
    """A command without its substitutions and the lines of its here-documents."""
    command = _SUBSTITUTION.sub("$", command)
    if "<<" not in command:
        return command
    kept: list[str] = []
    ends: list[str] = []
    for line in command.split("\n"):
        if ends:
            if line.strip() == ends[0]:
                ends.pop(0)
            continue
        kept.append(_HEREDOC.sub("", line))
        ends += [found[2] for found in _HEREDOC.finditer(line)]
    return "\n".join(kept)


def _split(command: str) -> list[str]:
    """A command at its operators, except in quotes."""
    pieces: list[str] = []
    piece: list[str] = []
    for found in _TOKEN.finditer(command):
        if found.lastgroup == "operator":
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(found[0])
    return [*pieces, "".join(piece)]


def _read(text: str) -> Part:
    is_writing = bool(_WRITES.search(text))
    words = _WORDS.findall(_REDIRECTION.sub(" ", text).strip().lstrip("("))
    assigned: list[str] = []
    while words and (words[0] in _WRAPPERS or _ASSIGNMENT.match(words[0]) or words[0] in ("do", "then", "else", "!")):
        word = words.pop(0)
        if _ASSIGNMENT.match(word):
            assigned.append(word)
        while word in _WRAPPERS and words and (words[0].startswith("-") or _SECONDS.match(words[0])):
            words.pop(0)
    if words and words[-1].endswith(")") and "(" not in " ".join(words):
        words[-1] = words[-1].rstrip(")")
    program = words[0].rpartition("/")[2] if words else ""
    return Part(tuple(words), tuple(assigned), is_writing, program)
