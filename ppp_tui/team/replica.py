"""A local database in the shared store: its replica, how far it was pushed, and which trajectories lie there.

All of it is kept by the server, in the transactions of the rows themselves: nothing on this machine could disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import psycopg

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.project import ShareLevel
from ppp_tui.team.connect import Store
from ppp_tui.team.local import LocalTrajectory, Position, is_keyed_by_turn, trajectory_key, turn_key
from ppp_tui.team.people import to_ms
from ppp_tui.team.share import OF_REPLICAS, OF_TRAJECTORIES, OF_TURNS, SharedTable

SPANS_AT_ONCE = 100
"""Spans of keys that one statement removes."""

_FIND = """
SELECT replica_id, pushed_revision, pushed_local_id, cursors, shared_by, pushed_at FROM replicas
WHERE person_id = ppp_person() AND machine = %(machine)s AND database_id = %(database)s
"""
_MAKE = """
WITH n AS (UPDATE tenants SET next_replica_id = next_replica_id + 1 WHERE tenant_id = (SELECT ppp_tenant())
    RETURNING next_replica_id - 1 AS replica_id)
INSERT INTO replicas (replica_id, person_id, machine, database_id, share, shared_by)
SELECT n.replica_id, ppp_person(), %(machine)s, %(database)s, %(share)s, %(shared_by)s FROM n
ON CONFLICT (tenant_id, person_id, machine, database_id) DO NOTHING
"""
_SHARED = """
SELECT local_id, trajectory_id, is_present, is_forgotten, digests FROM shared_trajectories
WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %(replica)s AND local_id = ANY (%(ids)s::bigint[])
"""
_COPIES = """
SELECT s.session_key, s.replica_id, s.local_id, s.trajectory_id, s.last_at, s.is_present, s.is_forgotten,
    r.person_id = ppp_person(), r.machine
FROM shared_trajectories AS s JOIN replicas AS r ON r.tenant_id = s.tenant_id AND r.replica_id = s.replica_id
WHERE s.tenant_id = (SELECT ppp_tenant()) AND s.session_key = ANY (%(keys)s::bigint[])
    AND (s.is_present = 1 OR s.is_forgotten = 1)
"""
_ADD = """
WITH n AS (UPDATE tenants SET next_trajectory_id = next_trajectory_id + %(count)s
    WHERE tenant_id = (SELECT ppp_tenant())
    RETURNING next_trajectory_id - %(count)s AS first)
INSERT INTO shared_trajectories (replica_id, local_id, trajectory_id, session_key)
SELECT %(replica)s, l.local_id, n.first + l.place - 1, l.session_key
FROM n, unnest(%(ids)s::bigint[], %(keys)s::bigint[]) WITH ORDINALITY AS l (local_id, session_key, place)
ON CONFLICT (tenant_id, replica_id, local_id) DO NOTHING
"""
_MARK_PUSHED = """
UPDATE shared_trajectories AS s SET is_present = 1, last_at = p.last_at, digests = p.digests
FROM unnest(%(ids)s::bigint[], %(last_ats)s::text[], %(digests)s::bytea[]) AS p (id, last_at, digests)
WHERE s.tenant_id = (SELECT ppp_tenant()) AND s.trajectory_id = p.id
"""


class Replica(NamedTuple):
    """A local database as the shared store knows it."""

    id: int
    position: Position
    cursors: Mapping[str, Any]
    """How far the tables without a revision were pushed."""
    shared_by: str
    """What changes when something else of it is shared."""
    pushed_at: int = 0
    """Unix milliseconds of the last push, 0 for none."""


class SharedTrajectory(NamedTuple):
    """A trajectory that has a number in the shared store."""

    trajectory_id: int
    is_present: bool
    is_forgotten: bool
    digests: bytes


class SessionCopy(NamedTuple):
    """A session that somebody shares, or took back."""

    session_key: int
    replica_id: int
    local_id: int
    trajectory_id: int
    last_at: str
    is_present: bool
    is_forgotten: bool
    is_own: bool
    """It is a replica of the same person."""
    machine: str


def find_replica(store: Store, machine: str, database_id: str) -> Replica | None:
    """Return the replica of a local database, None if it was never pushed. Within a transaction of the tenant."""
    row = store.connection.execute(_FIND, {"machine": machine, "database": database_id}).fetchone()
    return None if row is None else Replica(row[0], Position(row[1], row[2]), json.loads(row[3]), row[4], to_ms(row[5]))


def make_replica(store: Store, machine: str, database_id: str, share: ShareLevel, shared_by: str) -> Replica:
    """Return the replica of a local database; one that is made shares what `share` and `shared_by` say.

    Within a transaction of the tenant.
    """
    replica = find_replica(store, machine, database_id)
    if replica is None:
        values = {"machine": machine, "database": database_id, "share": share, "shared_by": shared_by}
        store.connection.execute(_MAKE, values)
        replica = find_replica(store, machine, database_id)
    if replica is None:
        raise psycopg.DataError("the replica that was made is not to be seen")
    return replica


def lock_replica(store: Store, replica: Replica) -> bool:
    """Keep others from pushing the same database until the transaction ends; False if somebody did so meanwhile."""
    row = store.connection.execute(
        "SELECT pushed_revision, pushed_local_id, cursors, shared_by FROM replicas "
        "WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %s FOR UPDATE",
        (replica.id,),
    ).fetchone()
    stands = None if row is None else (Position(row[0], row[1]), json.loads(row[2]), row[3])
    return stands == (replica.position, replica.cursors, replica.shared_by)


def restart(store: Store, replica: Replica, share: ShareLevel | None = None, shared_by: str | None = None) -> Replica:
    """Look at everything again from now on; `share` and `shared_by` say what is shared now, if that changed.

    Within a transaction of the tenant.
    """
    cursors = kept_cursors(replica.cursors)
    store.connection.execute(
        "UPDATE replicas SET share = coalesce(%(share)s, share), shared_by = coalesce(%(shared_by)s, shared_by), "
        "pushed_revision = 0, pushed_local_id = 0, cursors = %(cursors)s "
        "WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %(replica)s",
        {"replica": replica.id, "share": share, "shared_by": shared_by, "cursors": json.dumps(cursors)},
    )
    return replica._replace(
        position=Position(0, 0), cursors=cursors, shared_by=replica.shared_by if shared_by is None else shared_by
    )


def move_replica(store: Store, replica: Replica, position: Position, cursors: Mapping[str, Any]) -> Replica:
    """Keep how far the database is pushed. Within the transaction of the rows."""
    store.connection.execute(
        "UPDATE replicas SET pushed_revision = %(revision)s, pushed_local_id = %(local)s, cursors = %(cursors)s, "
        "pushed_at = now() WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %(replica)s",
        {
            "replica": replica.id,
            "revision": position.revision,
            "local": position.trajectory_id,
            "cursors": json.dumps(cursors),
        },
    )
    return replica._replace(position=position, cursors=dict(cursors))


def presence(store: Store, replica_id: int) -> tuple[int, int]:
    """Return how many trajectories of a replica lie here, and how many were taken back."""
    row = store.connection.execute(
        "SELECT coalesce(sum(is_present), 0), coalesce(sum(is_forgotten), 0) FROM shared_trajectories "
        "WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %s",
        (replica_id,),
    ).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def shared_trajectories(store: Store, replica_id: int, ids: Iterable[int]) -> dict[int, SharedTrajectory]:
    """Return what of these local trajectories has a number, by their local one."""
    rows = store.connection.execute(_SHARED, {"replica": replica_id, "ids": list(ids)}).fetchall()
    return {row[0]: SharedTrajectory(row[1], bool(row[2]), bool(row[3]), bytes(row[4])) for row in rows}


def session_copies(store: Store, keys: Iterable[int]) -> list[SessionCopy]:
    """Return who shares these sessions, or took them back."""
    rows = store.connection.execute(_COPIES, {"keys": list(keys)}).fetchall()
    return [
        SessionCopy(
            session_key=row[0],
            replica_id=row[1],
            local_id=row[2],
            trajectory_id=row[3],
            last_at=row[4],
            is_present=bool(row[5]),
            is_forgotten=bool(row[6]),
            is_own=bool(row[7]),
            machine=row[8],
        )
        for row in rows
    ]


def add_trajectories(store: Store, replica_id: int, trajectories: Sequence[LocalTrajectory]) -> None:
    """Give trajectories their numbers in the shared store; without rows, they are not to be seen there yet."""
    if trajectories:
        store.connection.execute(
            _ADD,
            {
                "replica": replica_id,
                "count": len(trajectories),
                "ids": [each.id for each in trajectories],
                "keys": [each.session_key for each in trajectories],
            },
        )


def remove_rows(store: Store, trajectory_ids: Sequence[int]) -> None:
    """Remove all rows of trajectories, each table after those that refer to it."""
    if not trajectory_ids:
        return
    connection, values = store.connection, {"ids": list(trajectory_ids)}
    connection.execute(
        "DELETE FROM session_reports AS r USING trajectories AS t WHERE t.tenant_id = (SELECT ppp_tenant()) "
        "AND t.id = ANY (%(ids)s::bigint[]) AND r.tenant_id = t.tenant_id AND r.replica_id = t.replica_id "
        "AND r.source = t.source AND r.native_id = t.native_id",
        values,
    )
    for table in reversed(OF_TURNS):
        remove_spans(store, table, trajectory_ids, CHILD_BITS if is_keyed_by_turn(table) else 2 * CHILD_BITS)
    alerts = next(table for table in OF_REPLICAS if table.name == "alerts")
    for table in (alerts, *reversed(OF_TRAJECTORIES)):
        connection.execute(
            f"DELETE FROM {table.target} WHERE tenant_id = (SELECT ppp_tenant()) "
            f"AND {trajectory_key(table)} = ANY (%(ids)s::bigint[])".encode(),
            values,
        )


def remove_spans(store: Store, table: SharedTable, numbers: Iterable[int], bits: int) -> None:
    """Remove the rows of a table whose key begins with one of these numbers, before so many bits of its own.

    Row security lets no index be used with what a function makes of a column, so that the ends are made here. Each is a
    value of the statement: joined with a list of them the server would expect most of the table, and look through it.
    """
    spans = _spans(numbers, bits)
    key = turn_key(table)
    for begin in range(0, len(spans), SPANS_AT_ONCE):
        part = spans[begin : begin + SPANS_AT_ONCE]
        within = " OR ".join([f"x.{key} BETWEEN %s::bigint AND %s::bigint"] * len(part))
        store.connection.execute(
            f"DELETE FROM {table.target} AS x WHERE x.tenant_id = (SELECT ppp_tenant()) AND ({within})".encode(),
            [end for span in part for end in span],
        )


def remove_all_but(
    store: Store,
    table: SharedTable,
    trajectory_ids: Sequence[int],
    keys: Sequence[str],
    kept: Sequence[tuple[object, ...]],
) -> None:
    """Remove the rows of trajectories, the number of which is the first key, but for those whose keys are kept."""
    lists = [list(values) for values in zip(*kept, strict=True)] or [[] for _ in keys]
    unnested = ", ".join(f"%s::{'bigint' if place == 0 else 'text'}[]" for place in range(len(keys)))
    same = " AND ".join(f"k.{key} = x.{key}" for key in keys)
    store.connection.execute(
        f"DELETE FROM {table.target} AS x WHERE x.tenant_id = (SELECT ppp_tenant()) "
        f"AND x.{keys[0]} = ANY (%s::bigint[]) "
        f"AND NOT EXISTS (SELECT 1 FROM unnest({unnested}) AS k ({', '.join(keys)}) WHERE {same})".encode(),
        [list(trajectory_ids), *lists],
    )


def _spans(numbers: Iterable[int], bits: int) -> list[tuple[int, int]]:
    """Return the first and the last key of each run of numbers that follow one another."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return [(first << bits, ((last + 1) << bits) - 1) for first, last in runs]


def mark_removed(store: Store, trajectory_ids: Sequence[int], *, is_forgotten: bool | None = None) -> None:
    """Note that trajectories have no rows here any more and, unless None, whether they may come again by themselves."""
    store.connection.execute(
        "UPDATE shared_trajectories SET is_present = 0, digests = '', "
        "is_forgotten = coalesce(%(forgotten)s, is_forgotten) "
        "WHERE tenant_id = (SELECT ppp_tenant()) AND trajectory_id = ANY (%(ids)s::bigint[])",
        {"ids": list(trajectory_ids), "forgotten": None if is_forgotten is None else int(is_forgotten)},
    )


def mark_pushed(store: Store, pushed: Sequence[tuple[int, str, bytes]]) -> None:
    """Note that trajectories lie here: their numbers, their last signs of life, and digests of what was pushed."""
    if pushed:
        numbers, last_ats, digests = zip(*pushed, strict=True)
        store.connection.execute(
            _MARK_PUSHED, {"ids": list(numbers), "last_ats": list(last_ats), "digests": list(digests)}
        )


def lock_sessions(store: Store, keys: Iterable[int]) -> None:
    """Let nobody else begin to share copies of these sessions until the transaction ends."""
    ordered = sorted(keys)
    if ordered:
        store.connection.execute(
            "SELECT count(pg_advisory_xact_lock(k # ppp_tenant())) "
            "FROM (SELECT k FROM unnest(%s::bigint[]) AS k ORDER BY k) AS ordered",
            (ordered,),
        )


def kept_cursors(cursors: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cursors with which all is pushed again: events keep their numbers."""
    return {"performance_events": [cursors["performance_events"][0], 0, ""]} if "performance_events" in cursors else {}
