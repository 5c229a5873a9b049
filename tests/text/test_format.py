"""Numbers, costs, ages and durations keep their shape; unknown ones are a dash."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from ppp_tui.text import format as fmt


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (812, "812"),
        (999, "999"),
        (1000, "1.0k"),
        (33_100, "33.1k"),
        (99_949, "99.9k"),
        (99_960, "100k"),
        (410_499, "410k"),
        (999_499, "999k"),
        (999_999, "1.0M"),
        (1_234_567, "1.2M"),
        (123_456_789, "123M"),
        (5_000_000_000, "5.0B"),
        (-1500, "−1.5k"),
    ],
)
def test_tokens(number: int | None, shown: str) -> None:
    assert fmt.tokens(number) == shown


def test_certainty_has_a_sign() -> None:
    assert fmt.tokens(33_100, "lower bound") == "≥33.1k"
    assert fmt.tokens(33_100, "estimate") == "~33.1k"
    assert fmt.cost_micros(420_000, "lower bound") == "≥$0.42"
    assert fmt.cost_micros(27_000_000, "estimate") == "~$27.00"
    assert fmt.percent(0.34, "estimate") == "~34%"


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (None, "–"),
        (0, "$0.00"),
        (1, "<$0.01"),
        (4_999, "<$0.01"),
        (5_000, "$0.01"),
        (420_000, "$0.42"),
        (18_420_000, "$18.42"),
        (999_990_000, "$999.99"),
        (1_234_000_000, "$1,234"),
        (-420_000, "−$0.42"),
    ],
)
def test_costs(micros: int | None, shown: str) -> None:
    assert fmt.cost_micros(micros) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (-5, "0s"),
        (0, "0s"),
        (4_999, "4s"),
        (59_999, "59s"),
        (60_000, "1m"),
        (12 * 60_000, "12m"),
        (3_600_000, "1h"),
        (3 * 3_600_000 + 1, "3h"),
        (86_400_000, "1d"),
        (2 * 86_400_000, "2d"),
        (999 * 86_400_000, "999d"),
        (1100 * 86_400_000, "3y"),
    ],
)
def test_ages(ms: int | None, shown: str) -> None:
    assert fmt.age(ms) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (0, "0ms"),
        (40, "40ms"),
        (94, "94ms"),
        (95, "0.1s"),
        (200, "0.2s"),
        (2_100, "2.1s"),
        (9_949, "9.9s"),
        (9_950, "10s"),
        (48_000, "48s"),
        (59_499, "59s"),
        (59_500, "1:00"),
        (192_000, "3:12"),
        (3_599_499, "59:59"),
        (3_723_000, "1:02:03"),
        (-2_100, "−2.1s"),
    ],
)
def test_durations(ms: int | None, shown: str) -> None:
    assert fmt.duration(ms) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (None, "–"),
        (0.0, "0%"),
        (0.001, "<1%"),
        (0.34, "34%"),
        (0.996, "99%"),
        (1.0, "100%"),
        (1.2, "120%"),
        (-0.2, "−20%"),
    ],
)
def test_percentages(ratio: float | None, shown: str) -> None:
    assert fmt.percent(ratio) == shown


def test_percentages_with_decimals() -> None:
    assert fmt.percent(0.9996, decimals=1) == "99.9%"
    assert fmt.percent(0.123, decimals=1) == "12.3%"


def test_signed_numbers() -> None:
    assert [fmt.signed(value) for value in (0.05, -0.5, 0.0, -0.001, None)] == ["+0.05", "−0.50", "0.00", "0.00", "–"]


def test_counts_and_sizes() -> None:
    assert [fmt.count(number) for number in (0, 1234567, -12, None)] == ["0", "1,234,567", "−12", "–"]
    assert [fmt.size(number) for number in (640, 1_288_490_188, 150 * 1024, None)] == ["640 B", "1.2 GB", "150 kB", "–"]


def test_clock_times_are_those_of_the_zone() -> None:
    at_ms = 1_795_356_131_500  # 2026-11-22 14:02:11.5 UTC
    assert fmt.clock_time(at_ms, UTC) == "14:02:11"
    assert fmt.clock_time(at_ms, timezone(timedelta(hours=5, minutes=30))) == "19:32:11"
    assert fmt.clock_time(at_ms, UTC, seconds=False) == "14:02"
    assert fmt.date_time(at_ms, timezone(timedelta(hours=11))) == "2026-11-23 01:02:11"
    assert fmt.clock_time(None, UTC) == "–"
    assert fmt.clock_time(10**20, UTC) == "–"


def test_counted_nouns_take_their_plural() -> None:
    assert [fmt.counted(number, "request") for number in (0, 1, 1200)] == ["0 requests", "1 request", "1,200 requests"]
    assert fmt.counted(2, "trajectory", "trajectories") == "2 trajectories"


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(-5, "0m"), (59_000, "0m"), (720_000, "12m"), (11_100_000, "3h05m"), (187_200_000, "2d04h")],
)
def test_time_left(ms: int, shown: str) -> None:
    assert fmt.time_left(ms) == shown


def test_estimate_outranks_lower_bound() -> None:
    assert fmt.certainty(is_lower_bound=True, is_estimate=True) == "estimate"
    assert fmt.certainty(is_lower_bound=True) == "lower bound"
    assert fmt.certainty(is_lower_bound=False) == "exact"
    assert fmt.duration(192_000, "lower bound") == "≥3:12"


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (None, "–"),
        (0, "$0.00"),
        (7, "<$0.0001"),
        (7_912, "$0.0079"),
        (99_949, "$0.0999"),
        (99_950, "$0.10"),
        (1_200_000, "$1.20"),
    ],
)
def test_costs_of_single_requests_have_the_digits_that_tell_them_apart(micros: int | None, shown: str) -> None:
    assert fmt.fine_cost(micros) == shown


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("localhost", "localhost"), ("::1", "[::1]")])
def test_only_an_ipv6_host_is_bracketed(host: str, shown: str) -> None:
    assert fmt.bracketed(host) == shown
