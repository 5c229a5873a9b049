"""Sessions of the last day with their states, for `watch` and `status`: lines of changes, and counts by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple

from ppp_tui.cli.processes import is_alive
from ppp_tui.cli.report.output import At
from ppp_tui.model.clock import DAY_MS
from ppp_tui.model.live import Group
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.filters import Filter
from ppp_tui.query.sessions.live import GROUPS, LiveStates, live_sessions
from ppp_tui.query.sessions.session_lists import Sort, session_ids
from ppp_tui.query.usage.spans import midnight
from ppp_tui.query.usage.totals import totals
from ppp_tui.scoring.live_thresholds import Thresholds
from ppp_tui.text.format import clock_time, cost_micros, counted
from ppp_tui.text.sanitize import plain

MOST_WATCHED = 5000
"""Sessions that predicates keep, the newest; older ones have no news."""


class StateWatch:
    """Which state each session was in at the last look."""

    def __init__(self, thresholds: Thresholds, kept: Filter) -> None:
        """Judge by the user's thresholds; watch the sessions that a filter keeps."""
        self._states = LiveStates(thresholds, is_alive)
        self._kept = kept
        self._before: dict[int, tuple[str, str]] = {}

    def changes(self, connection: Connection, now_ms: int) -> list[LiveRow]:
        """Return sessions that are in another state than at the last look; at the first look, all that are not idle."""
        rows = self.rows(connection, now_ms)
        is_first = not self._before
        changed = [
            row
            for row in rows
            if self._before.get(row.session.id) != _state(row) and not (is_first and row.state.group == "idle")
        ]
        self._before = {row.session.id: _state(row) for row in rows}
        return changed

    def rows(self, connection: Connection, now_ms: int) -> list[LiveRow]:
        """Return the sessions of the last day that the filter keeps, each in its state now."""
        sessions = answer(connection, live_sessions(now_ms - DAY_MS))
        if self._kept.terms:
            ids = frozenset(answer(connection, session_ids(self._kept, Sort("last"), MOST_WATCHED)))
            sessions = [session for session in sessions if session.id in ids]
        return [row for row in self._states.rows_at(sessions, now_ms) if self._kept.keeps(row)]


class GroupCounts(NamedTuple):
    """How many sessions are in each group, and what was spent today."""

    by_group: Mapping[Group, int]
    cost_micros: int
    open_alerts: int


def count_states(connection: Connection, rows: Sequence[LiveRow], now_ms: int, zone: tzinfo) -> GroupCounts:
    """Return the counts of a moment; days are those of the zone."""
    sums = answer(connection, totals(now_ms, midnight(now_ms, zone)))
    groups = Counter(row.state.group for row in rows)
    return GroupCounts({group: groups[group] for group in GROUPS}, sums.today.cost_micros, sums.open_alerts)


def change_line(row: LiveRow, now_ms: int, zone: tzinfo) -> str:
    """Return a session's new state as a line of text."""
    session, state = row.session, row.state
    words = [
        clock_time(now_ms, zone),
        f"{state.group:9}",
        f"#{session.id}",
        session.agent_name,
        session.project_label or session.project,
        state.words,
    ]
    return plain("  ".join(filter(None, words)))


def change_fields(row: LiveRow, now_ms: int) -> dict[str, Any]:
    """Return a session's new state as fields for JSON."""
    session, state = row.session, row.state
    return {
        "at": At(now_ms),
        "session": session.id,
        "native_id": session.native_id,
        "agent": session.agent_name,
        "project": session.project,
        "project_label": session.project_label,
        "title": session.title,
        "group": state.group,
        "state": state.name,
        "words": state.words,
        "since": At(state.since),
        "is_certain": state.certainty == "known",
    }


def counts_text(counts: GroupCounts) -> str:
    """Return counts as a short text: ``2 need you · 3 working · $4.20``."""
    names: dict[Group, str] = {"needs you": "need you", "finished": "finished", "working": "working", "stuck": "stuck"}
    parts = [f"{counts.by_group[group]} {name}" for group, name in names.items() if counts.by_group[group]]
    if counts.open_alerts:
        parts.append(counted(counts.open_alerts, "alert"))
    return " · ".join([*parts, cost_micros(counts.cost_micros)])


def _state(row: LiveRow) -> tuple[str, str]:
    return row.state.group, row.state.words
