"""Tokens that programs stated for turns: whose they are, when, and that nothing else is counted as such."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.query.usage.rows import NOTHING, Grouping, UsageBar, UsageFilter, UsageSums
from ppp_tui.query.usage.spans import HOUR_MS, TimeSpan
from ppp_tui.query.usage.stated_tokens import StatedBar, stated_bars, with_stated
from tests.query.database_fixture import Database

NINE_MS = 1_795_165_200_000
"""2026-11-20 09:00:00 UTC."""
DAY = TimeSpan(NINE_MS, NINE_MS + 8 * HOUR_MS)
LOGGED: dict[str, Any] = {"origin": "logged", "requests": 0}


@pytest.fixture
def stating(database: Database) -> Database:
    """A session with two turns that state tokens, its child of another model, and a session of another agent."""
    database.session(1, agent_name="planner", project="/w/shop", model="m1")
    database.session(2, agent_name="helper", project="/w/shop", model="m2", parent_id=1)
    database.session(3, agent_name="other", project="/w/api", model="m1")
    for trajectory, number, at, tokens in (
        (1, 0, "09:30", 10),
        (1, 1, "10:00", 200),
        (2, 1, "10:30", 3_000),
        (3, 1, "11:59", 40_000),
    ):
        database.turn(trajectory, number, timestamp=f"2026-11-20 {at}:00.000", token_count=tokens, **LOGGED)
    return database


@pytest.mark.parametrize(
    ("grouping", "told"),
    [
        ("none", [("", 4, 43_210)]),
        ("agent", [("other", 1, 40_000), ("helper", 1, 3_000), ("planner", 2, 210)]),
        ("model", [("m1", 3, 40_210), ("m2", 1, 3_000)]),
        ("project", [("/w/api", 1, 40_000), ("/w/shop", 3, 3_210)]),
        ("session", [("3", 1, 40_000), ("1", 3, 3_210)]),
        ("reasoning_effort", [("", 4, 43_210)]),
    ],
)
def test_stated_tokens_are_told_by_what_usage_is_told_by(
    stating: Database, grouping: Grouping, told: list[tuple[str, int, int]]
) -> None:
    assert stating.ask(stated_bars([DAY], grouping)) == [StatedBar(0, *bar) for bar in told]


def test_a_turn_counts_in_the_span_in_which_it_began(stating: Database) -> None:
    spans = [TimeSpan(NINE_MS + hour * HOUR_MS, NINE_MS + (hour + 1) * HOUR_MS) for hour in range(4)]
    assert stating.ask(stated_bars(spans)) == [
        StatedBar(0, "", 1, 10),
        StatedBar(1, "", 2, 3_200),
        StatedBar(2, "", 1, 40_000),
    ]


def test_a_turn_between_spans_counts_in_none_and_one_at_a_half_hour_where_it_begins(stating: Database) -> None:
    half_ms = HOUR_MS // 2
    spans = [TimeSpan(NINE_MS, NINE_MS + half_ms), TimeSpan(NINE_MS + half_ms, NINE_MS + HOUR_MS)]
    assert stating.ask(stated_bars(spans)) == [StatedBar(1, "", 1, 10)]
    apart = [TimeSpan(NINE_MS, NINE_MS + HOUR_MS), TimeSpan(NINE_MS + 2 * HOUR_MS, NINE_MS + 4 * HOUR_MS)]
    assert stating.ask(stated_bars(apart)) == [StatedBar(0, "", 1, 10), StatedBar(1, "", 1, 40_000)]


@pytest.mark.parametrize(
    ("chosen", "tokens"),
    [
        (UsageFilter(agent="Planner"), [210]),
        (UsageFilter(model="M2"), [3_000]),
        (UsageFilter(project="API"), [40_000]),
        (UsageFilter(agent="x' OR 1=1"), []),
        (UsageFilter(only=(("session", "1"),)), [3_210]),
        (UsageFilter(only=(("project", "/w/shop"), ("model", "m1"))), [210]),
        (UsageFilter(only=(("reasoning_effort", "high"),)), []),
    ],
)
def test_only_what_is_chosen_counts(stating: Database, chosen: UsageFilter, tokens: list[int]) -> None:
    assert [bar.tokens for bar in stating.ask(stated_bars([DAY], "none", chosen))] == tokens


@pytest.mark.parametrize(
    "columns",
    [
        {**LOGGED, "requests": 1},
        {**LOGGED, "is_copy": 1},
        {**LOGGED, "origin": "typed"},
        {**LOGGED, "token_count": None},
    ],
)
def test_tokens_count_as_stated_only_without_requests(database: Database, columns: dict[str, Any]) -> None:
    database.session(1)
    database.turn(1, 1, **{"timestamp": "2026-11-20 10:00:00.000", "token_count": 5, **columns})
    assert database.ask(stated_bars([DAY])) == []


def test_a_group_of_which_nothing_else_is_known_has_a_bar_of_no_usage() -> None:
    used = [UsageBar(0, "a", UsageSums(requests=1)), UsageBar(2, "a", UsageSums(requests=2))]
    stated = [StatedBar(1, "a", 1, 5), StatedBar(2, "a", 1, 6), StatedBar(0, "b", 1, 7)]
    assert [(bar.span, bar.key, bar.sums) for bar in with_stated(used, stated)] == [
        (0, "a", UsageSums(requests=1)),
        (0, "b", NOTHING),
        (1, "a", NOTHING),
        (2, "a", UsageSums(requests=2)),
    ]
