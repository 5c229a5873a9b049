"""Figures of many turns of one trajectory at once, without their texts: for a picture of the whole, and for orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.query.query import Query

MAX_TURNS = 2000
"""Turns of a session that are drawn or put in order; of more, the newest."""

TurnOrder = Literal["number", "cost", "time", "tokens"]
"""By what turns are put in order; by anything but their number, the greatest first."""

_KEYS: dict[TurnOrder, str] = {
    "number": "id",
    "cost": "cost_micros",
    "time": "latency_ms",
    "tokens": "input_tokens + output_tokens + cache_read_tokens + cache_write_tokens",
}


class TurnFigures(NamedTuple):
    """What a turn came to. Times are milliseconds, money is millionths of a dollar; None for what is not known."""

    number: int
    wall_ms: int | None
    cost_micros: int | None
    """None where no request has a price."""
    context_tokens: int | None
    context_window: int | None
    failures: int
    """Failed steps and failed requests."""
    questions: int
    violations: int


def turn_figures(trajectory_id: int) -> Query[list[TurnFigures]]:
    """Query figures of the newest `MAX_TURNS` turns, in order. Turns that another session counts cost nothing here."""
    base = trajectory_id << CHILD_BITS
    return Query(
        "SELECT turn_number, latency_ms, iif(requests > unpriced_requests, cost_micros, NULL), context_tokens, "
        "context_window, failed_steps + retries, low_questions + medium_questions + high_questions, violations "
        f"FROM trajectory_turns WHERE id BETWEEN :low AND :high ORDER BY id DESC LIMIT {MAX_TURNS}",
        _read_figures,
        {"low": base, "high": base | MAX_CHILD},
    )


def ordered_turn_numbers(trajectory_id: int, order: TurnOrder) -> Query[list[int]]:
    """Query numbers of turns, those that cost or took most first, `MAX_TURNS` at most; unknown figures come last."""
    base = trajectory_id << CHILD_BITS
    return Query(
        f"SELECT turn_number FROM trajectory_turns WHERE id BETWEEN :low AND :high "
        f"ORDER BY {_KEYS[order]} DESC NULLS LAST, id LIMIT {MAX_TURNS}",
        lambda rows: [row[0] for row in rows],
        {"low": base, "high": base | MAX_CHILD},
    )


def _read_figures(rows: Sequence[Sequence[Any]]) -> list[TurnFigures]:
    return [TurnFigures(*row) for row in reversed(rows)]
