"""Sums of counted usage: by minute, hour, day and month, over agents and models, projects and sessions.

A transaction collects its differences by session, minute and model, the finest key there is, and adds them up level by
level in `flush`: a change costs as many rows as it touches sums, whatever the size of the database. Minutes are dropped
after a while, hours and days stay; sums by session go with the session.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from operator import add, neg, sub
from typing import NamedTuple

from ppp_tui.model.rows import UsageRow
from ppp_tui.store.meta import fact, put_fact
from ppp_tui.store.writers.trajectories import COST_SUMS, ancestors

SUMS = (
    *COST_SUMS,
    "lower_bound_requests",
    "cache_write_1h_tokens",
    "reasoning_tokens",
    "reasoning_requests",
    "saved_micros",
    "reported_micros",
    "reported_requests",
)
"""Columns that every rollup has."""

USAGE_COLUMNS = (
    "at, model, input_tokens, output_tokens, reasoning_tokens, cache_read_tokens, cache_write_5m_tokens, "
    "cache_write_1h_tokens, cost_micros, saved_micros, reported_micros, is_lower_bound, reasoning_effort"
)
"""Columns of `token_usage` that make a `UsageCounts`, in its order."""

MINUTES_SINCE = "minutes_since"
"""The fact with the first minute for which sums by the minute are kept; it is missing where all are."""

_KEYS = {
    "usage_minutes": ("minute", "agent_name", "model", "reasoning_effort"),
    "usage_hours": ("hour", "agent_name", "model", "reasoning_effort"),
    "usage_days": ("day", "agent_name", "model", "reasoning_effort"),
    "total_hours": ("hour",),
    "project_hours": ("hour", "project", "agent_name", "model", "reasoning_effort"),
    "project_days": ("day", "project", "agent_name", "model", "reasoning_effort"),
    "folder_days": ("day", "project"),
    "folder_months": ("month", "project"),
    "session_hours": ("hour", "trajectory_id", "model", "reasoning_effort"),
    "session_days": ("day", "trajectory_id", "model", "reasoning_effort"),
}
"""Primary keys of the rollups."""


class UsageCounts(NamedTuple):
    """What counts of a usage row; field names are column names."""

    at: str
    model: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int | None
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    cost_micros: int | None
    saved_micros: int | None
    reported_micros: int | None
    is_lower_bound: int
    reasoning_effort: str = ""

    @classmethod
    def of(cls, row: UsageRow) -> UsageCounts:
        """Return what counts of a row."""
        return cls(
            at=row.at,
            model=row.model,
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            reasoning_tokens=row.reasoning_tokens,
            cache_read_tokens=row.cache_read_tokens,
            cache_write_5m_tokens=row.cache_write_5m_tokens,
            cache_write_1h_tokens=row.cache_write_1h_tokens,
            cost_micros=row.cost_micros,
            saved_micros=row.saved_micros,
            reported_micros=row.reported_micros,
            is_lower_bound=row.is_lower_bound,
            reasoning_effort=row.reasoning_effort,
        )


class _Owner(NamedTuple):
    """Whose usage it is."""

    agent_name: str
    project: str
    counted_until: str
    """Usage up to this time is in the lasting sums already, though its rows were forgotten once."""


_FineKey = tuple[int, _Owner, str, tuple[str, str], bool]
"""Trajectory, owner, minute or hour, model with effort, and whether it counts in sums that last."""

_Key = tuple[str | int, ...]
_Sums = dict[_Key, list[int]]


class Rollups:
    """The differences of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Collect for a transaction on this connection."""
        self._connection = connection
        self._owners: dict[int, _Owner] = {}
        self._fine: dict[_FineKey, list[int]] = {}
        self.is_forgetting = False
        """From now on, rows are subtracted from the sums by session only: the other sums keep them for good."""

    def count(self, trajectory_id: int, usage: UsageCounts, sign: int) -> None:
        """Add (1) or subtract (-1) a usage row of a trajectory."""
        owner = self._owners.get(trajectory_id) or self._find_owner(trajectory_id)
        at = usage.at
        lasts = at > owner.counted_until and not self.is_forgetting
        key = (trajectory_id, owner, at[:16], (usage.model, usage.reasoning_effort), lasts)
        reasoning, cost, reported = usage.reasoning_tokens, usage.cost_micros, usage.reported_micros
        parts = (
            1,
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_5m_tokens + usage.cache_write_1h_tokens,
            cost or 0,
            int(cost is None),
            usage.is_lower_bound,
            usage.cache_write_1h_tokens,
            reasoning or 0,
            int(reasoning is not None),
            usage.saved_micros or 0,
            reported or 0,
            int(reported is not None),
        )
        sums = self._fine.get(key)
        if sums is None:
            self._fine[key] = list(parts) if sign > 0 else list(map(neg, parts))
        else:
            self._fine[key] = list(map(add if sign > 0 else sub, sums, parts))

    def rename(self, trajectory_id: int) -> None:
        """Look up the trajectory's agent and project again: they may have changed."""
        self._owners.pop(trajectory_id, None)

    def flush(self) -> None:
        """Add the collected differences to the tables, and forget them."""
        if not self._fine:
            return
        levels = self._add_up()
        for table, keys in _KEYS.items():
            changed, emptied = [], []
            for key, values in levels.get(table, {}).items():
                if any(values):
                    changed.append((*key, *values))
                    if values[0] <= 0:
                        emptied.append(key[: len(keys)])
            if changed:
                self._connection.executemany(_UPSERTS[table], changed)
            if emptied:
                self._connection.executemany(_DELETES[table], emptied)
        self._fine.clear()

    def _find_owner(self, trajectory_id: int) -> _Owner:
        row = self._connection.execute(
            "SELECT t.agent_name, t.project, coalesce(f.counted_until, '') FROM trajectories AS t "
            "LEFT JOIN source_files AS f ON f.id = t.file_id WHERE t.id = ?",
            (trajectory_id,),
        ).fetchone()
        owner = self._owners[trajectory_id] = _Owner(*row)
        return owner

    def _add_up(self) -> dict[str, _Sums]:
        """Return the differences by table, for tables that have any."""
        hours: dict[_FineKey, list[int]] = {}
        levels: dict[str, _Sums] = {}
        since = minutes_since(self._connection)
        for (trajectory, owner, minute, model, lasts), sums in self._fine.items():
            if lasts and minute >= since:
                _add_sums(levels, (("usage_minutes", (minute, owner.agent_name, *model)),), sums)
            hour_key = (trajectory, owner, minute[:13] + ":00", model, lasts)
            present = hours.get(hour_key)
            hours[hour_key] = sums if present is None else list(map(add, present, sums))
        roots: dict[int, int] = {}
        for (trajectory, owner, hour, model, lasts), sums in hours.items():
            day, (agent_name, project, _) = hour[:10] + " 00:00", owner
            if trajectory not in roots:
                roots[trajectory] = self._root(trajectory)
            lasting = (
                ("usage_hours", (hour, agent_name, *model)),
                ("project_hours", (hour, project, agent_name, *model)),
                ("project_days", (day, project, agent_name, *model)),
                ("usage_days", (day, agent_name, *model)),
                ("total_hours", (hour,)),
                ("folder_days", (day, project)),
                ("folder_months", (hour[:8] + "01 00:00", project)),
            )
            of_session = (
                ("session_hours", (hour, trajectory, *model, roots[trajectory])),
                ("session_days", (day, trajectory, *model, roots[trajectory])),
            )
            _add_sums(levels, of_session + lasting if lasts else of_session, sums)
        return levels

    def _root(self, trajectory_id: int) -> int:
        """Return the session at the top, by the links at this moment."""
        above = ancestors(self._connection, trajectory_id)
        return above[-1] if above else trajectory_id


def minutes_since(connection: sqlite3.Connection) -> str:
    """Return the first minute of which sums are kept, '' where all are."""
    return fact(connection, MINUTES_SINCE)


def drop_minutes(connection: sqlite3.Connection, before: str) -> None:
    """Delete the sums of minutes before a whole hour, and make none there again; within the caller's transaction."""
    if before <= minutes_since(connection):
        return
    put_fact(connection, MINUTES_SINCE, before)
    connection.execute("DELETE FROM usage_minutes WHERE minute < ?", (before,))


def counted(connection: sqlite3.Connection, trajectory_id: int) -> list[UsageCounts]:
    """Return the usage of a trajectory that counts: no copies."""
    rows = connection.execute(
        f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id BETWEEN ? AND ? AND is_counted = 1",
        (trajectory_id << 40, ((trajectory_id + 1) << 40) - 1),
    ).fetchall()
    return [UsageCounts(*row) for row in rows]


def _add_sums(levels: dict[str, _Sums], keys: Iterable[tuple[str, _Key]], sums: list[int]) -> None:
    """Add sums to those of each of the keys, each in its table."""
    for table, key in keys:
        level = levels.setdefault(table, {})
        present = level.get(key)
        level[key] = sums if present is None else list(map(add, present, sums))


def _upsert(table: str, keys: Iterable[str]) -> str:
    key = ", ".join(keys)
    is_by_session = table.startswith("session")
    columns = f"{key}, {'root_id, ' if is_by_session else ''}{', '.join(SUMS)}"
    marks = ", ".join("?" * len(columns.split(", ")))
    updates = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
    updates += ", root_id = excluded.root_id" if is_by_session else ""
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {updates}"


_UPSERTS = {table: _upsert(table, keys) for table, keys in _KEYS.items()}
_DELETES = {
    table: f"DELETE FROM {table} WHERE {' AND '.join(f'{key} = ?' for key in keys)} AND requests = 0"
    for table, keys in _KEYS.items()
}
