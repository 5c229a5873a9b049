"""Sessions of these hours and what they do now.

What a session does depends on the clock, so the archive gives facts and `with_states` judges them as often as the clock
ticks, without a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ppp_tui.model.clock import to_text
from ppp_tui.model.live import Group
from ppp_tui.query.query import Query
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.query.sessions import SELECT, read_sessions
from ppp_tui.scoring.live_state import live_state
from ppp_tui.scoring.thresholds import DEFAULT, QUICK_KINDS, SILENT_TOOL_MS, Thresholds

__all__ = ["GROUPS", "Thresholds", "judged_by", "live_sessions", "with_states"]

GROUPS: tuple[Group, ...] = ("needs you", "working", "stuck", "idle")
"""The groups in the order in which they are shown."""


def live_sessions(since_ms: int, limit: int = 500) -> Query[list[SessionRow]]:
    """Sessions with a sign of life since then, of their own or of a sub-agent's; the newest first."""
    return Query(
        f"{SELECT} WHERE t.id IN (SELECT coalesce(c.parent_id, c.id) FROM trajectory_summaries AS r "
        "JOIN trajectories AS c ON c.id = r.trajectory_id WHERE r.last_at >= :since "
        "ORDER BY r.last_at DESC LIMIT :most) AND t.parent_id IS NULL ORDER BY s.last_at DESC LIMIT :limit",
        read_sessions,
        {"since": to_text(max(0, since_ms)), "limit": limit, "most": limit * 4},
    )


def with_states(
    rows: Sequence[SessionRow],
    now_ms: int,
    thresholds: Thresholds = DEFAULT,
    is_alive: Callable[[int], bool] | None = None,
) -> list[LiveRow]:
    """Each session with its state, grouped, within a group the one that has waited or worked least at the top."""
    judged = [
        LiveRow(
            row,
            live_state(row.facts, now_ms, is_alive(row.facts.pid) if is_alive and row.facts.pid else None, thresholds),
        )
        for row in rows
    ]
    return sorted(judged, key=lambda row: (GROUPS.index(row.state.group), -row.state.since, row.session.id))


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
