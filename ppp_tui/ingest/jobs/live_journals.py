"""Replays journals of running loggers, so that their own threads need not commit.

A logger's journal invites ingest by a mark file beside it, in which ingest writes how far it has replayed. Entries that
are not replayed soon are committed by the logger itself: each side checks within its transaction that the other has not
committed them.

Sizes are polled: a file watch on a journal makes each write to it slower, and those writes are calls of users'
programs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ppp_tui.store.logged.journal import MAGIC, LiveJournal, ReplayMark, journal_folder, journals
from ppp_tui.store.write import Writer

POLL_S = 0.05
"""Seconds between two checks of the journals' sizes."""

SEARCH_S = 0.5
"""Seconds between two checks for a first journal: its logger commits by itself until then."""

LISTINGS_AFTER_CHANGE = 4
"""Times that a folder is listed after it changed: a second file within one tick of its clock does not show."""


class JournalLister:
    """Lists the journals of one database, without reading their folder while it does not change."""

    def __init__(self, database: Path) -> None:
        """Prepare listing by `paths`."""
        self._database = database
        self._folder = journal_folder(database)
        self._changed_ns = 0
        self._listings_left = 0
        self._paths: list[Path] = []

    def paths(self) -> list[Path]:
        """Return the journals, the oldest first; the folder is read only if its time changed, or did a moment ago."""
        try:
            changed_ns = self._folder.stat().st_mtime_ns
            if changed_ns != self._changed_ns:
                self._listings_left = LISTINGS_AFTER_CHANGE
            if self._listings_left:
                self._listings_left -= 1
                self._paths = journals(self._database)
            self._changed_ns = changed_ns
        except OSError:
            self._changed_ns, self._paths = 0, []
        return self._paths


class LiveJournalsJob:
    """Replays the journals of one database whose loggers run."""

    name = "live journals"
    trouble = ""

    def __init__(self, writer: Writer, note_commit: Callable[[], None], ready: Callable[[], None]) -> None:
        """Replay nothing before `start`.

        `note_commit` is called after commits; `ready`, from a thread, when there is something to replay.
        """
        self._writer = writer
        self._note_commit = note_commit
        self._ready = ready
        self._journals: dict[Path, LiveJournal] = {}
        self._marks: dict[Path, ReplayMark] = {}
        self._passed_over: set[Path] = set()
        self._is_due = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="live journals", daemon=True)

    def start(self) -> None:
        """Begin to look at journals."""
        self._thread.start()

    def _poll(self) -> None:
        """Call `ready` when a journal was added, grew or was removed."""
        lister = JournalLister(self._writer.path)
        last: tuple[list[Path], list[int]] = ([], [])
        while not self._stop.wait(POLL_S if self._journals else SEARCH_S):
            current = (lister.paths(), [journal.size() for journal in list(self._journals.values())])
            if current != last:
                self._is_due = True
                self._ready()
            last = current

    def run_slice(self, now_ms: int) -> bool:  # noqa: ARG002  the signature is that of every job
        """Commit what was logged since the last call; return whether there may be more. Raises DatabaseError."""
        if not self._is_due:
            return False
        self._is_due = False
        self._open_new()
        has_replayed = [self._replay_some(path) for path in list(self._journals)]
        if any(has_replayed):
            # There may be more than is read at a time.
            self._is_due = True
            self._note_commit()
            return True
        return False

    def close(self) -> None:
        """Leave all journals to their loggers."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        for path in list(self._journals):
            with suppress(OSError):
                self._journals[path].clear_mark()
            self._drop(path)

    def _open_new(self) -> None:
        with suppress(OSError):
            for path in journals(self._writer.path):
                if path not in self._journals and path not in self._passed_over:
                    self._open_journal(path)

    def _open_journal(self, path: Path) -> None:
        try:
            journal = LiveJournal.open(path)
            if journal is None:
                return
            mark = ReplayMark(max(self._writer.journal_offset(path.name), len(MAGIC)), 0)
            self._journals[path], self._marks[path] = journal, mark
            journal.write_mark(mark)
        except OSError:
            self._passed_over.add(path)
            self._drop(path)

    def _replay_some(self, path: Path) -> bool:
        """Commit some entries of a journal, or close one that is gone or unreadable; return whether it committed."""
        from ppp_tui.fold.logged import derive  # the fold takes a while to import
        from ppp_tui.store.logged.journal_replay import OffsetMovedError, write_entries

        journal, mark = self._journals[path], self._marks[path]
        try:
            piece = journal.read(mark.offset)
            if not piece.contents:
                if not journal.is_in_place():
                    self._drop(path)
                return False
            refused = write_entries(
                self._writer,
                journal.name,
                piece.contents,
                piece.ends,
                derive,
                begins=mark.offset,
                is_there=journal.is_in_place,
            )
            mark = ReplayMark(piece.ends, mark.refused + refused)
            journal.write_mark(mark)
        except OffsetMovedError as moved:
            mark = ReplayMark(max(moved.offset, mark.offset), mark.refused)
            if not moved.offset or not self._resume(journal, mark):
                self._drop(path)
                return False
        except OSError:
            self._drop(path)
            return False
        self._marks[path] = mark
        return True

    def _resume(self, journal: LiveJournal, mark: ReplayMark) -> bool:
        """Mark a journal whose logger committed meanwhile, to replay it further; return False if it is gone."""
        try:
            if journal.is_in_place():
                journal.write_mark(mark)
                return True
        except OSError:
            pass
        return False

    def _drop(self, path: Path) -> None:
        journal = self._journals.pop(path, None)
        self._marks.pop(path, None)
        if journal is not None:
            journal.close()
