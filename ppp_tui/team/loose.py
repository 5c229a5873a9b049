"""Rows that belong to no turn and move no revision: reports of sessions, alerts, events, agents, counts of folders.

Of each table a cursor in the replica's row tells how far it was pushed. Of reports and alerts those of the last day are
looked at again, since their times are not those of their commits; agents and counts are few, and go as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ppp_tui.model.clock import DAY_MS, from_text, to_text
from ppp_tui.model.project import ShareLevel
from ppp_tui.team.connect import Store
from ppp_tui.team.local import LocalDatabase
from ppp_tui.team.outgoing import Outgoing, Row, RowPlace
from ppp_tui.team.replica import Replica, SharedTrajectory
from ppp_tui.team.share import OF_REPLICAS, SharedTable
from ppp_tui.team.writing import RowWriter

MOST_EVENTS = 5_000
"""Performance events of one transaction."""

REPORTS, ALERTS, EVENTS, AGENTS, CODEBASES, TYPES = OF_REPLICAS

_WHOLE = (AGENTS, CODEBASES, TYPES)


class LooseRows(NamedTuple):
    """What is to be pushed of these tables."""

    rows: Mapping[str, list[Row]]
    """By the table's local name, as they are shared; a table that is named without rows becomes empty."""
    cursors: Mapping[str, Any]
    """How far the tables are pushed then."""
    has_more: bool
    """More events wait."""
    is_emptied: bool
    """Events are kept at home now."""


Numbers = Callable[[list[int]], Mapping[int, SharedTrajectory]]
"""Returns what local trajectories are over there, by their local number."""


def loose_rows(
    own: Replica, local: LocalDatabase, outgoing: Outgoing, numbered: Numbers, share: ShareLevel
) -> LooseRows:
    """Return what of these tables changed, `share` being the level of what belongs to no project."""
    rows: dict[str, list[Row]] = {}
    cursors = dict(own.cursors)
    for table, changed in ((REPORTS, _reports), (ALERTS, _alerts)):
        newest, digest = cursors.get(table.name, ["", ""])
        since = to_text(max(0, from_text(newest) - DAY_MS)) if newest else ""
        converted, latest = changed(local, outgoing, numbered, since)
        if converted and (now := local.digest(converted)) != digest:
            rows[table.name] = converted
            cursors[table.name] = [max(newest, latest), now]
    events, has_more = _events(local, outgoing, share, cursors)
    if events:
        rows[EVENTS.name] = events
    is_emptied = share == "none" and cursors.pop(EVENTS.name, None) is not None
    all_tables = _whole_tables(local, outgoing, share)
    for name, all_rows in all_tables.items():
        digest = local.digest(all_rows)
        if cursors.get(name) != digest:
            rows[name] = all_rows
            cursors[name] = digest
    if CODEBASES.name in rows:
        # Parts go with what they belong to.
        rows[TYPES.name] = all_tables[TYPES.name]
    return LooseRows(rows, cursors, has_more, is_emptied)


def _place(numbered: SharedTrajectory, folder: str, level: ShareLevel) -> RowPlace:
    return RowPlace(numbered.trajectory_id, None, numbered.trajectory_id, folder, level, None)


def _reports(local: LocalDatabase, outgoing: Outgoing, numbered: Numbers, since: str) -> tuple[list[Row], str]:
    """Return the reports since a time of sessions that are over there, and the latest time."""
    names = outgoing.column_names(REPORTS)
    source, native_id, at = (names.index(name) for name in ("source", "native_id", "at"))
    rows = local.rows(REPORTS, outgoing, "at >= ?", since)
    sessions = {row: local.session(row[source], row[native_id]) for row in rows}
    present = numbered([session.id for session in sessions.values() if session is not None])
    converted: list[Row] = []
    for row, session in sessions.items():
        if session is not None and session.level != "none" and session.id in present:
            shared = present[session.id]
            if shared.is_present:
                converted += outgoing.convert(REPORTS, [row], _place(shared, session.folder, session.level))
    return converted, max((row[at] for row in rows), default="")


def _alerts(local: LocalDatabase, outgoing: Outgoing, numbered: Numbers, since: str) -> tuple[list[Row], str]:
    """Return the alerts that are open, or opened or ended since a time, and the latest time."""
    names = outgoing.column_names(ALERTS)
    trajectory, began, ended = (names.index(name) for name in ("trajectory_id", "since", "until"))
    rows = local.rows(ALERTS, outgoing, "until IS NULL OR until >= ? OR since >= ?", since, since)
    present = numbered([row[trajectory] for row in rows])
    converted: list[Row] = []
    for row in rows:
        shared = present.get(row[trajectory])
        session = local.trajectory(row[trajectory])
        if shared is not None and shared.is_present and session.level != "none":
            converted += outgoing.convert(ALERTS, [row], _place(shared, session.folder, session.level))
    return converted, max((max(row[began], row[ended] or "") for row in rows), default="")


def _events(
    local: LocalDatabase, outgoing: Outgoing, share: ShareLevel, cursors: dict[str, Any]
) -> tuple[list[Row], bool]:
    """Return the next events, and whether more wait; moves their cursor.

    The local database may give a number again once it holds no events: what is added to its numbers then grows.
    """
    if share == "none":
        return [], False
    base, last, last_at = cursors.get(EVENTS.name, [0, 0, ""])
    if local.has_rows(EVENTS, "id <= ? AND at > ?", last, last_at) and last:
        base, last = base + last, 0
    rows = local.rows(EVENTS, outgoing, "id > ?", last, limit=MOST_EVENTS)
    if not rows:
        return [], False
    at = outgoing.column_names(EVENTS).index("at")
    cursors[EVENTS.name] = [base, rows[-1][0], max(last_at, *(row[at] for row in rows))]
    numbered = [(base + row[0], *row[1:]) for row in rows]
    return outgoing.convert(EVENTS, numbered, RowPlace(0, None, 0, "", share, None)), len(rows) == MOST_EVENTS


def _whole_tables(local: LocalDatabase, outgoing: Outgoing, share: ShareLevel) -> dict[str, list[Row]]:
    """Return all rows of the tables that go as a whole, by their name."""
    shared: dict[str, list[Row]] = {
        AGENTS.name: outgoing.convert(AGENTS, local.rows(AGENTS, outgoing, "1"), RowPlace(0, None, 0, "", share, None)),
        CODEBASES.name: [],
        TYPES.name: [],
    }
    project = outgoing.column_names(CODEBASES).index("project")
    for row in local.rows(CODEBASES, outgoing, "1"):
        level = local.share(row[project])
        if level != "none":
            place = RowPlace(0, None, 0, row[project], level, None)
            shared[CODEBASES.name] += outgoing.convert(CODEBASES, [row], place)
            shared[TYPES.name] += outgoing.convert(TYPES, local.rows(TYPES, outgoing, "codebase_id = ?", row[0]), place)
    return shared


def write_loose(store: Store, own: Replica, loose: LooseRows, outgoing: Outgoing) -> None:
    """Write what changed of these tables, within the transaction that moves the cursors. Raises psycopg.Error."""
    writer = RowWriter(store.connection, store.member.tenant_id, own.id)
    for table in reversed(_WHOLE):
        if table.name in loose.rows:
            remove_all(store, own.id, table)
    if loose.is_emptied:
        remove_all(store, own.id, EVENTS)
    for table in OF_REPLICAS:
        rows = loose.rows.get(table.name, [])
        if table is REPORTS:
            keys = ("source", "native_id", "replica_id")
            writer.upsert(table.target, outgoing.column_names(table), rows, keys=keys)
        elif table in _WHOLE:
            writer.insert(table.target, outgoing.column_names(table), rows)
        else:
            writer.upsert(table.target, outgoing.column_names(table), rows)


def remove_all(store: Store, replica_id: int, table: SharedTable) -> None:
    """Remove all rows of a replica from a table. Within a transaction of the tenant."""
    statement = f"DELETE FROM {table.target} WHERE tenant_id = (SELECT ppp_tenant()) AND replica_id = %s"
    store.connection.execute(statement.encode(), (replica_id,))
