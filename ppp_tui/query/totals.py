"""Totals over time, from counted usage by the minute: a day costs at most 1,440 rows per agent and model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.query.query import Query
from ppp_tui.query.rows import Spend, Tokens, Totals, UsagePoint

HOUR_MS = 3_600_000
_SUMS = (
    "coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cache_read_tokens), 0), "
    "coalesce(sum(cache_write_tokens), 0), coalesce(sum(cost_micros), 0), coalesce(sum(requests), 0), "
    "coalesce(sum(unpriced_requests), 0), coalesce(sum(lower_bound_requests), 0)"
)

_ACTIVITY = """
SELECT j.value, u.at, u.output_tokens
FROM json_each(:ids) AS j JOIN trajectory_summaries AS s ON s.trajectory_id = j.value
CROSS JOIN token_usage AS u ON u.id BETWEEN ((s.trajectory_id << 20) + max(0, s.last_turn_number - 20)) << 20
    AND ((s.trajectory_id + 1) << 40) - 1
WHERE u.at >= :since AND u.is_counted = 1
"""


def totals(now_ms: int, midnight_ms: int) -> Query[Totals]:
    """What was spent since midnight and in the last hour, and how large the archive is."""
    return Query(
        f"SELECT {_SUMS}, 0 FROM usage_minutes WHERE minute >= :midnight UNION ALL "
        f"SELECT {_SUMS}, 0 FROM usage_minutes WHERE minute >= :hour UNION ALL "
        "SELECT 0, 0, 0, 0, 0, 0, 0, 0, "
        "(SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)",
        _read_totals,
        {"midnight": _minute(midnight_ms), "hour": _minute(now_ms - HOUR_MS)},
    )


def usage_points(since_ms: int, until_ms: int, bucket_ms: int) -> Query[list[UsagePoint]]:
    """Tokens and cost per agent in spans of `bucket_ms`, each named by its beginning; empty spans are left out."""

    def read(rows: list[tuple[Any, ...]]) -> list[UsagePoint]:
        sums: dict[tuple[int, str], list[int]] = {}
        for minute, agent, tokens, cost in rows:
            at = from_text(f"{minute}:00.000")
            both = sums.setdefault((since_ms + (at - since_ms) // bucket_ms * bucket_ms, agent), [0, 0])
            both[0] += tokens
            both[1] += cost
        return [UsagePoint(at, agent, *both) for (at, agent), both in sorted(sums.items())]

    return Query(
        "SELECT minute, agent_name, sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens), "
        "sum(cost_micros) FROM usage_minutes WHERE minute >= :since AND minute < :until GROUP BY minute, agent_name",
        read,
        {"since": _minute(since_ms), "until": _minute(until_ms + 59_999)},
    )


def activity(ids: Sequence[int], since_ms: int, until_ms: int, buckets: int) -> Query[dict[int, list[int]]]:
    """Output tokens of some trajectories in their last 20 turns by equal spans of time, for sparklines."""
    span_ms = max(1, (until_ms - since_ms) // buckets)

    def read(rows: list[tuple[Any, ...]]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {trajectory: [0] * buckets for trajectory in ids}
        for trajectory, at, output in rows:
            bucket = min(buckets - 1, max(0, (from_text(at) - since_ms) // span_ms))
            found[trajectory][bucket] += output
        return found

    return Query(_ACTIVITY, read, {"ids": json.dumps(list(ids)), "since": to_text(max(0, since_ms))})


def _minute(at_ms: int) -> str:
    return to_text(max(0, at_ms))[:16]


def _read_totals(rows: list[tuple[Any, ...]]) -> Totals:
    today, hour = (_spend(row) for row in rows[:2])
    return Totals(today, hour, hour.cost_micros, int(rows[2][8]))


def _spend(row: tuple[Any, ...]) -> Spend:
    fresh, output, read, written, cost, requests, unpriced, bounds = row[:8]
    return Spend(Tokens(fresh, output, read, written), cost, requests, unpriced, bool(bounds or unpriced))
