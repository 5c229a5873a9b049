"""What stands behind a sum: the failures of a group, the uses of a file, the sessions of an agent that asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from ppp_tui.model.activity import AccessAction, ChainKind
from ppp_tui.model.ids import number_of, trajectory_of, turn_of
from ppp_tui.query.projects import folders_of, path_in_repository, repository_of
from ppp_tui.query.quality.retry_history import CHAIN_COLUMNS, By, hour_condition, hour_of_day, read_chains
from ppp_tui.query.quality.rows import ChainLine
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.signals.run_sql import ALIVE, summed_scope
from ppp_tui.query.sql_helpers import TITLE, first_line, strip_surrogates, to_ms

_GROUPS: Mapping[By, str] = {
    "reason": "reason",
    "agent": "agent_name",
    "model": "model",
    "project": repository_of("project"),
}
"""Each group of retries but an hour, as SQL over `retry_chains`."""


class FileVisit(NamedTuple):
    """A step that read or changed a file."""

    id: int
    trajectory_id: int
    turn_number: int
    step_number: int | None
    agent_name: str
    action: AccessAction
    at: int
    """Unix milliseconds."""
    tokens: int
    """Estimated."""


class ConductSum(NamedTuple):
    """What the sessions of an agent asked, and what they did against the user's preferences."""

    agent_name: str
    sessions: int
    turns: int
    low: int
    medium: int
    high: int
    violations: int

    @property
    def questions(self) -> int:
        """Questions of every effort."""
        return self.low + self.medium + self.high


class ConductSession(NamedTuple):
    """A session that asked or violated something."""

    trajectory_id: int
    title: str
    project: str
    last_at: int
    """Unix milliseconds."""
    low: int
    medium: int
    high: int
    violations: int


def chains_of_group(
    by: By, key: str, kind: ChainKind, scope: Scope = EVERYTHING, *, zone: tzinfo = UTC, limit: int = 200
) -> Query[list[ChainLine]]:
    """Query the chains of a group of retries, the newest first.

    An hour is one of the day in `zone`. Costs all chains, and reads those of an hour without a limit: which of its
    offsets a zone has at a moment only the calendar says.
    """
    times, time_parameters = scope.times("started_at")
    names, name_parameters = scope.names("project", "agent_name", "model")
    if by == "hour":
        group, parameters = hour_condition("started_at", key, zone)
        end = ""
    else:
        group, parameters = f"{_GROUPS[by]} = :key", {"key": strip_surrogates(key), "most": limit}
        end = "LIMIT :most"
    return Query(
        f"SELECT {CHAIN_COLUMNS} FROM retry_chains {where('is_copy = 0', group, 'kind = :kind', *times, *names)} "
        f"ORDER BY started_at DESC, id DESC {end}",
        lambda rows: read_chains(
            [row for row in rows if by != "hour" or hour_of_day(row[11][:16], zone) == key][:limit]
        ),
        {**time_parameters, **name_parameters, **parameters, "kind": kind},
    )


def file_visits(project: str, path: str, limit: int = 50) -> Query[list[FileVisit]]:
    """Query who read or changed a file of a repository (its path from the root), the newest first."""
    path_below = (
        "iif(substr(:path, 1, length(g.sub_folder) + 1) = g.sub_folder || '/', "
        "substr(:path, length(g.sub_folder) + 2), :path)"
    )
    visits_by_action = (
        "SELECT * FROM (SELECT a.id, a.step_number, a.agent_name, a.action, a.at, a.tokens "
        f"FROM {folders_of()} AS g CROSS JOIN file_accesses AS a WHERE a.project = g.folder "
        f"AND a.path IN (:path, :project || '/' || :path, {path_below}) "
        f"AND {path_in_repository('a.path', 'g.sub_folder')} = :path "
        "AND a.is_copy = 0 AND a.action = '{}' ORDER BY a.at DESC LIMIT :limit)"
    )
    return Query(
        f"{visits_by_action.format('read')} UNION ALL {visits_by_action.format('edit')} "
        "ORDER BY 5 DESC, 1 DESC LIMIT :limit",
        _read_visits,
        {"project": strip_surrogates(project), "path": strip_surrogates(path), "limit": limit},
    )


def conduct_sums(scope: Scope = EVERYTHING) -> Query[list[ConductSum]]:
    """Query questions and violations of the sessions that were alive in a span of time, by agent; most sessions first.

    Whole days and months are read as sums, unless a project is asked for.
    """
    runs = summed_scope(scope._replace(model=None), least_turns=0)
    return Query(
        f"WITH {runs.tables}, parts (agent_name, sessions, turns, low, medium, high, violations) AS ("
        "SELECT e.agent_name, e.sessions, e.turns, e.low_questions, e.medium_questions, e.high_questions, e.violations "
        f"FROM spans CROSS JOIN conduct_sums AS e WHERE e.span = spans.span AND {runs.agent} UNION ALL "
        "SELECT t.agent_name, count(*), sum(s.turns), sum(s.low_questions), sum(s.medium_questions), "
        f"sum(s.high_questions), sum(s.violations) FROM {ALIVE} WHERE {runs.agent} GROUP BY t.agent_name) "
        "SELECT agent_name, sum(sessions), sum(turns), sum(low), sum(medium), sum(high), sum(violations) FROM parts "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
        lambda rows: [ConductSum(*row) for row in rows],
        runs.parameters,
    )


def conduct_sessions(scope: Scope, limit: int = 50) -> Query[list[ConductSession]]:
    """Query the newest sessions that asked or violated something."""
    conditions, parameters = _sessions_within(scope)
    asked = "s.low_questions + s.medium_questions + s.high_questions + s.violations > 0"
    return Query(
        f"SELECT s.trajectory_id, {TITLE}, t.project, s.last_at, "
        "s.low_questions, s.medium_questions, s.high_questions, s.violations FROM trajectory_summaries AS s "
        f"JOIN trajectories AS t ON t.id = s.trajectory_id {where(asked, *conditions)} ORDER BY s.last_at DESC "
        "LIMIT :limit",
        lambda rows: [_session(row) for row in rows],
        {**parameters, "limit": limit},
    )


def _session(row: tuple[Any, ...]) -> ConductSession:
    return ConductSession._make([row[0], first_line(row[1]), row[2], to_ms(row[3]) or 0, *row[4:]])


def _sessions_within(scope: Scope) -> tuple[list[str], dict[str, object]]:
    times, time_parameters = scope.times("s.last_at")
    names, name_parameters = scope.names("project", "agent_name")
    return [*times, *(f"t.{name}" for name in names)], {**time_parameters, **name_parameters}


def _read_visits(rows: list[tuple[Any, ...]]) -> list[FileVisit]:
    visits = []
    for row_id, step_number, agent_name, action, at, tokens in rows:
        turn = turn_of(row_id)
        visits.append(
            FileVisit(
                id=row_id,
                trajectory_id=trajectory_of(turn),
                turn_number=number_of(turn),
                step_number=step_number,
                agent_name=agent_name,
                action=action,
                at=to_ms(at) or 0,
                tokens=tokens,
            )
        )
    return visits
