"""How many of the lines that a commit added were still there a week later, by git itself.

git runs in a checkout that agents worked in, so nothing that its configuration names is run: no hooks, no file system
monitor, no external diff, no text conversion. Nothing is written, and no lock is taken.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ppp_tui.model.clock import DAY_MS

SETTLED_MS = 7 * DAY_MS
"""Age of a commit at which the lines that stayed are counted."""

MAX_FILES = 100
"""Most files of a commit: the number of lines that stayed of a larger one is unknown."""

TIMEOUT_S = 20
"""Seconds that one call of git may take."""

_HASH = re.compile(r"[0-9a-f]{7,64}\Z")
_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "blame.ignoreRevsFile=",
    "-c",
    "core.quotePath=false",
)


class LineCounts(NamedTuple):
    """Lines that a commit added; None where git does not know."""

    added: int | None = None
    kept: int | None = None
    """Those that still existed `SETTLED_MS` later, on the branch that is checked out now."""


def count_lines(folder: str, commit_hash: str, made_at_ms: int, now_ms: int) -> LineCounts:
    """Return how many lines a commit added, and how many stayed; unknown ones where there is no such commit or git.

    Lines of a commit that is not part of the branch a week later (it was amended, or merged as another one) and of
    one that is younger than a week have no known number that stayed.
    """
    if not _HASH.match(commit_hash) or not Path(folder).is_dir():
        return LineCounts()
    full = _git(folder, ("rev-parse", "--verify", "--quiet", f"{commit_hash}^{{commit}}"))
    if full is None:
        return LineCounts()
    commit = full.strip()
    files = _added_lines(folder, commit)
    if files is None:
        return LineCounts()
    added = sum(files.values())
    if now_ms < made_at_ms + SETTLED_MS or len(files) > MAX_FILES:
        return LineCounts(added)
    moment = (made_at_ms + SETTLED_MS) // 1000
    later = (_git(folder, ("rev-list", "-1", "--first-parent", f"--before={moment}", "HEAD")) or "").strip()
    if not later or _git(folder, ("merge-base", "--is-ancestor", commit, later)) is None:
        return LineCounts(added)
    names = _later_names(folder, commit, later)
    kept = [_kept_lines(folder, commit, later, names.get(name, name)) for name, lines in files.items() if lines]
    return LineCounts(added, None if None in kept else sum(number for number in kept if number is not None))


def _added_lines(folder: str, commit: str) -> dict[str, int] | None:
    """Return the number of lines that a commit added by file; files that are no text have none."""
    shown = _git(
        folder, ("show", "--numstat", "-z", "--format=", "--no-renames", "--no-ext-diff", "--no-textconv", commit)
    )
    if shown is None:
        return None
    files: dict[str, int] = {}
    for entry in shown.strip("\0\n").split("\0"):
        added, _, rest = entry.partition("\t")
        _, _, name = rest.partition("\t")
        if name and added.isdigit():
            files[name] = int(added)
    return files


def _later_names(folder: str, commit: str, later: str) -> dict[str, str]:
    """Return the names that files got by the later commit, '' for those that are gone."""
    shown = _git(
        folder, ("diff", "--name-status", "-z", "--find-renames", "--no-ext-diff", "--no-textconv", commit, later)
    )
    words = iter((shown or "").split("\0"))
    names: dict[str, str] = {}
    for status in words:
        if status.startswith("R"):
            before = next(words, "")
            names[before] = next(words, "")
        elif status:
            name = next(words, "")
            if status == "D":
                names[name] = ""
    return names


def _kept_lines(folder: str, commit: str, later: str, name: str) -> int | None:
    """Return how many lines of a file at a later commit a commit added."""
    if not name:
        return 0
    blamed = _git(folder, ("blame", "--porcelain", "--no-textconv", f"{commit}^..{later}", "--", name))
    if blamed is None:
        # The first commit has no parent.
        blamed = _git(folder, ("blame", "--porcelain", "--no-textconv", later, "--", name))
    if blamed is None:
        return None
    heads = re.findall(rf"(?m)^(?:{commit}) \d+ \d+(?: \d+)?$", blamed)
    return len(heads)


def _git(folder: str, words: Sequence[str]) -> str | None:
    """Return what git prints, None if it fails, takes too long or is not there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", *_SAFE, "-C", folder, *words]
    try:
        done = subprocess.run(  # noqa: S603  the words are ours, hashes checked by pattern, or names behind --
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
