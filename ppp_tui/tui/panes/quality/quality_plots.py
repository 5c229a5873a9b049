"""The charts of Quality: the pass rate by day, and bars of what the table sums. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.quality.drilldown import ConductSum
from ppp_tui.query.quality.rows import DayLine, RetrySum
from ppp_tui.text.cells import cut
from ppp_tui.text.format import count
from ppp_tui.tui.widgets.plot import Plot, Series

MOST_BARS = 12
"""Bars that find room; the smallest are left out."""

LABEL = 14
"""Cells of what stands under a bar."""


def rate_plot(days: Sequence[DayLine], since_ms: int | None, now_ms: int) -> Plot | None:
    """The pass rate of each day (UTC) on which tests ran; None if none did."""
    points = [(_ordinal(line.day), line.pass_rate) for line in days if line.pass_rate is not None]
    if not points:
        return None
    last = float(now_ms // DAY_MS)
    first = points[0][0] if since_ms is None else float(since_ms // DAY_MS)
    return Plot(
        "line",
        (Series("pass rate", tuple(points), "good"),),
        lambda value: f"{value:.0f}%",
        _day,
        x_range=(min(first, last - 1), last),
        y_top=100.0,
    )


def retry_plot(sums: Sequence[RetrySum]) -> Plot | None:
    """How the failures of each group ended; None if there are none."""
    ended: dict[str, tuple[int, int, int]] = {}
    for one in sums:
        well, lost, still = ended.get(one.key, (0, 0, 0))
        going = one.chains - one.recovered - one.gave_up
        ended[one.key] = (well + one.recovered, lost + one.gave_up, still + going)
    groups = sorted(sorted(ended, key=lambda key: -sum(ended[key]))[:MOST_BARS])
    return _bars(
        groups,
        (
            Series("recovered", _heights([ended[key][0] for key in groups]), "good"),
            Series("gave up", _heights([ended[key][1] for key in groups]), "removed"),
            Series("open", _heights([ended[key][2] for key in groups]), "series-1"),
        ),
    )


def conduct_plot(sums: Sequence[ConductSum]) -> Plot | None:
    """The questions of each agent by effort; None if there are none."""
    asked = [one for one in sums if one.questions][:MOST_BARS]
    return _bars(
        [one.agent_name for one in asked],
        (
            Series("low", _heights([one.low for one in asked]), "effort-low"),
            Series("medium", _heights([one.medium for one in asked]), "effort-medium"),
            Series("high", _heights([one.high for one in asked]), "effort-high"),
        ),
    )


def _bars(names: Sequence[str], series: tuple[Series, ...]) -> Plot | None:
    if not names:
        return None
    labels = tuple(cut(name or "(unknown)", LABEL) for name in names)
    return Plot("bar", series, lambda value: count(round(value)), bar_labels=labels)


def _heights(values: Sequence[int]) -> tuple[tuple[float, float], ...]:
    return tuple((float(place), float(value)) for place, value in enumerate(values))


def _ordinal(day: str) -> float:
    """A day as the number of days since 1970."""
    return float(date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal())


def _day(number: float) -> str:
    return datetime.fromtimestamp(int(number) * DAY_MS / 1000, UTC).strftime("%m-%d")
