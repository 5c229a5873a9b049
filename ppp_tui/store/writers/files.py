"""The tracked session files: identity, offset, states and health of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple, replace

Health = Literal["new", "ok", "vanished", "unreadable", "refused"]
"""Whether a session file can be read: `refused` where its place or kind forbids it."""


class SourceFile(Struct, frozen=True):
    """One session file, as of its last commit."""

    id: int
    source: str
    path: str
    device: int = 0
    inode: int = 0
    born_ns: int = 0
    """Birth time in nanoseconds where the file system reports one, else 0."""
    head_length: int = 0
    head_hash: str = ""
    """Hash of the first `head_length` bytes of the content."""
    anchor_hash: str = ""
    """Hash of the bytes just before `offset`: shows that a file was cut and grew again."""
    size: int = 0
    modified_ns: int = 0
    offset: int = 0
    """Bytes of content that are in the database."""
    generation: int = 1
    parser_version: int = 0
    parser_state: bytes = b""
    fold_state: bytes = b""
    health: Health = "new"
    health_detail: str = ""
    native_id: str = ""
    silent_records: int = 0
    """Successive records before `offset` that gave no event."""
    silent_from: int = 0
    """Offset of the first of them; 0 where no record of the file gave an event."""
    host: str = ""
    """The machine that it lies on, '' for this one."""

    def with_health(self, health: Health, detail: str = "") -> SourceFile:
        """Return the file with another health."""
        return replace(self, health=health, health_detail=detail)


_COLUMNS = SourceFile.__struct_fields__
_WITHOUT_STATE = tuple(name for name in _COLUMNS if name not in ("parser_state", "fold_state"))
_SELECT_WITHOUT_STATES = f"SELECT {', '.join(_WITHOUT_STATE)} FROM source_files"
_INSERT = f"INSERT INTO source_files ({', '.join(_COLUMNS[1:])}) VALUES ({', '.join('?' * (len(_COLUMNS) - 1))})"
_UPDATE = f"UPDATE source_files SET {', '.join(f'{name} = ?' for name in _COLUMNS[1:])} WHERE id = ?"
_READ_COLUMNS = tuple(name for name in _COLUMNS if name not in ("id", "source", "path"))
_UPDATE_READ = f"UPDATE source_files SET {', '.join(f'{name} = ?' for name in _READ_COLUMNS)} WHERE id = ?"


class KnownFile(NamedTuple):
    """What shows whether a file changed since its last commit."""

    source: str
    path: str
    stat: tuple[int, int, int, int, int]
    """Device, inode, birth time, size and time, as the file system reported them."""
    parser_version: int
    health: Health
    """`ok` also for a file that is new."""


def known_files(connection: sqlite3.Connection) -> Iterator[KnownFile]:
    """Yield every file with what shows whether it changed; no row is read as far as its states."""
    troubled: dict[int, Health] = dict(
        connection.execute(
            "SELECT id, health FROM source_files INDEXED BY source_files_by_health WHERE health NOT IN ('ok', 'new')"
        )
    )
    for row in connection.execute(
        "SELECT source, path, device, inode, born_ns, size, modified_ns, parser_version, id FROM source_files"
    ):
        yield KnownFile(row[0], row[1], row[2:7], row[7], troubled.get(row[8], "ok"))


def known_paths(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield source and path of every file, out of the index of both."""
    yield from connection.execute("SELECT source, path FROM source_files")


def known_identities(connection: sqlite3.Connection) -> Iterator[tuple[int, str, str, int, int]]:
    """Yield id, source, native id, device and inode of every file."""
    yield from connection.execute("SELECT id, source, native_id, device, inode FROM source_files")


def load_without_states(connection: sqlite3.Connection, file_id: int) -> SourceFile | None:
    """Return a file as of its last commit, without its states; None for an unknown file."""
    row = connection.execute(f"{_SELECT_WITHOUT_STATES} WHERE id = ?", (file_id,)).fetchone()
    return None if row is None else _without_states(row)


def load_at_path(connection: sqlite3.Connection, source: str, path: str) -> SourceFile | None:
    """Return the file at a path as of its last commit, without its states; None for an unknown file."""
    row = connection.execute(f"{_SELECT_WITHOUT_STATES} WHERE source = ? AND path = ?", (source, path)).fetchone()
    return None if row is None else _without_states(row)


def _without_states(row: tuple[Any, ...]) -> SourceFile:
    return SourceFile(**dict(zip(_WITHOUT_STATE, row, strict=True)))


def load_states(connection: sqlite3.Connection, file_id: int) -> tuple[bytes, bytes]:
    """Return the parser's and the fold's state of a file. Raises KeyError for an unknown file."""
    row = connection.execute("SELECT parser_state, fold_state FROM source_files WHERE id = ?", (file_id,)).fetchone()
    if row is None:
        raise KeyError(file_id)
    return bytes(row[0]), bytes(row[1])


def load_file(connection: sqlite3.Connection, file_id: int) -> SourceFile:
    """Return a file with its states as of its last commit, which belong to its offset. Raises KeyError if unknown."""
    row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM source_files WHERE id = ?", (file_id,)).fetchone()
    if row is None:
        raise KeyError(file_id)
    return SourceFile(**dict(zip(_COLUMNS, row, strict=True)))


def upsert_file(connection: sqlite3.Connection, file: SourceFile) -> SourceFile:
    """Insert the file (id 0) or update its row; return it with its id. Within the caller's transaction."""
    values = astuple(file)[1:]
    if file.id:
        connection.execute(_UPDATE, (*values, file.id))
        return file
    cursor = connection.execute(_INSERT, values)
    return replace(file, id=int(cursor.lastrowid or 0))


def update_read(connection: sqlite3.Connection, file: SourceFile) -> SourceFile:
    """Update the row of a file of which more was read, all but its path: the index of paths is left alone."""
    if not file.id:
        return upsert_file(connection, file)
    connection.execute(_UPDATE_READ, (*astuple(file)[3:], file.id))
    return file


def put_health(connection: sqlite3.Connection, file: SourceFile) -> None:
    """Update the health of a known file. Within the caller's transaction."""
    connection.execute(
        "UPDATE source_files SET health = ?, health_detail = ? WHERE id = ?", (file.health, file.health_detail, file.id)
    )


def rename_session(connection: sqlite3.Connection, file: SourceFile, former_id: str) -> None:
    """Rename the file's trajectory to its new native id. Within the caller's transaction."""
    connection.execute(
        "UPDATE trajectories SET run_id = iif(run_id = native_id, :new, run_id), native_id = :new "
        "WHERE file_id = :file AND native_id = :old",
        {"new": file.native_id, "old": former_id, "file": file.id},
    )


def delete_file(connection: sqlite3.Connection, file: SourceFile) -> None:
    """Delete the row of a file that has no rows in other tables. Within the caller's transaction."""
    connection.execute("DELETE FROM source_files WHERE id = ?", (file.id,))


def add_news(connection: sqlite3.Connection, file_id: int, damage: list[tuple[str, int, int]]) -> None:
    """Store damaged bytes: kind, offset, length. Repeated damage is stored once."""
    connection.executemany(
        "INSERT OR REPLACE INTO source_news (file_id, kind, offset, length) VALUES (?, ?, ?, ?)",
        [(file_id, *entry) for entry in damage],
    )


def add_unknown(connection: sqlite3.Connection, file_id: int, counts: dict[str, int]) -> None:
    """Count record types that the source did not know."""
    connection.executemany(
        "INSERT INTO unknown_records (file_id, name, count) VALUES (?, ?, ?) "
        "ON CONFLICT (file_id, name) DO UPDATE SET count = count + excluded.count",
        [(file_id, name, count) for name, count in counts.items()],
    )


def add_raw(connection: sqlite3.Connection, file_id: int, offset: int, length: int, compressed: bytes) -> None:
    """Keep a piece of the session file itself, compressed."""
    connection.execute(
        "INSERT OR REPLACE INTO raw_chunks (file_id, offset, length, content) VALUES (?, ?, ?, ?)",
        (file_id, offset, length, compressed),
    )
