"""Counts a project's folder: files and lines by language, without what git ignores, following no link.

A file whose size and time are those of the last count is not read again.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import ignore
import pytokei
from ignore.overrides import OverrideBuilder

from ppp_tui.model.rows import FileRow, FolderCount

MAX_FILES = 300_000
"""Most files of a folder that are counted."""

MAX_COUNTED_BYTES = 8 * 1024 * 1024
"""A larger file counts as data: its lines are not counted."""

FILES_PER_CALL = 4000
"""Files that are counted in one call."""

LastFiles = Mapping[str, tuple[int, int]]
"""Size and time of modification (ns) by the path as it is kept."""


def count(root: str, last_files: LastFiles, *, keeps_text: bool = True, max_files: int = MAX_FILES) -> FolderCount:
    """Count the folder `root`, a full path. Raises OSError if it is no folder.

    Of the files in `last_files`, from the last count, only those that changed are read. Without `keeps_text` paths are
    hashes.
    """
    began = time.perf_counter()
    if not stat.S_ISDIR(os.lstat(root).st_mode):
        raise NotADirectoryError(f"{root} is not a folder.")
    paths: set[str] = set()
    changed_files: dict[str, tuple[str, int, int]] = {}
    is_whole = True
    for path in _walk(root):
        size_and_time = _size_and_time(path)
        if size_and_time is None:
            continue
        if len(paths) >= max_files:
            is_whole = False
            break
        kept = _kept(path[len(root) :].lstrip(os.sep), keeps_text=keeps_text)
        paths.add(kept)
        if last_files.get(kept) != size_and_time:
            changed_files[path] = (kept, *size_and_time)
    changed = _count_lines(changed_files)
    gone = tuple(path for path in last_files if path not in paths)
    return FolderCount(root, changed, gone, round((time.perf_counter() - began) * 1000), is_whole)


def _walk(root: str) -> Iterator[str]:
    """Yield paths below a folder that git does not ignore; links are yielded and not followed."""
    hides = OverrideBuilder(Path(root))
    hides.add("!.git")
    builder = ignore.WalkBuilder(Path(root))
    builder.overrides(hides.build())
    builder.hidden(False)
    builder.ignore(False)
    builder.follow_links(False)
    builder.require_git(False)
    walk = builder.build()
    while True:
        try:
            yield str(next(walk).path())
        except StopIteration:
            return
        except (ignore.Error, OSError):
            # It was removed meanwhile, or may not be read.
            continue


def _size_and_time(path: str) -> tuple[int, int] | None:
    """Return size and time of a plain file, None for anything else."""
    try:
        status = os.lstat(path)
        path.encode()
    except (OSError, UnicodeEncodeError):
        return None
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _kept(path: str, *, keeps_text: bool) -> str:
    plain = path.replace(os.sep, "/")
    return plain if keeps_text else f"#{sha256(plain.encode()).hexdigest()[:16]}"


def _count_lines(changed_files: Mapping[str, tuple[str, int, int]]) -> tuple[FileRow, ...]:
    countable = [path for path, (_, size, _) in changed_files.items() if size <= MAX_COUNTED_BYTES]
    counts_by_path: dict[str, tuple[str, int, int, int]] = {}
    for start in range(0, len(countable), FILES_PER_CALL):
        languages = pytokei.Languages()
        languages.get_statistics(countable[start : start + FILES_PER_CALL], [], pytokei.Config())
        for language, counted in languages.get_languages().items():
            name = language.name()
            for report in counted.reports:
                # Code of other languages within a file (scripts in a page) is the file's own.
                lines = report.stats.summarise()
                counts_by_path[report.name] = (name, lines.code, lines.comments, lines.blanks)
    rows = []
    for path, (kept, size, modified_ns) in changed_files.items():
        name, code, comments, blanks = counts_by_path.get(path, ("", 0, 0, 0))
        rows.append(
            FileRow(
                path=kept, type=name, bytes=size, modified_ns=modified_ns, code=code, comments=comments, blanks=blanks
            )
        )
    return tuple(rows)
