"""Periods: what each covers, and on which one a report opens."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ppp_tui.query.periods import (
    ALL_TIME,
    LAST_7_DAYS,
    LAST_30_DAYS,
    LAST_90_DAYS,
    THIS_MONTH,
    TODAY,
    Period,
    data_span,
    grain_of,
    period_span,
    pieces_of,
    shown_span,
    smallest_period,
)
from ppp_tui.query.time_grammar import read_span
from ppp_tui.query.usage.spans import TimeSpan

DAY = 86_400_000


def ms(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOW = ms("2026-11-20T12:00")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026-07", "2026-07-01", "2026-08-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-07-01..15", "2026-07-01", "2026-07-16"),
        ("2026-07-01 .. 2026-08-02", "2026-07-01", "2026-08-03"),
        ("2026-06..2026-07", "2026-06-01", "2026-08-01"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("This Week", "2026-11-16", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("since last week", "2026-11-09", "2026-11-20T12:00"),
        ("since 2026-11-01", "2026-11-01", "2026-11-20T12:00"),
        ("2026-11-01..", "2026-11-01", "2026-11-20T12:00"),
        ("7d", "2026-11-13T12:00", "2026-11-20T12:00"),
        ("2026-11-20T10:00..2026-11-20T10:59", "2026-11-20T10:00", "2026-11-20T11:00"),
    ],
)
def test_a_span_is_read_as_it_is_written(text: str, low: str, high: str) -> None:
    assert read_span(text, NOW, UTC) == TimeSpan(ms(low), ms(high))


@pytest.mark.parametrize("text", ["", "soon", "2026-13", "2026-07-15..01", "since", "since 2027-01-01", "0000"])
def test_a_span_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time|holds no time"):
        read_span(text, NOW, UTC)


def test_weeks_begin_where_the_user_lives() -> None:
    span = read_span("this week", ms("2026-11-16T00:30"), ZoneInfo("America/New_York"))
    assert span.low_ms == ms("2026-11-09", "America/New_York")


def test_periods_hold_whole_days_with_the_running_one() -> None:
    tomorrow = ms("2026-11-21")
    assert period_span(TODAY, NOW, UTC) == TimeSpan(ms("2026-11-20"), tomorrow)
    assert period_span(LAST_7_DAYS, NOW, UTC) == TimeSpan(ms("2026-11-14"), tomorrow)
    assert period_span(THIS_MONTH, NOW, UTC) == TimeSpan(ms("2026-11-01"), tomorrow)
    assert period_span(ALL_TIME, NOW, UTC) == TimeSpan(0, tomorrow)
    assert period_span(Period("2026-07"), NOW, UTC) == TimeSpan(ms("2026-07-01"), ms("2026-08-01"))


@pytest.mark.parametrize(
    ("newest", "least", "expected"),
    [
        ("2026-11-20T00:00", TODAY, TODAY),
        ("2026-11-19T23:59", TODAY, LAST_7_DAYS),
        ("2026-11-19T23:59", LAST_30_DAYS, LAST_30_DAYS),
        ("2026-08-23T00:00", TODAY, LAST_90_DAYS),
        ("2026-08-22T23:59", TODAY, ALL_TIME),
        ("2026-11-20T00:00", ALL_TIME, ALL_TIME),
    ],
)
def test_a_report_opens_on_the_smallest_period_with_data(newest: str, least: Period, expected: Period) -> None:
    data = TimeSpan(ms("2025-01-01"), ms(newest))
    assert smallest_period(data, NOW, UTC, least) == expected


def test_without_any_data_a_report_opens_on_its_least_period() -> None:
    assert smallest_period(None, NOW, UTC, LAST_30_DAYS) == LAST_30_DAYS


def test_all_time_reaches_from_the_first_day_with_data_to_the_last() -> None:
    data = TimeSpan(ms("2026-01-07T16:00"), ms("2026-08-01T09:00"))
    assert shown_span(ALL_TIME, data, NOW, UTC) == TimeSpan(ms("2026-01-07"), ms("2026-08-02"))
    assert shown_span(Period("since 1971-01-01"), data, NOW, UTC) == TimeSpan(ms("2026-01-07"), ms("2026-08-02"))
    assert shown_span(LAST_7_DAYS, data, NOW, UTC) == period_span(LAST_7_DAYS, NOW, UTC)
    assert shown_span(ALL_TIME, None, NOW, UTC) == TimeSpan(ms("2026-11-20"), ms("2026-11-21"))


@pytest.mark.parametrize(("days", "grain", "pieces"), [(1, "hour", 24), (90, "day", 90), (209, "week", 31)])
def test_long_spans_have_longer_bars(days: int, grain: str, pieces: int) -> None:
    low = ms("2026-01-07")
    span = TimeSpan(low, low + days * DAY)
    assert grain_of(span) == grain
    assert len(pieces_of(span, grain_of(span), UTC)) == pieces


def test_months_are_cut_at_their_first_day() -> None:
    span = TimeSpan(ms("2024-11-20"), ms("2026-02-10"))
    months = pieces_of(span, grain_of(span), UTC)
    assert (months[0], months[1].low_ms, months[-1].high_ms) == (
        TimeSpan(ms("2024-11-20"), ms("2024-12-01")),
        ms("2024-12-01"),
        ms("2026-02-10"),
    )
    assert len(months) == 16


def test_a_time_that_is_none_leaves_a_report_without_a_span_and_not_without_an_answer() -> None:
    # In a shared store whoever may write can write anything.
    assert data_span("usage").build([("2026-11-20 10:00:00.000", "9999-99-99")]) is None
    assert data_span("usage").build([("1970-01-02 00:00", "1970-01-02 01:00")]) == TimeSpan(86_400_000, 90_000_000)
