"""The registry of tracked session files: what each was when it was last read, and what to do about one that changed.

A path that shows another session than before begins a new file; the old one keeps its rows under a retired path. A
session that appears under another path, moved, renamed or compressed, is resumed at its offset. Of a session that
exists both compressed and not, the one that can still grow is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ppp_tui.ingest.file_identity import HEAD_BYTES, FileStat, fingerprint, is_same_session, stat_file, stat_of
from ppp_tui.ingest.known_files import KnownFiles, stat_key
from ppp_tui.ingest.options import version_of
from ppp_tui.ingest.remote.places import Remote, host_of
from ppp_tui.sources import content
from ppp_tui.sources.source import Source, is_rewriting, reads_tables
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import files
from ppp_tui.store.writers.files import Health, SourceFile

MAX_SAME_NAMED = 64
"""Files of one session id from which on the id counts as a name that many share: they are not compared one by one."""


class ReadJob(NamedTuple):
    """A file that has something to read."""

    source: Source
    file: SourceFile
    stat: FileStat

    @property
    def unread_bytes(self) -> int:
        """Bytes that the file gained since it was last read; of what is read as a whole, all of them."""
        return max(0, self.stat.size - self.file.offset)


class FileRegistry:
    """Every known file, in memory as in the database."""

    def __init__(self, writer: Writer, remotes: Iterable[Remote] = ()) -> None:
        """Load the stored files, of each no more than a check of it needs.

        Files that are copies from `remotes` get these as their host.
        """
        self._writer = writer
        self._remotes = tuple(remotes)
        self._known_files = KnownFiles(writer)
        self._left: dict[tuple[str, str], FileStat] = {}
        """Stats of files on which this program failed, by source and path: they are skipped until they change."""

    def upsert(self, file: SourceFile) -> None:
        """Remember a file as it now is; its states stay in the database."""
        self._known_files.put(file)

    def session_file(self, source: Source, native_id: str) -> SourceFile | None:
        """Return the newest file from which a session was read, by the agent's own id; None if there is none."""
        files_of_session = self._known_files.of_session(source.name, native_id)
        read = [file for file in files_of_session if file.health == "ok" and file.offset]
        return max(read, key=lambda file: file.modified_ns, default=None)

    def enroll(self, work: list[ReadJob]) -> list[ReadJob]:
        """Return the work with a database row and id for each new file, all written in one commit."""
        new = [item for item in work if not item.file.id]
        if not new:
            return work
        stored = iter(self._writer.put_new([item.file for item in new]))
        enrolled = [item if item.file.id else item._replace(file=next(stored)) for item in work]
        for item in enrolled:
            self.upsert(item.file)
        return enrolled

    def record_stat(self, file: SourceFile, stat: FileStat) -> None:
        """Remember, in memory only, the stat of a file that has nothing more to read."""
        file_now = self._known_files.get(file.source, file.path)
        if file_now is not None:
            self._known_files.record_stat(file_now, stat)

    def mark_missing(self, present: set[int]) -> None:
        """Mark files as vanished that do not exist and whose `path_key` is not in `present`; their rows stay."""
        for source, path in self._known_files.absent(present):
            if not Path(path).exists():
                self._set_health(self._known_files.get(source, path), "vanished", "")

    def check(self, source: Source, path: Path, *, must_read: bool = False) -> ReadJob | None:
        """Return what is to be read at a path, None if nothing; commit a change of the file's health or path."""
        key = source.name, str(path)
        try:
            stat = stat_session(source, path)
        except FileNotFoundError:
            self._set_health(self._known_files.get(*key), "vanished", "")
            return None
        except OSError as error:
            self._set_health(self._known_files.get(*key), "unreadable", error.strerror or str(error))
            return None
        if self._left.get(key) == stat:
            return None
        if not must_read and self._known_files.stat_key(*key) == stat_key(stat, version_of(source)):
            return None
        file = self._known_files.get(*key)
        if file is None or file.health == "refused":
            return self._begin(source, path, file, stat)
        return self._continue_file(source, path, file, stat)

    def with_states(self, work: ReadJob) -> ReadJob:
        """Return the job with its file as stored, parser and fold states included; a new file has none."""
        if work.file.health == "new":
            return work
        return work._replace(file=self._writer.ask(files.load_file, work.file.id)) if work.file.id else work

    def refresh(self, work: ReadJob) -> ReadJob:
        """Return the job with its file as of the last commit."""
        file = self._known_files.get(work.source.name, work.file.path)
        return work._replace(file=file) if file is not None and file.id == work.file.id else work

    def reset(self, file: SourceFile) -> SourceFile:
        """Forget what was read of a file, so that it is read again from its beginning."""
        self._writer.reset_file(file)
        again = replace(
            file, offset=0, anchor_hash="", parser_state=b"", fold_state=b"", silent_records=0, silent_from=0
        )
        self.upsert(again)
        return again

    def mark_unreadable(self, file: SourceFile, stat: FileStat, reason: str) -> None:
        """Mark a file as unreadable for this reason, and try again when it changes."""
        self._set_health(self._known_files.get(file.source, file.path) or file, "unreadable", reason)
        self.record_stat(file, stat)

    def mark_failed(self, file: SourceFile, stat: FileStat | None, reason: str) -> None:
        """Mark a file on which this program failed; with a stat, it is skipped until it changes."""
        stored = self._known_files.get(file.source, file.path) or file
        if stored.id:
            self._set_health(stored, "unreadable", reason)
        else:
            self.upsert(self._writer.put_file(stored.with_health("unreadable", reason)))
        if stat is not None:
            self.record_stat(file, stat)
            self._left[file.source, file.path] = stat

    def _begin(self, source: Source, path: Path, refused: SourceFile | None, stat: FileStat) -> ReadJob | None:
        native_id = source.identify(path).native_id
        candidates = self._others(source, path, native_id, stat)
        if refused is not None and stat_of(refused) == stat and any(Path(other.path).exists() for other in candidates):
            return None
        new = replace(refused or self._new_file(source, path), native_id=native_id, health="new")
        for other in candidates:
            is_there = Path(other.path).exists()
            if (
                is_there
                and content.is_packed(path)
                and not content.is_packed(Path(other.path))
                and _begins_as(other, path)
            ):
                self._refuse(new, stat, f"the same session as {other.path}")
                return None
            if (not is_there or content.is_packed(Path(other.path))) and _continues(other, path):
                if refused is not None:
                    self._writer.drop_file(refused)
                return self._continue_file(source, path, self._move(other, path, native_id), stat)
        # Registered now, so that a compressed copy that is found next is recognised.
        self.upsert(new)
        return ReadJob(source, new, stat)

    def _new_file(self, source: Source, path: Path) -> SourceFile:
        return SourceFile(0, source.name, str(path), host=host_of(path, self._remotes))

    def _others(self, source: Source, path: Path, native_id: str, stat: FileStat) -> list[SourceFile]:
        """Return files under other paths that may be this one: by session name, or by inode and birth time."""
        known_files = self._known_files
        is_name_of_many = known_files.count_of_session(source.name, native_id, MAX_SAME_NAMED) == MAX_SAME_NAMED
        named = [] if is_name_of_many else known_files.of_session(source.name, native_id)
        others = {other.path: other for other in (*named, *known_files.of_inode(source.name, stat))}
        others.pop(str(path), None)
        return list(others.values())

    def _continue_file(self, source: Source, path: Path, file: SourceFile, stat: FileStat) -> ReadJob | None:
        try:
            is_same = reads_tables(source) or is_same_session(file, path)
        except OSError as error:
            self._set_health(file, "unreadable", error.strerror or str(error))
            return None
        if not is_same:
            if self._is_rewritten(source, path):
                return ReadJob(source, self._read_anew(file), stat)
            self._retire(file)
            return ReadJob(source, replace(self._new_file(source, path), generation=file.generation + 1), stat)
        if file.offset and file.parser_version != version_of(source):
            file = self.reset(file)
        return ReadJob(source, file, stat)

    def _is_rewritten(self, source: Source, path: Path) -> bool:
        try:
            return is_rewriting(source) and source.is_rewritten(path)
        except OSError:
            return False

    def _read_anew(self, file: SourceFile) -> SourceFile:
        """Forget what was read of a session whose agent rewrote its file, and begin a new generation of it."""
        again = replace(self.reset(file), head_length=0, head_hash="", generation=file.generation + 1)
        self.upsert(self._writer.put_file(again))
        return again

    def _retire(self, file: SourceFile) -> None:
        old = replace(
            file,
            path=f"{file.path}#{file.generation}",
            health="vanished",
            health_detail="replaced by another session",
        )
        self._rebind(file, old)

    def _move(self, file: SourceFile, path: Path, native_id: str) -> SourceFile:
        renamed = replace(file, path=str(path), native_id=native_id, host=host_of(path, self._remotes))
        self._rebind(file, renamed)
        return renamed

    def _rebind(self, file: SourceFile, changed: SourceFile) -> None:
        parser_state, fold_state = self._writer.ask(files.load_states, file.id)
        self._writer.put_file(replace(changed, parser_state=parser_state, fold_state=fold_state), file.native_id)
        self._known_files.drop(file)
        self.upsert(changed)

    def _refuse(self, file: SourceFile, stat: FileStat, reason: str) -> None:
        refused = replace(
            file,
            device=stat.device,
            inode=stat.inode,
            born_ns=stat.born_ns,
            size=stat.size,
            modified_ns=stat.modified_ns,
        )
        self.upsert(self._writer.put_file(refused.with_health("refused", reason)))

    def _set_health(self, file: SourceFile | None, health: Health, detail: str) -> None:
        if file is None or (file.health, file.health_detail) == (health, detail):
            return
        changed = file.with_health(health, detail)
        self._writer.put_files([changed])
        self.upsert(changed)


def stat_session(source: Source, path: Path) -> FileStat:
    """Return a session file's stat; of a database, with its log. Raises OSError."""
    stat = stat_file(str(path))
    if reads_tables(source):
        for companion in source.companions(path):
            try:
                beside = companion.stat()
            except OSError:
                continue
            stat = stat._replace(size=stat.size + beside.st_size, modified_ns=max(stat.modified_ns, beside.st_mtime_ns))
    return stat


def _begins_as(file: SourceFile, path: Path) -> bool:
    try:
        if file.head_length:
            return fingerprint(content.read(path, 0, file.head_length)) == file.head_hash
        return content.read(path, 0, HEAD_BYTES) == content.read(Path(file.path), 0, HEAD_BYTES)
    except OSError:
        return False


def _continues(file: SourceFile, path: Path) -> bool:
    try:
        return file.offset > 0 and is_same_session(file, path)
    except OSError:
        return False
