"""Sums over time: what the strip on top, the chart and the sparklines show."""

from __future__ import annotations

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS
from ppp_tui.query.rows import Spend, Tokens, UsagePoint
from ppp_tui.query.usage.totals import NEWEST_REQUESTS, activity, totals, usage_points
from tests.query.database_fixture import NOON_MS, Database


def test_totals_are_those_of_the_day_and_the_last_hour(database: Database) -> None:
    database.minute("2026-11-19 22:59")
    database.minute("2026-11-19 23:00", cost_micros=7, unpriced_requests=1)
    database.minute("2026-11-20 11:00", "codex")
    database.minute("2026-11-20 12:00", cost_micros=100)
    database.minute("2026-11-20 12:01", cost_micros=9999)
    found = database.ask(totals(NOON_MS + 500, midnight_ms=NOON_MS - 13 * HOUR_MS))
    assert found.today == Spend(Tokens(30, 60, 900, 12), 112, 3, 1, True)
    assert found.last_hour == Spend(Tokens(20, 40, 600, 8), 105, 2, 0, False)
    assert found.burn_micros_per_hour == 105
    assert found.database_bytes > 100_000


def test_totals_of_an_empty_database_are_zero(database: Database) -> None:
    found = database.ask(totals(NOON_MS, NOON_MS - HOUR_MS))
    assert (found.today, found.last_hour, found.burn_micros_per_hour) == (Spend(), Spend(), 0)


def test_what_is_known_to_tell_too_little_makes_a_total_a_lower_bound(database: Database) -> None:
    database.minute("2026-11-20 11:59", lower_bound_requests=1)
    assert database.ask(totals(NOON_MS, NOON_MS - HOUR_MS)).today.is_lower_bound


def test_points_are_sums_by_agent_and_span(database: Database) -> None:
    database.minute("2026-11-20 10:59")
    database.minute("2026-11-20 11:00")
    database.minute("2026-11-20 11:04", model="m2")
    database.minute("2026-11-20 11:04")
    database.minute("2026-11-20 11:04", "codex")
    database.minute("2026-11-20 11:05")
    database.minute("2026-11-20 12:00")
    found = database.ask(usage_points(NOON_MS - HOUR_MS, NOON_MS, 5 * MINUTE_MS))
    assert found == [
        UsagePoint(NOON_MS - HOUR_MS, "claude", 3 * 334, 15),
        UsagePoint(NOON_MS - HOUR_MS, "codex", 334, 5),
        UsagePoint(NOON_MS - 55 * MINUTE_MS, "claude", 334, 5),
    ]


def test_spans_of_hours_and_tens_of_minutes_give_the_same_sums(database: Database) -> None:
    for minute in ("2026-11-20 10:00", "2026-11-20 10:59", "2026-11-20 11:09", "2026-11-20 11:10", "2026-11-20 11:59"):
        database.minute(minute)
    start = NOON_MS - 2 * HOUR_MS
    hours = database.ask(usage_points(start, NOON_MS, HOUR_MS))
    assert hours == [UsagePoint(start, "claude", 668, 10), UsagePoint(start + HOUR_MS, "claude", 1002, 15)]
    tens = database.ask(usage_points(start, NOON_MS, 600_000))
    assert [(point.at - start) // 600_000 for point in tens] == [0, 5, 6, 7, 11]
    days = database.ask(usage_points(start - 7, NOON_MS, 86_400_000))
    assert days == [UsagePoint(start - 7, "claude", 1670, 25)]


def test_a_span_that_begins_within_a_minute_has_that_minute(database: Database) -> None:
    database.minute("2026-11-20 11:00")
    start = NOON_MS - HOUR_MS + 30_000
    assert database.ask(usage_points(start, NOON_MS, MINUTE_MS)) == [UsagePoint(start, "claude", 334, 5)]


def test_activity_is_output_by_span_sub_agents_included(database: Database) -> None:
    database.session(1)
    database.session(2, parent_id=1)
    database.session(3, parent_id=2)
    database.session(4)
    database.session(5)
    database.usage(1, 1, 1, "2026-11-20 10:59:59.999", 1000)
    database.usage(1, 1, 2, "2026-11-20 11:00:00.000", 1)
    database.usage(1, 2, 1, "2026-11-20 11:29:59.000", 20)
    database.usage(1, 2, 2, "2026-11-20 11:29:59.000", 5000, is_counted=0)
    database.usage(2, 1, 1, "2026-11-20 11:30:00.000", 300)
    database.usage(3, 1, 1, "2026-11-20 11:59:59.000", 4000)
    database.usage(3, 1, 2, "2026-11-20 12:00:00.000", 70_000)
    database.usage(4, 9, 1, "2026-11-20 11:31:00.000", 8)
    query = activity([1, 4, 5, 77], NOON_MS - HOUR_MS, NOON_MS, 4)
    assert database.ask(query) == {1: [1, 20, 300, 4000], 4: [0, 0, 8, 0], 5: [0, 0, 0, 0], 77: [0, 0, 0, 0]}


def test_activity_looks_at_the_newest_requests_only(database: Database) -> None:
    database.session(1)
    database.session(2)
    database.usage(1, 1, 1, "2026-11-20 11:59:00.000", 100_000)
    for number in range(NEWEST_REQUESTS):
        database.usage(1, 2, number + 1, "2026-11-20 11:59:00.000", 1)
    database.usage(2, 1, 1, "2026-11-20 11:59:00.000", 7)
    assert database.ask(activity([1, 2], NOON_MS - HOUR_MS, NOON_MS, 1)) == {1: [NEWEST_REQUESTS], 2: [7]}


def test_activity_of_no_session_is_empty(database: Database) -> None:
    assert database.ask(activity([], NOON_MS - HOUR_MS, NOON_MS, 4)) == {}
