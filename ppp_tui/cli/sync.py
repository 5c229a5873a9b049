"""Reads new session files before a report, unless an ingest process is at work.

The files and folders that the database names show whether anything is new, in a few milliseconds and without a
library. Only then the pipeline is imported, which takes some tenths of a second.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_tui.cli.processes import is_alive
from ppp_tui.model.clock import HOUR_MS, SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.ingest_status import FileStamp, file_stamps, ingest_status
from ppp_tui.query.query import answer

if TYPE_CHECKING:
    from ppp_tui.cli.invocation import Invocation
    from ppp_tui.ingest.options import IngestOptions
    from ppp_tui.ingest.pipeline import Pipeline
    from ppp_tui.ingest.progress import IngestProgress

SURVEY_MS = HOUR_MS
"""Milliseconds after which all folders are searched again: an agent may have begun to write in a new one."""

JOBS_S = 2.0
"""Seconds for which jobs (scores, search index) may run after the files are read; ingest does the rest."""

SHOWN_BYTES = 20_000_000
"""Bytes from which on reading takes long enough for a progress bar."""

MAX_PARENTS = 4
"""Folders above a session file whose times show new files."""


def sync(invocation: Invocation) -> None:
    """Read new session files into the database of the settings, unless an ingest is at work or nothing is new.

    A database that the command line names is read as it is: it may be a copy. If reading fails, the report
    goes on with a warning.
    """
    if not invocation.is_syncing or invocation.database is not None or invocation.is_team:
        return
    database = invocation.glance.database.path
    try:
        if database.exists() and not has_unread_files(database):
            invocation.is_current = True
            return
    except DatabaseMissingError:
        pass  # of an older version, which a writer brings up to date, or foreign, which it refuses
    options = invocation.ingest_options()
    if options.classifier.method == "llm" or options.judges_sessions:
        _tell("New session files are not read: your settings ask a model of them, which ppp-tui ingest does.")
        return
    invocation.is_current = _read_new(invocation, options)


def has_unread_files(database: Path) -> bool:
    """Return whether session files changed since they were read. Raises DatabaseMissingError.

    False while an ingest process is at work.
    """
    with closing(open_reader(database)) as connection:
        status = answer(connection, ingest_status())
        if status is None:
            return True
        if status.phase in ("following", "backlog") and is_alive(status.pid):
            return False
        # An interrupted run has checked files that it did not read.
        is_whole = status.phase == "stopped" and status.bytes_done >= status.bytes_total
        if not is_whole or SystemClock().now_ms() - status.at > SURVEY_MS:
            return True
        stamps = answer(connection, file_stamps())
    # The last run has checked everything written before it began, whether it stored any of it or not.
    since_ns = status.started_at * 1_000_000
    return any(_is_unread(stamp, since_ns) for stamp in stamps) or any(
        _modified_ns(folder) > since_ns for folder in _folders(stamps)
    )


def _is_unread(stamp: FileStamp, since_ns: int) -> bool:
    """Return whether a file, or the log of a database, was written after it was last read, and since a run began."""
    newest_ns = _modified_ns(stamp.path)
    if newest_ns and not stamp.path.endswith((".jsonl", ".zst")):
        newest_ns = max(newest_ns, _modified_ns(f"{stamp.path}-wal"))
    return newest_ns > max(stamp.modified_ns, since_ns)


def _folders(stamps: Iterable[FileStamp]) -> set[str]:
    """Return folders in which new files may lie: not the home and its own folders, which change all the time."""
    home = str(Path.home())
    folders: set[str] = set()
    for parent in {os.path.dirname(stamp.path) for stamp in stamps}:  # noqa: PTH120 - thousands of them
        folder = parent
        for _ in range(MAX_PARENTS):
            below_home = folder.removeprefix(home).strip(os.sep)
            if folder in folders or below_home.count(os.sep) < 1:
                break
            folders.add(folder)
            folder = os.path.dirname(folder)  # noqa: PTH120 - thousands of them
    return folders


def _modified_ns(path: str) -> int:
    """Return the time of a file's last change in nanoseconds, 0 if it does not exist."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - thousands of them
    except OSError:
        return 0


def _read_new(invocation: Invocation, options: IngestOptions) -> bool:
    """Read new session files; return False if another process does that, or if it failed."""
    from ppp_tui.ingest.lock import IngestBusyError, acquire_lock
    from ppp_tui.ingest.pipeline import Pipeline
    from ppp_tui.store.connect import DatabaseError, create_private
    from ppp_tui.store.write import Writer

    try:
        create_private(options.database)
        lock = acquire_lock(options.database)
    except IngestBusyError:
        return False
    except OSError as error:
        _tell(f"New session files are not read: {error.strerror or error}.")
        return False
    except DatabaseError as error:
        _tell(f"New session files are not read: {error}")
        return False
    try:
        with closing(Writer(options.database)) as writer:
            pipeline = Pipeline(writer, options, SystemClock(), invocation.environment, invocation.home_path)
            progress = _Progress(pipeline)
            try:
                pipeline.run(follow=False, report=progress.report)
            finally:
                progress.close()
    except (DatabaseError, sqlite3.Error, OSError) as error:
        _tell(f"New session files are not read: {error}")
        return False
    finally:
        lock.release()
    return True


class _Progress:
    """Draws a bar while many bytes are read, and stops the jobs that follow after `JOBS_S`."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._timer = threading.Timer(JOBS_S, pipeline.stop)
        self._timer.daemon = True
        self._is_drawn = False

    def report(self, progress: IngestProgress) -> None:
        """Draw the bar while files are read; afterwards start the timer."""
        if progress.phase == "backlog":
            self._draw(progress)
        elif not self._timer.is_alive() and not self._timer.finished.is_set():
            self._timer.start()

    def _draw(self, progress: IngestProgress) -> None:
        if sys.stderr.isatty() and progress.bytes_total > SHOWN_BYTES:
            from ppp_tui.cli.commands.ingest import draw_progress

            draw_progress(progress)
            self._is_drawn = True

    def close(self) -> None:
        """Stop the timer, and wipe the bar away."""
        self._timer.cancel()
        if self._is_drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _tell(sentence: str) -> None:
    from ppp_tui.cli.errors import print_message

    print_message(sentence)
