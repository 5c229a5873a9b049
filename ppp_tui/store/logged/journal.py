"""Journals: files beside the database that keep logged entries until their rows are committed.

One logger appends to one journal, and holds its lock as long as it runs; the lock of a logger that ended is free, and
the next process that opens the database replays its journal. An entry is a frame: length, CRC-32, content. A write that
did not complete leaves no valid frame, and the next one overwrites it. A journal's name is never used twice.
"""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4
from zlib import crc32

from ppp_tui.paths import private_folder, sync_folder

MAGIC = b"ppp-tui journal 1\n"
"""Begins every journal."""

SUFFIX = ".journal"
"""Ends the name of every journal that can be replayed."""

MARK_SUFFIX = ".carried"
"""Ends the name of the file beside a journal in which a running ingest writes how far it has replayed the journal."""

CHUNK_BYTES = 1 << 20
"""How much of a journal is read at a time; one longer entry is read whole."""

LIVE_CHUNK_BYTES = 1 << 17
"""Bytes read at a time while the logger runs: few, so that the logger soon learns how far the journal is replayed."""

MAX_SCAN_BYTES = 1 << 16
"""Bytes behind a damaged place that are searched for another entry: entries are seldom as long."""

MAX_ENTRY_BYTES = 1 << 28
"""The longest entry: a length beyond it was never written."""

_HEAD = struct.Struct("<II")
_pack = _HEAD.pack
_MARK = struct.Struct("<QQ")
_LINKS = getattr(os, "O_NOFOLLOW", 0)
_sync = getattr(os, "fdatasync", os.fsync)


class JournalPiece(NamedTuple):
    """Some entries out of a journal."""

    contents: list[bytes]
    ends: int
    """Offset behind the last of them."""
    damaged: int
    """Entries passed over because their bytes are not those that were written."""


def journal_folder(database: Path) -> Path:
    """Return the folder of a database's journals."""
    return database.with_name(database.name + ".journals")


class ReplayMark(NamedTuple):
    """How far a running ingest has replayed a journal whose logger runs."""

    offset: int
    """Where the entries end that are in the database."""
    refused: int
    """Entries that could not be stored."""


class _OpenJournal:
    """The file of a journal and that of its mark, which is -1 where there is none."""

    def __init__(self, path: Path, descriptor: int, mark: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._mark = mark

    @property
    def name(self) -> str:
        """The name under which the database keeps the journal's offset."""
        return self.path.name

    def close(self) -> None:
        """Close the files, and free the journal's lock; they stay."""
        for descriptor in (self._descriptor, self._mark):
            if descriptor >= 0:
                os.close(descriptor)
        self._descriptor = self._mark = -1


class Journal(_OpenJournal):
    """A journal that is held by this process."""

    def __init__(self, path: Path, descriptor: int, ends: int, *, is_synced: bool = False, mark: int = -1) -> None:
        """Take over an open, locked file, as `create` and `try_lock` return it; `mark` is its mark's descriptor."""
        super().__init__(path, descriptor, mark)
        self.ends = ends
        """Offset behind the last entry."""
        self._is_synced = is_synced

    @classmethod
    def create(cls, folder: Path, now_ms: int, *, is_synced: bool = False, is_shared: bool = False) -> Journal:
        """Create a journal, locked before other processes can see it; names sort by age. Raises OSError.

        A shared journal invites a running ingest to replay it while its logger runs.
        """
        private_folder(folder)
        name = f"{now_ms:014d}-{uuid4().hex}"
        unseen, mark_path = folder / f"{name}.new", folder / f"{name}{MARK_SUFFIX}"
        descriptor = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL | _LINKS, 0o600)
        mark = -1
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _write(descriptor, MAGIC, 0)
            if is_shared:
                mark = os.open(mark_path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _LINKS, 0o600)
            unseen.rename(folder / (name + SUFFIX))
            if is_synced:
                sync_folder(folder)
        except BaseException:
            os.close(descriptor)
            unseen.unlink(missing_ok=True)
            if mark >= 0:
                os.close(mark)
                mark_path.unlink(missing_ok=True)
            raise
        return cls(folder / (name + SUFFIX), descriptor, len(MAGIC), is_synced=is_synced, mark=mark)

    @classmethod
    def try_lock(cls, path: Path) -> Journal | None:
        """Lock a journal whose logger ended; None if the lock is held by it or another process. Raises OSError."""
        try:
            descriptor = os.open(path, os.O_RDWR | _LINKS)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            journal = cls(path, descriptor, os.fstat(descriptor).st_size)
            if journal.is_in_place():
                return journal
        except BlockingIOError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def append(self, content: bytes) -> None:
        """Write an entry with one call; on return it survives the end of this process. Raises OSError: nothing is kept.

        In a synced journal it survives a loss of power, too.
        """
        frame = _pack(len(content), crc32(content)) + content
        if os.pwrite(self._descriptor, frame, self.ends) != len(frame):
            _write(self._descriptor, frame, self.ends)
        self.ends += len(frame)
        if self._is_synced:
            _sync(self._descriptor)

    def read(self, offset: int, ends: int) -> JournalPiece:
        """Return entries from `offset` on, up to `ends`, or up to bytes that are no entry. Raises OSError."""
        return _read(self._descriptor, offset, ends)

    def next_entry(self, offset: int) -> int | None:
        """Return the offset of the first valid entry behind a damaged place, None if there is none. Raises OSError."""
        data = os.pread(self._descriptor, min(self.ends - offset, CHUNK_BYTES), offset)
        for at in range(1, min(len(data) - _HEAD.size, MAX_SCAN_BYTES)):
            length, checksum = _HEAD.unpack_from(data, at)
            begins = at + _HEAD.size
            if 0 < length <= len(data) - begins and crc32(data[begins : begins + length]) == checksum:
                return offset + at
        return None

    def replay_mark(self) -> ReplayMark | None:
        """Return how far a running ingest has replayed the journal; None while none does. Raises OSError."""
        if self._mark < 0:
            return None
        data = os.pread(self._mark, _MARK.size, 0)
        return ReplayMark(*_MARK.unpack(data)) if len(data) == _MARK.size else None

    def clear_replay_mark(self) -> None:
        """Clear the mark, so that `import_mark` is None until an ingest writes it again. Raises OSError."""
        os.ftruncate(self._mark, 0)

    def cut_off(self) -> None:
        """Truncate the file behind the last entry, where a failed write left bytes. Raises OSError."""
        os.ftruncate(self._descriptor, self.ends)

    def is_in_place(self) -> bool:
        """Return whether the file still lies where others find it. Raises OSError."""
        return _is_in_place(self._descriptor, self.path)

    def is_whole(self) -> bool:
        """Return whether it begins as a journal does. Raises OSError."""
        return os.pread(self._descriptor, len(MAGIC), 0) == MAGIC

    def remove(self) -> None:
        """Delete the file and close it: all its entries are in the database. Raises OSError."""
        self.path.with_suffix(MARK_SUFFIX).unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self.close()

    def quarantine(self) -> None:
        """Keep a copy under another name for the user: not all of it could be read. Raises OSError."""
        os.link(self.path, self.path.with_suffix(".damaged"), follow_symlinks=False)


class LiveJournal(_OpenJournal):
    """A journal whose logger runs, as an ingest reads and marks it; `open` makes it."""

    @classmethod
    def open(cls, path: Path) -> LiveJournal | None:
        """Open a shared journal; None if it is not shared, or its logger ended. Raises OSError."""
        try:
            mark = os.open(path.with_suffix(MARK_SUFFIX), os.O_RDWR | _LINKS)
        except FileNotFoundError:
            return None
        try:
            descriptor = os.open(path, os.O_RDONLY | _LINKS)
        except BaseException:
            os.close(mark)
            raise
        journal = cls(path, descriptor, mark)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return journal
        except BaseException:
            journal.close()
            raise
        journal.close()
        return None

    def read(self, offset: int) -> JournalPiece:
        """Return entries from `offset` on, up to an unfinished or damaged one. Raises OSError."""
        # The size is read first: all bytes before it are written.
        ends = os.fstat(self._descriptor).st_size
        return _read(self._descriptor, offset, ends, chunk_bytes=LIVE_CHUNK_BYTES, stops_at_damage=True)

    def size(self) -> int:
        """Return how many bytes it has; 0 once it is closed."""
        try:
            return os.fstat(self._descriptor).st_size
        except OSError:
            return 0

    def write_mark(self, mark: ReplayMark) -> None:
        """Write how far the journal is replayed. Raises OSError."""
        os.pwrite(self._mark, _MARK.pack(*mark), 0)

    def clear_mark(self) -> None:
        """Clear the mark: this ingest replays the journal no further. Raises OSError."""
        os.ftruncate(self._mark, 0)

    def is_in_place(self) -> bool:
        """Return whether it still exists: its logger removes it when all is in the database. Raises OSError."""
        return _is_in_place(self._descriptor, self.path)


def journals(database: Path) -> list[Path]:
    """Return every journal of a database, the oldest first. Raises OSError."""
    try:
        with os.scandir(journal_folder(database)) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.name.endswith(SUFFIX))
    except FileNotFoundError:
        return []


def _read(
    descriptor: int, offset: int, ends: int, *, chunk_bytes: int = CHUNK_BYTES, stops_at_damage: bool = False
) -> JournalPiece:
    offset = max(offset, len(MAGIC))
    data = os.pread(descriptor, min(max(0, ends - offset), chunk_bytes), offset)
    if len(data) >= _HEAD.size:
        first = _HEAD.size + _HEAD.unpack_from(data)[0]
        if len(data) < first <= min(ends - offset, MAX_ENTRY_BYTES):
            data = os.pread(descriptor, first, offset)
    contents, used, damaged = _split(data, stops_at_damage=stops_at_damage)
    return JournalPiece(contents, offset + used, damaged)


def _split(data: bytes, *, stops_at_damage: bool) -> tuple[list[bytes], int, int]:
    """Return entries, the bytes that they and damaged ones fill, and the number of damaged ones."""
    contents: list[bytes] = []
    at = used = damaged = waiting = 0
    last_head = len(data) - _HEAD.size
    while at <= last_head:
        length, checksum = _HEAD.unpack_from(data, at)
        begins = at + _HEAD.size
        at = begins + length
        if not length or at > len(data):
            break
        content = data[begins:at]
        if crc32(content) == checksum:
            # An entry with a wrong checksum is damaged if another follows; else it was never written completely.
            damaged, waiting, used = damaged + waiting, 0, at
            contents.append(content)
        elif stops_at_damage:
            break
        else:
            waiting += 1
    return contents, used, damaged


def _write(descriptor: int, data: bytes, offset: int) -> None:
    """Write all of `data`, in as many calls as the system needs."""
    while data:
        written = os.pwrite(descriptor, data, offset)
        data, offset = data[written:], offset + written


def _is_in_place(descriptor: int, path: Path) -> bool:
    held = os.fstat(descriptor)
    return (held.st_dev, held.st_ino) == _identity(path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
