"""The chart of tokens per minute over the last hour, one line per agent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.model.clock import MINUTE_MS
from ppp_tui.query.rows import UsagePoint
from ppp_tui.query.usage.totals import usage_points
from ppp_tui.text.format import clock_time, tokens
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.charts.plot import Plot, Series
from ppp_tui.tui.widgets.tones import agent_tones
from ppp_tui.tui.widgets.workers import work

MINUTES = 60
"""Number of minutes that the chart shows."""

QUIET_MINUTES = 5
"""Minutes by which the chart moves on at once while nothing is used."""

READ_MS = 2_000
"""The chart is drawn at most this often, since drawing takes longer than the rest of the screen."""

MOST_AGENTS = 6
"""Maximum of lines that can be distinguished; the agents that used least are left out."""


class LiveChart(Chart):
    """Chart of tokens per minute below the list of sessions."""

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:
        super().__init__("tokens per minute, last hour", is_ascii=ports.is_ascii, id=id, classes=classes)
        self._ports = ports
        self._read_at = -MINUTE_MS
        self._is_due = True

    def moved(self) -> None:
        """Mark the chart as outdated, to be read with a later tick."""
        self._is_due = True

    def tick(self, now_ms: int) -> None:
        """Read an outdated chart again, and move its hour on."""
        since_ms = now_ms - self._read_at
        is_later = now_ms // (QUIET_MINUTES * MINUTE_MS) != self._read_at // (QUIET_MINUTES * MINUTE_MS)
        if self.display and (is_later or (self._is_due and not 0 <= since_ms < READ_MS)):
            is_first, self._read_at, self._is_due = self._read_at < 0, now_ms, False
            if is_first:
                # What draws it takes longer to load than the first sessions take to be drawn.
                self.call_after_refresh(self.read)
            else:
                self.read()

    @work(exclusive=True, group="live-chart")
    @read_or_report
    async def read(self) -> None:
        """Read the last hour."""
        now_ms = self._ports.clock.now_ms()
        until_ms = (now_ms // MINUTE_MS + 1) * MINUTE_MS
        since_ms = until_ms - MINUTES * MINUTE_MS
        points = await self._ports.database.fetch(usage_points(since_ms, until_ms, MINUTE_MS))
        self.show(plot_of(points, since_ms, self._ports.zone))


def plot_of(points: Sequence[UsagePoint], since_ms: int, zone: tzinfo) -> Plot | None:
    """Return a plot with one line per agent over the minutes from `since_ms` on; None if nothing was used."""
    used: dict[str, int] = {}
    for point in points:
        used[point.agent_name] = used.get(point.agent_name, 0) + point.tokens
    if not used:
        return None
    agents = sorted(sorted(used, key=lambda agent: -used[agent])[:MOST_AGENTS])
    values = {(point.agent_name, (point.at - since_ms) // MINUTE_MS): float(point.tokens) for point in points}
    series = tuple(
        Series(agent, tuple((float(minute), values.get((agent, minute), 0.0)) for minute in range(MINUTES)), tone)
        for agent, tone in zip(agents, agent_tones(agents), strict=True)
    )
    return Plot(
        series,
        tokens,
        lambda minute: clock_time(since_ms + int(minute) * MINUTE_MS, zone, seconds=False),
        x_range=(0.0, MINUTES - 1.0),
    )
