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

from ppp_tui.ingest.file_identity import HEAD_BYTES, FileStat, fingerprint, is_same_session, stat_file
from ppp_tui.ingest.options import version_of
from ppp_tui.ingest.remote.places import Remote, host_of
from ppp_tui.sources import content
from ppp_tui.sources.source import Source, is_rewriting, reads_tables
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import files
from ppp_tui.store.writers.files import Health, KnownFile, SourceFile


class ReadJob(NamedTuple):
    """A file that has something to read."""

    source: Source
    file: SourceFile
    stat: FileStat


class _Index:
    """Paths of known files by session and by inode."""

    def __init__(self) -> None:
        self.by_session: dict[tuple[str, str], tuple[str, ...]] = {}
        self.by_inode: dict[tuple[str, int, int], str] = {}

    def add(self, file: KnownFile | SourceFile) -> None:
        if file.native_id:
            session = file.source, file.native_id
            paths = self.by_session.get(session, ())
            if file.path not in paths:
                self.by_session[session] = (*paths, file.path)
        if file.inode:
            self.by_inode[file.source, file.device, file.inode] = file.path

    def drop(self, file: SourceFile) -> None:
        """Forget the path of a session's file."""
        session = file.source, file.native_id
        self.by_session[session] = tuple(path for path in self.by_session.get(session, ()) if path != file.path)


class FileRegistry:
    """Every known file, in memory as in the database."""

    def __init__(self, writer: Writer, remotes: Iterable[Remote] = ()) -> None:
        """Load what the database knows, no more of a file than a look at it needs.

        Copies of files from `remotes` are theirs.
        """
        self._writer = writer
        self._remotes = tuple(remotes)
        self._unchanged = {(file.source, file.path): file for file in writer.ask(files.known_files)}
        """Files of which no more was needed since."""
        self._by_path: dict[tuple[str, str], SourceFile] = {}
        """All others."""
        self._left: dict[tuple[str, str], FileStat] = {}
        """Stats of files on which this program failed: they are skipped until they change."""
        self._index: _Index | None = None

    def upsert(self, file: SourceFile) -> None:
        """Remember a file as it now is; its states stay in the database."""
        if file.parser_state or file.fold_state:
            file = replace(file, parser_state=b"", fold_state=b"")
        self._unchanged.pop((file.source, file.path), None)
        self._by_path[file.source, file.path] = file
        if self._index is not None:
            self._index.add(file)

    def _file(self, source: str, path: str) -> SourceFile | None:
        stored = self._unchanged.pop((source, path), None)
        if stored is not None:
            self._by_path[source, path] = self._writer.ask(files.load_without_states, stored.id)
        return self._by_path.get((source, path))

    def _indexed(self) -> _Index:
        """Return the index, made when it is first needed."""
        if self._index is None:
            self._index = _Index()
            all_files: list[KnownFile | SourceFile] = [*self._unchanged.values(), *self._by_path.values()]
            for file in all_files:
                self._index.add(file)
        return self._index

    def session_file(self, source: Source, native_id: str) -> SourceFile | None:
        """Return the newest file from which a session was read, by the agent's own id; None if there is none."""
        paths = self._indexed().by_session.get((source.name, native_id), ())
        files_of_session = [file for path in paths if (file := self._file(source.name, path)) is not None]
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
        file_now = self._file(file.source, file.path)
        if file_now is not None:
            self._by_path[file.source, file.path] = replace(
                file_now,
                size=stat.size,
                modified_ns=stat.modified_ns,
                device=stat.device,
                inode=stat.inode,
                born_ns=stat.born_ns,
            )

    def mark_missing(self, present: set[tuple[str, str]]) -> None:
        """Mark known files that are not among those present as vanished; their rows stay."""
        for source, path in [*(self._unchanged.keys() - present), *(self._by_path.keys() - present)]:
            file = self._unchanged.get((source, path)) or self._by_path[source, path]
            if file.health in ("ok", "new", "unreadable") and not Path(path).exists():
                self._set_health(self._file(source, path), "vanished", "")

    def is_unchanged(self, source: Source, path: str) -> bool:
        """Return whether a file's stat is that of its last read; False where that cannot be told from the stat alone.

        Raises OSError.
        """
        stored = self._unchanged.get((source.name, path))
        return (
            stored is not None
            and stored.health in ("ok", "new")
            and stored.parser_version == version_of(source)
            and not reads_tables(source)
            and stored.stat == stat_file(path)
        )

    def check(self, source: Source, path: Path, *, must_read: bool = False) -> ReadJob | None:
        """Return what is to be read at a path, None if nothing; commit a change of the file's health or path."""
        key = source.name, str(path)
        try:
            stat = stat_session(source, path)
        except FileNotFoundError:
            self._set_health(self._file(*key), "vanished", "")
            return None
        except OSError as error:
            self._set_health(self._file(*key), "unreadable", error.strerror or str(error))
            return None
        if self._left.get(key) == stat:
            return None
        stored = self._unchanged.get(key) or self._by_path.get(key)
        if (
            stored is not None
            and stored.health in ("ok", "new")
            and not must_read
            and _is_unchanged(stored, stat)
            and _is_current(stored, source)
        ):
            return None
        file = self._file(*key)
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
        file = self._file(work.source.name, work.file.path)
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
        self._set_health(self._file(file.source, file.path) or file, "unreadable", reason)
        self.record_stat(file, stat)

    def mark_failed(self, file: SourceFile, stat: FileStat | None, reason: str) -> None:
        """Mark a file on which this program failed: it is skipped until it changes, or without a stat never."""
        stored = self._file(file.source, file.path) or file
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
        if (
            refused is not None
            and _is_unchanged(refused, stat)
            and any(Path(other.path).exists() for other in candidates)
        ):
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
        # Known from now on, so that a compressed copy that is found next is seen to be one.
        self.upsert(new)
        return ReadJob(source, new, stat)

    def _new_file(self, source: Source, path: Path) -> SourceFile:
        return SourceFile(0, source.name, str(path), host=host_of(path, self._remotes))

    def _others(self, source: Source, path: Path, native_id: str, stat: FileStat) -> list[SourceFile]:
        """Return files under other paths that may be this one: by session name, or by inode and birth time."""
        index = self._indexed()
        paths = sorted(index.by_session.get((source.name, native_id), ()))
        candidates = (self._file(source.name, other) for other in paths if other != str(path))
        matches = [other for other in candidates if other is not None]
        by_inode = self._file(source.name, index.by_inode.get((source.name, stat.device, stat.inode), ""))
        if by_inode is not None and by_inode.born_ns == stat.born_ns and by_inode.native_id != native_id:
            matches.append(by_inode)
        return matches

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
        if file.offset and not _is_current(file, source):
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
        del self._by_path[file.source, file.path]
        self._indexed().drop(file)
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
    """Look at a session file; of a database, its log included. Raises OSError."""
    stat = stat_file(str(path))
    if reads_tables(source):
        for companion in source.companions(path):
            try:
                beside = companion.stat()
            except OSError:
                continue
            stat = stat._replace(size=stat.size + beside.st_size, modified_ns=max(stat.modified_ns, beside.st_mtime_ns))
    return stat


def _is_unchanged(file: KnownFile | SourceFile, stat: FileStat) -> bool:
    return (file.size, file.modified_ns, file.device, file.inode, file.born_ns) == (
        stat.size,
        stat.modified_ns,
        stat.device,
        stat.inode,
        stat.born_ns,
    )


def _is_current(file: KnownFile | SourceFile, source: Source) -> bool:
    return file.parser_version == version_of(source)


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
