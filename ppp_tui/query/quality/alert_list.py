"""Alerts: open ones, and those that have closed."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.sql_helpers import TITLE, first_line, to_ms

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


def alert_list(scope: Scope = EVERYTHING, *, has_closed: bool = False) -> Query[list[AlertLine]]:
    """Return the open alerts, and with `has_closed` the others after them; the newest first.

    Bounds of time are those of when an alert opened; one that is open now is in every span that has not ended before.
    """
    conditions = [] if has_closed else ["a.until IS NULL"]
    times, parameters = scope.times("a.since")
    conditions += [f"(a.until IS NULL OR {bound})" if bound.startswith("a.since >=") else bound for bound in times]
    names, values = scope.names("project", "agent_name")
    conditions += [f"t.{condition}" for condition in names]
    newest = "a.until IS NULL DESC, a.since DESC, a.id DESC"
    return Query(
        f"SELECT a.id, a.trajectory_id, t.agent_name, t.project, {TITLE}, a.rule, a.since, a.value, a.until "
        f"FROM alerts AS a CROSS JOIN trajectories AS t ON t.id = a.trajectory_id "
        f"{where(*conditions)} ORDER BY {newest} LIMIT {MAX_LISTED}",
        _read,
        {**parameters, **values},
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
