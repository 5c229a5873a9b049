"""Tests of any span in any zone are those of the runs within it, however long ago and however its bounds cut hours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.model.clock import DAY_MS, HOUR_MS, from_text, to_text
from ppp_tui.query.quality.span_tests import span_tests
from ppp_tui.query.scope import Scope
from ppp_tui.query.usage.spans import TimeSpan, days, hours, months, weeks
from tests.query.database_fixture import Database

ZONES = (
    *("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "America/St_Johns"),
    *("America/Havana", "Pacific/Chatham", "Pacific/Apia"),
)
MOMENTS = ("2026-03-08 07:00", "2026-04-04 15:00", "2026-10-03 15:30", "2026-11-01 06:00", "2024-01-01 00:00")
"""Moments at which some of the zones set their clocks, and one of years ago."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, list[tuple[int, str]]]]:
    """Runs at random times around each moment, on the hour and at its very end too, with their projects."""
    drawing = random.Random(7)
    path: Path = tmp_path_factory.mktemp("runs") / "archive.db"
    database = Database(path)
    runs: list[tuple[int, str]] = []
    for moment in MOMENTS:
        for _ in range(60):
            at_ms = from_text(moment) + drawing.randrange(-3 * DAY_MS, 3 * DAY_MS)
            at_ms = drawing.choice((at_ms, at_ms // HOUR_MS * HOUR_MS, at_ms // HOUR_MS * HOUR_MS - 1))
            runs.append((at_ms, drawing.choice(("/shop", "/docs"))))
    for number, (at_ms, project) in enumerate(runs):
        columns = {"id": (1 << 40) + number, "suite": "s", "at": to_text(at_ms), "project": project}
        database.put("test_runs", **columns, total=4, passed=3, failed=1, skipped=0)
        database.put(
            "test_runs", **{**columns, "id": (2 << 40) + number}, is_copy=1, total=1, passed=1, failed=0, skipped=0
        )
    yield database, runs
    database.writer.close()


@given(
    zone=st.sampled_from(ZONES),
    moment=st.sampled_from(MOMENTS),
    before_ms=st.integers(0, 3 * DAY_MS),
    length_ms=st.integers(1, 6 * DAY_MS),
    cut=st.sampled_from((days, weeks, months, hours)),
    project=st.sampled_from((None, "/shop")),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tests_of_spans_are_those_of_the_runs_within(
    ran: tuple[Database, list[tuple[int, str]]],
    zone: str,
    moment: str,
    before_ms: int,
    length_ms: int,
    cut: object,
    project: str | None,
) -> None:
    database, runs = ran
    low = from_text(moment) - before_ms
    spans: list[TimeSpan] = cut(low, low + length_ms, ZoneInfo(zone))  # type: ignore[operator]  # one of four functions
    sums = database.ask(span_tests(spans, Scope(project=project)))
    for number, span in enumerate(spans):
        count = sum(span.low_ms <= at_ms < span.high_ms and project in (None, of) for at_ms, of in runs)
        assert sums.get(number, (0, 0, 0, 0, 0)) == (count, count, 3 * count, count, 0)


def test_days_of_23_and_25_hours_and_of_half_hour_zones_hold_what_ran_in_them(database: Database) -> None:
    def runs_by_day(*ats: str, first: str, last: str, zone: str) -> list[int]:
        database.writer.execute("DELETE FROM test_runs")
        for number, at in enumerate(ats):
            database.put(
                "test_runs", id=number + 1, suite="s", at=f"{at}:00.000", total=1, passed=1, failed=0, skipped=0
            )
        spans = days(from_text(first), from_text(last), ZoneInfo(zone))
        sums = database.ask(span_tests(spans))
        return [sums[number].runs if number in sums else 0 for number in range(len(spans))]

    # 18:30 UTC is midnight in Kolkata.
    ats = ("2026-11-19 18:29", "2026-11-19 18:30", "2026-11-20 18:29", "2026-11-20 18:30")
    assert runs_by_day(*ats, first="2026-11-18 18:30", last="2026-11-21 18:30", zone="Asia/Kolkata") == [1, 2, 1]
    # New York's day has 23 hours on 8 March, from 05:00 UTC to 04:00, and 25 on 1 November, from 04:00 to 05:00.
    ats = ("2026-03-08 04:59", "2026-03-08 05:00", "2026-03-09 03:59", "2026-03-09 04:00")
    assert runs_by_day(*ats, first="2026-03-07 05:00", last="2026-03-10 04:00", zone="America/New_York") == [1, 2, 1]
    ats = ("2026-11-01 03:59", "2026-11-01 04:00", "2026-11-02 04:59", "2026-11-02 05:00")
    assert runs_by_day(*ats, first="2026-10-31 04:00", last="2026-11-03 05:00", zone="America/New_York") == [1, 2, 1]
