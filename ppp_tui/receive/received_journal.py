"""Keeps received records: first in a journal, before they are acknowledged, then in the files of their sessions.

A journal is removed once its lines are in those files and synced. One that a killed receiver left is replayed: lines
that the files hold already are recognized by their bytes, so that each is there once.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from ppp_tui.model.clock import DAY_MS, HOUR_MS, SECOND_MS, Clock
from ppp_tui.paths import sessions_of_receiver
from ppp_tui.receive.records import SessionLine
from ppp_tui.receive.session_files import TAIL_BYTES, SessionFiles
from ppp_tui.store.logged.journal import SUFFIX, Journal

MAX_JOURNAL_BYTES = 4 << 20
"""A journal that is longer is finished and another begun, so that a replay is short."""

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(list[SessionLine])


def receipts_folder(folder: Path) -> Path:
    """Return the folder of a receiver's journals, which ingest does not watch."""
    return folder / "journals"


class ReceivedJournal:
    """Journals lines and moves them to the files of their sessions. One thread uses it."""

    def __init__(self, folder: Path, clock: Clock, *, keep_days: int = 0) -> None:
        """Keep files below a folder, for so many days after they grew last or (0) for ever; `recover` comes first."""
        self._keep_ms = keep_days * DAY_MS
        self._pruned_ms = 0
        self._folder = folder
        self._clock = clock
        self._files = SessionFiles(sessions_of_receiver(folder))
        self._journal: Journal | None = None
        self._pending: list[SessionLine] = []
        """In the journal, and not in the files of their sessions yet: those could not be written."""

    def recover(self) -> int:
        """Replay journals that a killed receiver left; return how many lines were missing. Raises OSError."""
        missing = 0
        folder = receipts_folder(self._folder)
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
            journal = Journal.try_lock(path)
            if journal is None:
                continue
            try:
                missing += self._replay(journal)
                self._files.sync()
                journal.remove()
            except OSError:
                journal.close()
                raise
        self._files.tail_bytes = TAIL_BYTES
        return missing

    def _replay(self, journal: Journal) -> int:
        if not journal.is_whole():
            return 0
        missing, offset = 0, 0
        self._files.tail_bytes = 2 * journal.ends + TAIL_BYTES
        while True:
            piece = journal.read(offset, journal.ends)
            for content in piece.contents:
                fresh = self._files.new_lines(_decoder.decode(content))
                self._files.append(fresh)
                missing += len(fresh)
            if piece.contents:
                offset = piece.ends
                continue
            following = journal.next_entry(offset) if offset < journal.ends else None
            if following is None:
                return missing
            with suppress(FileExistsError):
                journal.quarantine()
            offset = following

    def put(self, lines: Iterable[SessionLine]) -> int:
        """Journal the lines that are new and return their number; they are then safe. Raises OSError, none is kept."""
        self.distribute()
        self._remove_old()
        fresh = self._files.new_lines(lines)
        if fresh:
            journal = self._open_journal()
            try:
                journal.append(_encode(fresh))
            except OSError:
                with suppress(OSError):
                    journal.cut_off()
                raise
            self._pending = fresh
        return len(fresh)

    def _remove_old(self) -> None:
        """Remove old files of sessions, once in an hour."""
        now_ms = self._clock.now_ms()
        if self._keep_ms and abs(now_ms - self._pruned_ms) >= HOUR_MS:
            self._pruned_ms = now_ms
            # Files that cannot be removed now are looked at again in an hour.
            with suppress(OSError):
                self._files.remove_older((now_ms - self._keep_ms) / SECOND_MS)

    def distribute(self) -> None:
        """Append what was journaled to the files of sessions. Raises OSError; it is then tried again."""
        if self._pending:
            # Of some, a part may have been written before it failed.
            self._files.append(self._files.new_lines(self._pending))
            self._pending = []
        if self._journal is not None and self._journal.ends > MAX_JOURNAL_BYTES:
            self._finish_journal()

    def close(self) -> None:
        """Distribute the rest and remove the journal; after a failure it stays, for the next receiver."""
        try:
            self.distribute()
            self._finish_journal()
        except OSError:
            if self._journal is not None:
                self._journal.close()

    def _open_journal(self) -> Journal:
        if self._journal is None:
            self._journal = Journal.create(receipts_folder(self._folder), self._clock.now_ms(), is_synced=True)
        return self._journal

    def _finish_journal(self) -> None:
        journal = self._journal
        if journal is not None:
            self._files.sync()
            journal.remove()
            self._journal = None
