"""The one grammar of written times."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.query.time_grammar import read_age, read_time

NOON_MS = from_text("2026-11-20 12:00:00.000")


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2h", "2026-11-20 10:00:00.000", "2026-11-20 10:00:00.000"),
        ("90m", "2026-11-20 10:30:00.000", "2026-11-20 10:30:00.000"),
        ("7d", "2026-11-13 12:00:00.000", "2026-11-13 12:00:00.000"),
        (" 1.5H ", "2026-11-20 10:30:00.000", "2026-11-20 10:30:00.000"),
        ("999999999w", "1970-01-01 00:00:00.000", "1970-01-01 00:00:00.000"),
        ("today", "2026-11-20 00:00:00.000", "2026-11-21 00:00:00.000"),
        ("Yesterday", "2026-11-19 00:00:00.000", "2026-11-20 00:00:00.000"),
        ("2026-11-19", "2026-11-19 00:00:00.000", "2026-11-20 00:00:00.000"),
        ("2026-1-9", "2026-01-09 00:00:00.000", "2026-01-10 00:00:00.000"),
        ("2026-11", "2026-11-01 00:00:00.000", "2026-12-01 00:00:00.000"),
        ("2026-12", "2026-12-01 00:00:00.000", "2027-01-01 00:00:00.000"),
        ("2026-11-19T10:30", "2026-11-19 10:30:00.000", "2026-11-19 10:31:00.000"),
        ("2026-11-19 10:30:15", "2026-11-19 10:30:15.000", "2026-11-19 10:30:16.000"),
        ("2026-11-19T10:30:15.250Z", "2026-11-19 10:30:15.250", "2026-11-19 10:30:15.251"),
        ("2026-11-19T10:30+05:30", "2026-11-19 05:00:00.000", "2026-11-19 05:01:00.000"),
        ("1960-01-01", "1970-01-01 00:00:00.000", "1970-01-01 00:00:00.000"),
    ],
)
def test_a_written_time_names_a_span(text: str, begin: str, end: str) -> None:
    span = read_time(text, NOON_MS, UTC)
    assert (to_text(span.low_ms), to_text(span.high_ms)) == (begin, end)


def test_days_are_those_of_the_zone_and_an_offset_outranks_it() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert to_text(read_time("2026-11-20", NOON_MS, kolkata).low_ms) == "2026-11-19 18:30:00.000"
    assert to_text(read_time("today", NOON_MS, kolkata).low_ms) == "2026-11-19 18:30:00.000"
    assert to_text(read_time("2026-11-20T00:00Z", NOON_MS, kolkata).low_ms) == "2026-11-20 00:00:00.000"


def test_a_day_on_which_clocks_are_set_back_has_25_hours() -> None:
    low_ms, high_ms = read_time("2026-11-01", NOON_MS, ZoneInfo("America/New_York"))
    assert high_ms - low_ms == 25 * 3_600_000


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-11-01T01:30", "2026-11-01 05:30:00.000", "2026-11-01 06:31:00.000"),
        ("2026-11-01T01:30:15", "2026-11-01 05:30:15.000", "2026-11-01 06:30:16.000"),
        ("2026-11-01T01:30-04:00", "2026-11-01 05:30:00.000", "2026-11-01 05:31:00.000"),
        ("2026-11-01T02:30", "2026-11-01 07:30:00.000", "2026-11-01 07:31:00.000"),
        ("2026-03-08T02:30", "2026-03-08 07:30:00.000", "2026-03-08 07:31:00.000"),
    ],
)
def test_a_time_that_clocks_show_twice_reaches_to_the_second(text: str, begin: str, end: str) -> None:
    span = read_time(text, NOON_MS, ZoneInfo("America/New_York"))
    assert (to_text(span.low_ms), to_text(span.high_ms)) == (begin, end)


@pytest.mark.parametrize(
    "text",
    ["", "noon", "2026-13-01", "2026-02-30", "7", "7y", "-7d", "2026-11-20T25:00", "２d", "2026-11-20Z", "9" * 400],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time: write a day"):
        read_time(text, NOON_MS, UTC)


def test_an_age_alone_is_no_date() -> None:
    assert (read_age("2d"), read_age("2026-11-20")) == (172_800_000, None)
