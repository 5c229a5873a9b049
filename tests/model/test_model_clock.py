"""Times as text become Unix milliseconds."""

from __future__ import annotations

import pytest

from ppp_tui.model.clock import from_text


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-11-20 12:00:00.000", 1_795_176_000_000),
        ("2026-11-20T12:00:00.500Z", 1_795_176_000_500),
        # As long as the common shape: a week date, and the same moment with an offset.
        ("2026-W47-5 12:00:00.000", 1_795_176_000_000),
        ("2026-11-20 14:00:00+0200", 1_795_176_000_000),
    ],
)
def test_a_time_is_read_in_each_shape_of_iso_8601(text: str, at_ms: int) -> None:
    assert from_text(text) == at_ms


@pytest.mark.parametrize("text", ["", "2026-13-01 00:00:00.000", "2026-1-200 00:00:00.000", "tomorrow"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_text(text)
