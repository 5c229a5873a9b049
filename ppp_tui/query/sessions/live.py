"""Sessions of these hours and what they do now.

What a session does depends on the clock, so the database gives facts and `with_states` judges them as often as the
clock ticks, without a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.live import Group
from ppp_tui.query.query import Query
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.query.sessions.session_columns import read_sessions, select
from ppp_tui.scoring.live_state import judge_live_state
from ppp_tui.scoring.live_thresholds import DEFAULT, QUICK_KINDS, SILENT_TOOL_MS, Thresholds

__all__ = [
    "GROUPS",
    "Thresholds",
    "apply_changes",
    "live_sessions",
    "user_thresholds",
    "with_states",
]

GROUPS: tuple[Group, ...] = ("needs you", "finished", "working", "stuck", "idle")
"""The groups in the order in which they are shown."""

RECENT_PER_ROW = 4
"""Trajectories looked at for every row wanted: sub-agents come in numbers, and only their roots are shown."""

_RECENT = """
    SELECT r.trajectory_id, r.last_at FROM trajectory_summaries AS r WHERE r.last_at >= :since
    ORDER BY r.last_at DESC LIMIT :recent
"""
ROOTS = """lines (id, parent_id, at, depth) AS (
    SELECT t.id, t.parent_id, recent.at, 0 FROM recent JOIN trajectories AS t ON t.id = recent.id
    UNION ALL SELECT t.id, t.parent_id, lines.at, lines.depth + 1 FROM lines
        JOIN trajectories AS t ON t.id = lines.parent_id WHERE lines.depth < 32),
roots (id, at) AS (
    SELECT id, max(at) FROM lines WHERE parent_id IS NULL GROUP BY id ORDER BY max(at) DESC, id DESC LIMIT :limit)
"""
"""Tables that lead from the trajectories of a table `recent` to the sessions that they belong to, or are."""

ROOTS_SELECT = f"{select('g.at')} JOIN roots AS g ON g.id = s.trajectory_id"
"""The rows of these sessions."""

_LIVE = f"WITH RECURSIVE recent (id, at) AS ({{recent}}), {ROOTS} {ROOTS_SELECT}"


def live_sessions(since_ms: int, limit: int = 500) -> Query[list[SessionRow]]:
    """Query sessions with a sign of life since then, of their own or of a sub-agent's however deep; the newest first.

    The newest sign of life of a session's tree counts as one of its open steps, which it waits for.
    """
    return Query(
        _LIVE.format(recent=_RECENT),
        _read_live,
        {"since": to_text(max(0, since_ms)), "limit": limit, "recent": limit * RECENT_PER_ROW},
    )


def apply_changes(
    before: Sequence[SessionRow],
    asked_ids: Sequence[int],
    changed: Sequence[SessionRow],
    since_ms: int,
    limit: int = 500,
) -> list[SessionRow]:
    """Return the answer of `live_sessions` after some trajectories changed, from its last answer.

    A trajectory that was asked for and is no session (it has a parent now, or is gone) is listed no longer.
    """
    rows = {row.id: row for row in before}
    rows_before = {trajectory: rows.pop(trajectory, None) for trajectory in asked_ids}
    for row in changed:
        last = rows_before.get(row.id) or rows.get(row.id)
        rows[row.id] = _waiting(replace(row, tree_last_at=max(row.tree_last_at, last.tree_last_at if last else 0)))
    return _newest([row for row in rows.values() if row.tree_last_at >= since_ms])[:limit]


def with_states(
    rows: Sequence[SessionRow],
    now_ms: int,
    thresholds: Thresholds = DEFAULT,
    is_alive: Callable[[int], bool] | None = None,
) -> list[LiveRow]:
    """Return each session with its state, by group, within a group the one that came into it last at the top.

    A working session keeps its place for as long as its turn lasts, whatever it does meanwhile.
    """
    return list(LiveStates(thresholds, is_alive).rows_at(rows, now_ms))


class _Judged(NamedTuple):
    row: LiveRow
    is_alive: bool | None
    judged_at: int
    holds_until: int
    place: tuple[int, int, int]


class LiveStates:
    """Judges sessions again and again; a state that holds yet is taken from the judgement before."""

    def __init__(self, thresholds: Thresholds = DEFAULT, is_alive: Callable[[int], bool] | None = None) -> None:
        """Judge by `thresholds`; `is_alive` tells whether a process of that number runs."""
        self._thresholds = thresholds
        self._is_alive = is_alive
        self._judged: dict[int, _Judged] = {}
        self._sessions: Sequence[SessionRow] = ()
        self._rows: tuple[LiveRow, ...] = ()
        self.judged = 0
        """Judgements made so far; a measure of work."""

    def rows_at(self, sessions: Sequence[SessionRow], now_ms: int) -> tuple[LiveRow, ...]:
        """Return the sessions as `with_states` gives them; the same tuple as last time if nothing changed."""
        # Inline, since it runs for every session on every tick.
        judged, fresh = self._judged, []
        for session in sessions:
            last = judged.get(session.id)
            if (
                last is None
                or last.row.session is not session
                or not last.judged_at <= now_ms < last.holds_until
                or (last.is_alive is not None and self._lives(session) is not last.is_alive)
            ):
                fresh.append(session)
        if not fresh and (sessions is self._sessions or len(sessions) == len(self._judged)):
            self._sessions = sessions
            return self._rows
        for session in fresh:
            self._judged[session.id] = self._judge(session, now_ms)
        if len(sessions) != len(self._judged):
            self._judged = {session.id: self._judged[session.id] for session in sessions}
        self._sessions = sessions
        self._rows = tuple(map(_ROW, sorted(self._judged.values(), key=_PLACE)))
        return self._rows

    def _lives(self, session: SessionRow) -> bool | None:
        # The number of a process says nothing on another machine.
        pid = 0 if session.host else session.facts.pid
        return self._is_alive(pid) if self._is_alive is not None and pid else None

    def _judge(self, session: SessionRow, now_ms: int) -> _Judged:
        self.judged += 1
        is_alive = self._lives(session)
        state, holds_until = judge_live_state(session.facts, now_ms, is_alive, self._thresholds)
        row = LiveRow(session, state)
        place = (GROUPS.index(state.group), -_since(row), session.id)
        return _Judged(row, is_alive, now_ms, holds_until, place)


_PLACE, _ROW = attrgetter("place"), attrgetter("row")
_AGE = attrgetter("tree_last_at", "id")


def user_thresholds(
    *,
    finished_needs_you_ms: int,
    idle_after_ms: int,
    silent_tool_ms: int,
    permission_guess_ms: int,
    thinking_silent_ms: int,
) -> Thresholds:
    """Return thresholds with the user's times: for commands, and for quick steps once they may wait for permission."""
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
    return sorted(rows, key=_AGE, reverse=True)


def _waiting(row: SessionRow) -> SessionRow:
    if row.facts.open_steps and row.tree_last_at > max(row.last_at, row.facts.progress_at):
        return replace(row, facts=row.facts._replace(progress_at=row.tree_last_at))
    return row
