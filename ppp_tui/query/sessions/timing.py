"""Where the time of a session and of its turns went."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.model.event_values import TurnStatus
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, child_span
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import has_untimed_turns, to_ms
from ppp_tui.scoring.timing import Percentiles, TimedCall, TimeSplit, WaterfallSpan, percentiles, split_time, waterfall
from ppp_tui.sources.registry import is_recorded
from ppp_tui.text.format import count

MOST_TURNS = 5_000
"""Turns and tool calls whose latencies are looked at, the newest ones."""

_QUIET = "('message', 'thinking', 'note', 'error')"
"""Kinds of steps that take no time of their own."""

PERMISSIONS_UNTOLD = "This agent records no waits for your permission: any are in the time of tools."
"""Stands under the shares of a session without `SessionTiming.is_permission_told`."""

_UNSPLIT = "This session was read before the times of tools were kept, and its file is gone."
_UNSPLIT_LOGGED = "The program that logged this session told no times of tools."


class TurnTiming(NamedTuple):
    """The time of one turn, in Unix milliseconds and milliseconds; None for what is not known."""

    number: int
    status: TurnStatus
    started_at: int
    ended_at: int | None
    wall_ms: int | None
    first_token_ms: int | None
    split: TimeSplit | None
    """None while the turn is open, and for a database that was filled before times were kept."""


class SessionTiming(NamedTuple):
    """The time of a session, its own turns only (copied ones left out)."""

    turns: int
    started_at: int
    last_at: int
    wall_ms: int | None
    """Of all turns together; None where none tells."""
    split: TimeSplit | None
    """None for a session that was read before times were kept and is not there any more."""
    between_ms: int | None
    """Between turns: the session waited for its user, or lay there. None where times are unknown, of any turn too."""
    api_ms: int | None
    """What the agent itself says it waited for the provider; None where it said nothing."""
    is_lower_bound: bool = False
    """Some turn does not tell how long it took, or goes on: `wall_ms` and what it is split into are at least that."""
    is_permission_told: bool = True
    """The agent records waits for the user's permission; else they count as the time of tools."""
    is_logged: bool = False
    """A program logged the session; there is no file of it."""

    @property
    def unsplit_reason(self) -> str:
        """Why the time of turns is not split, where `split` is None."""
        return _UNSPLIT_LOGGED if self.is_logged else _UNSPLIT


class Latencies(NamedTuple):
    """Percentiles over a session's turns; None of what was never measured."""

    turns: Percentiles | None
    first_token: Percentiles | None
    tools: Percentiles | None


def turn_timings(trajectory_id: int, first_number: int = 0, most: int = MAX_CHILD + 1) -> Query[list[TurnTiming]]:
    """Query turns with numbers from `first_number` on, `most` of them, in order."""
    base = trajectory_id << CHILD_BITS
    return Query(
        "SELECT n.turn_number, n.status, n.timestamp, n.ended_at, n.latency_ms, n.first_token_ms, x.tool_ms, "
        "x.waiting_ms, x.retry_ms FROM trajectory_turns AS n LEFT JOIN turn_times AS x ON x.id = n.id "
        "WHERE n.id BETWEEN :low AND :high ORDER BY n.id",
        lambda rows: [_turn(row) for row in rows],
        {"low": base + max(0, first_number), "high": base + min(MAX_CHILD, first_number + most - 1)},
    )


def session_timing(trajectory_id: int) -> Query[SessionTiming | None]:
    """Query the time of a session, out of sums that are kept anyway."""
    return Query(
        "SELECT s.turns, t.created_at, s.last_at, s.wall_ms, s.tool_ms, s.waiting_ms, s.retry_ms, r.api_ms, t.source, "
        "EXISTS (SELECT 1 FROM turn_times AS x "
        f"WHERE x.id BETWEEN t.id << {CHILD_BITS} AND (t.id << {CHILD_BITS}) + {MAX_CHILD}), "
        f"{has_untimed_turns('t.id')} "
        "FROM trajectory_summaries AS s JOIN trajectories AS t ON t.id = s.trajectory_id "
        "LEFT JOIN session_reports AS r ON r.source = t.source AND r.native_id = t.native_id AND t.native_id <> '' "
        "WHERE s.trajectory_id = :id",
        lambda rows: _session(rows[0]) if rows else None,
        {"id": trajectory_id},
    )


def latencies(trajectory_id: int) -> Query[Latencies]:
    """Query percentiles of turns, of their first tokens, and of tool calls, over the newest turns of a session."""
    low, high = child_span(trajectory_id)
    return Query(
        "SELECT 'turn', latency_ms, first_token_ms FROM (SELECT latency_ms, first_token_ms FROM trajectory_turns "
        f"WHERE id BETWEEN :low AND :high AND is_copy = 0 ORDER BY id DESC LIMIT {MOST_TURNS}) UNION ALL "
        "SELECT 'tool', duration_ms, NULL FROM (SELECT duration_ms FROM steps WHERE id BETWEEN :first AND :last "
        f"AND kind NOT IN {_QUIET} AND duration_ms IS NOT NULL ORDER BY id DESC LIMIT {MOST_TURNS})",
        _latencies,
        {"low": low, "high": high, "first": low << CHILD_BITS, "last": (high << CHILD_BITS) | MAX_CHILD},
    )


def sample_text(spread: Percentiles) -> str:
    """Return what percentiles are of: ``12``, or ``the newest 5,000`` where there may be older ones."""
    return f"the newest {count(spread.measured)}" if spread.measured >= MOST_TURNS else count(spread.measured)


def turn_waterfall(turn_id: int) -> Query[list[WaterfallSpan]]:
    """Query the pieces of one turn; empty where it is not known when it began."""
    return Query(
        "SELECT timestamp, coalesce(ended_at, ''), '', 0 FROM trajectory_turns WHERE id = :turn UNION ALL "
        "SELECT * FROM (SELECT started_at, coalesce(ended_at, ''), tool || ' ' || target, kind = 'ask' FROM steps "
        f"WHERE id BETWEEN :low AND :high AND kind NOT IN {_QUIET} AND started_at IS NOT NULL ORDER BY id)",
        _waterfall,
        {"turn": turn_id, "low": turn_id << CHILD_BITS, "high": (turn_id << CHILD_BITS) | MAX_CHILD},
    )


def _turn(row: tuple[Any, ...]) -> TurnTiming:
    number, status, started, ended, wall, first, tool, waiting, retry = row
    is_known = tool is not None
    return TurnTiming(
        number=number,
        status=status,
        started_at=to_ms(started) or 0,
        ended_at=to_ms(ended),
        wall_ms=wall,
        first_token_ms=first,
        split=split_time(wall, tool, waiting, retry) if is_known and wall is not None else None,
    )


def _session(row: tuple[Any, ...]) -> SessionTiming:
    turns, created, last, wall, tool, waiting, retry, api, source, is_known, is_bound = row
    started, ended = to_ms(created) or 0, to_ms(last) or 0
    split = split_time(wall, tool, waiting, retry) if is_known and wall else None
    between = max(0, ended - started - wall) if started and ended and wall and not is_bound else None
    return SessionTiming(
        turns=turns,
        started_at=started,
        last_at=ended,
        wall_ms=wall or None,
        split=split,
        between_ms=between,
        api_ms=api,
        is_lower_bound=bool(is_bound and wall),
        is_permission_told=is_recorded(source, "permission_waits"),
        is_logged=source == "logger",
    )


def _latencies(rows: list[tuple[Any, ...]]) -> Latencies:
    turns = [wall for kind, wall, _ in rows if kind == "turn" and wall is not None]
    firsts = [first for kind, _, first in rows if kind == "turn" and first is not None]
    tools = [length for kind, length, _ in rows if kind == "tool"]
    return Latencies(percentiles(turns), percentiles(firsts), percentiles(tools))


def _waterfall(rows: list[tuple[Any, ...]]) -> list[WaterfallSpan]:
    if not rows or not (begin := to_ms(rows[0][0])):
        return []
    work = []
    for started, ended, label, is_question in rows[1:]:
        low = to_ms(started) or 0
        work.append(TimedCall(low, max(low, to_ms(ended) or low), label.strip(), bool(is_question)))
    last = max([begin, *(item.end_ms for item in work)])
    return waterfall(begin, to_ms(rows[0][1]) or last, work)
