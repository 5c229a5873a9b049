"""How often everything is looked at while the system tells of changes."""

from __future__ import annotations

import pytest

from ppp_tui.ingest.options import sweep_pause_ms


@pytest.mark.parametrize(
    ("interval_s", "took_ms", "expected"),
    [(30.0, 0, 30_000), (30.0, 60, 30_000), (30.0, 240, 120_000), (1.0, 2, 1_000), (30.0, 3_600_000, 600_000)],
    ids=["at once", "few files", "thousands of files", "a short interval", "slept meanwhile"],
)
def test_looking_at_everything_never_takes_more_than_its_share_of_a_core(
    interval_s: float, took_ms: int, expected: float
) -> None:
    assert sweep_pause_ms(interval_s, took_ms) == pytest.approx(expected)
