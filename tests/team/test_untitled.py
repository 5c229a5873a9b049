"""A title that a team does not share is called so in every list; in one's own database a session has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

from ppp_tui.query.quality.alert_list import AlertLine
from ppp_tui.tui.panes.quality.alert_cells import alert_lines, alert_time_lines
from ppp_tui.tui.panes.session_cells import titled
from ppp_tui.tui.widgets.lines import Cell, Line

ALERT = AlertLine(
    id=1,
    session=7,
    agent="claude",
    project="shop",
    title="",
    rule="cost_per_hour > 5",
    since=1_795_168_800_000,
    value=6.0,
    until=None,
)


@pytest.mark.parametrize(
    "lines",
    [
        lambda **more: alert_lines([ALERT], 1_795_168_900_000, **more),
        lambda **more: alert_time_lines("cost_per_hour > 5", [ALERT], 1_795_168_900_000, UTC, **more),
    ],
    ids=["alerts", "times of an alert"],
)
def test_lists_say_why_there_is_no_title(lines: Callable[..., list[Line]]) -> None:
    def untitled(**more: Any) -> list[str]:
        texts = [cell.text for line in lines(**more) for cell in line.cells if isinstance(cell, Cell)]
        return [text for text in texts if text.startswith("(")]

    assert untitled() == ["(no title)"]
    assert untitled(is_shared=True) == ["(not shared)"]


def test_a_title_stands_as_it_is() -> None:
    assert titled("Mend it", is_shared=True) == Cell("Mend it")
