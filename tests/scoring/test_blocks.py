"""Five-hour blocks out of hours with requests."""

from __future__ import annotations

from ppp_tui.scoring.prices.blocks import UsageBlock, official_block, usage_blocks

HOUR = 3_600_000


def test_a_block_begins_with_the_first_hour_after_the_one_before() -> None:
    found = usage_blocks([hour * HOUR for hour in (0, 1, 4, 5, 11, 30)])
    assert [(block.start_ms // HOUR, block.end_ms // HOUR) for block in found] == [(0, 5), (5, 10), (11, 16), (30, 35)]


def test_no_hours_make_no_blocks() -> None:
    assert usage_blocks([]) == []


def test_the_providers_word_on_the_end_makes_the_running_block() -> None:
    assert official_block(9 * HOUR + 60_000, 5 * HOUR) == UsageBlock(4 * HOUR + 60_000, 9 * HOUR + 60_000, True)


def test_an_end_that_is_over_or_too_far_makes_none() -> None:
    assert official_block(5 * HOUR, 5 * HOUR) is None
    assert official_block(10 * HOUR + 1, 5 * HOUR) is None
    assert official_block(None, 5 * HOUR) is None


def test_a_block_holds_its_beginning_and_not_its_end() -> None:
    block = UsageBlock(0, 5 * HOUR)
    assert (block.holds(0), block.holds(5 * HOUR - 1), block.holds(5 * HOUR)) == (True, True, False)
