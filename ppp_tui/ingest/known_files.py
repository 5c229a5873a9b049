"""What is remembered of every stored file: its state when it was last read, in about a hundred bytes.

Of a file there are two numbers here, hashes of its path and of its stat, and one more in each index. Its row is asked
of the database when more is needed; only the rows of the files that were used last stay in memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from ppp_tui.ingest.file_identity import FileStat, stat_of
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import files
from ppp_tui.store.writers.files import Health, SourceFile

MAX_ROWS = 512
"""Rows that are kept: more than the files that are likely to be written at once."""

MAX_STALE_ENTRIES = 10_000
"""Entries of an index that belong to no file any more, before the index is made anew."""

_UNREADABLE: int = 0
"""Stands for a stat's hash: the file is to be checked again, whatever its stat is."""

_HALF = 0xFFFFFFFF


def path_key(source: str, path: str) -> int:
    """Return the number that a file is remembered by in this process."""
    return hash((source, path))


def stat_key(stat: tuple[int, ...], parser_version: int) -> int:
    """Return a number that changes with a file's stat and with the version that it was read by; never 0."""
    return hash((stat, parser_version)) or 1


class KnownFiles:
    """Every file that the database has a row of, and those that are about to get one."""

    def __init__(self, writer: Writer) -> None:
        """Load what a check of each file needs."""
        self._writer = writer
        self._stat_keys: dict[int, int | None] = {
            path_key(file.source, file.path): _stored_stat_key(file.health, file.stat, file.parser_version)
            for file in writer.ask(files.known_files)
        }
        """By `path_key`, the `stat_key` of a file when it was read; None for one that need not exist."""
        self._rows: OrderedDict[tuple[str, str], SourceFile] = OrderedDict()
        """The files that were used last, without their states."""
        self._unwritten: dict[tuple[str, str], SourceFile] = {}
        """Files without a row yet."""
        self._unwritten_sessions: dict[tuple[str, str], list[str]] = {}
        """Their paths by session."""
        self._index: _Index | None = None

    def get(self, source: str, path: str) -> SourceFile | None:
        """Return the file at a path without its states, None if it is unknown."""
        key = source, path
        file = self._unwritten.get(key) or self._rows.get(key)
        if file is None and path_key(source, path) in self._stat_keys:
            file = self._writer.ask(files.load_at_path, source, path)
            if file is not None:
                self._keep(file)
        return file

    def stat_key(self, source: str, path: str) -> int | None:
        """Return the `stat_key` of the file when it was last read; 0 or None if it must be checked anyway."""
        return self._stat_keys.get(path_key(source, path))

    def put(self, file: SourceFile) -> None:
        """Remember a file as it now is; its states stay in the database."""
        if file.parser_state or file.fold_state:
            file = replace(file, parser_state=b"", fold_state=b"")
        key = file.source, file.path
        if not file.id:
            if key not in self._unwritten:
                self._unwritten_sessions.setdefault((file.source, file.native_id), []).append(file.path)
            self._unwritten[key] = file
            return
        if self._unwritten:
            self._forget_unwritten(key)
        before = self._keep(file)
        self._stat_keys[path_key(*key)] = _stored_stat_key(file.health, stat_of(file), file.parser_version)
        if self._index is not None and (before is None or _identity(before) != _identity(file)):
            self._index.add(file.id, *_identity(file))
            if self._index.size > 2 * len(self._stat_keys) + MAX_STALE_ENTRIES:
                self._index = None

    def record_stat(self, file: SourceFile, stat: FileStat) -> None:
        """Remember the stat of a file that has nothing more to read."""
        self._stat_keys[path_key(file.source, file.path)] = _stored_stat_key(file.health, stat, file.parser_version)

    def drop(self, file: SourceFile) -> None:
        """Forget that the file lies at its path."""
        self._rows.pop((file.source, file.path), None)
        self._stat_keys.pop(path_key(file.source, file.path), None)

    def absent(self, present: set[int]) -> list[tuple[str, str]]:
        """Return source and path of files that should exist and whose `path_key` is not in `present`."""
        absent = {key for key, stat in self._stat_keys.items() if stat is not None and key not in present}
        if not absent:
            return []
        named = {key: each for each in self._writer.ask(files.known_paths) if (key := path_key(*each)) in absent}
        for key in absent - named.keys():
            # Retention forgot it meanwhile.
            del self._stat_keys[key]
        return list(named.values())

    def count_of_session(self, source: str, native_id: str, limit: int) -> int:
        """Return how many files may belong to a session, by the agent's own id; `limit` for that many and more."""
        count = len(self._unwritten_sessions.get((source, native_id), ()))
        return min(limit, count + sum(1 for _ in islice(self._indexed().session_files(source, native_id), limit)))

    def of_session(self, source: str, native_id: str) -> list[SourceFile]:
        """Return the files of a session, by the agent's own id, in the order of their paths."""
        paths = self._unwritten_sessions.get((source, native_id), ())
        unwritten = [self._unwritten[source, path] for path in paths]
        written = [
            file for file in self._load(self._indexed().session_files(source, native_id)) if file.native_id == native_id
        ]
        return sorted((file for file in (*unwritten, *written) if file.source == source), key=lambda file: file.path)

    def of_inode(self, source: str, stat: FileStat) -> list[SourceFile]:
        """Return the files that were the same for the file system when they were read: device, inode and birth."""
        loaded = self._load(self._indexed().inode_files(source, stat.device, stat.inode))
        wanted = source, stat.device, stat.inode, stat.born_ns
        return [file for file in loaded if (file.source, file.device, file.inode, file.born_ns) == wanted]

    def _keep(self, file: SourceFile) -> SourceFile | None:
        """Keep a row, and return the one that was kept of the file before."""
        before = self._rows.pop((file.source, file.path), None)
        self._rows[file.source, file.path] = file
        if len(self._rows) > MAX_ROWS:
            self._rows.popitem(last=False)
        return before

    def _forget_unwritten(self, key: tuple[str, str]) -> None:
        file = self._unwritten.pop(key, None)
        if file is None:
            return
        paths = self._unwritten_sessions[file.source, file.native_id]
        paths.remove(file.path)
        if not paths:
            del self._unwritten_sessions[file.source, file.native_id]
        if not self._unwritten:
            # An emptied dict keeps its memory.
            self._unwritten, self._unwritten_sessions = {}, {}

    def _load(self, ids: Iterable[int]) -> list[SourceFile]:
        return [file for each in ids if (file := self._writer.ask(files.load_without_states, each)) is not None]

    def _indexed(self) -> _Index:
        """Return the index, made when it is first needed."""
        if self._index is None:
            self._index = _Index(self._writer.ask(files.known_identities))
        return self._index


class _Index:
    """Ids of files by session and by inode."""

    def __init__(self, identities: Iterable[tuple[int, str, str, int, int]]) -> None:
        by_session: list[int] = []
        by_inode: list[int] = []
        for file_id, source, native_id, device, inode in identities:
            by_session.append(_entry((source, native_id), file_id))
            by_inode.append(_entry((source, device, inode), file_id))
        self._by_session, self._by_inode = array("Q", sorted(by_session)), array("Q", sorted(by_inode))

    @property
    def size(self) -> int:
        """Entries of the larger part."""
        return max(len(self._by_session), len(self._by_inode))

    def add(self, file_id: int, source: str, native_id: str, device: int, inode: int) -> None:
        _insert(self._by_session, _entry((source, native_id), file_id))
        _insert(self._by_inode, _entry((source, device, inode), file_id))

    def session_files(self, source: str, native_id: str) -> Iterator[int]:
        """Yield ids of files that may be of a session; none for a session without an id."""
        return _ids(self._by_session, (source, native_id)) if native_id else iter(())

    def inode_files(self, source: str, device: int, inode: int) -> Iterator[int]:
        """Yield ids of files that may have had an inode; none for files of which it is not known."""
        return _ids(self._by_inode, (source, device, inode)) if inode else iter(())


def _entry(key: tuple[object, ...], file_id: int) -> int:
    """Return half a hash of the key and the id as one number: those of a key lie side by side."""
    return (hash(key) & _HALF) << 32 | file_id


def _insert(entries: array[int], entry: int) -> None:
    place = bisect_left(entries, entry)
    if place == len(entries) or entries[place] != entry:
        entries.insert(place, entry)


def _ids(entries: array[int], key: tuple[object, ...]) -> Iterator[int]:
    """Yield the ids of a key, and those of the few keys that share half of their hash with it."""
    first = _entry(key, 0)
    for place in range(bisect_left(entries, first), bisect_left(entries, first + _HALF)):
        yield entries[place] & _HALF


def _identity(file: SourceFile) -> tuple[str, str, int, int]:
    return file.source, file.native_id, file.device, file.inode


def _stored_stat_key(health: Health, stat: tuple[int, ...], parser_version: int) -> int | None:
    if health in ("ok", "new"):
        return stat_key(stat, parser_version)
    return _UNREADABLE if health == "unreadable" else None
