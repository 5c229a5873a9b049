"""The turns of one trajectory: windows of the list, the text of one, the next that is worth a look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ppp_tui.model.clock import to_text
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.query import Query
from ppp_tui.query.rows import Spend, Tokens, TurnSummary, TurnText
from ppp_tui.query.sql_helpers import in_clause, to_ms
from ppp_tui.query.usage.spans import TimeSpan

HEADLINE = 200
"""Characters of a prompt that a list shows at most."""

TURN_COLUMNS = (
    "id, turn_number, status, origin, timestamp, ended_at, latency_ms, first_token_ms, coalesce(input_tokens, 0), "
    "coalesce(output_tokens, 0), coalesce(cache_read_tokens, 0), coalesce(cache_write_tokens, 0), "
    "coalesce(cost_micros, 0), requests, unpriced_requests, is_lower_bound, steps, failed_steps, retries, "
    "low_questions, medium_questions, high_questions, violations, is_rolled_back, is_copy, context_tokens, "
    f"context_window, substr(prompt, 1, {HEADLINE}), is_window_inferred, "
    "iif(requests > 0, 0, coalesce(token_count, 0))"
)
"""What `read_turns` reads."""


def turn_window(trajectory_id: int, first_number: int, count: int) -> Query[list[TurnSummary]]:
    """Query turns with `count` numbers from `first_number` on, ascending; some numbers may have none."""
    base = trajectory_id << CHILD_BITS
    return Query(
        f"SELECT {TURN_COLUMNS} FROM trajectory_turns WHERE id BETWEEN :low AND :high ORDER BY id",
        read_turns,
        {"low": base + max(0, first_number), "high": base + min(MAX_CHILD, first_number + count - 1)},
    )


def turn_page(trajectory_id: int, after: int, limit: int) -> Query[list[TurnSummary]]:
    """Query the first `limit` turns whose numbers are higher than `after`, ascending."""
    base = trajectory_id << CHILD_BITS
    return Query(
        f"SELECT {TURN_COLUMNS} FROM trajectory_turns WHERE id > :low AND id <= :high ORDER BY id LIMIT :limit",
        read_turns,
        {"low": base + max(-1, min(MAX_CHILD, after)), "high": base | MAX_CHILD, "limit": limit},
    )


def dearest_turns(
    ids: Sequence[int], span: TimeSpan, most: int, *, by_tokens: bool = False
) -> Query[list[TurnSummary]]:
    """Query the turns of some sessions that began within a span and cost (or sent and received) most, dearest first.

    What sub-agents of a turn cost is not in it; copied turns are left out.
    """
    kinds = ("input", "output", "cache_read", "cache_write")
    tokens = " + ".join(f"coalesce({kind}_tokens, 0)" for kind in kinds)
    measure = f"({tokens})" if by_tokens else "cost_micros"
    return Query(
        "WITH owners (owner) AS MATERIALIZED (SELECT CAST(value AS INTEGER) FROM json_each(:sessions)) "
        f"SELECT {TURN_COLUMNS} FROM owners CROSS JOIN trajectory_turns "
        f"WHERE trajectory_turns.id >= owners.owner << {CHILD_BITS} "
        f"AND trajectory_turns.id < (owners.owner + 1) << {CHILD_BITS} "
        f"AND timestamp >= :low AND timestamp < :high AND is_copy = 0 "
        f"AND {measure} > 0 ORDER BY {measure} DESC, id LIMIT :most",
        read_turns,
        {
            "sessions": json.dumps(list(ids)),
            "low": to_text(span.low_ms),
            "high": to_text(span.high_ms),
            "most": most,
        },
    )


def turns_by_number(trajectory_id: int, numbers: Sequence[int]) -> Query[list[TurnSummary]]:
    """Query some turns of a trajectory, in the order of their numbers."""
    marks, parameters = in_clause([(trajectory_id << CHILD_BITS) | number for number in numbers])
    return Query(
        f"SELECT {TURN_COLUMNS} FROM trajectory_turns WHERE id IN ({marks}) ORDER BY id", read_turns, parameters
    )


def turn_bounds(trajectory_id: int) -> Query[tuple[int, int]]:
    """Query the lowest and the highest turn number; 0 and -1 where there is no turn."""
    base = trajectory_id << CHILD_BITS
    return Query(
        "SELECT (SELECT min(id) FROM trajectory_turns WHERE id BETWEEN :low AND :high), "
        "(SELECT max(id) FROM trajectory_turns WHERE id BETWEEN :low AND :high)",
        lambda rows: (rows[0][0] & MAX_CHILD, rows[0][1] & MAX_CHILD) if rows[0][0] is not None else (0, -1),
        {"low": base, "high": base | MAX_CHILD},
    )


def turn(turn_id: int) -> Query[TurnSummary | None]:
    """Query one turn."""
    return Query(
        f"SELECT {TURN_COLUMNS} FROM trajectory_turns WHERE id = :id",
        lambda rows: next(iter(read_turns(rows)), None),
        {"id": turn_id},
    )


def turn_text(turn_id: int) -> Query[TurnText | None]:
    """Query the whole text of a turn."""
    return Query(
        "SELECT id, prompt, response, prompt_length, response_length, prompt_hash IS NULL "
        "FROM trajectory_turns WHERE id = :id",
        _read_text,
        {"id": turn_id},
    )


def turn_headlines(trajectory_id: int, numbers: Sequence[int]) -> Query[dict[int, str]]:
    """Query the beginnings of the prompts of some turns, by their number."""
    marks, parameters = in_clause([(trajectory_id << CHILD_BITS) | number for number in numbers])
    return Query(
        f"SELECT turn_number, substr(prompt, 1, {HEADLINE}) FROM trajectory_turns WHERE id IN ({marks})",
        lambda rows: dict(rows),
        parameters,
    )


_MARKED = {
    "failure": "(failed_steps > 0 OR retries > 0)",
    "question": "low_questions + medium_questions + high_questions > 0",
    "violation": "violations > 0",
}
"""What makes a turn worth a look."""


def next_mark(
    trajectory_id: int, turn_number: int, *, is_forward: bool, marks: Sequence[str] = tuple(_MARKED)
) -> Query[int | None]:
    """Query the number of the next (or previous) turn with a failure, question or violation, as wanted.

    Looks through the turns of one session, until it finds one.
    """
    base = trajectory_id << CHILD_BITS
    low, high = (base | (turn_number + 1), base | MAX_CHILD) if is_forward else (base, (base | max(0, turn_number)) - 1)
    wanted = " OR ".join(_MARKED[mark] for mark in marks)
    return Query(
        f"SELECT turn_number FROM trajectory_turns WHERE id BETWEEN :low AND :high AND ({wanted}) "
        f"ORDER BY id {'ASC' if is_forward else 'DESC'} LIMIT 1",
        lambda rows: int(rows[0][0]) if rows else None,
        {"low": low, "high": high},
    )


def _read_text(rows: Sequence[Sequence[Any]]) -> TurnText | None:
    if not rows:
        return None
    turn_id, prompt, response, prompt_length, response_length, is_kept = rows[0]
    is_shared = not is_kept or bool(prompt or response) or not (prompt_length or response_length)
    return TurnText(
        id=turn_id,
        prompt=prompt,
        response=response,
        prompt_length=prompt_length,
        response_length=response_length,
        is_text_kept=bool(is_kept) and is_shared,
        is_shared=is_shared,
    )


def read_turns(rows: Sequence[Sequence[Any]]) -> list[TurnSummary]:
    """Return turns from `TURN_COLUMNS`."""
    return [
        TurnSummary(
            id=row[0],
            number=row[1],
            status=row[2],
            origin=row[3],
            started_at=to_ms(row[4]) or 0,
            ended_at=to_ms(row[5]),
            wall_ms=row[6],
            first_token_ms=row[7],
            spend=Spend(
                Tokens(row[8], row[9], row[10], row[11]), row[12], row[13], row[14], bool(row[15] or row[14]), row[29]
            ),
            steps=row[16],
            failed_steps=row[17],
            retries=row[18],
            efforts=EffortCounts(row[19], row[20], row[21]),
            violations=row[22],
            is_rolled_back=bool(row[23]),
            is_copy=bool(row[24]),
            context_tokens=row[25],
            context_window=row[26],
            headline=row[27],
            is_window_inferred=bool(row[28]),
        )
        for row in rows
    ]
