"""What is to be pushed, read from the local database: trajectories by the commit that changed them, and their rows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, hash64
from ppp_tui.model.project import ShareLevel
from ppp_tui.store.upkeep.tasks import IS_TASK, MAX_FIRST_PROMPT_TURN
from ppp_tui.team.outgoing import Outgoing, Row
from ppp_tui.team.projects import SharedProjects
from ppp_tui.team.share import OF_TRAJECTORIES, OF_TURNS, SHARE_VERSION, SharedTable, lower_share

FACTS = (1 << 32) - 1
"""Stands for the rows of a trajectory as a whole where turns are numbered; greater than any turn's number."""

DIGEST_BYTES = 8
_ENTRY_BYTES = 4 + DIGEST_BYTES

_PENDING = (
    "SELECT s.revision, s.trajectory_id FROM trajectory_summaries AS s "
    "INDEXED BY summaries_by_revision WHERE (s.revision, s.trajectory_id) > (?, ?) "
    "ORDER BY s.revision, s.trajectory_id LIMIT ?"
)
_WAITING = (
    "SELECT count(*) FROM trajectory_summaries AS s INDEXED BY summaries_by_revision "
    "WHERE (s.revision, s.trajectory_id) > (?, ?)"
)
_SUMMARY = "SELECT revision, coalesce(last_at, '') FROM trajectory_summaries WHERE trajectory_id = ?"
_TRAJECTORY = "SELECT parent_id, project, source, native_id, lane, parent_native_id FROM trajectories WHERE id = ?"
_TASK = (
    "SELECT coalesce(p.prompt_hash, p.prompt) FROM trajectory_turns AS p WHERE p.id >= :low AND p.id <= :high "
    f"AND {IS_TASK} ORDER BY p.id LIMIT 1"
)
_MAX_GENERATIONS = 32


class Position(NamedTuple):
    """How far a local database was pushed: a commit, and of its trajectories the last one."""

    revision: int
    trajectory_id: int


class LocalTrajectory(NamedTuple):
    """A trajectory that changed."""

    id: int
    position: Position
    last_at: str
    """Stored time of its last sign of life, '' where unknown."""
    parent_id: int | None
    root_id: int
    folder: str
    level: ShareLevel
    """`none` where it, or the session that it belongs to, is kept at home."""
    session_key: int | None
    """Equal for copies of one session; None where nothing names it."""
    source: str
    native_id: str


class ChangedRows(NamedTuple):
    """What of a trajectory differs from what was pushed of it."""

    rows: Mapping[str, list[Row]]
    """By table, as they are in the local database."""
    turns: frozenset[int]
    """Numbers of the turns that these rows are of; `FACTS` for those of the trajectory as a whole."""
    gone: frozenset[int]
    """Numbers of turns that are there no longer."""
    digests: bytes
    """Tells next time what changed."""

    @property
    def turn_count(self) -> int:
        """How many turns have changed rows."""
        return len(self.turns - {FACTS})


class LocalDatabase:
    """The local database as it was at one moment."""

    def __init__(self, connection: sqlite3.Connection, projects: SharedProjects, key: bytes) -> None:
        """Read by this connection, within one transaction of the caller's; `key` makes digests that tell nothing."""
        self._connection, self._projects, self._key = connection, projects, key[:64]

    def pending(self, position: Position, most: int) -> list[LocalTrajectory]:
        """Return at most so many trajectories that changed behind a position, in the order of their change."""
        rows = self._connection.execute(_PENDING, (*position, most)).fetchall()
        return [self.trajectory(number) for _, number in rows]

    def trajectory(self, number: int) -> LocalTrajectory:
        """Return a trajectory with what is shared of it."""
        parent_id, folder, source, native_id, lane, parent_native_id = self._facts(number)
        summary = self._connection.execute(_SUMMARY, (number,)).fetchone() or (0, "")
        level, root_id, above = self._projects.share(folder), number, parent_id
        for _ in range(_MAX_GENERATIONS):
            if above is None:
                break
            root_id = above
            above, root_folder, *_others = self._facts(above)
            level = lower_share(level, self._projects.share(root_folder))
        name = "\0".join((source, native_id, lane, parent_native_id))
        return LocalTrajectory(
            id=number,
            position=Position(summary[0], number),
            last_at=summary[1],
            parent_id=parent_id,
            root_id=root_id,
            folder=folder,
            level=level,
            session_key=hash64(name) if native_id else None,
            source=source,
            native_id=native_id,
        )

    def _facts(self, number: int) -> tuple[Any, ...]:
        row = self._connection.execute(_TRAJECTORY, (number,)).fetchone()
        return (None, "", "", "", "", "") if row is None else tuple(row)

    def ancestors(self, trajectory: LocalTrajectory) -> list[int]:
        """Return the trajectories that this one belongs to, the nearest first."""
        numbers: list[int] = []
        above = trajectory.parent_id
        while above is not None and above not in numbers and len(numbers) < _MAX_GENERATIONS:
            numbers.append(above)
            above = self._facts(above)[0]
        return numbers

    def task(self, trajectory: LocalTrajectory) -> str | None:
        """Return the text, or its hash, that a trajectory was given as its task; None where there is none."""
        low = trajectory.id << CHILD_BITS
        row = self._connection.execute(_TASK, {"low": low, "high": low + MAX_FIRST_PROMPT_TURN}).fetchone()
        return None if row is None else str(row[0])

    def changed_rows(self, trajectory: LocalTrajectory, outgoing: Outgoing, stored: bytes) -> ChangedRows:
        """Return the rows of a trajectory's turns whose digests are not those that are stored."""
        rows_by_turn: dict[int, dict[str, list[Row]]] = defaultdict(dict)
        # What is shared of a row depends on these as well.
        salt = f"{SHARE_VERSION} {trajectory.level} {self._projects.name(trajectory.folder)} {self._projects.home}"
        hashes: dict[int, Any] = {}
        for table in (*OF_TRAJECTORIES, *OF_TURNS):
            for turn, row in self._rows(table, trajectory.id, outgoing):
                if turn not in hashes:
                    hashes[turn] = blake2b(salt.encode(), digest_size=DIGEST_BYTES, key=self._key)
                hashes[turn].update(f"{table.name}{row!r}".encode("utf-8", "surrogatepass"))
                rows_by_turn[turn].setdefault(table.name, []).append(row)
        digests = {turn: each.digest() for turn, each in hashes.items()}
        before = unpack_digests(stored)
        turns = frozenset(turn for turn, digest in digests.items() if before.get(turn) != digest)
        rows: dict[str, list[Row]] = {}
        for turn in sorted(turns):
            for name, own in rows_by_turn[turn].items():
                rows.setdefault(name, []).extend(own)
        return ChangedRows(rows, turns, frozenset(before) - frozenset(digests), pack_digests(digests))

    def _rows(self, table: SharedTable, number: int, outgoing: Outgoing) -> Iterable[tuple[int, Row]]:
        columns = outgoing.column_names(table)
        names = ", ".join(columns)
        key = turn_key(table)
        if table in OF_TRAJECTORIES:
            order = ", ".join(str(place) for place in range(1, len(columns) + 1))
            sql = f"SELECT {names} FROM {table.name} WHERE {trajectory_key(table)} = ? ORDER BY {order}"
            for row in self._connection.execute(sql, (number,)):
                yield FACTS, row
            return
        bits = CHILD_BITS if is_keyed_by_turn(table) else 2 * CHILD_BITS
        sql = f"SELECT {names} FROM {table.name} WHERE {key} >= ? AND {key} < ? ORDER BY {key}"
        for row in self._connection.execute(sql, (number << bits, (number + 1) << bits)):
            yield (row[0] >> (bits - CHILD_BITS)) & MAX_CHILD, row

    def rows(
        self, table: SharedTable, outgoing: Outgoing, condition: str, *values: object, limit: int = -1
    ) -> list[Row]:
        """Return rows of a table that belongs to the database as a whole, in the order of their first columns."""
        names = ", ".join(outgoing.column_names(table))
        sql = f"SELECT {names} FROM {table.name} WHERE {condition} ORDER BY 1, 2 LIMIT ?"
        return self._connection.execute(sql, (*values, limit)).fetchall()

    def has_rows(self, table: SharedTable, condition: str, *values: object) -> bool:
        """Return whether a table has such rows."""
        sql = f"SELECT 1 FROM {table.name} WHERE {condition} LIMIT 1"
        return self._connection.execute(sql, values).fetchone() is not None

    def session(self, source: str, native_id: str) -> LocalTrajectory | None:
        """Return the session that an agent calls so, None if there is none."""
        row = self._connection.execute(
            "SELECT id FROM trajectories WHERE native_id = ? AND source = ? ORDER BY parent_id IS NOT NULL, id LIMIT 1",
            (native_id, source),
        ).fetchone()
        return None if row is None else self.trajectory(row[0])

    def project(self, folder: str) -> str:
        """Return what a folder's project is called in the shared store."""
        return self._projects.name(folder)

    def waiting(self, position: Position) -> int:
        """Return how many trajectories changed behind a position."""
        row = self._connection.execute(_WAITING, position).fetchone()
        return int(row[0])

    def share(self, folder: str) -> ShareLevel:
        """Return how much of a folder's project is shared."""
        return self._projects.share(folder)

    def digest(self, content: object) -> str:
        """Return a text that tells whether something changed, and nothing else."""
        shown = repr(content).encode("utf-8", "surrogatepass")
        return blake2b(shown, digest_size=DIGEST_BYTES, key=self._key).hexdigest()


def trajectory_key(table: SharedTable) -> str:
    """Return the column that names the trajectory of rows that belong to one as a whole."""
    return next(column.name for column in table.columns if column.change == "trajectory")


def turn_key(table: SharedTable) -> str:
    """Return the column that begins with the turn of a row."""
    return table.columns[0].name


def is_keyed_by_turn(table: SharedTable) -> bool:
    """Return whether the rows of a turn's table are named by the turn itself."""
    return table.columns[0].change == "turn"


def pack_digests(digests: Mapping[int, bytes]) -> bytes:
    """Return digests by the number of their turn as bytes."""
    return b"".join(number.to_bytes(4, "big") + digest for number, digest in sorted(digests.items()))


def unpack_digests(packed: bytes) -> dict[int, bytes]:
    """Return digests by the number of their turn; none for what has another shape."""
    if len(packed) % _ENTRY_BYTES:
        return {}
    entries = (packed[start : start + _ENTRY_BYTES] for start in range(0, len(packed), _ENTRY_BYTES))
    return {int.from_bytes(entry[:4], "big"): entry[4:] for entry in entries}
