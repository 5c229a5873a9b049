"""Finds session files below a folder, and counts what was skipped by reason.

A link is followed where it leads to a folder of the same user, or to a file of theirs in such a folder, that is neither
inside the root (it is found there anyway) nor around it (that would be a loop).
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

SkipReason = Literal[
    "link", "odd name", "unreadable", "other format", "too deep", "too many", "too large", "changing", "damaged"
]
"""Reasons: a link that is not followed, a name that is not UTF-8, no permission, no session.

On other machines also: below more folders, or behind more files, than are looked into; and of databases: larger than is
copied, written too fast to be copied whole, or no whole database.
"""

MAX_EXAMPLES: Final = 3
"""Maximum of example paths for each reason."""

MAX_EXAMPLE_CHARS: Final = 1000
"""Characters of an example that are kept."""


@dataclass(slots=True)
class Skips:
    """Skipped paths, counted by reason."""

    counts: Counter[SkipReason] = field(default_factory=Counter)
    examples: dict[SkipReason, list[str]] = field(default_factory=dict)
    """The first paths of each reason; invalid UTF-8 is replaced."""

    def add(self, reason: SkipReason, path: str) -> None:
        """Count one more."""
        self.counts[reason] += 1
        named = self.examples.setdefault(reason, [])
        if len(named) < MAX_EXAMPLES:
            named.append(path[:MAX_EXAMPLE_CHARS].encode("utf-8", "surrogateescape").decode("utf-8", "replace"))

    def report(self) -> dict[str, dict[str, Any]]:
        """Return the number of paths and the examples by reason, as plain data."""
        return {
            reason.replace(" ", "_"): {"files": count, "examples": self.examples[reason]}
            for reason, count in sorted(self.counts.items())
        }


@dataclass(frozen=True, slots=True)
class _WalkRoot:
    """The folder that is searched."""

    real: Path
    user: int

    def target(self, link: str) -> tuple[Literal["folder", "file", ""], str]:
        """Return kind and path of a link's target; '' for a link that is not followed."""
        try:
            target = Path(link).resolve(strict=True)
            status, folder = target.stat(), target.parent.stat()
        except (OSError, RuntimeError):
            return "", ""
        is_around = target.is_relative_to(self.real) or self.real.is_relative_to(target)
        if is_around or status.st_uid != self.user:
            return "", ""
        if stat.S_ISDIR(status.st_mode):
            return "folder", str(target)
        is_readable = stat.S_ISREG(status.st_mode) and folder.st_uid == self.user
        return ("file", str(target)) if is_readable else ("", "")


def walk_files(
    root: Path,
    is_session: Callable[[str], bool],
    skips: Skips | None = None,
    ignored: frozenset[str] = frozenset(),
) -> Iterator[Path]:
    """Yield every file below `root` whose name `is_session` accepts, a folder's own files in the order of their names.

    A root that is such a file itself is yielded. `skips` counts what is skipped, except folders and files with an
    `ignored` name.
    """
    if root.is_file():
        if is_session(root.name) and root.parent.name not in ignored:
            yield root
        return
    within = _root(root)
    if within is None:
        return
    passed = Skips() if skips is None else skips
    waiting, entered = [str(root)], set[str]()
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            passed.add("unreadable", folder)
            continue
        for entry in entries:
            if not _is_text(entry.name):
                passed.add("odd name", entry.path)
            elif entry.is_symlink():
                kind, real = within.target(entry.path)
                if real in entered or not kind:
                    passed.add("link", entry.path)
                elif kind == "folder":
                    entered.add(real)
                    waiting.append(entry.path)
                elif is_session(entry.name):
                    entered.add(real)
                    yield Path(entry.path)
                else:
                    passed.add("other format", entry.path)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in ignored:
                    waiting.append(entry.path)
            elif is_session(entry.name):
                yield Path(entry.path)
            elif entry.name not in ignored:
                passed.add("other format", entry.path)


def may_be_read(path: Path, root: Path) -> bool:
    """Return whether `walk_files` would yield a path below `root`, by its links and names alone, existing or not."""
    within = _root(root)
    if within is None:
        return False
    name, below = str(path), str(root).rstrip(os.sep) + os.sep
    if not name.startswith(below):
        return path == root
    if not _is_text(name[len(below) :]):
        return False
    end = len(below) - 1
    while end < len(name):
        end = name.find(os.sep, end + 1)
        end = len(name) if end < 0 else end
        step = name[:end]
        if os.path.islink(step) and not within.target(step)[0]:  # noqa: PTH114 - a Path for each step costs more
            return False
    return True


def _root(root: Path) -> _WalkRoot | None:
    try:
        real = root.resolve(strict=True)
        return _WalkRoot(real, real.stat().st_uid)
    except (OSError, RuntimeError):
        return None


def _is_text(name: str) -> bool:
    """Return whether a name is UTF-8, as the database needs it."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)
