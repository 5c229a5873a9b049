"""What a push would send, made by the same steps, and written nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ppp_tui.paths import name_key
from ppp_tui.query.connect import open_reader
from ppp_tui.store.meta import fact
from ppp_tui.team import replica
from ppp_tui.team.connect import Store, tenant_transaction
from ppp_tui.team.local import Position
from ppp_tui.team.outgoing import Row
from ppp_tui.team.push import (
    Batch,
    Registry,
    SharedBy,
    StoreRegistry,
    local_database_id,
    make_batch,
    open_local,
)
from ppp_tui.team.pushed import Pushed
from ppp_tui.team.replica import Replica, SessionCopy, SharedTrajectory
from ppp_tui.team.share import OF_REPLICAS, OF_TRAJECTORIES, OF_TURNS


class PreviewTable(NamedTuple):
    """Rows of one table."""

    name: str
    """In the shared store."""
    columns: list[str]
    rows: list[Row]


class PreviewProject(NamedTuple):
    """A trajectory that would be pushed, by what is shared of it."""

    project: str
    share: str
    turns: int


class PreviewBatch(NamedTuple):
    """What one transaction would hold."""

    pushed: Pushed
    tables: list[PreviewTable]
    trajectories: list[PreviewProject]


class _PreviewRegistry(Registry):
    """What the shared store would know, had the batches so far been pushed."""

    def __init__(self, inner: Registry) -> None:
        self._inner = inner
        self._pushed: dict[int, SharedTrajectory] = {}

    def numbers(self, ids: Iterable[int]) -> Mapping[int, SharedTrajectory]:
        """Return what local trajectories are over there, by their local number."""
        wanted = list(ids)
        ours = {number: self._pushed[number] for number in wanted if number in self._pushed}
        return {**self._inner.numbers(wanted), **ours}

    def copies(self, keys: Iterable[int]) -> list[SessionCopy]:
        """Return who shares these sessions, or took them back."""
        return self._inner.copies(keys)

    def note(self, batch: Batch) -> None:
        """Count a batch as pushed."""
        for each in batch.pushed:
            self._pushed[each.local.id] = each.shared._replace(is_present=True, digests=each.changed.digests)


def preview(store: Store | None, database: Path, shared_by: SharedBy) -> Iterator[PreviewBatch]:
    """Yield what a push would send, batch by batch; without a store, as if nothing had been pushed yet.

    Trajectories without a number over there have their local one. Raises what a push raises.
    """
    key = name_key(database)
    current = shared_by.digest(key)
    with closing(open_reader(database)) as connection:
        newest = int(fact(connection, "revision") or 0)
        existing = None
        if store is not None:
            with tenant_transaction(store.connection, store.member.tenant_id, is_read_only=True):
                existing = replica.find_replica(store, shared_by.machine, local_database_id(connection))
        own = existing or Replica(0, Position(0, 0), {}, current)
        if own.shared_by != current or own.position.revision > newest:
            own = own._replace(position=Position(0, 0), cursors=replica.kept_cursors(own.cursors))
        inner = Registry() if store is None else StoreRegistry(store, existing, is_only_looking=True)
        registry = _PreviewRegistry(inner)
        while True:
            connection.execute("BEGIN")
            local, outgoing = open_local(connection, shared_by, replica_id=own.id, key=key)
            batch = make_batch(own, local, outgoing, registry, shared_by)
            registry.note(batch)
            rows = {**batch.rows, **(batch.rest.rows if batch.rest is not None else {})}
            tables = [
                PreviewTable(table.target, outgoing.column_names(table), rows[table.name])
                for table in (*OF_TRAJECTORIES, *OF_TURNS, *OF_REPLICAS)
                if rows.get(table.name)
            ]
            trajectories = [
                PreviewProject(local.project(each.local.folder), each.local.level, each.changed.turn_count)
                for each in batch.pushed
            ]
            connection.execute("ROLLBACK")
            yield PreviewBatch(batch.pushed_counts(outgoing.redactor.counts), tables, trajectories)
            if batch.rest is not None and not batch.rest.has_more:
                return
            own = own._replace(
                position=batch.position, cursors=own.cursors if batch.rest is None else batch.rest.cursors
            )
