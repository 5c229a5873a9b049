"""What Live tells of a session beside its row: last words, last request, sub-agents at work, waits, changed files.

All of it is read by ranges of primary keys, for the few sessions that are in sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, to_text
from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.session_columns import read_sessions, select
from ppp_tui.query.sql_helpers import in_clause, to_ms

LAST_STEPS = 60
"""Newest steps of a session among which its last message is looked for."""

LAST_REQUESTS = 20
"""Newest requests of a session among which the lifetime of its prompt cache is looked for."""

LAST_TURNS = 200
"""Newest turns of a session whose waits are added up."""

SHORT_CACHE_MS, LONG_CACHE_MS = 5 * MINUTE_MS, HOUR_MS
"""How long a prompt cache lives after its last use, by the column that its writing was recorded in."""

_WIDTH = 2 * CHILD_BITS


class LastRequest(NamedTuple):
    """The newest request of a session to its model."""

    at: int
    """Unix milliseconds."""
    model: str
    prompt_tokens: int
    """What the next prompt begins with: all input of this request, cached or not, and its output."""
    cache_ms: int | None
    """How long the prompt cache lives from `at` on; None where no request tells."""


class LiveDetail(NamedTuple):
    """One session's last words and last request."""

    last_words: str = ""
    """Beginning of the agent's newest message, '' if none is kept."""
    last_request: LastRequest | None = None


class WaitedForUser(NamedTuple):
    """How long a session waited for its user, in milliseconds, without a wait that goes on."""

    today_ms: int
    week_ms: int
    is_lower_bound: bool
    """Older turns of the week were not looked at, or some turn does not tell when it ended."""


class ChangedFile(NamedTuple):
    """A file that a session edited."""

    path: str
    edits: int


_DETAILS = f"""
SELECT t.id, 'words', (SELECT m.input_preview FROM (SELECT x.id, x.kind, x.input_preview FROM steps AS x
        WHERE x.id >= t.id << {_WIDTH} AND x.id < (t.id + 1) << {_WIDTH} ORDER BY x.id DESC LIMIT {LAST_STEPS}) AS m
    WHERE m.kind = 'message' ORDER BY m.id DESC LIMIT 1), '', 0, 0, 0
FROM trajectories AS t WHERE t.id IN ({{ids}})
UNION ALL SELECT * FROM (
    SELECT t.id, 'request', u.at, u.model, u.cache_write_5m_tokens, u.cache_write_1h_tokens,
        u.input_tokens + u.cache_read_tokens + u.cache_write_5m_tokens + u.cache_write_1h_tokens + u.output_tokens
    FROM trajectories AS t CROSS JOIN token_usage AS u
    WHERE t.id IN ({{ids}}) AND u.id IN (SELECT n.id FROM token_usage AS n WHERE n.id >= t.id << {_WIDTH}
        AND n.id < (t.id + 1) << {_WIDTH} AND n.is_aside = 0 ORDER BY n.id DESC LIMIT {LAST_REQUESTS})
    ORDER BY u.id DESC)
"""

_CHILDREN = f"""WITH RECURSIVE tree (id, depth) AS (
    SELECT c.id, 1 FROM trajectories AS c WHERE c.parent_id IN ({{ids}})
    UNION ALL SELECT c.id, tree.depth + 1 FROM tree JOIN trajectories AS c ON c.parent_id = tree.id
        WHERE tree.depth < 4)
{select()} JOIN tree ON tree.id = s.trajectory_id WHERE s.last_at >= :since ORDER BY t.id LIMIT :limit
"""

_TURNS = f"""
SELECT t.id, n.timestamp, n.ended_at, n.status, x.waiting_ms
FROM trajectories AS t CROSS JOIN trajectory_turns AS n LEFT JOIN turn_times AS x ON x.id = n.id
WHERE t.id IN ({{ids}}) AND n.id IN (SELECT m.id FROM trajectory_turns AS m WHERE m.id >= t.id << {CHILD_BITS}
    AND m.id < (t.id + 1) << {CHILD_BITS} AND m.turn_number > 0 AND m.is_copy = 0 ORDER BY m.id DESC LIMIT {LAST_TURNS})
ORDER BY n.id
"""


def live_details(trajectory_ids: Sequence[int]) -> Query[dict[int, LiveDetail]]:
    """Return the last words and the last request of some sessions, by their ids."""
    marks, parameters = in_clause(trajectory_ids)
    return Query(_DETAILS.format(ids=marks), _read_details, parameters)


def active_children(trajectory_ids: Sequence[int], since_ms: int, limit: int = 200) -> Query[list[SessionRow]]:
    """Return the sub-agents of some sessions, however deep, with a sign of life since then, by their ids."""
    marks, parameters = in_clause(trajectory_ids)
    return Query(
        _CHILDREN.format(ids=marks),
        read_sessions,
        {**parameters, "since": to_text(max(0, since_ms)), "limit": limit},
    )


def waited_for_user(trajectory_ids: Sequence[int], today_ms: int, week_ms: int) -> Query[dict[int, WaitedForUser]]:
    """Return how long some sessions waited for their user since the beginnings of the day and of the week.

    A session waits from the end of a turn to the next prompt, and within a turn while a question of it is open.
    """
    marks, parameters = in_clause(trajectory_ids)
    return Query(_TURNS.format(ids=marks), lambda rows: _read_waits(rows, today_ms, week_ms), parameters)


def changed_files(trajectory_id: int, limit: int = 30) -> Query[list[ChangedFile]]:
    """Return the files that a session edited in its last turns, the most edited first."""
    low = trajectory_id << _WIDTH
    return Query(
        "SELECT path, count(*) FROM (SELECT path, id FROM file_accesses WHERE id >= :low AND id < :high "
        "AND action = 'edit' AND is_copy = 0 ORDER BY id DESC LIMIT 2000) GROUP BY path "
        "ORDER BY count(*) DESC, max(id) DESC LIMIT :limit",
        lambda rows: [ChangedFile(str(path), int(edits)) for path, edits in rows],
        {"low": low, "high": low + (1 << _WIDTH), "limit": limit},
    )


def _read_details(rows: list[tuple[Any, ...]]) -> dict[int, LiveDetail]:
    details: dict[int, LiveDetail] = {}
    for trajectory, kind, text, model, short, long, prompt_tokens in rows:
        detail = details.get(trajectory, LiveDetail())
        if kind == "words":
            detail = detail._replace(last_words=str(text or ""))
        else:
            cache_ms = _cache_ms(short, long)
            request = detail.last_request
            if request is None:
                request = LastRequest(to_ms(text) or 0, str(model), int(prompt_tokens), cache_ms)
            elif request.cache_ms is None:
                # A request that found all of its prompt in the cache writes nothing, and renews what was written.
                request = request._replace(cache_ms=cache_ms)
            detail = detail._replace(last_request=request)
        details[trajectory] = detail
    return details


def _cache_ms(short_tokens: int, long_tokens: int) -> int | None:
    """Return the lifetime of what most of the written tokens lie in; None where nothing was written."""
    if not short_tokens and not long_tokens:
        return None
    return LONG_CACHE_MS if long_tokens > short_tokens else SHORT_CACHE_MS


def _read_waits(rows: list[tuple[Any, ...]], today_ms: int, week_ms: int) -> dict[int, WaitedForUser]:
    by_session: dict[int, list[tuple[int, int | None, int]]] = {}
    for trajectory, started, ended, _status, waiting in rows:
        by_session.setdefault(trajectory, []).append((to_ms(started) or 0, to_ms(ended), waiting or 0))
    return {trajectory: _waits_of(turns, today_ms, week_ms) for trajectory, turns in by_session.items()}


def _waits_of(turns: list[tuple[int, int | None, int]], today_ms: int, week_ms: int) -> WaitedForUser:
    sums = {today_ms: 0, week_ms: 0}
    is_lower_bound = len(turns) >= LAST_TURNS and turns[0][0] > week_ms
    for place, (started, ended, waiting) in enumerate(turns):
        following = turns[place + 1][0] if place + 1 < len(turns) else None
        is_lower_bound |= ended is None and following is not None and following >= week_ms
        for begin in sums:
            if started >= begin:
                sums[begin] += waiting
            if ended is not None and following is not None:
                sums[begin] += max(0, following - max(ended, begin))
    return WaitedForUser(sums[today_ms], sums[week_ms], is_lower_bound)


def price_memo() -> Query[str]:
    """Return what was looked up in the price library so far, '' if nothing was."""
    return Query(
        "SELECT value FROM archive_facts WHERE name = 'price_memo'", lambda rows: str(rows[0][0]) if rows else ""
    )
