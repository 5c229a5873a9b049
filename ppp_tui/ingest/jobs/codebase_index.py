"""Counts the code of projects in which agents work, one at a time, in a process of its own.

Only git checkouts are counted automatically: a session that was started in a home folder must not have it searched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.clock import DAY_MS, HOUR_MS, is_due
from ppp_tui.model.rows import FolderCount
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import codebases

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

COUNT_CHECK_MS = 60_000
"""Milliseconds between two checks for projects whose count is due."""

RECENT_MS = 7 * DAY_MS
"""Projects with a sign of life within this time are counted."""

NICENESS = 10
"""Added to the nice value of the counting process."""


class CodebaseIndexJob:
    """Keeps the counts of codebases up to date."""

    name = "codebase"
    trouble = ""

    def __init__(self, writer: Writer, options: IngestOptions, home: Path, ready: Callable[[], None]) -> None:
        """Count nothing before `run_slice`; `ready` is called, from a thread, when a count is complete."""
        self._writer = writer
        self._options = options
        self._home = home
        self._ready = ready
        self._looked_ms = 0
        self._refused: set[str] = set()
        self._pool: ProcessPoolExecutor | None = None
        self._project = ""
        self._count: Future[FolderCount] | None = None
        self._writing: Iterator[None] | None = None

    def run_slice(self, now_ms: int) -> bool:
        """Do some milliseconds of work; return whether there is more at once. Raises DatabaseError."""
        if self._writing is not None:
            if next(self._writing, self) is self:
                self._writing = None
            return self._writing is not None
        if self._count is not None:
            return self._count.done() and self._store_count(self._count, now_ms)
        if self._options.index_hours and is_due(self._looked_ms, now_ms, COUNT_CHECK_MS):
            self._looked_ms = now_ms
            self._start(now_ms)
        return False

    def close(self) -> None:
        """Stop counting."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, now_ms: int) -> None:
        since_ms, before_ms = now_ms - RECENT_MS, now_ms - self._options.index_hours * HOUR_MS
        for project in self._writer.ask(codebases.due_projects, since_ms, before_ms):
            if project in self._refused:
                continue
            if not is_checkout(project, self._home):
                self._refused.add(project)
                continue
            last_files = self._writer.ask(codebases.known_files, project)
            self._project, self._count = project, self._submit(project, last_files)
            return

    def _submit(self, project: str, last_files: codebases.CountedFiles) -> Future[FolderCount]:
        if self._pool is None:
            import multiprocessing  # takes a while, and most runs count nothing
            from concurrent.futures import ProcessPoolExecutor

            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_stand_back, initargs=(os.getpid(),))
        future = self._pool.submit(_count, project, dict(last_files), self._options.keeps_text)
        future.add_done_callback(lambda _: self._ready())
        return future

    def _store_count(self, future: Future[FolderCount], now_ms: int) -> bool:
        from concurrent.futures import BrokenExecutor

        self._count = None
        try:
            counted = future.result()
        except (OSError, BrokenExecutor):
            # Missing, unreadable, or too much for the counter: it is not tried again.
            self._refused.add(self._project)
            return False
        finally:
            self.close()
            self._pool = None
        self._writing = codebases.write_count(self._writer, counted, now_ms)
        return True


def is_checkout(project: str, home: Path) -> bool:
    """Return whether a folder is the root of a git checkout, and neither the home nor anything above it."""
    folder = Path(project)
    with suppress(OSError, ValueError):
        is_wide = folder == home or folder in home.parents
        return folder.is_absolute() and not folder.is_symlink() and not is_wide and (folder / ".git").exists()
    return False


def _stand_back(parent: int) -> None:
    from ppp_tui.ingest.backfill import die_with

    die_with(parent)
    os.nice(NICENESS)


def _count(project: str, last_files: codebases.CountedFiles, keeps_text: bool) -> FolderCount:
    from ppp_tui.ingest.jobs.line_count import count

    try:
        return count(project, last_files, keeps_text=keeps_text)
    except BaseException as error:
        # Any fault of the counter costs this count only.
        raise OSError(str(error)) from error
