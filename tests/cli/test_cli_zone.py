"""Local time, with its summer time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ppp_tui.cli.report.zone import LOCAL


@pytest.fixture(autouse=True)
def _in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "EST5EDT,M3.2.0,M11.1.0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("utc", "local", "offset_h", "name"),
    [
        (datetime(2026, 1, 15, 12, tzinfo=UTC), (2026, 1, 15, 7, 0), -5, "EST"),
        (datetime(2026, 7, 15, 2, tzinfo=UTC), (2026, 7, 14, 22, 0), -4, "EDT"),
    ],
)
def test_a_moment_is_shown_as_the_clock_on_the_wall_had_it(
    utc: datetime, local: tuple[int, int, int, int, int], offset_h: int, name: str
) -> None:
    shown = utc.astimezone(LOCAL)
    assert (shown.year, shown.month, shown.day, shown.hour, shown.minute) == local
    assert (shown.utcoffset(), shown.tzname()) == (timedelta(hours=offset_h), name)
    assert shown == utc


def test_the_hour_that_the_clock_strikes_twice_is_told_apart() -> None:
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC).astimezone(LOCAL) for hour in (5, 6))
    assert (first.hour, first.fold, second.hour, second.fold) == (1, 0, 1, 1)
    assert second.timestamp() - first.timestamp() == 3600


def test_midnight_belongs_to_the_local_day() -> None:
    moment = datetime(2026, 7, 15, 2, tzinfo=UTC).astimezone(LOCAL)
    assert moment.replace(hour=0).astimezone(UTC) == datetime(2026, 7, 14, 4, tzinfo=UTC)
