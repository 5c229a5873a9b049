"""How long a team keeps sessions: what has been quiet for longer is removed, whole sessions at a time, sums stay.

Who may delete rows decides what is removed: everybody's own, and for an admin those of the whole team.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.team.connect import Store, StoreError, tenant_transaction
from ppp_tui.team.people import to_ms
from ppp_tui.team.replica import remove_rows

AT_ONCE = 200
"""Sessions that are looked at, and removed with all below them, in one transaction."""

TIMEOUT_S = 120.0
MONTHS_A_YEAR = 12

_MONTHS = "SELECT retention_months, now() FROM tenants"
_SET = "UPDATE tenants SET retention_months = %s WHERE tenant_id = (SELECT ppp_tenant())"
_OLD = """
WITH RECURSIVE roots AS (
    SELECT t.id, t.created_at FROM trajectories AS t
    WHERE t.tenant_id = (SELECT ppp_tenant()) AND t.parent_id IS NULL AND t.created_at < %(before)s
        AND (t.created_at, t.id) > (%(after_at)s, %(after_id)s)
        AND ((SELECT ppp_is_admin()) OR t.replica_id = ANY ((SELECT ppp_replicas())::integer[]))
    ORDER BY t.created_at, t.id LIMIT %(most)s),
tree (root_id, id, created_at, depth) AS (
    SELECT id, id, created_at, 0 FROM roots
    UNION ALL SELECT tree.root_id, t.id, t.created_at, tree.depth + 1
    FROM tree JOIN trajectories AS t ON t.tenant_id = (SELECT ppp_tenant()) AND t.parent_id = tree.id
    WHERE tree.depth < 32)
SELECT r.created_at, r.id, array_agg(tree.id), max(coalesce(s.last_at, tree.created_at)) < %(before)s
FROM roots AS r JOIN tree ON tree.root_id = r.id
    LEFT JOIN trajectory_summaries AS s ON s.tenant_id = (SELECT ppp_tenant()) AND s.trajectory_id = tree.id
GROUP BY r.created_at, r.id ORDER BY r.created_at, r.id
"""
_EXPIRE = """
UPDATE shared_trajectories SET is_expired = 1, is_forgotten = 1, is_present = 0
WHERE tenant_id = (SELECT ppp_tenant()) AND trajectory_id = ANY (%s::bigint[])
"""
_REST = (
    "DELETE FROM performance_events WHERE tenant_id = (SELECT ppp_tenant()) AND at < %(before)s",
    "DELETE FROM usage_minutes_by_replica WHERE tenant_id = (SELECT ppp_tenant()) AND minute < %(before)s",
)
"""What belongs to no session; of usage the sums by hour and longer stay."""

_AUDIT = "INSERT INTO audit (tenant_id, action, detail) VALUES (ppp_tenant(), 'retention', %s)"


class Retention(NamedTuple):
    """How long a team keeps sessions."""

    months: int | None
    """Whole months besides the one that runs, None for all."""
    before_ms: int
    """Unix milliseconds; what has been quiet since before is not kept. 0 if all is."""


class _Tree(NamedTuple):
    """A session that began before the moment, with all that it started."""

    position: tuple[str, int]
    """Where it stands in the order in which sessions are looked at."""
    trajectory_ids: list[int]
    is_quiet: bool


_BEGINNING = ("", 0)


def month_start_ms(now_ms: int, months: int) -> int:
    """Return when the month began that lies so many months before the one of `now_ms`, in UTC."""
    text = to_text(now_ms)
    count = int(text[:4]) * MONTHS_A_YEAR + int(text[5:7]) - 1 - months
    from_year, month = divmod(count, MONTHS_A_YEAR)
    return max(0, from_text(f"{from_year:04}-{month + 1:02}-01 00:00:00.000"))


def retention(store: Store) -> Retention:
    """Return how long the team keeps sessions, by the server's clock. Raises psycopg.Error."""
    with tenant_transaction(store.connection, store.member.tenant_id, is_read_only=True):
        row = store.connection.execute(_MONTHS).fetchone()
    if row is None or row[0] is None:
        return Retention(None, 0)
    return Retention(row[0], month_start_ms(to_ms(row[1]), row[0]))


def set_retention(store: Store, months: int | None) -> None:
    """Say how long the team keeps sessions; nothing is removed by that. Raises StoreError for who is no admin."""
    if store.member.role != "admin":
        raise StoreError(f"How long sessions are kept is said by an admin of {store.member.tenant}.")
    with tenant_transaction(store.connection, store.member.tenant_id):
        store.connection.execute(_SET, (months,))


def expired_sessions(store: Store, before_ms: int) -> int:
    """Return how many sessions `remove_expired` would remove. Raises psycopg.Error."""
    count, after = 0, _BEGINNING
    while True:
        with tenant_transaction(store.connection, store.member.tenant_id, timeout_s=TIMEOUT_S, is_read_only=True):
            looked_at = _look_at(store, before_ms, after)
        count += sum(tree.is_quiet for tree in looked_at)
        if len(looked_at) < AT_ONCE:
            return count
        after = looked_at[-1].position


def remove_expired(store: Store, before_ms: int, tell: Callable[[int], object] = lambda _: None) -> int:
    """Remove what has been quiet since before a moment; return how many sessions these were.

    A session is quiet if it and all that it started are. `tell` hears after each transaction how many are gone.
    Raises psycopg.Error: what was removed before stays so.
    """
    connection, tenant_id, before = store.connection, store.member.tenant_id, to_text(before_ms)
    removed, after = 0, _BEGINNING
    while True:
        with tenant_transaction(connection, tenant_id, timeout_s=TIMEOUT_S):
            connection.execute("SELECT set_config('ppp.keeps_sums', 'on', true)")
            looked_at = _look_at(store, before_ms, after)
            quiet = [tree for tree in looked_at if tree.is_quiet]
            numbers = [number for tree in quiet for number in tree.trajectory_ids]
            remove_rows(store, numbers)
            connection.execute(_EXPIRE, (numbers,))
            if quiet and not removed:
                connection.execute(_AUDIT, (f"sessions that have been quiet since before {before[:10]} are removed",))
        removed += len(quiet)
        tell(removed)
        if len(looked_at) < AT_ONCE:
            break
        after = looked_at[-1].position
    with tenant_transaction(connection, tenant_id, timeout_s=TIMEOUT_S):
        for statement in _REST:
            connection.execute(statement.encode(), {"before": before})
    return removed


def _look_at(store: Store, before_ms: int, after: tuple[str, int]) -> list[_Tree]:
    values = {"before": to_text(before_ms), "after_at": after[0], "after_id": after[1], "most": AT_ONCE}
    rows = store.connection.execute(_OLD, values).fetchall()
    return [_Tree((created_at, number), ids, is_quiet) for created_at, number, ids, is_quiet in rows]
