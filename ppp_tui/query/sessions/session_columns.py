"""The columns of a session in a list, and how they become a `SessionRow`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ppp_tui.model.live import stored_facts
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.quality.rows import SessionRetries, SessionTests
from ppp_tui.query.rows import SessionRow, Spend, Tokens
from ppp_tui.query.sql_helpers import TITLE, first_line, to_ms

FROM = (
    "FROM trajectory_summaries AS s JOIN trajectories AS t ON t.id = s.trajectory_id "
    "LEFT JOIN source_files AS f ON f.id = t.file_id LEFT JOIN project_folders AS n ON n.folder = t.project"
)
"""Tables that a session row is read from; filters name their columns by these aliases."""

_COLUMNS = f"""
    t.id, s.revision, t.agent_name, t.source, t.native_id,
    {TITLE},
    t.project, t.branch, t.model, t.agent_version, t.agent_role, t.spec_id, coalesce(t.run_id, ''), t.stage,
    t.parent_id, s.children, t.created_at, s.last_at, s.turns, s.last_turn_number, s.steps, s.failed_steps, s.retries,
    s.low_questions, s.medium_questions, s.high_questions, s.violations,
    s.input_tokens, s.output_tokens, s.cache_read_tokens, s.cache_write_tokens, s.cost_micros, s.requests,
    s.unpriced_requests, s.lower_bound_turns,
    s.tree_input_tokens, s.tree_output_tokens, s.tree_cache_read_tokens, s.tree_cache_write_tokens,
    s.tree_cost_micros, s.tree_requests, s.tree_unpriced_requests, s.tree_lower_bound_turns,
    s.context_tokens, s.context_window, s.live, coalesce(f.path, ''), coalesce(f.health = 'vanished', 1),
    s.is_window_inferred, s.stated_tokens, s.tree_stated_tokens
"""

_PROJECT = (
    "coalesce(n.repository, t.project), coalesce(trim(n.worktree || '/' || n.sub_folder, '/'), ''), "
    "coalesce(n.label, t.project)"
)

_TESTS = len(SessionTests._fields)
_SUMS = _TESTS + len(SessionRetries._fields)


WIDTH = 57 + _SUMS
"""Columns of `select`."""


def select(tree: str = "s.last_at") -> str:
    """Return the beginning of every query that gives session rows.

    `tree` is the newest sign of life of a session with all its sub-agents, as SQL.
    """
    sums = ", ".join(f"s.{name}" for name in (*SessionTests._fields, *SessionRetries._fields))
    return f"SELECT {_COLUMNS}, {tree}, {sums}, {_PROJECT}, coalesce(f.host, ''), coalesce(f.person, '') {FROM}"


def read_sessions(rows: Sequence[Sequence[Any]]) -> list[SessionRow]:
    """Return session rows from the columns of `select`."""
    return [_read(row) for row in rows]


def _read(row: Sequence[Any]) -> SessionRow:
    last_at = to_ms(row[17]) or 0
    return SessionRow(
        id=row[0],
        revision=row[1],
        agent_name=row[2],
        source=row[3],
        native_id=row[4],
        title=first_line(row[5]),
        project=row[6],
        branch=row[7],
        model=row[8],
        agent_version=row[9],
        agent_role=row[10],
        spec_id=row[11],
        run_id=row[12],
        stage=row[13],
        parent_id=row[14],
        children=row[15],
        started_at=to_ms(row[16]) or 0,
        last_at=last_at,
        turns=row[18],
        last_turn_number=row[19],
        steps=row[20],
        failed_steps=row[21],
        retries=row[22],
        efforts=EffortCounts(row[23], row[24], row[25]),
        violations=row[26],
        own=_spend(*row[27:35], stated=row[49]),
        tree=_spend(*row[35:43], stated=row[50]),
        context_tokens=row[43],
        context_window=row[44],
        facts=stored_facts(row[45]),
        path=row[46],
        is_source_gone=bool(row[47]),
        is_window_inferred=bool(row[48]),
        tree_last_at=last_at if row[51] == row[17] else max(last_at, to_ms(row[51]) or 0),
        tests=SessionTests(*row[52 : 52 + _TESTS]),
        tried_again=SessionRetries(*row[52 + _TESTS : 52 + _SUMS]),
        repository=row[52 + _SUMS],
        suffix=row[53 + _SUMS],
        project_label=row[54 + _SUMS],
        host=row[55 + _SUMS],
        person=row[56 + _SUMS],
    )


def _spend(
    fresh: int,
    output: int,
    read: int,
    written: int,
    cost: int,
    requests: int,
    unpriced: int,
    bounds: int,
    *,
    stated: int,
) -> Spend:
    return Spend(Tokens(fresh, output, read, written), cost, requests, unpriced, bool(bounds or unpriced), stated)
