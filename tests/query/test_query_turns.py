"""Turns of one trajectory: windows by number, bounds, texts, marks; never those of a neighbour."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.rows import Spend, Tokens, TurnSummary, TurnText
from ppp_tui.query.sessions.turns import dearest_turns, next_mark, turn, turn_bounds, turn_text, turn_window
from ppp_tui.query.usage.spans import HOUR_MS, TimeSpan
from tests.query.database_fixture import NOON_MS, Database


@pytest.fixture
def neighbours(database: Database) -> Database:
    """Sessions 1 to 3; the second has turns 2, 3, 5 and 9."""
    for number in (1, 2, 3):
        database.session(number)
    database.turn(1, MAX_CHILD, failed_steps=1)
    for number in (2, 3, 5, 9):
        database.turn(2, number, prompt=f"prompt {number}")
    database.turn(3, 0, failed_steps=1)
    return database


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        (0, 100, [2, 3, 5, 9]),
        (2, 2, [2, 3]),
        (4, 1, []),
        (3, 3, [3, 5]),
        (6, 100, [9]),
        (-3, 5, []),
        (-3, 6, [2]),
        (10, 5, []),
        (MAX_CHILD, 5, []),
        (MAX_CHILD + 1, 5, []),
        (2, 0, []),
    ],
)
def test_a_window_goes_by_number(neighbours: Database, first: int, count: int, expected: list[int]) -> None:
    assert [row.number for row in neighbours.ask(turn_window(2, first, count))] == expected


def test_the_last_number_of_all_is_in_its_window(neighbours: Database) -> None:
    assert [row.number for row in neighbours.ask(turn_window(1, MAX_CHILD, 100))] == [MAX_CHILD]


@pytest.mark.parametrize(
    ("trajectory", "expected"), [(1, (MAX_CHILD, MAX_CHILD)), (2, (2, 9)), (3, (0, 0)), (4, (0, -1))]
)
def test_bounds_are_those_of_the_trajectory(neighbours: Database, trajectory: int, expected: tuple[int, int]) -> None:
    assert neighbours.ask(turn_bounds(trajectory)) == expected


def test_a_turn_tells_what_the_database_knows(database: Database) -> None:
    database.session(1)
    database.turn(
        1,
        7,
        prompt="p" * 300,
        status="failed",
        origin="queued",
        timestamp="2026-11-20 12:00:00.000",
        ended_at="2026-11-20 12:00:01.500",
        latency_ms=1500,
        first_token_ms=40,
        requests=2,
        input_tokens=1,
        output_tokens=2,
        cache_read_tokens=3,
        cache_write_tokens=4,
        cost_micros=5,
        unpriced_requests=1,
        steps=6,
        failed_steps=7,
        retries=8,
        low_questions=9,
        medium_questions=10,
        high_questions=11,
        violations=12,
        is_rolled_back=1,
        is_copy=1,
        context_tokens=13,
        context_window=14,
        is_window_inferred=1,
    )
    assert database.ask(turn((1 << 20) + 7)) == TurnSummary(
        id=(1 << 20) + 7,
        number=7,
        status="failed",
        origin="queued",
        started_at=NOON_MS,
        ended_at=NOON_MS + 1500,
        wall_ms=1500,
        first_token_ms=40,
        spend=Spend(Tokens(1, 2, 3, 4), 5, 2, 1, True),
        steps=6,
        failed_steps=7,
        retries=8,
        efforts=EffortCounts(9, 10, 11),
        violations=12,
        is_rolled_back=True,
        is_copy=True,
        context_tokens=13,
        context_window=14,
        headline="p" * 200,
        is_window_inferred=True,
    )


def test_a_turn_without_requests_costs_nothing_and_is_no_bound(database: Database) -> None:
    database.session(1)
    database.turn(1, 1)
    found = database.ask(turn((1 << 20) + 1))
    assert found is not None
    assert (found.spend, found.ended_at, found.wall_ms) == (Spend(), None, None)
    assert database.ask(turn((1 << 20) + 2)) is None


def test_a_lower_bound_stays_one(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, is_lower_bound=1)
    found = database.ask(turn((1 << 20) + 1))
    assert found is not None
    assert found.spend.is_lower_bound


def test_the_text_of_a_turn_is_whole(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, prompt="p" * 5000, response="r\0" * 9000)
    assert database.ask(turn_text((1 << 20) + 1)) == TurnText(
        (1 << 20) + 1, "p" * 5000, "r\0" * 9000, 5000, 18_000, is_text_kept=True
    )
    assert database.ask(turn_text((1 << 20) + 2)) is None


def test_a_database_without_text_says_so(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, prompt_length=12, response_length=34, prompt_hash="h", response_hash="i")
    assert database.ask(turn_text((1 << 20) + 1)) == TurnText((1 << 20) + 1, "", "", 12, 34, is_text_kept=False)


@pytest.mark.parametrize(
    "mark",
    [
        {"failed_steps": 1},
        {"retries": 1},
        {"violations": 1},
        {"low_questions": 1},
        {"medium_questions": 1},
        {"high_questions": 1},
    ],
)
def test_the_next_mark_is_the_next_turn_that_is_worth_a_look(neighbours: Database, mark: dict[str, Any]) -> None:
    neighbours.turn(2, 7, **mark)
    neighbours.turn(2, 20, **mark)
    assert [neighbours.ask(next_mark(2, number, is_forward=True)) for number in (0, 6, 7, 20)] == [7, 7, 20, None]
    assert [neighbours.ask(next_mark(2, number, is_forward=False)) for number in (30, 20, 8, 7, 0)] == [
        20,
        7,
        7,
        None,
        None,
    ]


def test_dearest_turns_are_those_of_the_sessions_and_the_span_without_copies(database: Database) -> None:
    for number in (1, 2, 3):
        database.session(number)
    database.turn(1, 1, cost_micros=50, timestamp="2026-11-20 11:59:59.999")
    database.turn(1, 2, cost_micros=20, input_tokens=9, timestamp="2026-11-20 12:00:00.000")
    database.turn(1, 3, cost_micros=90, is_copy=1, timestamp="2026-11-20 12:00:00.000")
    database.turn(1, 4, cost_micros=0, timestamp="2026-11-20 12:00:00.000")
    database.turn(2, 1, cost_micros=30, input_tokens=1, timestamp="2026-11-20 12:30:00.000")
    database.turn(2, 2, cost_micros=40, timestamp="2026-11-20 13:00:00.000")
    database.turn(3, 1, cost_micros=70, timestamp="2026-11-20 12:30:00.000")
    span = TimeSpan(NOON_MS, NOON_MS + HOUR_MS)
    by_cost = database.ask(dearest_turns([1, 2], span, 5))
    assert [(row.id >> 20, row.number) for row in by_cost] == [(2, 1), (1, 2)]
    by_tokens = database.ask(dearest_turns([1, 2], span, 1, by_tokens=True))
    assert [(row.id >> 20, row.number) for row in by_tokens] == [(1, 2)]
    assert database.ask(dearest_turns([], span, 5)) == []
