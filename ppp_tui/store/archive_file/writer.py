"""Archives old trajectories: moves them out of the database into a compressed file.

The file is written, synced and named before anything is removed, so that a crash at any moment leaves each trajectory
in the database, in a file, or in both; restoring it twice changes nothing. Agents' session files are not touched, and
the database remembers how far they were read: what is archived does not come back by itself.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.paths import private_file, sync_folder
from ppp_tui.store.tables import DatabaseTable, tables_of
from ppp_tui.store.upkeep import retention
from ppp_tui.store.upkeep.clear import clear_trajectory
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas

FORMAT = "ppp-tui trajectories"
"""Names the file's format in its first line."""

FORMAT_VERSION = 1
ZSTD_LEVEL = 10
"""zstd's effort: text of sessions shrinks to about a tenth."""

FOLDER = "archives"
"""The folder beside the database for archives that the user gave no name."""

_LOGGED = """
SELECT t.id FROM trajectories AS t WHERE t.file_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM trajectories AS k JOIN trajectory_summaries AS s ON s.trajectory_id = k.id
    WHERE (k.id = coalesce(t.parent_id, t.id) OR k.parent_id = coalesce(t.parent_id, t.id))
        AND coalesce(s.last_at, k.ended_at, k.created_at) >= :before)
ORDER BY t.id LIMIT :limit
"""
_SESSION = "(source, native_id) = (SELECT t.source, t.native_id FROM trajectories AS t WHERE t.id = ?)"


class ArchiveUnit(NamedTuple):
    """Trajectories that are archived together: all of a session file, or a single logged one."""

    file_id: int | None
    trajectories: tuple[tuple[int, int], ...]
    """Ids, and the revision of each: one that changes meanwhile stays."""


def new_archive_path(database: Path, now_ms: int) -> Path:
    """Return a free name for an archive beside the database, in a folder of its own."""
    folder = database.parent / FOLDER
    stamp = "".join(character for character in to_text(now_ms)[:19] if character.isdigit())
    names = (f"trajectories-{stamp}{f'-{number}' if number else ''}.jsonl.zst" for number in count())
    return next(path for name in names if not os.path.lexists(path := folder / name))


def archivable_units(connection: sqlite3.Connection, before_ms: int, limit: int) -> list[ArchiveUnit]:
    """Return at most `limit` units that have been quiet since `before_ms`, sub-agents included."""
    files = retention.quiet_files(connection, before_ms, limit)
    units = [_unit(connection, file_id, "t.file_id = ?", file_id) for file_id in files]
    logged = connection.execute(_LOGGED, {"before": to_text(max(0, before_ms)), "limit": limit - len(units)}).fetchall()
    return units + [_unit(connection, None, "t.id = ?", identity) for (identity,) in logged]


def write_archive(connection: sqlite3.Connection, units: Sequence[ArchiveUnit], path: Path) -> None:
    """Write the units to a new private file at `path`: complete and on the disk, or not there.

    Raises FileExistsError if anything is at `path`, and OSError.
    """
    import zstandard

    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "File exists", str(path))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with private_file(unfinished) as file:
            with zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file, closefd=False) as compressed:
                for line in _lines(connection, units):
                    compressed.write(line)
            file.flush()
            os.fsync(file.fileno())
        # Unlike a renaming, a link never replaces a file that was put there meanwhile.
        os.link(unfinished, path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    sync_folder(path.parent)


def remove_archived(
    connection: sqlite3.Connection, units: Sequence[ArchiveUnit], summaries: SummaryDeltas
) -> list[ArchiveUnit]:
    """Remove those of the units that have not changed, within the caller's transaction; return them."""
    unchanged = [unit for unit in units if _current(connection, unit) == unit]
    logged = [identity for unit in unchanged if unit.file_id is None for identity, _ in unit.trajectories]
    for identity in logged:
        clear_trajectory(connection, identity, summaries)
    summaries.flush_and_reset()
    connection.executemany("DELETE FROM trajectories WHERE id = ?", [(identity,) for identity in logged])
    # What they cost goes with them, since it comes back with them.
    file_ids = [unit.file_id for unit in unchanged if unit.file_id is not None]
    retention.forget_files(connection, file_ids, summaries, keeps_sums=False)
    return unchanged


def _current(connection: sqlite3.Connection, unit: ArchiveUnit) -> ArchiveUnit:
    if unit.file_id is not None:
        return _unit(connection, unit.file_id, "t.file_id = ?", unit.file_id)
    return _unit(connection, None, "t.id = ?", unit.trajectories[0][0])


def _unit(connection: sqlite3.Connection, file_id: int | None, condition: str, value: int) -> ArchiveUnit:
    rows = connection.execute(
        "SELECT t.id, s.revision FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id "
        f"WHERE {condition} ORDER BY t.id",
        (value,),
    ).fetchall()
    return ArchiveUnit(file_id, tuple((identity, revision) for identity, revision in rows))


def _lines(connection: sqlite3.Connection, units: Sequence[ArchiveUnit]) -> Iterator[bytes]:
    """Yield a header, the rows of each unit, and a last line that shows whether the file is complete."""
    schema = connection.execute("SELECT max(number) FROM schema_steps").fetchone()[0]
    yield _line({"format": FORMAT, "version": FORMAT_VERSION, "schema": schema})
    for number, unit in enumerate(units):
        yield _line({"unit": number})
        if unit.file_id is not None:
            for table in tables_of("file"):
                yield from _rows(connection, table.name, f"{table.key} = ?", unit.file_id)
        for identity, _ in unit.trajectories:
            for table in tables_of("trajectory", "turn", "row", "run"):
                yield from _owned(connection, table, identity)
            for table in tables_of("session"):
                yield from _rows(connection, table.name, _SESSION, identity)
    yield _line({"units": len(units)})


def _owned(connection: sqlite3.Connection, table: DatabaseTable, identity: int) -> Iterator[bytes]:
    """Yield the rows of a table that belong to a trajectory."""
    if table.owner == "trajectory":
        yield from _rows(connection, table.name, f"{table.key} = ?", identity)
    else:
        bits = CHILD_BITS if table.owner == "turn" else 2 * CHILD_BITS
        span = (identity << bits, (identity + 1) << bits)
        yield from _rows(connection, table.name, f"{table.key} >= ? AND {table.key} < ?", *span)


def _rows(connection: sqlite3.Connection, table: str, condition: str, *values: int) -> Iterator[bytes]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY 1", values)
    names = [entry[0] for entry in cursor.description]
    for row in cursor:
        yield _line({"table": table, "row": dict(zip(names, map(_plain, row), strict=True))})


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    return {"base64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
