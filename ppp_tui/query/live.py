"""Sessions of these hours and what they do now.

What a session does depends on the clock, so the archive gives facts and `with_states` judges them as often as the clock
ticks, without a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ppp_tui.model.clock import to_text
from ppp_tui.model.live import Group
from ppp_tui.query.query import Query
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.query.session_rows import read_sessions, select
from ppp_tui.query.words import among
from ppp_tui.scoring.live_state import live_state
from ppp_tui.scoring.thresholds import DEFAULT, QUICK_KINDS, SILENT_TOOL_MS, Thresholds

__all__ = [
    "GROUPS", "Thresholds", "brought_up_to_date", "judged_by", "live_sessions", "roots_of", "with_states",
]  # fmt: skip

GROUPS: tuple[Group, ...] = ("needs you", "finished", "working", "stuck", "idle")
"""The groups in the order in which they are shown."""

RECENT_PER_ROW = 4
"""Trajectories looked at for every row wanted: sub-agents come in numbers, and only their roots are shown."""

_RECENT = """
    SELECT r.trajectory_id, r.last_at FROM trajectory_summaries AS r WHERE r.last_at >= :since
    ORDER BY r.last_at DESC LIMIT :recent
"""
_AMONG = "SELECT r.trajectory_id, r.last_at FROM trajectory_summaries AS r WHERE r.trajectory_id IN ({ids})"

_LIVE = f"""
WITH RECURSIVE recent (id, at) AS ({{recent}}),
lines (id, parent_id, at, depth) AS (
    SELECT t.id, t.parent_id, recent.at, 0 FROM recent JOIN trajectories AS t ON t.id = recent.id
    UNION ALL SELECT t.id, t.parent_id, lines.at, lines.depth + 1 FROM lines
        JOIN trajectories AS t ON t.id = lines.parent_id WHERE lines.depth < 32),
roots (id, at) AS (
    SELECT id, max(at) FROM lines WHERE parent_id IS NULL GROUP BY id ORDER BY max(at) DESC, id DESC LIMIT :limit)
{select("g.at")} JOIN roots AS g ON g.id = s.trajectory_id
"""


def live_sessions(since_ms: int, limit: int = 500) -> Query[list[SessionRow]]:
    """Sessions with a sign of life since then, of their own or of a sub-agent's however deep; the newest first.

    The newest sign of life of a session's tree counts as one of its open steps, which it waits for.
    """
    return Query(
        _LIVE.format(recent=_RECENT), _read_live,
        {"since": to_text(max(0, since_ms)), "limit": limit, "recent": limit * RECENT_PER_ROW},
    )  # fmt: skip


def roots_of(trajectory_ids: Sequence[int]) -> Query[list[SessionRow]]:
    """The sessions that some trajectories belong to, or are; each with the newest sign of life of those alone."""
    marks, parameters = among(trajectory_ids)
    recent = _AMONG.format(ids=marks)
    return Query(_LIVE.format(recent=recent), read_sessions, {**parameters, "limit": len(trajectory_ids)})


def brought_up_to_date(
    before: Sequence[SessionRow], asked: Sequence[int], found: Sequence[SessionRow], since_ms: int, limit: int = 500
) -> list[SessionRow]:
    """What `live_sessions` would give after some trajectories changed, made of its last answer and of `roots_of` them.

    A trajectory that was asked for and is no session (it has a parent now, or is gone) is listed no longer.
    """
    rows = {row.id: row for row in before}
    known = {trajectory: rows.pop(trajectory, None) for trajectory in asked}
    for row in found:
        last = known.get(row.id) or rows.get(row.id)
        rows[row.id] = _waiting(replace(row, tree_last_at=max(row.tree_last_at, last.tree_last_at if last else 0)))
    return _newest([row for row in rows.values() if row.tree_last_at >= since_ms])[:limit]


def with_states(
    rows: Sequence[SessionRow],
    now_ms: int,
    thresholds: Thresholds = DEFAULT,
    is_alive: Callable[[int], bool] | None = None,
) -> list[LiveRow]:
    """Each session with its state, by group, within a group the one that came into it last at the top.

    A working session keeps its place for as long as its turn lasts, whatever it does meanwhile.
    """
    judged = [
        LiveRow(
            row,
            live_state(row.facts, now_ms, is_alive(row.facts.pid) if is_alive and row.facts.pid else None, thresholds),
        )
        for row in rows
    ]
    return sorted(
        judged,
        key=lambda row: (GROUPS.index(row.state.group), -_since(row), row.session.id),
    )


def judged_by(
    *,
    finished_needs_you_ms: int,
    idle_after_ms: int,
    silent_tool_ms: int,
    permission_guess_ms: int,
    thinking_silent_ms: int,
) -> Thresholds:
    """Thresholds with the person's own times: for commands, and for steps that take milliseconds once they may."""
    silent = {
        kind: permission_guess_ms if kind in QUICK_KINDS else silent_tool_ms if kind in ("shell", "tool") else default
        for kind, default in SILENT_TOOL_MS.items()
    }
    return Thresholds(
        finished_needs_you_ms=finished_needs_you_ms,
        idle_after_ms=idle_after_ms,
        silent_tool_ms=silent,
        thinking_silent_ms=thinking_silent_ms,
    )


def _since(row: LiveRow) -> int:
    if row.state.group == "working":
        return row.session.facts.turn_started_at or row.state.since
    return row.state.since


def _read_live(rows: list[tuple[Any, ...]]) -> list[SessionRow]:
    # Sorted here rather than in SQL, which would carry whole rows through its sorter.
    return _newest([_waiting(row) for row in read_sessions(rows)])


def _newest(rows: list[SessionRow]) -> list[SessionRow]:
    return sorted(rows, key=lambda row: (-row.tree_last_at, -row.id))


def _waiting(row: SessionRow) -> SessionRow:
    if row.facts.open_steps and row.tree_last_at > max(row.last_at, row.facts.progress_at):
        return replace(row, facts=row.facts._replace(progress_at=row.tree_last_at))
    return row
