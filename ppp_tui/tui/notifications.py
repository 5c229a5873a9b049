"""Selects the sessions that the bell rings for: those that began to wait for the user. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ppp_tui.model.live import WAITING_GROUPS, Group
from ppp_tui.query.rows import LiveRow, NewestAlert
from ppp_tui.text.format import counted
from ppp_tui.tui.panes.session_cells import project_name

PAUSE_MS = 60_000
"""Time for which a session does not ring again."""

RECENT_MS = 30_000
"""A session that was not on the list before and began to need the user longer ago than this was found by reading
history: it is no news."""


class Attention(NamedTuple):
    """Groups of the sessions at the last check, and recent bells."""

    groups: Mapping[int, Group] | None = None
    """The group of every session on the list; None before the first check."""
    rung_ms: Mapping[int, int] = MappingProxyType({})
    """Time of the last bell by session id, for `PAUSE_MS`."""


class NewRequests(NamedTuple):
    """The result of a check."""

    seen: Attention
    """The state that the next check compares with."""
    to_ring: tuple[LiveRow, ...]
    """The sessions to ring for."""


def find_new_requests(before: Attention, rows: Sequence[LiveRow], now_ms: int, *, is_silent: bool) -> NewRequests:
    """Return the sessions to ring for, those that changed since the last check; none at the first or a silent check."""
    groups = {row.session.id: row.state.group for row in rows}
    rung = {number: at for number, at in before.rung_ms.items() if now_ms - at < PAUSE_MS}
    fresh = [
        row
        for row in rows
        if row.state.group in WAITING_GROUPS and row.session.id not in rung and _is_news(before, row, now_ms)
    ]
    if before.groups is None or is_silent:
        fresh = []
    return NewRequests(Attention(groups, {**rung, **{row.session.id: now_ms for row in fresh}}), tuple(fresh))


def _is_news(before: Attention, row: LiveRow, now_ms: int) -> bool:
    group = (before.groups or {}).get(row.session.id)
    if group is None:
        return now_ms - row.state.since <= RECENT_MS
    # An agent that asks after finishing is blocked; one that asked before and now counts as finished has rung already.
    return group not in WAITING_GROUPS or (group == "finished" and row.state.group == "needs you")


def alert_sentence(newest: NewestAlert, number: int) -> str:
    """Return the text of a notification for an alert that was opened, while so many are open."""
    others = f" ({counted(number, 'alert')} open)" if number > 1 else ""
    return f"{newest.agent}: {newest.rule}{others}"


def sentence(row: LiveRow) -> str:
    """Return the text of a notification for a session."""
    return f"{row.session.agent_name} in {project_name(row.session)} {row.state.words}"
