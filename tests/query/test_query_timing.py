"""What is said of the time of sessions."""

from __future__ import annotations

import pytest

from ppp_tui.query.sessions.timing import sample_text
from ppp_tui.scoring.timing import Percentiles


@pytest.mark.parametrize(
    ("measured", "text"), [(1, "1"), (4_999, "4,999"), (5_000, "the newest 5,000"), (5_001, "the newest 5,001")]
)
def test_percentiles_say_when_they_are_of_the_newest_alone(measured: int, text: str) -> None:
    assert sample_text(Percentiles(measured=measured, p50=1, p90=1, p95=1, p99=1, most=1)) == text
