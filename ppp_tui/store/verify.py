"""The database as text, in an order and under names that do not depend on how it came about.

Two databases of the same sessions give the same dump, whatever the order in which files were read and however often
ingest was killed meanwhile: trajectories are named by file and lane, or by the name that their program gave them,
instead of by id, and what merely tells when, by whom and in which pieces something was read is left out.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from hashlib import sha256

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.store.tables import TABLES, DatabaseTable, Owner

_UNREPEATABLE = frozenset(
    {
        "id",
        "file_id",
        "trajectory_id",
        "turn_id",
        "parent_id",
        "root_id",
        "revision",
        "device",
        "inode",
        "born_ns",
        "modified_ns",
        "parser_state",
        "fold_state",
        "size",
        "test_run_id",
        "codebase_id",
        "indexed_at",
        "build_ms",
        "decision_id",
        "signal_id",
        "counted_files",
        "silent_records",
        "silent_from",
    }
)
"""Columns that differ between two readings of the same sessions, or stand for rows that the dump names otherwise."""

_OF_HISTORY = "WHERE source = 'stated' OR signal_type NOT IN ('latency_threshold', 'token_usage')"
_LEFT_OUT = {"agent_quality_signals": _OF_HISTORY, "signal_counts": _OF_HISTORY}
"""Conditions on rows: what turns tell against what was usual depends on when they were compared."""

_NAMED = (
    "SELECT t.id, coalesce(f.source || ':' || f.path || '|' || t.lane, t.source || ':' || t.native_id) "
    "FROM trajectories AS t LEFT JOIN source_files AS f ON f.id = t.file_id"
)
_SHIFTS: dict[Owner, int] = {"trajectory": 0, "turn": CHILD_BITS, "row": 2 * CHILD_BITS, "run": 2 * CHILD_BITS}
"""How many bits of a key number rows within their trajectory."""


def dump(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield a line for every row that another reading of the same sessions repeats, sorted within its table."""
    names: dict[int, str] = dict(connection.execute(_NAMED).fetchall())
    paths: dict[int, str] = dict(connection.execute("SELECT id, source || ':' || path FROM source_files").fetchall())
    codebases: dict[int, str] = dict(connection.execute("SELECT id, project FROM codebases").fetchall())
    for table in TABLES:
        if table.name == "raw_chunks":
            yield from _kept_files(connection, paths)
        elif table.name == "trajectories":
            yield from _lines(connection, table, names, 0, extra=_parents(connection, names))
        elif table.owner == "file":
            yield from _lines(connection, table, paths, 0)
        elif table.owner == "codebase":
            yield from _lines(connection, table, codebases, 0)
        elif table.owner in _SHIFTS:
            yield from _lines(connection, table, names, _SHIFTS[table.owner])
        elif not table.owner:
            yield from _lines(connection, table, {}, 0)


def _kept_files(connection: sqlite3.Connection, paths: dict[int, str]) -> Iterator[str]:
    """Yield what is kept of the session files themselves, each put together from its pieces, which may overlap."""
    for file_id, path in sorted(paths.items(), key=lambda entry: entry[1]):
        content = bytearray()
        for offset, piece in connection.execute(
            "SELECT offset, content FROM raw_chunks WHERE file_id = ? ORDER BY offset, length", (file_id,)
        ):
            content[offset:] = zlib.decompress(piece)
        if content:
            yield f"raw_chunks {path} {len(content)} bytes, {sha256(content).hexdigest()}"


def _parents(connection: sqlite3.Connection, names: dict[int, str]) -> dict[int, str]:
    rows = connection.execute("SELECT id, parent_id FROM trajectories WHERE parent_id IS NOT NULL")
    return {child: f"child of {names.get(parent, '?')}" for child, parent in rows}


def _lines(
    connection: sqlite3.Connection,
    table: DatabaseTable,
    names: dict[int, str],
    shift: int,
    extra: dict[int, str] | None = None,
) -> Iterator[str]:
    # Generated columns are not listed by this PRAGMA, and add nothing.
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")]
    cursor = connection.execute(f"SELECT {', '.join(columns)} FROM {table.name} {_LEFT_OUT.get(table.name, '')}")
    kept = [index for index, name in enumerate(columns) if name not in _UNREPEATABLE]
    key_column = columns.index(table.key) if table.key else None
    lines = []
    for row in cursor:
        key = (row[key_column] if key_column is not None else 0) or 0
        name = f"{names.get(key >> shift, '?')} {key & ((1 << shift) - 1)}" if table.key else ""
        values = ", ".join(f"{columns[index]}={row[index]!r}" for index in kept)
        lines.append(f"{table.name} {name} {values} {(extra or {}).get(key, '')}".rstrip())
    yield from sorted(lines)
