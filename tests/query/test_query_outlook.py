"""Blocks, limits, budgets, features and times as queries give them."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from ppp_tui.model.clock import MINUTE_MS, from_text, to_text
from ppp_tui.query.ingest_status import pending, unpriced_yet
from ppp_tui.query.scores import compare
from ppp_tui.query.sessions.timing import latencies, session_timing, turn_timings, turn_waterfall
from ppp_tui.query.usage.blocks import block_hours, block_usage, to_blocks
from ppp_tui.query.usage.commits import ContextUse, context_use, features
from ppp_tui.query.usage.forecasts import budget_ends, budget_outlook, limit_outlook, recent_cost
from ppp_tui.query.usage.limits import latest_limits, limit_history, session_reports
from ppp_tui.query.usage.rows import LimitReading, UsageFilter, UsageSums
from ppp_tui.query.usage.spans import HOUR_MS, TimeSpan
from ppp_tui.scoring.prices.forecast import NEVER, Forecast
from ppp_tui.scoring.timing import Percentiles, TimeSplit, WaterfallSpan
from tests.query.database_fixture import NOON_MS, Database


def hour(database: Database, at: str, cost: int, agent: str = "claude") -> None:
    database.put(
        "usage_hours",
        hour=at,
        agent_name=agent,
        model="m1",
        requests=1,
        input_tokens=1,
        output_tokens=1,
        cache_read_tokens=0,
        cache_write_tokens=0,
        cost_micros=cost,
        unpriced_requests=0,
        lower_bound_requests=0,
    )


def reading(at_ms: int, used: float, resets_at: int | None = None, agent: str = "claude") -> LimitReading:
    return LimitReading(
        agent_name=agent,
        name="five_hour",
        at=at_ms,
        used_percent=used,
        window_minutes=300,
        resets_at=resets_at,
        plan="",
        provenance="official",
    )


def test_blocks_of_every_agent_the_newest_first(database: Database) -> None:
    for at, cost in (("2026-11-20 01:00", 1), ("2026-11-20 05:00", 2), ("2026-11-20 06:00", 4)):
        hour(database, at, cost)
    hour(database, "2026-11-20 09:00", 8, "codex")
    spans = block_hours(NOON_MS - 12 * HOUR_MS, NOON_MS, [], NOON_MS)
    found = to_blocks(spans, database.ask(block_usage(spans)), [], NOON_MS - 12 * HOUR_MS, NOON_MS)
    assert [
        (row.agent_name, (row.block.start_ms - NOON_MS) // HOUR_MS, row.sums.cost_micros, row.is_active)
        for row in found
    ] == [("codex", -3, 8, True), ("claude", -6, 4, False), ("claude", -11, 3, False)]


def test_the_running_block_is_the_one_that_the_provider_told(database: Database) -> None:
    for at, cost in (("2026-11-20 08:00", 1), ("2026-11-20 10:00", 2), ("2026-11-20 11:00", 4)):
        hour(database, at, cost)
    told = [reading(NOON_MS, 40, NOON_MS + 3 * HOUR_MS)]
    spans = block_hours(NOON_MS - 12 * HOUR_MS, NOON_MS, told, NOON_MS)
    found = to_blocks(spans, database.ask(block_usage(spans)), told, NOON_MS - 12 * HOUR_MS, NOON_MS)
    assert [(row.block.start_ms - NOON_MS, row.provenance, row.sums.cost_micros) for row in found] == [
        (-2 * HOUR_MS, "official", 6),
        (-4 * HOUR_MS, "estimated", 1),
    ]


def test_a_window_that_begins_within_an_hour_has_only_what_came_since(database: Database) -> None:
    for at, cost in (("2026-11-20 10:19", 1), ("2026-11-20 10:20", 2)):
        database.minute(at, cost_micros=cost)
        database.minute(at, "codex", cost_micros=cost)
    for agent in ("claude", "codex"):
        hour(database, "2026-11-20 10:00", 3, agent)
    told = [reading(NOON_MS, 40, from_text("2026-11-20 15:20:00.000"))]
    spans = block_hours(NOON_MS - 12 * HOUR_MS, NOON_MS, told, NOON_MS)
    found = to_blocks(spans, database.ask(block_usage(spans)), told, NOON_MS - 12 * HOUR_MS, NOON_MS)
    assert [(row.agent_name, to_text(row.block.start_ms)[11:16], row.sums.cost_micros) for row in found] == [
        ("claude", "10:20", 2),
        ("claude", "10:00", 1),
        ("codex", "10:00", 3),
    ]


def test_a_plan_without_a_five_hour_limit_has_no_blocks_from_then_on(database: Database) -> None:
    for at in ("2026-11-18 08:00", "2026-11-20 08:00", "2026-11-20 10:00"):
        hour(database, at, 1)
    weekly = reading(NOON_MS, 10)._replace(name="seven_day", window_minutes=10_080)
    spans = block_hours(NOON_MS - 60 * HOUR_MS, NOON_MS, [], NOON_MS)
    bars = database.ask(block_usage(spans))

    def limited(*limits: LimitReading) -> list[tuple[str, bool]]:
        rows = to_blocks(spans, bars, limits, NOON_MS - 60 * HOUR_MS, NOON_MS)
        return [(to_text(row.block.start_ms)[:13], row.is_limited) for row in rows]

    assert limited(weekly) == [("2026-11-20 08", False), ("2026-11-18 08", False)]
    assert limited(weekly, reading(NOON_MS - 30 * HOUR_MS, 5)) == [("2026-11-20 08", False), ("2026-11-18 08", True)]
    for known in (
        [weekly, reading(NOON_MS - HOUR_MS, 5)],
        [weekly._replace(provenance="recorded")],
        [reading(NOON_MS, 1)],
        [weekly._replace(agent_name="codex")],
    ):
        assert limited(*known) == [("2026-11-20 08", True), ("2026-11-18 08", True)]


def test_what_waits_to_be_judged_and_priced_is_counted(database: Database) -> None:
    assert database.ask(pending()) == (0, 0)
    database.session(1, {"scored_by": ""})
    database.session(2, {"scored_by": "rules"})
    for number in (1, 2):
        database.usage(1, 1, number, "2026-11-20 10:00:00.000", 5, model=f"m{number}")
    database.put("price_queue", usage_id=(1 << 40) + (1 << 20) + 1)
    assert database.ask(pending()) == (1, 1)
    assert database.ask(unpriced_yet()) == {"m1": 1}


def test_the_newest_reading_of_every_limit(database: Database) -> None:
    for at, used in (("2026-11-20 10:00:00.000", 10.0), ("2026-11-20 11:00:00.000", 30.0)):
        database.put(
            "limit_readings",
            agent_name="claude",
            name="five_hour",
            at=at,
            used_percent=used,
            window_minutes=300,
            resets_at="2026-11-20 15:00:00.000",
            provenance="official",
        )
    assert database.ask(latest_limits()) == [reading(NOON_MS - HOUR_MS, 30.0, NOON_MS + 3 * HOUR_MS)]
    assert [one.used_percent for one in database.ask(limit_history("claude", "five_hour", NOON_MS - HOUR_MS))] == [30.0]


def test_when_a_limit_will_be_full() -> None:
    history = [reading(NOON_MS - (60 - 5 * step) * MINUTE_MS, 20.0 + 5 * step) for step in range(12)]
    latest = history[-1]._replace(resets_at=NOON_MS + 3 * HOUR_MS)
    found = limit_outlook(latest, history, NOON_MS)
    assert found.is_stale is False
    assert found.pace is not None
    assert round(found.pace.per_hour) == 55
    assert found.forecast.at_ms is not None
    assert NOON_MS < found.forecast.at_ms < NOON_MS + HOUR_MS


def test_a_limit_whose_window_has_ended_is_stale_and_lasts() -> None:
    found = limit_outlook(reading(NOON_MS - MINUTE_MS, 90.0, NOON_MS), [], NOON_MS)
    assert (found.is_stale, found.forecast) == (True, NEVER)


def test_what_the_last_hour_cost_in_spans_of_five_minutes(database: Database) -> None:
    database.minute("2026-11-20 10:59", cost_micros=100)
    database.minute("2026-11-20 11:00", cost_micros=1)
    database.minute("2026-11-20 11:59", cost_micros=2)
    database.minute("2026-11-20 11:58", "codex", cost_micros=4)
    assert database.ask(recent_cost(NOON_MS)) == [1.0] + [0.0] * 10 + [6.0]
    assert database.ask(recent_cost(NOON_MS, UsageFilter(agent="codex")))[-1] == 4.0


def test_when_a_budget_will_be_spent() -> None:
    day_end, month_end = budget_ends(NOON_MS, UTC)
    assert (day_end, month_end) == (NOON_MS + 12 * HOUR_MS, from_text("2026-12-01 00:00:00.000"))
    sums = UsageSums(requests=1, cost_micros=9_000_000)
    found = budget_outlook("day", 10, 80, sums, hourly=[500_000.0] * 24, now_ms=NOON_MS, ends_ms=day_end)
    assert (found.state, found.forecast) == ("near", Forecast(*[NOON_MS + 2 * HOUR_MS] * 3))
    assert found.projection is not None
    assert found.projection.expected == 15_000_000


def test_features_are_commits_that_are_no_copies_and_specs_that_are_finished(database: Database) -> None:
    database.session(1, spec_id="SPEC-1", outcome="completed", ended_at="2026-11-20 11:00:00.000")
    database.session(2, spec_id="SPEC-2", outcome="failed", ended_at="2026-11-20 11:00:00.000", agent_name="codex")
    database.turn(1, 1)
    database.turn(2, 1, is_copy=1)
    for trajectory in (1, 2):
        database.put("features", id=((trajectory << 20) + 1 << 20) + 1, at="2026-11-20 11:00:00.000")
    span = TimeSpan(NOON_MS - 12 * HOUR_MS, NOON_MS)
    assert database.ask(features(span)) == (1, 1)
    assert database.ask(features(span, UsageFilter(agent="codex"))) == (0, 0)
    assert database.ask(features(TimeSpan(NOON_MS, NOON_MS + HOUR_MS))) == (0, 0)


def test_how_full_contexts_were(database: Database) -> None:
    database.session(1, {"context_tokens": 50, "context_window": 200})
    database.session(2, {"context_tokens": 150, "context_window": 200})
    database.session(3)
    assert database.ask(context_use(TimeSpan(NOON_MS, NOON_MS + 1))) == ContextUse(
        2, 0.5, 0.75, is_window_inferred=False
    )
    database.session(4, {"context_tokens": 100, "context_window": 200, "is_window_inferred": 1})
    assert database.ask(context_use(TimeSpan(NOON_MS, NOON_MS + 1))) == ContextUse(
        3, 0.5, 0.75, is_window_inferred=True
    )


def test_the_time_of_a_session_and_its_turns(database: Database) -> None:
    database.session(1, {"turns": 2, "wall_ms": 3_600_000, "tool_ms": 600_000, "waiting_ms": 60_000, "retry_ms": 1000})
    database.turn(1, 1, latency_ms=1000, first_token_ms=300, ended_at="2026-11-20 11:00:01.000")
    database.turn(1, 2, latency_ms=5000)
    database.put("turn_times", id=(1 << 20) + 1, tool_ms=400, waiting_ms=100, retry_ms=0)
    database.step(1, 1, 1, duration_ms=400)
    database.put("session_reports", source="claude_code", native_id="native-1", at="2026-11-20 12:00:00.000", api_ms=7)
    timing = database.ask(session_timing(1))
    assert timing is not None
    assert timing.split == TimeSplit(3_600_000, 2_939_000, 600_000, 60_000, 1000)
    assert (timing.wall_ms, timing.between_ms, timing.api_ms, timing.turns) == (3_600_000, 3_600_000, 7, 2)
    assert not timing.is_lower_bound
    first, second = database.ask(turn_timings(1))
    assert (first.split, first.first_token_ms, second.split) == (TimeSplit(1000, 500, 400, 100, 0), 300, None)
    assert database.ask(latencies(1)).turns == Percentiles(2, 1000, 5000, 5000, 5000, 5000)
    assert database.ask(latencies(1)).tools == Percentiles(1, 400, 400, 400, 400, 400)
    reports = database.ask(session_reports([1, 2]))
    assert [(number, report.api_ms, report.cost_micros) for number, report in reports.items()] == [(1, 7, None)]


@pytest.mark.parametrize(
    ("second", "is_bound"),
    [
        ({"latency_ms": None}, True),
        ({"latency_ms": 0}, False),
        ({"latency_ms": None, "is_copy": 1}, False),
    ],
)
def test_the_time_of_a_session_is_a_lower_bound_where_a_turn_tells_none(
    database: Database, second: dict[str, Any], is_bound: bool
) -> None:
    database.session(1, {"turns": 2, "wall_ms": 1000})
    database.turn(1, 0, origin="system", latency_ms=None)
    database.turn(1, 1, latency_ms=1000)
    database.turn(1, 2, **second)
    timing = database.ask(session_timing(1))
    assert timing is not None
    assert (timing.wall_ms, timing.is_lower_bound, timing.between_ms is None) == (1000, is_bound, is_bound)
    [measured] = database.ask(compare.run_figures([1]))
    assert measured.is_wall_lower_bound == is_bound


def test_of_a_session_that_was_read_before_times_were_kept_no_share_is_told(database: Database) -> None:
    database.session(1, {"turns": 1, "wall_ms": 1000})
    database.turn(1, 1, latency_ms=1000)
    timing = database.ask(session_timing(1))
    assert timing is not None
    assert (timing.wall_ms, timing.split) == (1000, None)


def test_the_waterfall_of_a_turn(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, ended_at="2026-11-20 11:00:10.000")
    database.step(1, 1, 1, started_at="2026-11-20 11:00:02.000", ended_at="2026-11-20 11:00:05.000")
    database.step(1, 1, 2, kind="message", started_at="2026-11-20 11:00:06.000", ended_at="2026-11-20 11:00:06.000")
    begin = NOON_MS - HOUR_MS
    assert database.ask(turn_waterfall((1 << 20) + 1)) == [
        WaterfallSpan("model", "", begin, begin + 2000),
        WaterfallSpan("tool", "Bash ls", begin + 2000, begin + 5000),
        WaterfallSpan("model", "", begin + 5000, begin + 10_000),
    ]
    assert database.ask(turn_waterfall((1 << 20) + 9)) == []
