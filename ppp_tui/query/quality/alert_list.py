"""Alerts: open ones, and those that have closed."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import first_line, to_ms

MAX_LISTED = 1000
"""Alerts that a list holds at most, the newest ones."""


class AlertLine(NamedTuple):
    """One time that a rule held for a session."""

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
        "SELECT a.trajectory_id, t.agent_name, t.project, t.title, a.rule, a.since, a.value, a.until FROM alerts AS a "
        f"CROSS JOIN trajectories AS t ON t.id = a.trajectory_id {condition} ORDER BY {newest} LIMIT {MAX_LISTED}",
        _read,
    )


def _read(rows: list[tuple[Any, ...]]) -> list[AlertLine]:
    return [
        AlertLine(
            session=row[0],
            agent=row[1],
            project=row[2],
            title=first_line(row[3]),
            rule=row[4],
            since=to_ms(row[5]) or 0,
            value=row[6],
            until=to_ms(row[7]),
        )
        for row in rows
    ]
