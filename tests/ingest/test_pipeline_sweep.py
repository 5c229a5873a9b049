"""How often everything is looked at while the system tells of changes, and how often memory is given back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ppp_tui.ingest.options import sweep_pause_ms
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, House


@pytest.mark.parametrize(
    ("interval_s", "took_ms", "expected"),
    [(30.0, 0, 30_000), (30.0, 60, 30_000), (30.0, 240, 120_000), (1.0, 2, 1_000), (30.0, 3_600_000, 600_000)],
    ids=["at once", "few files", "thousands of files", "a short interval", "slept meanwhile"],
)
def test_looking_at_everything_never_takes_more_than_its_share_of_a_core(
    interval_s: float, took_ms: int, expected: float
) -> None:
    assert sweep_pause_ms(interval_s, took_ms) == pytest.approx(expected)


def test_memory_is_given_back_at_the_beginning_and_then_once_a_minute(house: House) -> None:
    class QuickClock(FrozenClock):
        def now_ms(self) -> int:
            self.at_ms += 10_000
            return self.at_ms

    clock = QuickClock(LATER_MS)
    given_back_ms: list[int] = []
    for number in range(30):
        house.write(f"{number}.note", {"prompt": "One"})
    writer = Writer(house.database)
    try:
        Pipeline(
            writer,
            house.options(),
            clock,
            {},
            house.home,
            return_free_heap=lambda: given_back_ms.append(clock.at_ms),
        ).run(follow=False)
    finally:
        writer.close()
    assert len(given_back_ms) > 1
    assert all(later - earlier >= 60_000 for earlier, later in pairwise(given_back_ms))
