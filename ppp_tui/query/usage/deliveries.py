"""What commits and pull requests cost: the work of a session is cut at each of them.

What a session and its sub-agents spent since the delivery before it, or since the session began, is what a commit or a
pull request cost. What came after a session's last pull request belongs to that one, since reviews are answered there.
A session that names no pull request belongs to the one that was opened from its branch, unless that is a main branch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import from_text
from ppp_tui.model.project import Labels
from ppp_tui.query.projects import is_called, repository_of
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import strip_surrogates
from ppp_tui.query.usage.bounds import bound_parameters
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan

MAX_LISTED = 1000
"""Deliveries of a span that are listed, the newest first."""

MAIN_BRANCHES = ("", "main", "master", "trunk", "develop", "HEAD")
"""Branches whose sessions are not joined to a pull request by their name."""

_BEYOND = "9999"
_REFERENCE = re.compile(r"(?P<repository>[^#\s]*)#(?P<number>\d+)\Z")
_URL = re.compile(r"https?://[^/]+/(?P<repository>.+?)/(?:-/)?[a-z-]+/(?P<number>\d+)\Z")


class CommitCost(NamedTuple):
    """A commit that an agent made, and what it cost."""

    at: int
    """Unix milliseconds."""
    session: int
    """The session, whose sub-agent may have made it."""
    agent: str
    project: str
    """The folder in which the session began."""
    commit_hash: str
    """'' where git did not print it."""
    requests: int
    tokens: int
    cost_micros: int | None
    """Of the requests that have a price; None where none has."""


class PullRequestCost(NamedTuple):
    """A pull request that agents opened, merged or worked on, and what it cost."""

    name: str
    """``owner/name#12``, the URL, or `(branch)` where nothing names it."""
    url: str
    project: str
    branch: str
    opened_at: int | None
    """Unix milliseconds; None where no agent opened it."""
    merged_at: int | None
    sessions: tuple[int, ...]
    requests: int
    tokens: int
    cost_micros: int | None


class PullRequestMark(NamedTuple):
    """One row of a pull request in a session, with what was spent on the way to it."""

    session: int
    action: str
    url: str
    reference: str
    at: int
    project: str
    branch: str
    is_in_span: bool
    requests: int
    tokens: int
    cost_micros: int | None


class BranchSession(NamedTuple):
    """A session on a branch, with all that it and its sub-agents spent."""

    session: int
    repository: str
    branch: str
    requests: int
    tokens: int
    cost_micros: int | None


def _cut_by(table: str, columns: str, *, has_rest: bool) -> str:
    """Return the beginning of a query in which the sessions of a span's deliveries are cut at all their deliveries.

    `segments` has a row for each, from after `low` to `high`. With `has_rest`, the last one of a session goes on.
    """
    rest = f"iif(row_number() OVER newest_first = 1, '{_BEYOND}', m.at)" if has_rest else "m.at"
    newest_first = "WINDOW newest_first AS (PARTITION BY m.root ORDER BY m.at DESC, m.id DESC)" if has_rest else ""
    return (
        "WITH RECURSIVE seen AS MATERIALIZED (SELECT DISTINCT d.id >> 40 AS trajectory "
        f"FROM {table} AS d WHERE d.at >= :low AND d.at < :high), "
        "origin (trajectory, root) AS (SELECT trajectory, trajectory FROM seen UNION ALL "
        "SELECT o.trajectory, t.parent_id FROM origin AS o JOIN trajectories AS t ON t.id = o.root "
        "WHERE t.parent_id IS NOT NULL), "
        "roots AS MATERIALIZED (SELECT DISTINCT o.root FROM origin AS o JOIN trajectories AS t ON t.id = o.root "
        "WHERE t.parent_id IS NULL AND :agent IN (lower(t.agent_name), '') "
        f"AND (:project = '' OR {is_called('t.project')})), "
        "tree (root, member) AS (SELECT root, root FROM roots UNION ALL "
        "SELECT tree.root, c.id FROM tree JOIN trajectories AS c ON c.parent_id = tree.member), "
        f"marks AS MATERIALIZED (SELECT tree.root, d.id, d.at, {columns} FROM tree CROSS JOIN {table} AS d "
        "ON d.id >= tree.member << 40 AND d.id < (tree.member + 1) << 40 "
        "JOIN trajectory_turns AS n ON n.id = d.id >> 20 WHERE n.is_copy = 0), "
        "segments AS MATERIALIZED (SELECT m.*, "
        "coalesce(lag(m.at) OVER (PARTITION BY m.root ORDER BY m.at, m.id), '') AS low, "
        f"{rest} AS high FROM marks AS m {newest_first}), "
        "costs AS MATERIALIZED (SELECT s.id, count(u.id) AS requests, total(u.input_tokens + u.output_tokens + "
        "u.cache_read_tokens + u.cache_write_5m_tokens + u.cache_write_1h_tokens) AS tokens, "
        "sum(u.cost_micros) AS cost FROM segments AS s JOIN tree ON tree.root = s.root "
        "LEFT JOIN token_usage AS u ON u.id >= tree.member << 40 AND u.id < (tree.member + 1) << 40 "
        "AND u.at > s.low AND u.at <= s.high AND u.is_counted = 1 GROUP BY s.id) "
    )


def commit_costs(span: TimeSpan, usage_filter: UsageFilter) -> Query[list[CommitCost]]:
    """Return the newest commits of a span with what each cost; a model cannot be asked for."""
    return Query(
        _cut_by("features", "d.commit_hash", has_rest=False)
        + "SELECT s.at, s.root, t.agent_name, t.project, s.commit_hash, c.requests, c.tokens, c.cost "
        "FROM segments AS s JOIN trajectories AS t ON t.id = s.root JOIN costs AS c ON c.id = s.id "
        f"WHERE s.at >= :low AND s.at < :high ORDER BY s.at DESC, s.id DESC LIMIT {MAX_LISTED}",
        lambda rows: [
            CommitCost(
                at=from_text(row[0]) or 0,
                session=row[1],
                agent=row[2],
                project=row[3],
                commit_hash=row[4],
                requests=row[5],
                tokens=int(row[6]),
                cost_micros=row[7],
            )
            for row in rows
        ],
        bound_parameters(span, usage_filter),
    )


def pull_request_marks(span: TimeSpan, usage_filter: UsageFilter) -> Query[list[PullRequestMark]]:
    """Return every row of the sessions that named a pull request in a span, in order of time."""
    return Query(
        _cut_by("pull_requests", "d.action, d.url, d.reference", has_rest=True)
        + "SELECT s.root, s.action, s.url, s.reference, s.at, t.project, t.branch, s.at >= :low AND s.at < :high, "
        "c.requests, c.tokens, c.cost FROM segments AS s JOIN trajectories AS t ON t.id = s.root "
        f"JOIN costs AS c ON c.id = s.id ORDER BY s.at, s.id LIMIT {MAX_LISTED}",
        lambda rows: [
            PullRequestMark(
                session=row[0],
                action=row[1],
                url=row[2],
                reference=row[3],
                at=from_text(row[4]) or 0,
                project=row[5],
                branch=row[6],
                is_in_span=bool(row[7]),
                requests=row[8],
                tokens=int(row[9]),
                cost_micros=row[10],
            )
            for row in rows
        ],
        bound_parameters(span, usage_filter),
    )


def branch_sessions(marks: Iterable[PullRequestMark]) -> Query[list[BranchSession]]:
    """Return the sessions on the branches of pull requests that name no pull request themselves."""
    branches = sorted({mark.branch for mark in marks if mark.branch not in MAIN_BRANCHES})
    names = {f"branch{number}": strip_surrogates(branch) for number, branch in enumerate(branches)}
    return Query(
        f"SELECT t.id, {repository_of('t.project')}, t.branch, s.tree_requests, s.tree_input_tokens + "
        "s.tree_output_tokens + s.tree_cache_read_tokens + s.tree_cache_write_tokens, "
        "iif(s.tree_requests > s.tree_unpriced_requests, s.tree_cost_micros, NULL) "
        "FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id "
        f"WHERE t.branch IN ({', '.join(f':{name}' for name in names) or 'NULL'}) AND t.parent_id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM pull_requests AS p WHERE p.id >= t.id << 40 AND p.id < (t.id + 1) << 40)",
        lambda rows: [BranchSession._make(row) for row in rows],
        names,
    )


def pull_request_costs(
    marks: Sequence[PullRequestMark], sessions: Iterable[BranchSession], labels: Labels
) -> list[PullRequestCost]:
    """Join rows and sessions to pull requests, the newest first; only those that a span's rows name.

    `labels` tells which repository a project's folder belongs to.
    """
    groups: dict[str, list[PullRequestMark]] = {}
    named: dict[tuple[str, str], str] = {}
    by_branch: dict[tuple[str, str], str] = {}
    for mark in marks:
        repository = labels.repository(mark.project)
        key = _key(mark, repository, named, by_branch)
        groups.setdefault(key, []).append(mark)
        if mark.branch not in MAIN_BRANCHES:
            by_branch[repository, mark.branch] = key
    joined: dict[str, list[BranchSession]] = {}
    for session in sessions:
        owner = by_branch.get((session.repository, session.branch))
        if owner is not None:
            joined.setdefault(owner, []).append(session)
    costs = [
        _sum(key, group, joined.get(key, [])) for key, group in groups.items() if any(mark.is_in_span for mark in group)
    ]
    return sorted(costs, key=lambda cost: max(cost.opened_at or 0, cost.merged_at or 0), reverse=True)


def _key(
    mark: PullRequestMark, repository: str, named: dict[tuple[str, str], str], by_branch: dict[tuple[str, str], str]
) -> str:
    """Return the name of a row's pull request, the same for all rows of one."""
    if mark.url:
        matched = _URL.match(mark.url)
        key = f"{matched['repository']}#{matched['number']}" if matched else mark.url
        if matched:
            named[repository, matched["number"]] = key
        return key
    matched = _REFERENCE.match(mark.reference)
    if matched is None:
        return by_branch.get((repository, mark.branch), f"({mark.branch or 'no branch'})")
    return mark.reference if matched["repository"] else named.get((repository, matched["number"]), mark.reference)


def _sum(key: str, marks: Sequence[PullRequestMark], joined: Sequence[BranchSession]) -> PullRequestCost:
    parts: list[PullRequestMark | BranchSession] = [*marks, *joined]
    prices = [part.cost_micros for part in parts if part.cost_micros is not None]
    return PullRequestCost(
        name=key,
        url=next((mark.url for mark in marks if mark.url), ""),
        project=marks[0].project,
        branch=next((mark.branch for mark in marks if mark.branch), ""),
        opened_at=next((mark.at for mark in marks if mark.action == "created"), None),
        merged_at=next((mark.at for mark in reversed(marks) if mark.action == "merged"), None),
        sessions=tuple(sorted({part.session for part in parts})),
        requests=sum(part.requests for part in parts),
        tokens=sum(part.tokens for part in parts),
        cost_micros=sum(prices) if prices else None,
    )
