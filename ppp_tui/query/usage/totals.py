"""Totals over time: from counted usage by the minute, for sparklines from the newest requests of a few sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, from_text, to_text
from ppp_tui.query.query import Query
from ppp_tui.query.rows import NewestAlert, Spend, Tokens, Totals, UsagePoint
from ppp_tui.query.sql_helpers import in_clause
from ppp_tui.query.usage.spans import minute_text

NEWEST_REQUESTS = 500
"""Model requests of one trajectory that its sparkline looks at: a busy session's last hour."""

_SUMS = (
    "coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cache_read_tokens), 0), "
    "coalesce(sum(cache_write_tokens), 0), coalesce(sum(cost_micros), 0), coalesce(sum(requests), 0), "
    "coalesce(sum(unpriced_requests), 0), coalesce(sum(lower_bound_requests), 0)"
)

_GRAINS = ((HOUR_MS, 13), (600_000, 15), (MINUTE_MS, 16))
"""Spans of time, and how many characters of a minute's text tell them apart."""

_ACTIVITY = f"""
WITH RECURSIVE tree (root, id, depth) AS (
    SELECT t.id, t.id, 0 FROM trajectories AS t WHERE t.id IN ({{ids}})
    UNION ALL SELECT tree.root, c.id, tree.depth + 1 FROM tree
        JOIN trajectories AS c ON c.parent_id = tree.id WHERE tree.depth < 32),
fresh (root, first, beyond) AS (
    SELECT tree.root, coalesce((SELECT n.id FROM token_usage AS n WHERE n.id >= tree.id << 40
            AND n.id < (tree.id + 1) << 40 ORDER BY n.id DESC LIMIT 1 OFFSET {NEWEST_REQUESTS - 1}), tree.id << 40),
        (tree.id + 1) << 40
    FROM tree JOIN trajectory_summaries AS s ON s.trajectory_id = tree.id WHERE s.last_at >= :since)
SELECT fresh.root, substr(u.at, 1, 16), sum(u.output_tokens) FROM fresh CROSS JOIN token_usage AS u
WHERE u.id >= fresh.first AND u.id < fresh.beyond AND u.at >= :since AND u.at < :until AND +u.is_counted = 1
GROUP BY 1, 2
"""


def totals(now_ms: int, midnight_ms: int) -> Query[Totals]:
    """Query what was spent since midnight and in the last hour, how large the database is, how many alerts are open."""
    spent = f"SELECT {_SUMS}, 0, 0 FROM usage_minutes WHERE minute <= :now AND minute >= "
    newest = "FROM alerts AS a INDEXED BY alerts_open WHERE a.until IS NULL ORDER BY a.id DESC LIMIT 1"
    return Query(
        f"{spent} :midnight UNION ALL {spent} :hour UNION ALL SELECT (SELECT a.id {newest}), (SELECT a.rule {newest}), "
        f"(SELECT (SELECT t.agent_name FROM trajectories AS t WHERE t.id = a.trajectory_id) {newest}), 0, 0, 0, 0, 0, "
        "(SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size), "
        "(SELECT count(*) FROM alerts INDEXED BY alerts_open WHERE until IS NULL)",
        _read_totals,
        {"midnight": minute_text(midnight_ms), "hour": minute_text(now_ms - HOUR_MS), "now": minute_text(now_ms)},
    )


def usage_points(since_ms: int, until_ms: int, bucket_ms: int) -> Query[list[UsagePoint]]:
    """Query tokens and cost per agent in spans of `bucket_ms`, each named by its beginning; empty spans are left out.

    A minute belongs to the span that it begins in (the first span has what began before it, too). What covers more
    than a few days costs as many rows as there were minutes with work; spans of whole hours are cheapest.
    """
    length = next((size for grain, size in _GRAINS if since_ms % grain == 0 and bucket_ms % grain == 0), 16)
    part = "minute" if length == 16 else f"substr(minute, 1, {length})"

    def read(rows: list[tuple[Any, ...]]) -> list[UsagePoint]:
        sums: dict[tuple[int, str], list[int]] = {}
        for text, agent, tokens, cost in rows:
            place = max(0, from_text(text + "0000-00-00 00:00:00.000"[length:]) - since_ms) // bucket_ms
            both = sums.setdefault((since_ms + place * bucket_ms, agent), [0, 0])
            both[0] += tokens
            both[1] += cost
        return [UsagePoint(at, agent, *both) for (at, agent), both in sorted(sums.items())]

    return Query(
        f"SELECT {part}, agent_name, sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens), "
        "sum(cost_micros) FROM usage_minutes WHERE minute >= :since AND minute < :until GROUP BY 1, 2",
        read,
        {"since": minute_text(since_ms), "until": minute_text(until_ms + MINUTE_MS - 1)},
    )


def activity(trajectory_ids: Sequence[int], since_ms: int, until_ms: int, buckets: int) -> Query[dict[int, list[int]]]:
    """Query output tokens of some sessions, sub-agents included, in equal spans of time, for sparklines.

    Of every trajectory the newest `NEWEST_REQUESTS` requests are looked at; a minute belongs to the span that it begins
    in.
    """
    span_ms = max(1, (until_ms - since_ms) // buckets)

    def read(rows: list[tuple[Any, ...]]) -> dict[int, list[int]]:
        output_by_session: dict[int, list[int]] = {trajectory: [0] * buckets for trajectory in trajectory_ids}
        for trajectory, minute, output in rows:
            place = (from_text(f"{minute}:00.000") - since_ms) // span_ms
            output_by_session[trajectory][min(buckets - 1, max(0, place))] += output
        return output_by_session

    marks, parameters = in_clause(trajectory_ids)
    return Query(
        _ACTIVITY.format(ids=marks),
        read,
        {**parameters, "since": to_text(max(0, since_ms)), "until": to_text(max(0, until_ms))},
    )


def _read_totals(rows: list[tuple[Any, ...]]) -> Totals:
    today, hour = (_spend(row) for row in rows[:2])
    others = rows[2]
    alert = NewestAlert() if others[0] is None else NewestAlert(*others[:3])
    return Totals(today, hour, hour.cost_micros, int(others[8]), int(others[9]), alert)


def _spend(row: tuple[Any, ...]) -> Spend:
    fresh, output, read, written, cost, requests, unpriced, bounds = row[:8]
    return Spend(Tokens(fresh, output, read, written), cost, requests, unpriced, bool(bounds or unpriced))
