"""Lists of sessions in any order, as SQL that reads them from an index.

Where the same index tells what a filter keeps, a page costs what it holds, wherever it begins. Where it does not, the
sessions that are kept are put together first, by one look through a table that holds nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ppp_tui.query.projects import label_of
from ppp_tui.query.sessions.filters import EMPTY, Filter
from ppp_tui.query.sql_helpers import TREE_TOKENS

SortName = Literal["last", "started", "cost", "tokens", "turns", "questions", "errors", "agent", "project"]
"""What a list can be sorted by."""

_SUMS: Mapping[SortName, tuple[str, str]] = {
    "last": ("s.last_at", "sessions_by_time"),
    "cost": ("s.tree_cost_micros", "sessions_by_cost"),
    "tokens": (TREE_TOKENS, "sessions_by_tokens"),
    "turns": ("s.turns", "sessions_by_turns"),
    "questions": ("s.low_questions + s.medium_questions + s.high_questions", "sessions_by_questions"),
    "errors": ("s.failed_steps + s.retries", "sessions_by_errors"),
}
"""Sorts by sums: what is compared, and the index in its order."""

_DESCRIPTIONS: Mapping[SortName, tuple[str, str]] = {
    "started": ("t.created_at", "INDEXED BY trajectories_by_parent"),
    "agent": ("t.agent_name", "INDEXED BY trajectories_by_agent"),
    "project": (label_of("t.project"), ""),
}
"""Sorts by what a session is; what projects are called stands in no index."""

SORT_NAMES: tuple[SortName, ...] = (
    "last",
    "started",
    "cost",
    "tokens",
    "turns",
    "questions",
    "errors",
    "agent",
    "project",
)
"""All sorts, in the order in which a key cycles through them."""


class Sort(NamedTuple):
    """How a list is sorted."""

    name: SortName = "last"
    is_descending: bool = True

    @property
    def direction(self) -> str:
        """The direction in SQL."""
        return "DESC" if self.is_descending else "ASC"


class SessionOrder(NamedTuple):
    """Sessions in the order of a list."""

    sql: str
    """Selects `id` and `sorted_by` of `:count` sessions from place `:start` on."""
    parameters: dict[str, object]
    is_indexed: bool
    """A page costs what it holds; else about as much as the whole list."""


def session_order(kept: Filter, sort: Sort, without: Sequence[int] = ()) -> SessionOrder:
    """Return the order of the sessions that a filter keeps, some left out that stand elsewhere."""
    described, parameters = kept.where_summed(is_summed=False)
    summed, more = kept.where_summed(is_summed=True)
    if sort.name in _SUMS:
        return SessionOrder(_by_sums(sort, described, summed, without), parameters | more, not described)
    is_indexed = not described and not summed and not (without and sort.name == "project")
    by_project = is_indexed and sort.name == "project"
    sql = _by_project(sort) if by_project else _by_description(sort, described, summed, without)
    return SessionOrder(sql, parameters | more, is_indexed)


def first_sessions(kept: Filter, sort: Sort) -> tuple[str, dict[str, object]]:
    """Return SQL for the ids that a filter keeps of `:count` sessions from place `:start` of a list on, in order.

    Each of them is looked up, so that the first are there before the whole list is put together.
    """
    described, parameters = kept.where_summed(is_summed=False)
    summed, more = kept.where_summed(is_summed=True)
    is_by_sums = sort.name in _SUMS
    order = session_order(EMPTY, sort).sql
    if is_by_sums:
        order, summed = _by_sums(sort, "", summed), ""
    tables = "part AS p"
    if described:
        tables += " CROSS JOIN trajectories AS t ON t.id = p.id"
    if summed:
        tables += " CROSS JOIN trajectory_summaries AS s ON s.trajectory_id = p.id"
    conditions = " AND ".join(filter(None, (described, summed))) or "1"
    ordered = f"ORDER BY p.sorted_by {sort.direction}, p.id {sort.direction}"
    sql = f"WITH part (id, sorted_by) AS MATERIALIZED ({order}) SELECT p.id FROM {tables} WHERE {conditions} {ordered}"
    return sql, parameters | more


def kept_sessions(kept: Filter) -> tuple[str, dict[str, object]]:
    """Return SQL for a table with a row for each session that a filter keeps, and its parameters."""
    described, parameters = kept.where_summed(is_summed=False)
    summed, more = kept.where_summed(is_summed=True)
    if described and not summed:
        return f"trajectories AS t WHERE {_is_described(described)}", parameters
    index = "summaries_by_time" if summed else "sessions_by_time"
    return f"trajectory_summaries AS s INDEXED BY {index} WHERE {_is_kept(described, summed)}", parameters | more


def _by_sums(sort: Sort, described: str, summed: str, without: Sequence[int] = ()) -> str:
    key, index = _SUMS[sort.name]
    way = sort.direction
    left_out = _left_out("s.trajectory_id", without)
    return (
        f"SELECT s.trajectory_id AS id, {key} AS sorted_by FROM trajectory_summaries AS s "
        f"INDEXED BY {'summaries_by_time' if summed else index} WHERE {_is_kept(described, summed)}{left_out} "
        f"ORDER BY {key} {way}, s.trajectory_id {way} LIMIT :count OFFSET :start"
    )


def _by_description(sort: Sort, described: str, summed: str, without: Sequence[int] = ()) -> str:
    key, index = _DESCRIPTIONS[sort.name]
    way = sort.direction
    left_out = _left_out("t.id", without)
    if not described and not summed:
        # The parent, which none of them has, stands in the order because it stands in the index.
        return (
            f"SELECT t.id AS id, {key} AS sorted_by FROM trajectories AS t {index} WHERE t.parent_id IS NULL{left_out} "
            f"ORDER BY {key} {way}, t.parent_id {way}, t.id {way} LIMIT :count OFFSET :start"
        )
    conditions = _is_described(described)
    if summed:
        conditions += (
            " AND +t.id IN (SELECT s.trajectory_id FROM trajectory_summaries AS s "
            f"INDEXED BY summaries_by_time WHERE {_is_kept('', summed)})"
        )
    return (
        f"SELECT t.id AS id, {key} AS sorted_by FROM trajectories AS t WHERE {conditions}{left_out} "
        f"ORDER BY {key} {way}, t.id {way} LIMIT :count OFFSET :start"
    )


def _by_project(sort: Sort) -> str:
    """Return the order by what projects are called: sessions of each are counted, and those of wanted ones read."""
    way = sort.direction
    return (
        "WITH folders (folder, label, sessions) AS MATERIALIZED ("
        f"SELECT t.project, {label_of('t.project')}, count(*) FROM trajectories AS t "
        "INDEXED BY trajectories_by_project WHERE t.parent_id IS NULL GROUP BY t.project), "
        "labels (label, before, beyond) AS MATERIALIZED (SELECT label, "
        f"sum(sum(sessions)) OVER (ORDER BY label {way}) - sum(sessions), "
        f"sum(sum(sessions)) OVER (ORDER BY label {way}) FROM folders GROUP BY label), "
        "wanted (label, before) AS MATERIALIZED (SELECT label, before FROM labels "
        "WHERE beyond > :start AND before < :start + :count) "
        "SELECT t.id AS id, f.label AS sorted_by FROM wanted AS w CROSS JOIN folders AS f ON f.label = w.label "
        "CROSS JOIN trajectories AS t INDEXED BY trajectories_by_project ON t.project = f.folder "
        f"AND t.parent_id IS NULL ORDER BY f.label {way}, t.id {way} "
        "LIMIT :count OFFSET :start - coalesce((SELECT min(before) FROM wanted), 0)"
    )


def _left_out(column: str, without: Sequence[int]) -> str:
    # Numbers of our own, no text of anybody's. The sign keeps the order's index in use.
    return f" AND +{column} NOT IN ({', '.join(str(int(number)) for number in without)})" if without else ""


def _is_kept(described: str, summed: str) -> str:
    conditions = f"s.is_child = 0 AND {summed}" if summed else "s.is_child = 0"
    if described:
        conditions += f" AND +s.trajectory_id IN (SELECT t.id FROM trajectories AS t WHERE {_is_described(described)})"
    return conditions


def _is_described(described: str) -> str:
    # The sign keeps the index by parent out of it: running through the table costs a third of looking rows up.
    return f"+t.parent_id IS NULL AND {described}" if described else "+t.parent_id IS NULL"
