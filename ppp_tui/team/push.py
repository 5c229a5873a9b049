"""Pushes the local database to the shared store: what changed since the last time, in transactions of many rows.

How far it came stands in the same transaction as the rows: after a break, whoever's fault, the next attempt goes on
where the last one that counted ended, and what was sent twice lies there once.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from ppp_tui.model.ids import CHILD_BITS, turn_id
from ppp_tui.model.project import ShareLevel
from ppp_tui.paths import name_key
from ppp_tui.query.connect import open_reader
from ppp_tui.store.meta import DATABASE_ID, fact
from ppp_tui.team import loose, replica, retention, words
from ppp_tui.team.connect import Store, StoreError, tenant_transaction
from ppp_tui.team.decisions import Decisions, decide_batch
from ppp_tui.team.local import (
    FACTS,
    ChangedRows,
    LocalDatabase,
    LocalTrajectory,
    Position,
    is_keyed_by_turn,
    trajectory_key,
)
from ppp_tui.team.outgoing import Outgoing, Row, RowPlace
from ppp_tui.team.projects import SharedProjects
from ppp_tui.team.pushed import Pushed
from ppp_tui.team.replica import Replica, SessionCopy, SharedTrajectory
from ppp_tui.team.share import OF_TRAJECTORIES, OF_TURNS, SHARE_VERSION, SUMMARIES, TRAJECTORIES, SharedTable
from ppp_tui.team.writing import RowWriter

BATCH_ROWS = 20_000
"""Rows of one transaction, and more only of a single trajectory: long ones hold back what everybody sees."""

BATCH_TRAJECTORIES = 200
PUSH_TIMEOUT_S = 120.0
"""Seconds that a statement of a push may take."""

SUMMED_DAYS = 7
"""Days whose sums are made in one transaction."""

SUMMING_S = 2.0
"""Seconds after which a push leaves the sums of further days to the next one."""

_KEYS_OF_SUMS: Mapping[str, tuple[str, ...]] = {
    "session_hours": ("trajectory_id", "hour", "model", "reasoning_effort"),
    "session_days": ("trajectory_id", "day", "model", "reasoning_effort"),
}
"""Tables of which only the rows that differ are written, by their keys: what follows from the others stays."""

_TABLES: Mapping[str, SharedTable] = {table.name: table for table in (*OF_TRAJECTORIES, *OF_TURNS)}


class SharedBy(NamedTuple):
    """What the user shares, and of which machine."""

    share: ShareLevel
    projects: Mapping[str, ShareLevel]
    home: str
    machine: str

    def digest(self, key: bytes) -> str:
        """Return what changes whenever something else is shared, and tells nobody of the projects that are not."""
        text = f"{SHARE_VERSION} {self.share} {sorted(self.projects.items())}"
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12, key=key[:64]).hexdigest()


class PushedTrajectory(NamedTuple):
    """A trajectory of a batch."""

    local: LocalTrajectory
    shared: SharedTrajectory
    changed: ChangedRows


class Batch(NamedTuple):
    """What goes in one transaction."""

    rows: Mapping[str, list[Row]]
    """By table of the local database, as they are shared."""
    position: Position
    pushed: list[PushedTrajectory]
    removed: list[int]
    """Numbers over there of trajectories that are kept at home now, or stand there in another copy."""
    kept_home: int
    held: int
    rest: loose.LooseRows | None
    """What moves no revision; None while trajectories wait."""

    def pushed_counts(self, secrets: Mapping[str, int]) -> Pushed:
        """Return what the batch holds."""
        counts = {name: len(rows) for name, rows in self.rows.items() if rows}
        if self.rest is not None:
            counts |= {name: len(rows) for name, rows in self.rest.rows.items() if rows}
        return Pushed(
            trajectories=len(self.pushed), rows=counts, removed=self.kept_home, held=self.held, secrets=dict(secrets)
        )


class Registry:
    """What the shared store knows of trajectories; this one knows nothing, as before the first push."""

    def numbers(self, ids: Iterable[int]) -> Mapping[int, SharedTrajectory]:
        """Return what local trajectories are over there, by their local number."""
        return {number: SharedTrajectory(number, False, False, b"") for number in ids}

    def copies(self, keys: Iterable[int]) -> list[SessionCopy]:
        """Return who shares these sessions, or took them back."""
        del keys
        return []

    def add(self, trajectories: Sequence[LocalTrajectory]) -> None:
        """Give trajectories their numbers."""


class StoreRegistry(Registry):
    """What a shared store knows; with `is_only_looking`, nothing is added to it."""

    def __init__(self, store: Store, own: Replica | None, *, is_only_looking: bool = False) -> None:
        """Ask this store about one replica, None for one that it does not know."""
        self._store, self._own, self._is_only_looking = store, own, is_only_looking

    def _transaction(self) -> AbstractContextManager[None]:
        tenant_id = self._store.member.tenant_id
        return tenant_transaction(self._store.connection, tenant_id, is_read_only=self._is_only_looking)

    def numbers(self, ids: Iterable[int]) -> Mapping[int, SharedTrajectory]:
        """Return what local trajectories are over there, by their local number."""
        if self._own is None:
            return {}
        with self._transaction():
            return replica.shared_trajectories(self._store, self._own.id, ids)

    def copies(self, keys: Iterable[int]) -> list[SessionCopy]:
        """Return who shares these sessions, or took them back."""
        with self._transaction():
            return replica.session_copies(self._store, keys)

    def add(self, trajectories: Sequence[LocalTrajectory]) -> None:
        """Give trajectories their numbers."""
        if self._own is not None and not self._is_only_looking:
            with self._transaction():
                replica.add_trajectories(self._store, self._own.id, trajectories)


def make_batch(
    own: Replica, local: LocalDatabase, outgoing: Outgoing, registry: Registry, shared_by: SharedBy
) -> Batch:
    """Return what is to be pushed next, behind the replica's position."""
    pending = local.pending(own.position, BATCH_TRAJECTORIES)
    decisions, numbered = _decide(own, pending, local, registry, shared_by)
    rows: dict[str, list[Row]] = {}
    pushed: list[PushedTrajectory] = []
    waiting = {each.id for each in decisions.shared}
    size = 0
    for trajectory in decisions.shared:
        if size > BATCH_ROWS:
            break
        waiting.remove(trajectory.id)
        shared = numbered[trajectory.id]
        changed = local.changed_rows(trajectory, outgoing, shared.digests if shared.is_present else b"")
        if not changed.turns and not changed.gone and shared.is_present:
            continue
        place = RowPlace(
            trajectory_id=shared.trajectory_id,
            parent_id=_number(numbered, trajectory.parent_id),
            root_id=_number(numbered, trajectory.root_id) or shared.trajectory_id,
            folder=trajectory.folder,
            level=trajectory.level,
            task=local.task(trajectory),
        )
        for name, own_rows in changed.rows.items():
            converted = outgoing.convert(_TABLES[name], own_rows, place)
            rows.setdefault(name, []).extend(converted)
            size += len(converted)
        pushed.append(PushedTrajectory(trajectory, shared, changed))
    removed = [numbered[each.id].trajectory_id for each in decisions.removed]
    replaced = [number for each in pushed for number in decisions.replaced.get(each.local.id, ())]
    done = takewhile(lambda each: each.id not in waiting, pending)
    return Batch(
        rows=rows,
        position=max((each.position for each in done), default=own.position),
        pushed=pushed,
        removed=[*removed, *replaced],
        kept_home=len(removed),
        held=decisions.held,
        rest=None if pending else loose.loose_rows(own, local, outgoing, registry.numbers, shared_by.share),
    )


def _number(numbered: Mapping[int, SharedTrajectory], local_id: int | None) -> int | None:
    shared = None if local_id is None else numbered.get(local_id)
    return None if shared is None else shared.trajectory_id


def _decide(
    own: Replica, pending: list[LocalTrajectory], local: LocalDatabase, registry: Registry, shared_by: SharedBy
) -> tuple[Decisions, Mapping[int, SharedTrajectory]]:
    """Return what becomes of the trajectories, and the numbers of all that are shared."""
    if not pending:
        return Decisions([], [], {}, 0), {}
    above = {number: None for each in pending for number in local.ancestors(each)}
    involved = list(dict.fromkeys([*(each.id for each in pending), *above]))
    keys = {each.session_key for each in (*pending, *map(local.trajectory, above)) if each.session_key is not None}
    numbered = registry.numbers(involved)
    decisions = decide_batch(
        pending, local, numbered, registry.copies(keys), replica_id=own.id, machine=shared_by.machine
    )
    new = [each for each in decisions.shared if each.id not in numbered]
    if new:
        registry.add(new)
        added = registry.numbers(each.id for each in new)
        numbered = {**numbered, **(added or Registry().numbers(each.id for each in new))}
    return decisions, numbered


class MovedError(Exception):
    """Somebody else pushed or took back at the same time: the batch is made anew."""


class Pusher:
    """Pushes one local database to one tenant."""

    def __init__(self, store: Store, database: Path, shared_by: SharedBy) -> None:
        """Do nothing before `push`. Raises OSError if there can be no key beside the database."""
        self._store, self._database, self._by = store, database, shared_by
        self._key = name_key(database)
        self._shared_by = shared_by.digest(self._key)

    def push(self, tell: Callable[[Pushed], object] = lambda _: None) -> Pushed:
        """Push all that changed, remove what the team keeps no longer and this login may remove, and sum days anew.

        `tell` hears after each transaction what was done by then.
        Raises StoreError, ServerError, sqlite3.Error and DatabaseMissingError; what was committed before stays.
        """
        total = Pushed()
        with closing(open_reader(self._database)) as connection:
            own = self._replica(connection)
            while True:
                try:
                    own, done, has_more = self._push_batch(connection, own)
                except MovedError:
                    own = self._replica(connection)
                    continue
                total = total.plus(done)
                tell(total)
                if not has_more:
                    break
        if not total.rows:
            return total
        expired = self._expire()
        self._sum_days()
        return total._replace(expired=expired)

    def _expire(self) -> int:
        kept = retention.retention(self._store)
        return 0 if kept.months is None else retention.remove_expired(self._store, kept.before_ms)

    def _sum_days(self) -> None:
        """Make the team's sums of days that are over and changed since; somebody else may be at it."""
        until = time.monotonic() + SUMMING_S
        days = SUMMED_DAYS
        while days == SUMMED_DAYS and time.monotonic() < until:
            with self._transaction():
                row = self._store.connection.execute("SELECT ppp_sum_days(%s)", (SUMMED_DAYS,)).fetchone()
            days = row[0] if row else 0

    def _transaction(self) -> AbstractContextManager[None]:
        return tenant_transaction(self._store.connection, self._store.member.tenant_id, timeout_s=PUSH_TIMEOUT_S)

    def _replica(self, connection: sqlite3.Connection) -> Replica:
        database_id = local_database_id(connection)
        newest = int(fact(connection, "revision") or 0)
        with self._transaction():
            own = replica.make_replica(self._store, self._by.machine, database_id, self._by.share, self._shared_by)
            # A database that was put back from a copy is behind what was pushed of it.
            if own.shared_by != self._shared_by or own.position.revision > newest:
                own = replica.restart(self._store, own, self._by.share, self._shared_by)
        return own

    def _push_batch(self, connection: sqlite3.Connection, own: Replica) -> tuple[Replica, Pushed, bool]:
        connection.execute("BEGIN")
        try:
            local, outgoing = open_local(connection, self._by, replica_id=own.id, key=self._key)
            batch = make_batch(own, local, outgoing, StoreRegistry(self._store, own), self._by)
        finally:
            connection.execute("ROLLBACK")
        cursors = own.cursors if batch.rest is None else batch.rest.cursors
        if (batch.position, cursors, batch.pushed, batch.removed) == (own.position, own.cursors, [], []):
            return own, Pushed(), False
        with self._transaction():
            self._check(own, batch)
            write_batch(self._store, own, batch, outgoing)
            moved = replica.move_replica(self._store, own, batch.position, cursors)
        has_more = batch.rest is None or batch.rest.has_more
        return moved, batch.pushed_counts(outgoing.redactor.counts), has_more

    def _check(self, own: Replica, batch: Batch) -> None:
        """Lock what the batch depends on, and see that it stands as it was read. Raises MovedError."""
        if not replica.lock_replica(self._store, own):
            raise MovedError
        if not batch.pushed:
            return
        appearing = {
            each.local.session_key
            for each in batch.pushed
            if not each.shared.is_present and each.local.session_key is not None
        }
        replica.lock_sessions(self._store, appearing)
        now = replica.shared_trajectories(self._store, own.id, [each.local.id for each in batch.pushed])
        if any(now.get(each.local.id) != each.shared for each in batch.pushed):
            raise MovedError
        for copy in replica.session_copies(self._store, appearing):
            if copy.replica_id != own.id and copy.is_present and copy.trajectory_id not in batch.removed:
                raise MovedError


def local_database_id(connection: sqlite3.Connection) -> str:
    """Return what a local database calls itself. Raises StoreError while it has no name."""
    database_id = fact(connection, DATABASE_ID)
    if not database_id:
        raise StoreError("The database has no name of its own yet: ppp-tui ingest gives it one.")
    return database_id


def open_local(
    connection: sqlite3.Connection, shared_by: SharedBy, *, replica_id: int, key: bytes
) -> tuple[LocalDatabase, Outgoing]:
    """Return the local database as it is within a transaction, and what makes its rows into shared ones."""
    projects = SharedProjects(connection, shared_by.share, shared_by.projects, shared_by.home)
    local = LocalDatabase(connection, projects, key)
    return local, Outgoing(connection, projects, replica_id=replica_id, key=key)


def write_batch(store: Store, own: Replica, batch: Batch, outgoing: Outgoing) -> None:
    """Write what a batch holds, within the transaction that moves the replica. Raises psycopg.Error."""
    replica.remove_rows(store, batch.removed)
    if batch.removed:
        replica.mark_removed(store, batch.removed)
    _remove_changed(store, batch, outgoing)
    writer = RowWriter(store.connection, store.member.tenant_id, own.id)
    for table in (*OF_TRAJECTORIES, *OF_TURNS):
        columns, rows = outgoing.column_names(table), batch.rows.get(table.name, [])
        if table.name in _KEYS_OF_SUMS:
            writer.upsert(table.target, columns, rows, keys=_KEYS_OF_SUMS[table.name], is_same_left=True)
        elif table in (TRAJECTORIES, SUMMARIES):
            writer.upsert(table.target, columns, rows)
        else:
            writer.insert(table.target, columns, rows)
    words.write_words(writer, batch.rows, outgoing)
    untouched = [each.shared.trajectory_id for each in batch.pushed if FACTS not in each.changed.turns]
    if untouched:
        # Whoever follows the store hears of a trajectory by its summary.
        store.connection.execute(
            "UPDATE trajectory_summaries SET turns = turns WHERE tenant_id = (SELECT ppp_tenant()) "
            "AND trajectory_id = ANY (%s::bigint[])",
            (untouched,),
        )
    replica.mark_pushed(
        store, [(each.shared.trajectory_id, each.local.last_at, each.changed.digests) for each in batch.pushed]
    )
    if batch.rest is not None:
        loose.write_loose(store, own, batch.rest, outgoing)


def _remove_changed(store: Store, batch: Batch, outgoing: Outgoing) -> None:
    """Remove rows that others take the place of, or that are gone; of trajectories whose rows lie there."""
    present = [each for each in batch.pushed if each.shared.is_present]
    turns = [
        turn_id(each.shared.trajectory_id, number)
        for each in present
        for number in (each.changed.turns | each.changed.gone) - {FACTS}
    ]
    facts = [each.shared.trajectory_id for each in present if FACTS in each.changed.turns]
    for table in reversed(OF_TURNS) if turns else ():
        replica.remove_spans(store, table, turns, 0 if is_keyed_by_turn(table) else CHILD_BITS)
    for table in reversed(OF_TRAJECTORIES) if facts else ():
        if table.name in _KEYS_OF_SUMS:
            keys, columns = _KEYS_OF_SUMS[table.name], outgoing.column_names(table)
            places = [columns.index(key) for key in keys]
            kept = [tuple(row[place] for place in places) for row in batch.rows.get(table.name, [])]
            replica.remove_all_but(store, table, facts, keys, kept)
        elif table not in (TRAJECTORIES, SUMMARIES):
            store.connection.execute(
                f"DELETE FROM {table.target} WHERE tenant_id = (SELECT ppp_tenant()) "
                f"AND {trajectory_key(table)} = ANY (%s::bigint[])".encode(),
                (facts,),
            )
