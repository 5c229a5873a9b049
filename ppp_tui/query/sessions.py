"""Trajectories in lists: pages, counts, one by id or by what the person calls it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from ppp_tui.model.clock import from_text
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.query.filters import EMPTY, Filter
from ppp_tui.query.query import Query
from ppp_tui.query.rows import Efforts, SessionRow, Spend, Tokens
from ppp_tui.sources import registry

_FIRST_PROMPT = (
    "(SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p WHERE p.id BETWEEN (t.id << 20) + 1 "
    "AND (t.id << 20) + 3 AND p.prompt <> '' ORDER BY p.id LIMIT 1)"
)

_COLUMNS = f"""
    t.id, s.revision, t.agent_name, t.source, t.native_id,
    CASE WHEN t.title <> '' THEN t.title ELSE coalesce({_FIRST_PROMPT}, '') END,
    t.project, t.branch, t.model, t.agent_version, t.agent_role, t.spec_id, coalesce(t.run_id, ''), t.stage,
    t.parent_id, s.children, t.created_at, s.last_at, s.turns, s.last_turn_number, s.steps, s.failed_steps, s.retries,
    s.low_questions, s.medium_questions, s.high_questions, s.violations,
    s.input_tokens, s.output_tokens, s.cache_read_tokens, s.cache_write_tokens, s.cost_micros, s.requests,
    s.unpriced_requests, s.lower_bound_turns,
    s.tree_input_tokens, s.tree_output_tokens, s.tree_cache_read_tokens, s.tree_cache_write_tokens,
    s.tree_cost_micros, s.tree_requests, s.tree_unpriced_requests, s.tree_lower_bound_turns,
    s.context_tokens, s.context_window, s.live, coalesce(f.path, ''), coalesce(f.health = 'vanished', 1)
"""

FROM = (
    "trajectory_summaries AS s JOIN trajectories AS t ON t.id = s.trajectory_id "
    "LEFT JOIN source_files AS f ON f.id = t.file_id"
)
"""Tables that a session row is read from; filters name their columns by these aliases."""

SELECT = f"SELECT {_COLUMNS} FROM {FROM}"
"""The beginning of every query that gives session rows."""

SortName = Literal["last", "started", "cost", "tokens", "turns", "questions", "errors", "agent", "project"]
"""What a list can be sorted by."""

_SORTS: dict[SortName, str] = {
    "last": "s.last_at", "started": "t.created_at", "cost": "s.tree_cost_micros",
    "tokens": "s.tree_input_tokens + s.tree_output_tokens + s.tree_cache_read_tokens + s.tree_cache_write_tokens",
    "turns": "s.turns", "questions": "s.low_questions + s.medium_questions + s.high_questions",
    "errors": "s.failed_steps + s.retries", "agent": "t.agent_name", "project": "t.project",
}  # fmt: skip
SORT_NAMES: tuple[SortName, ...] = tuple(_SORTS)
"""All sorts, in the order in which a key cycles through them."""


class Sort(NamedTuple):
    """How a list is sorted."""

    name: SortName = "last"
    is_descending: bool = True


def session_page(chosen: Filter, sort: Sort, start: int, count: int) -> Query[list[SessionRow]]:
    """Rows from `start` on of the filtered, sorted list of sessions; sub-agents stand under their parents."""
    where, parameters = chosen.where()
    direction = "DESC" if sort.is_descending else "ASC"
    return Query(
        f"{SELECT} WHERE t.parent_id IS NULL AND {where} ORDER BY {_SORTS[sort.name]} {direction}, t.id {direction} "
        "LIMIT :count OFFSET :start",
        read_sessions,
        {**parameters, "count": count, "start": start},
    )


def session_count(chosen: Filter = EMPTY) -> Query[int]:
    """How many sessions a filter keeps."""
    where, parameters = chosen.where()
    return Query(f"SELECT count(*) FROM {FROM} WHERE t.parent_id IS NULL AND {where}", _single, parameters)


def session(trajectory_id: int) -> Query[SessionRow | None]:
    """One trajectory."""
    return Query(
        f"{SELECT} WHERE t.id = :id", lambda rows: next(iter(read_sessions(rows)), None), {"id": trajectory_id}
    )


def sessions(ids: Sequence[int]) -> Query[list[SessionRow]]:
    """Some trajectories, in no order."""
    return Query(
        f"{SELECT} WHERE t.id IN (SELECT value FROM json_each(:ids))", read_sessions, {"ids": json.dumps(list(ids))}
    )


def children(trajectory_id: int) -> Query[list[SessionRow]]:
    """The sub-agents that a trajectory started, in the order in which they began."""
    return Query(f"{SELECT} WHERE t.parent_id = :id ORDER BY t.created_at, t.id", read_sessions, {"id": trajectory_id})


SHORTEST_PREFIX = 4
"""Characters of a native id that may stand for all of it."""


def matching(text: str) -> Query[list[SessionRow]]:
    """What the person may mean by a name: a row's number, a native id, or the beginning of one; newest first."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    prefix = text if len(text) >= SHORTEST_PREFIX else "\0"
    return Query(
        f"{SELECT} WHERE t.id = :number OR (t.native_id >= :prefix AND t.native_id < :beyond) "
        "ORDER BY s.last_at DESC LIMIT 20",
        read_sessions,
        {"number": number, "prefix": prefix, "beyond": prefix + "\U0010ffff"},
    )


def resume_command(row: SessionRow) -> str | None:
    """The shell command that resumes a session, None where its agent has none."""
    if row.source not in registry.NAMES:
        return None
    return registry.source(row.source).resume_command(row.native_id, row.project)


def read_sessions(rows: Sequence[Sequence[Any]]) -> list[SessionRow]:
    """Session rows out of the columns of `SELECT`."""
    return [_read(row) for row in rows]


def _read(row: Sequence[Any]) -> SessionRow:
    own, tree = row[27:35], row[35:43]
    return SessionRow(
        id=row[0], revision=row[1], agent_name=row[2], source=row[3], native_id=row[4],
        title=str(row[5]).strip().partition("\n")[0], project=row[6], branch=row[7], model=row[8],
        agent_version=row[9], agent_role=row[10], spec_id=row[11], run_id=row[12], stage=row[13], parent_id=row[14],
        children=row[15], started_at=ms(row[16]) or 0, last_at=ms(row[17]) or 0, turns=row[18],
        last_turn_number=row[19], steps=row[20], failed_steps=row[21], retries=row[22],
        efforts=Efforts(row[23], row[24], row[25]), violations=row[26], own=_spend(own), tree=_spend(tree),
        context_tokens=row[43], context_window=row[44], facts=live_facts(row[45]), path=row[46],
        is_source_gone=bool(row[47]),
    )  # fmt: skip


def _spend(part: Sequence[int]) -> Spend:
    fresh, output, read, written, cost, requests, unpriced, bounds = part
    return Spend(Tokens(fresh, output, read, written), cost, requests, unpriced, bool(bounds or unpriced))


def live_facts(stored: str) -> LiveFacts:
    """Facts out of the archive; what another version stored in another shape is no facts."""
    try:
        values = json.loads(stored) if stored else []
        facts = LiveFacts(*values)
        return facts._replace(open_steps=tuple(OpenStep(*step) for step in facts.open_steps))
    except (TypeError, ValueError):
        return LiveFacts()


def ms(text: str | None) -> int | None:
    """Archive text as Unix milliseconds; None for none, and for text that is no time."""
    if not text:
        return None
    try:
        return from_text(text)
    except ValueError:
        return None


def _single(rows: Sequence[Sequence[Any]]) -> int:
    return int(rows[0][0])
