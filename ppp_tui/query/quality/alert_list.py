"""Alerts: open ones, and those that have closed."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import first_line, to_ms

MAX_LISTED = 1000
"""Alerts that a list holds at most, the newest ones."""


class AlertLine(NamedTuple):
    """One time that a rule held for a session."""

    id: int
    session: int
    agent: str
    project: str
    """The folder."""
    title: str
    rule: str
    since: int
    value: float
    """When the rule began to hold: percent, dollars or a count, as the rule has it."""
    until: int | None
    """None while the rule holds."""


def alert_list(*, has_closed: bool = False) -> Query[list[AlertLine]]:
    """Return the open alerts, and with `has_closed` the others after them; the newest first."""
    condition = "" if has_closed else "WHERE a.until IS NULL"
    newest = "a.until IS NULL DESC, a.since DESC, a.id DESC"
    return Query(
        "SELECT a.id, a.trajectory_id, t.agent_name, t.project, t.title, a.rule, a.since, a.value, a.until "
        f"FROM alerts AS a CROSS JOIN trajectories AS t ON t.id = a.trajectory_id {condition} "
        f"ORDER BY {newest} LIMIT {MAX_LISTED}",
        _read,
    )


def _read(rows: list[tuple[Any, ...]]) -> list[AlertLine]:
    return [
        AlertLine(
            id=row[0],
            session=row[1],
            agent=row[2],
            project=row[3],
            title=first_line(row[4]),
            rule=row[5],
            since=to_ms(row[6]) or 0,
            value=row[7],
            until=to_ms(row[8]),
        )
        for row in rows
    ]
