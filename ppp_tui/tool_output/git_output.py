"""What git and the command lines of code hosts print: the commit that was made, the pull request that was opened."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.shell import simple_commands

PullRequestAction = Literal["created", "merged"]
"""What a command does to a pull request (a merge request of GitLab is one, too)."""

MAX_SCANNED_CHARS = 20_000
"""Characters at the end of an output that are searched: the result is printed last."""

MAX_URL_CHARS = 300

_COMMIT_LINE = lazy_pattern(r"(?m)^\[[^\]\n]{1,300} ([0-9a-f]{7,40})\] ")
_URL = lazy_pattern(
    r"https?://[\w.:-]{1,100}/[\w./~%-]{1,150}?/(?:pull|pulls|-/merge_requests|pull-requests|pullrequest)/\d{1,9}\b"
)
_NUMBER = lazy_pattern(r"#?(\d{1,9})\Z")
_TOOLS: dict[str, PullRequestAction] = {
    "create_pull_request": "created",
    "merge_pull_request": "merged",
    "create_merge_request": "created",
    "merge_merge_request": "merged",
    "accept_merge_request": "merged",
}
_VERBS: dict[tuple[str, str, str], PullRequestAction] = {
    ("gh", "pr", "create"): "created",
    ("gh", "pr", "new"): "created",
    ("gh", "pr", "merge"): "merged",
    ("glab", "mr", "create"): "created",
    ("glab", "mr", "new"): "created",
    ("glab", "mr", "merge"): "merged",
    ("glab", "mr", "accept"): "merged",
}
_WITH_VALUE = frozenset(
    {"-R", "--repo", "-b", "--body", "-F", "--body-file", "-t", "--subject", "-A", "--author-email"}
)
"""Options of a merge whose value is the next word."""


class PullRequestCall(NamedTuple):
    """What a command or tool call does to a pull request if it succeeds."""

    action: PullRequestAction
    reference: str = ""
    """What is merged: a URL, ``#12`` or ``owner/name#12``; '' where that is the one of the current branch."""


def made_commit(output: str) -> str:
    """Return the abbreviated hash of the last commit that ``git commit`` reports in an output, '' if there is none."""
    if "] " not in output:
        return ""
    hashes = _COMMIT_LINE.findall(output[-MAX_SCANNED_CHARS:])
    return hashes[-1] if hashes else ""


def pull_request_url(output: str) -> str:
    """Return the last URL of a pull request in an output, '' if there is none."""
    if "://" not in output:
        return ""
    urls = _URL.findall(output[-MAX_SCANNED_CHARS:])
    return urls[-1][:MAX_URL_CHARS] if urls else ""


def pull_request_call(tool: str, command: str) -> PullRequestCall | None:
    """Return what a call does to a pull request: a shell command, or a tool named like GitHub's or GitLab's."""
    if not command:
        action = _TOOLS.get(tool.rpartition("__")[2].rpartition(".")[2]) if "_request" in tool else None
        return PullRequestCall(action) if action is not None else None
    if " pr " not in command and " mr " not in command:
        return None
    for part in simple_commands(command):
        words = part.words
        action = _VERBS.get((part.program, words[1], words[2])) if len(words) > 2 else None
        if action is not None and "--help" not in words and "--dry-run" not in words and "--web" not in words:
            return PullRequestCall(action, _reference(words[3:]) if action == "merged" else "")
    return None


def _reference(words: tuple[str, ...]) -> str:
    """Return which pull request a merge names."""
    repository = named = ""
    previous = ""
    for word in words:
        if previous in ("-R", "--repo"):
            repository = word
        elif word.startswith("--repo="):
            repository = word.removeprefix("--repo=")
        elif previous not in _WITH_VALUE and not word.startswith("-") and not named:
            named = word
        previous = word
    if "://" in named:
        return pull_request_url(named)
    number = _NUMBER.match(named)
    return f"{repository}#{number[1]}"[:MAX_URL_CHARS] if number else ""
