"""Carries in what programs log while they are at work, so that their own threads need not.

A logger's journal invites us by a mark beside it, in which we say how far we came. A journal that does not get on is
carried in by its logger after a moment: whoever commits checks within the transaction that nobody else has.

Sizes are looked at instead of listening to changes: a watch on a file makes each write to it slower, and those writes
are a stranger's calls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ppp_tui.store.logged.journal import MAGIC, ImportMark, LiveJournal, journal_folder, journals
from ppp_tui.store.write import Writer

POLL_S = 0.05
"""Seconds between two looks at the sizes of journals."""

SEARCH_S = 0.5
"""Seconds between two looks for a first journal: its logger commits by itself until it is looked after."""

LISTINGS_AFTER_CHANGE = 4
"""Times that a folder is listed after it changed: a file that came in the same tick of its clock leaves no trace."""


class JournalLister:
    """Lists the journals of one database, at no cost while nothing comes or goes in their folder."""

    def __init__(self, database: Path) -> None:
        """Nothing is listed before `paths`."""
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
    """Looks after the journals of one database whose loggers live."""

    name = "live journals"
    trouble = ""

    def __init__(self, writer: Writer, note_commit: Callable[[], None], ready: Callable[[], None]) -> None:
        """Nothing is looked after before `start`.

        `note_commit` is called after commits; `ready`, from a thread, when there is something to carry in.
        """
        self._writer = writer
        self._note_commit = note_commit
        self._ready = ready
        self._journals: dict[Path, LiveJournal] = {}
        self._carried: dict[Path, ImportMark] = {}
        self._passed_over: set[Path] = set()
        self._is_due = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="live journals", daemon=True)

    def start(self) -> None:
        """Begin to look at journals."""
        self._thread.start()

    def _poll(self) -> None:
        """Call `ready` when a journal came, grew or went."""
        lister = JournalLister(self._writer.path)
        last: tuple[list[Path], list[int]] = ([], [])
        while not self._stop.wait(POLL_S if self._journals else SEARCH_S):
            current = (lister.paths(), [journal.size() for journal in list(self._journals.values())])
            if current != last:
                self._is_due = True
                self._ready()
            last = current

    def run_slice(self, now_ms: int) -> bool:  # noqa: ARG002
        """Commit what was logged since; tells whether there may be more. Raises DatabaseError."""
        if not self._is_due:
            return False
        self._is_due = False
        self._find()
        has_carried = [self._carry(path) for path in list(self._journals)]
        if any(has_carried):
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
                self._journals[path].leave()
            self._drop(path)

    def _find(self) -> None:
        with suppress(OSError):
            for path in journals(self._writer.path):
                if path not in self._journals and path not in self._passed_over:
                    self._look_after(path)

    def _look_after(self, path: Path) -> None:
        try:
            journal = LiveJournal.open(path)
            if journal is None:
                return
            carried = ImportMark(max(self._writer.journal_offset(path.name), len(MAGIC)), 0)
            self._journals[path], self._carried[path] = journal, carried
            journal.mark(carried)
        except OSError:
            self._passed_over.add(path)
            self._drop(path)

    def _carry(self, path: Path) -> bool:
        """Commit some entries of a journal; one that is gone or cannot be read is left."""
        from ppp_tui.fold.logged import derive  # the fold takes a while to import
        from ppp_tui.store.logged.journal_import import OffsetMovedError, write_entries

        journal, carried = self._journals[path], self._carried[path]
        try:
            piece = journal.read(carried.offset)
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
                begins=carried.offset,
                is_there=journal.is_in_place,
            )
            carried = ImportMark(piece.ends, carried.refused + refused)
            journal.mark(carried)
        except OffsetMovedError as moved:
            carried = ImportMark(max(moved.offset, carried.offset), carried.refused)
            if not moved.offset or not self._mark_again(journal, carried):
                self._drop(path)
                return False
        except OSError:
            self._drop(path)
            return False
        self._carried[path] = carried
        return True

    def _mark_again(self, journal: LiveJournal, carried: ImportMark) -> bool:
        """Offer to go on with a journal whose logger has committed meanwhile; False if it is gone."""
        try:
            if journal.is_in_place():
                journal.mark(carried)
                return True
        except OSError:
            pass
        return False

    def _drop(self, path: Path) -> None:
        journal = self._journals.pop(path, None)
        self._carried.pop(path, None)
        if journal is not None:
            journal.close()
