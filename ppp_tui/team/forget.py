"""Takes back what was shared: rows go, and do not come again by themselves; or lets them come again."""

from __future__ import annotations

from collections.abc import Iterable

from ppp_tui.team import loose, replica
from ppp_tui.team.connect import Store, tenant_transaction
from ppp_tui.team.replica import Replica
from ppp_tui.team.share import OF_REPLICAS
from ppp_tui.text.format import counted

AT_ONCE = 200
"""Trajectories that are taken back in one transaction."""

_TREE = """
WITH RECURSIVE tree (id, depth) AS (
    SELECT id, 0 FROM trajectories WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %(replica)s
        AND id = ANY (%(ids)s::bigint[])
    UNION SELECT t.id, tree.depth + 1 FROM tree JOIN trajectories AS t
        ON t.tenant_id = (SELECT ppp_tenant()) AND t.parent_id = tree.id WHERE tree.depth < 32)
SELECT DISTINCT id FROM tree ORDER BY id
"""
_OF_PROJECT = """
SELECT id FROM trajectories
WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %(replica)s AND project = %(project)s
ORDER BY id
"""
_ALL = """
SELECT trajectory_id FROM shared_trajectories WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %(replica)s
    AND is_forgotten = 0 ORDER BY trajectory_id
"""
_AGAIN = """
UPDATE shared_trajectories SET is_forgotten = 0, digests = '' WHERE tenant_id = (SELECT ppp_tenant())
    AND replica_id = %(replica)s AND is_forgotten = 1
    AND (%(all)s OR local_id = ANY (%(ids)s::bigint[]))
"""
_AUDIT = "INSERT INTO audit (tenant_id, action, detail) VALUES (ppp_tenant(), %(action)s, %(detail)s)"


def trajectories_of_sessions(store: Store, own: Replica, local_ids: Iterable[int]) -> list[int]:
    """Return the numbers over there of sessions and all below them, by their local numbers."""
    with tenant_transaction(store.connection, store.member.tenant_id, is_read_only=True):
        numbered = replica.shared_trajectories(store, own.id, local_ids)
        ids = [each.trajectory_id for each in numbered.values() if not each.is_forgotten]
        rows = store.connection.execute(_TREE, {"replica": own.id, "ids": ids}).fetchall()
    # One that is kept at home has no rows there, and can be forgotten all the same.
    return list(dict.fromkeys([*ids, *(row[0] for row in rows)]))


def trajectories_of_project(store: Store, own: Replica, project: str) -> list[int]:
    """Return the numbers over there of all trajectories of a project, by its name there."""
    with tenant_transaction(store.connection, store.member.tenant_id, is_read_only=True):
        rows = store.connection.execute(_OF_PROJECT, {"replica": own.id, "project": project}).fetchall()
    return [row[0] for row in rows]


def all_trajectories(store: Store, own: Replica) -> list[int]:
    """Return the numbers over there of all trajectories of a replica that were not taken back."""
    with tenant_transaction(store.connection, store.member.tenant_id, is_read_only=True):
        return [row[0] for row in store.connection.execute(_ALL, {"replica": own.id}).fetchall()]


def forget(store: Store, trajectory_ids: list[int], subject: str) -> None:
    """Take trajectories back, some at a time, and write down that it was done.

    Raises psycopg.Error: what was taken back before stays so.
    """
    for start in range(0, len(trajectory_ids), AT_ONCE):
        piece = trajectory_ids[start : start + AT_ONCE]
        with tenant_transaction(store.connection, store.member.tenant_id, timeout_s=120):
            replica.remove_rows(store, piece)
            replica.mark_removed(store, piece, is_forgotten=True)
            store.connection.execute(
                _AUDIT,
                {"action": "forget", "detail": f"{subject}: {_trajectories(len(piece))}"},
            )


def forget_rest(store: Store, own: Replica) -> None:
    """Take back what belongs to no session: events, agents, counts of folders."""
    with tenant_transaction(store.connection, store.member.tenant_id, timeout_s=120):
        for table in reversed(OF_REPLICAS):
            loose.remove_all(store, own.id, table)


def share_again(store: Store, own: Replica, local_ids: Iterable[int] | None) -> int:
    """Let sessions that were taken back, or with None all, be pushed again; return how many trajectories these are."""
    with tenant_transaction(store.connection, store.member.tenant_id):
        ids = [] if local_ids is None else list(local_ids)
        count = store.connection.execute(_AGAIN, {"replica": own.id, "all": local_ids is None, "ids": ids}).rowcount
        if count:
            replica.restart(store, own)
            store.connection.execute(_AUDIT, {"action": "share again", "detail": _trajectories(count)})
    return count


def _trajectories(number: int) -> str:
    return counted(number, "trajectory", "trajectories")
