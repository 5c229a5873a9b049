"""Restores trajectories from an archive file; rows that exist are left as they are."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, MAX_TRAJECTORY_ID
from ppp_tui.store.archive_file.reader import ArchiveLine, DamagedFileError, number_within, turn_number
from ppp_tui.store.tables import tables_of
from ppp_tui.store.upkeep import dedup
from ppp_tui.store.upkeep.rollups import USAGE_COLUMNS, UsageCounts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers import trajectories

_NOT_RESTORED = frozenset({"id", "file_id", "parent_id"})
_KEPT_SUMMARY = ("last_turn_number", "context_tokens", "context_window", "is_window_inferred", "live", "scored_by")
_NOT_RESTORED_FILE = frozenset({"id", "counted_until"})
"""How far a session file was counted holds only for the sums of the database that it was archived from."""


class Restored(NamedTuple):
    """What an import did."""

    trajectories: int = 0
    """New ones."""
    turns: int = 0
    """New turns, also of trajectories that were there."""
    present: int = 0
    """Trajectories that were there already."""


@dataclass
class Restorer:
    """One import into one database. Each unit is one transaction of the caller's."""

    connection: sqlite3.Connection
    path: Path
    """The file, for messages."""
    new_ids: dict[int, int] = field(default_factory=dict)
    """Ids in the file to those in the database."""
    parents: dict[int, int] = field(default_factory=dict)
    """Ids in the database to their parents' in the file, until those are restored."""

    def restore_unit(self, lines: Sequence[ArchiveLine], summaries: SummaryDeltas) -> Restored:
        """Restore one unit. Raises DamagedFileError where its rows do not fit one another."""
        try:
            return self._restore_unit(lines, summaries)
        except (sqlite3.IntegrityError, sqlite3.OperationalError) as error:
            # The database's triggers read what should be JSON.
            if isinstance(error, sqlite3.OperationalError) and str(error) != "malformed JSON":
                raise
            where = f"{self.path}, lines {lines[0].number} to {lines[-1].number}"
            raise DamagedFileError(f"{where}: these rows do not fit one another ({error}).") from error

    def _restore_unit(self, lines: Sequence[ArchiveLine], summaries: SummaryDeltas) -> Restored:
        file_id = self._file(lines)
        done = Restored()
        lines_by_trajectory: dict[int | None, list[ArchiveLine]] = defaultdict(list)
        for line in (line for line in lines if line.table not in _OF_UNIT):
            lines_by_trajectory[_owner(line)].append(line)
        for line in (line for line in lines if line.table == "trajectories"):
            old = self._old_id(line)
            own_lines = lines_by_trajectory.pop(old, [])
            new, is_new = self._trajectory(line.row, file_id, summaries)
            self.new_ids[old] = new
            if isinstance(line.row.get("parent_id"), int):
                self.parents[new] = line.row["parent_id"]
            turns = self._rows(own_lines, old, new, summaries)
            self._summary(own_lines, new)
            summaries.changed.add(new)
            done = Restored(done.trajectories + is_new, done.turns + turns, done.present + (not is_new))
        stray = next((line for left in lines_by_trajectory.values() for line in left), None) or self._reports(lines)
        if stray is not None:
            raise DamagedFileError(f"{self._place(stray)}: the row belongs to no trajectory of its unit.")
        for new, parent in list(self.parents.items()):
            if parent in self.new_ids:
                trajectories.set_parent(self.connection, new, self.new_ids[parent])
                del self.parents[new]
        return done

    def _reports(self, lines: Sequence[ArchiveLine]) -> ArchiveLine | None:
        """Restore reports on the unit's sessions; return a line that is of another session, None if there is none."""
        sessions = {
            (line.row.get("source"), line.row.get("native_id")) for line in lines if line.table == "trajectories"
        }
        for line in (line for line in lines if line.table in _OF_SESSION):
            if (line.row.get("source"), line.row.get("native_id")) not in sessions:
                return line
            self._insert(line.table, line.row, "")
        return None

    def _place(self, line: ArchiveLine) -> str:
        return f"{self.path}, line {line.number}"

    def _old_id(self, line: ArchiveLine) -> int:
        old = line.row.get("id")
        if not isinstance(old, int) or not 0 < old <= MAX_TRAJECTORY_ID or old in self.new_ids:
            raise DamagedFileError(f"{self._place(line)}: the trajectory has no id of its own.")
        return old

    def _file(self, lines: Sequence[ArchiveLine]) -> int | None:
        """Return the id of the session file's row, inserted if it is new; the offset of a known file stays as it is."""
        row = next((line.row for line in lines if line.table == "source_files"), None)
        if row is None:
            return None
        self._insert(
            "source_files",
            {name: value for name, value in row.items() if name not in _NOT_RESTORED_FILE},
            "(source, path)",
        )
        row_id = self.connection.execute(
            "SELECT id FROM source_files WHERE source = ? AND path = ?", (row.get("source"), row.get("path"))
        ).fetchone()
        file_id = int(row_id[0])
        for line in lines:
            if line.table in _OF_FILE:
                self._insert(line.table, {**line.row, "file_id": file_id}, "")
        return file_id

    def _trajectory(self, row: Mapping[str, Any], file_id: int | None, summaries: SummaryDeltas) -> tuple[int, bool]:
        """Return the id of the same trajectory in the database, and whether it was created now."""
        present = self._find_trajectory(row, file_id)
        values = {name: value for name, value in row.items() if name not in _NOT_RESTORED and value is not None}
        if present is None:
            values |= {"file_id": file_id} | self._former_id(row)
            marks = ", ".join(f":{name}" for name in values)
            cursor = self.connection.execute(f"INSERT INTO trajectories ({', '.join(values)}) VALUES ({marks})", values)
            new_id = int(cursor.lastrowid or 0)
            self.connection.execute("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (?)", (new_id,))
            parent = trajectories.named_parent(self.connection, new_id)
            if parent is not None:
                trajectories.set_parent(self.connection, new_id, parent)
            trajectories.link_waiting_children(self.connection, new_id)
            return new_id, True
        # A session that went on meanwhile keeps its first beginning and its first names.
        with summaries.renaming(present):
            for name in (name for name, value in values.items() if isinstance(value, str) and name != "created_at"):
                self.connection.execute(
                    f"UPDATE trajectories SET {name} = :value WHERE id = :id AND {name} = ''",
                    {"value": values[name], "id": present},
                )
        self.connection.execute(
            "UPDATE trajectories SET created_at = min(created_at, coalesce(?, created_at)) WHERE id = ?",
            (values.get("created_at"), present),
        )
        return present, False

    def _former_id(self, row: Mapping[str, Any]) -> dict[str, int]:
        """Return the id that the trajectory had, if it can have had it here: ids are not given twice."""
        was_given = self.connection.execute(
            "SELECT 1 FROM sqlite_sequence AS q WHERE q.name = 'trajectories' AND q.seq >= :id "
            "AND NOT EXISTS (SELECT 1 FROM trajectories AS t WHERE t.id = :id)",
            {"id": row["id"]},
        ).fetchone()
        return {"id": row["id"]} if was_given else {}

    def _find_trajectory(self, row: Mapping[str, Any], file_id: int | None) -> int | None:
        if file_id is not None:
            return trajectories.find_trajectory(self.connection, file_id, str(row.get("lane", "")))
        present = self.connection.execute(
            "SELECT id FROM trajectories WHERE file_id IS NULL AND source = :source AND native_id = :native_id "
            "AND lane = :lane AND (source = 'logger' OR (created_at = :created_at AND spec_id = :spec_id "
            "AND agent_name = :agent_name)) LIMIT 1",
            {name: row.get(name) for name in ("source", "native_id", "lane", "created_at", "spec_id", "agent_name")},
        ).fetchone()
        return None if present is None else int(present[0])

    def _rows(self, lines: Sequence[ArchiveLine], old: int, new: int, summaries: SummaryDeltas) -> int:
        """Insert all rows of a trajectory under its new id. Return how many turns are new."""
        turns = {
            new << CHILD_BITS | turn_number(line.row, old, self._place(line)): line
            for line in lines
            if line.table == _TURN
        }
        summaries.track_turns(turns)
        new_turns = [
            identity
            for identity, line in turns.items()
            if self._insert(_TURN, {**line.row, "id": identity, "trajectory_id": new}, "(id)")
        ]
        for line in (line for line in lines if line.table in _OF_ROW):
            column = _OF_ROW[line.table]
            identity = new << 2 * CHILD_BITS | number_within(
                line.row.get(column), 2 * CHILD_BITS, old, self._place(line)
            )
            owner = {"turn_id": identity >> CHILD_BITS} if "turn_id" in line.row else {}
            row = {**line.row, **owner, column: identity}
            if self._insert(line.table, row, "(id)" if column == "id" else "") and line.table == "token_usage":
                self._count(identity, summaries)
        for line in (line for line in lines if line.table in _OF_TURN):
            column = _OF_TURN[line.table]
            turn = number_within(line.row.get(column), CHILD_BITS, old, self._place(line))
            self._insert(line.table, {**line.row, column: new << CHILD_BITS | turn}, "")
        for line in (line for line in lines if line.table in _OWNED):
            row = {name: value for name, value in line.row.items() if name not in ("id", "file_id")}
            if row.get("file_row") is not None:
                owner = self.connection.execute("SELECT file_id FROM trajectories WHERE id = ?", (new,)).fetchone()
                row["file_id"] = owner[0]
            if line.table != "consensus_artifacts" or not self._has_artifact(row, new):
                self._insert(line.table, {**row, "trajectory_id": new}, "")
        self._recompute(new_turns, new, summaries)
        return len(new_turns)

    def _count(self, identity: int, summaries: SummaryDeltas) -> None:
        row = self.connection.execute(
            f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id = ? AND is_counted = 1", (identity,)
        ).fetchone()
        if row is not None:
            summaries.count_usage(identity >> 2 * CHILD_BITS, UsageCounts(*row), 1)

    def _has_artifact(self, row: Mapping[str, Any], new: int) -> bool:
        names = ("stage", "created_at", "content_json", "score")
        return bool(
            self.connection.execute(
                "SELECT 1 FROM consensus_artifacts WHERE trajectory_id = ? AND stage IS ? AND created_at IS ? "
                "AND content_json IS ? AND score IS ? LIMIT 1",
                (new, *(row.get(name) for name in names)),
            ).fetchone()
        )

    def _recompute(self, new_turns: Sequence[int], new: int, summaries: SummaryDeltas) -> None:
        """Queue new text for search, and recompute which turns and usage are copies."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO search_queue (turn_id) SELECT id FROM trajectory_turns WHERE id = ? "
            "AND (prompt <> '' OR response <> '')",
            [(identity,) for identity in new_turns],
        )
        keys = "SELECT key_hash FROM trajectory_turns WHERE id >= ? AND id < ? AND key_hash IS NOT NULL"
        span = (new << CHILD_BITS, (new + 1) << CHILD_BITS)
        dedup.recompute_copied_turns(
            self.connection, [key for (key,) in self.connection.execute(keys, span)], summaries
        )
        usage = self.connection.execute(
            "SELECT key_hash, alias_hash FROM token_usage WHERE id >= ? AND id < ?",
            (span[0] << CHILD_BITS, span[1] << CHILD_BITS),
        ).fetchall()
        dedup.recompute_canonical_usage(self.connection, usage, summaries)

    def _summary(self, lines: Sequence[ArchiveLine], new: int) -> None:
        """Restore a summary's columns that are no sums, unless the database has newer ones."""
        row = next((line.row for line in lines if line.table == "trajectory_summaries"), None)
        if row is None or row.get("last_at") is None:
            return
        values = {name: row[name] for name in _KEPT_SUMMARY if row.get(name) is not None}
        assignments = "".join(f", {name} = :{name}" for name in values)
        self.connection.execute(
            f"UPDATE trajectory_summaries SET last_at = :last_at{assignments} "
            "WHERE trajectory_id = :id AND (last_at IS NULL OR last_at < :last_at)",
            {**values, "last_at": row["last_at"], "id": new},
        )

    def _insert(self, table: str, row: Mapping[str, Any], key: str) -> bool:
        """Insert a row unless one with that key exists (with any key, for ''); return whether it was inserted."""
        names = [name for name in row if row[name] is not None]
        marks = ", ".join(f":{name}" for name in names)
        cursor = self.connection.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT {key} DO NOTHING",
            {name: row[name] for name in names},
        )
        return cursor.rowcount > 0


_TURN = "trajectory_turns"
_OF_FILE = frozenset(table.name for table in tables_of("file")) - {"source_files"}
_OF_SESSION = frozenset(table.name for table in tables_of("session"))
_OF_UNIT = frozenset({"source_files", "trajectories", *_OF_FILE, *_OF_SESSION})
_OWNED = ("rate_limits", "preference_verdicts", "consensus_artifacts")
_OF_TURN = {table.name: table.key for table in tables_of("turn") if table.name != _TURN}
_OF_ROW = {table.name: table.key for table in tables_of("row", "run")}


def _owner(line: ArchiveLine) -> int | None:
    """Return the id, in the file, of the trajectory that a row belongs to."""
    row = line.row
    if line.table == _TURN:
        value, shift = row.get("id"), CHILD_BITS
    elif line.table in _OF_TURN:
        value, shift = row.get(_OF_TURN[line.table]), CHILD_BITS
    elif line.table in _OF_ROW:
        value, shift = row.get(_OF_ROW[line.table]), 2 * CHILD_BITS
    else:
        value, shift = row.get("trajectory_id"), 0
    return value >> shift if isinstance(value, int) else None
