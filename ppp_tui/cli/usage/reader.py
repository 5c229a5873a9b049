"""Reads the sums of a usage report from the database, and names its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from ppp_tui.cli.processes import is_alive
from ppp_tui.cli.report.output import At
from ppp_tui.cli.usage.fields import NAMES, usd
from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.errors import Connection
from ppp_tui.query.ingest_status import ingest_status
from ppp_tui.query.periods import data_span
from ppp_tui.query.query import Query, answer
from ppp_tui.query.usage.blocks import BlockRow, block_hours, block_usage, to_blocks, unlimited_since
from ppp_tui.query.usage.forecasts import LimitOutlook, limit_outlook
from ppp_tui.query.usage.limits import latest_limits, limit_history, session_reports
from ppp_tui.query.usage.rows import Grouping, UsageBar, UsageFilter, UsageSums, add_up, subtract
from ppp_tui.query.usage.spans import HOUR_MS, MINUTE_MS, TimeSpan, days, hour_name, hours, months, weeks
from ppp_tui.query.usage.stated_tokens import StatedBar, stated_bars, with_stated
from ppp_tui.query.usage.sums import usage
from ppp_tui.text.format import date_time

NamedSums = tuple[dict[str, Any], UsageSums]
"""What names a row, and its sums."""

STATED = "stated_tokens"
"""Field of what `stated` holds of a row, in what names it."""

_LATER_MS = 40 * DAY_MS
"""Longer than any period that is a row."""

_GROUPINGS: Mapping[str, Grouping] = {
    "model": "model",
    "agent": "agent",
    "reasoning-effort": "reasoning_effort",
    "project": "project",
    "person": "person",
    "machine": "machine",
    "session": "session",
}

_PERIODS: Mapping[str, Callable[[int, int, tzinfo], list[TimeSpan]]] = {
    "hour": hours,
    "day": days,
    "week": weeks,
    "month": months,
}
"""How a span is cut into the periods that rows stand for."""


# A report asks twice for the same ones, and years of days take milliseconds.
@lru_cache(maxsize=1)
def _cut(way: str, low_ms: int, high_ms: int, zone: tzinfo) -> tuple[TimeSpan, ...]:
    """Return the periods of a span of time."""
    return tuple(_PERIODS[way](low_ms, high_ms, zone))


class UsageReader(NamedTuple):
    """What a report covers, with the connection that its figures are read from."""

    connection: Connection
    span: TimeSpan
    way: str
    kept: UsageFilter
    now_ms: int
    zone: tzinfo
    is_current: bool = False
    """New session files were read just now, or there were none."""

    @property
    def is_by_time(self) -> bool:
        """Whether a row stands for an hour, a day, a week or a month."""
        return self.way in _PERIODS

    def answer(self, query: Query[Any]) -> Any:
        """Return the answer of a query."""
        return answer(self.connection, query)

    def local(self, at_ms: int) -> str:
        """Return a minute in the user's zone."""
        return date_time(at_ms, self.zone, seconds=False)

    def rows(self, stated: Sequence[StatedBar] = ()) -> list[NamedSums]:
        """Return the rows of a report that is not by block, with what `stated` holds of each.

        A group that has stated tokens only has a row too.
        """
        spans = self._spans()
        sums = self.answer(usage(spans, _GROUPINGS.get(self.way, "none"), self.kept))
        bars = with_stated(sums, stated)
        tokens = {(bar.span, bar.key): bar.tokens for bar in stated}
        if self.is_by_time:
            names = [self._time_names(spans[bar.span]) for bar in bars]
        elif self.way == "session":
            names = self._session_names(bars)
        else:
            # No record tells the effort of some requests: that is unknown, not an effort of no name.
            is_known = self.way != "reasoning-effort"
            names = [{NAMES[self.way][0]: bar.key if is_known else bar.key or None} for bar in bars]
        return [
            ({**name, **({STATED: tokens.get((bar.span, bar.key))} if stated else {})}, bar.sums)
            for name, bar in zip(names, bars, strict=True)
        ]

    def stated(self) -> list[StatedBar]:
        """Return the tokens that programs stated as one number for a turn, by what the rows are; of blocks together."""
        bars: list[StatedBar] = self.answer(stated_bars(self._spans(), _GROUPINGS.get(self.way, "none"), self.kept))
        return bars

    def blocks(self) -> list[BlockRow]:
        """Return the five-hour blocks of the span."""
        newest_ms = self._newest_ms() if self.span.high_ms > self.now_ms + HOUR_MS else self.now_ms
        until_ms = min(self.span.high_ms, (newest_ms // HOUR_MS + 1) * HOUR_MS)
        limits = self.answer(latest_limits())
        spans = block_hours(self.span.low_ms, until_ms, limits, self.now_ms)
        bars = self.answer(block_usage(spans, self.kept))
        return to_blocks(spans, bars, limits, self.span.low_ms, self.now_ms)

    def within_span(self, row: BlockRow) -> UsageSums:
        """Return what of a block lies within the span, which may begin inside of it as within a day."""
        begin = row.block.start_ms // MINUTE_MS * MINUTE_MS
        if begin >= self.span.low_ms:
            return row.sums
        bars = self.answer(usage([TimeSpan(begin, self.span.low_ms)], "agent", self.kept))
        return subtract(row.sums, add_up(bar.sums for bar in bars if bar.key == row.agent_name))

    def limits(self) -> list[LimitOutlook]:
        """Return the usage limits that agents recorded, with their forecasts."""
        since_ms = self.now_ms - HOUR_MS
        return [
            limit_outlook(limit, self.answer(limit_history(limit.agent_name, limit.name, since_ms)), self.now_ms)
            for limit in self.answer(latest_limits())
            if self.kept.agent.lower() in ("", limit.agent_name)
        ]

    def unlimited(self) -> list[str]:
        """Return the agents whose plan has no five-hour limit."""
        return [
            agent
            for agent in sorted(unlimited_since(self.answer(latest_limits())))
            if self.kept.agent.lower() in ("", agent.lower())
        ]

    def unpriced(self) -> dict[str, int]:
        """Return models without a price, with the number of their requests."""
        bars = self.answer(usage([self.span], "model", self.kept))
        return {bar.key: bar.sums.unpriced_requests for bar in bars if bar.sums.unpriced_requests}

    def staleness(self) -> str:
        """Return a sentence where the database may be behind the session files, '' where an ingest is at work."""
        status = self.answer(ingest_status())
        if status is None:
            return ""
        if status.phase in ("following", "backlog") and is_alive(status.pid):
            return "" if status.phase == "following" else "History is still being read: the figures will grow."
        if self.is_current:
            return ""
        return f"Session files were last read at {self.local(status.at)}; ppp-tui ingest reads what came since."

    def _spans(self) -> Sequence[TimeSpan]:
        return _cut(self.way, self.span.low_ms, self._last_ms(), self.zone) if self.is_by_time else [self.span]

    def _last_ms(self) -> int:
        """Return the end of the span, or one without data behind it: there are millions of hours up to a far year."""
        if self.span.high_ms <= self.now_ms + _LATER_MS:
            return self.span.high_ms
        return min(self.span.high_ms, self._newest_ms() + _LATER_MS)

    def _newest_ms(self) -> int:
        """Return when the last data were recorded, but not before now."""
        recorded = self.answer(data_span("usage"))
        return self.now_ms if recorded is None else max(self.now_ms, recorded.high_ms)

    def _time_names(self, span: TimeSpan) -> dict[str, Any]:
        low_ms, high_ms = span
        local = self.local(low_ms)
        name = {"hour": hour_name(low_ms, self.zone), "month": local[:7]}.get(self.way, local[:10])
        return {self.way: name, "begin_at": At(low_ms), "end_at": At(high_ms)}

    def _session_names(self, bars: Sequence[UsageBar]) -> list[dict[str, Any]]:
        from ppp_tui.query.sessions.session_lists import (
            sessions,  # takes a while to import: only this report names sessions
        )

        rows, reports = {}, {}
        ids = [int(bar.key) for bar in bars]
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            rows.update({row.id: row for row in self.answer(sessions(part))})
            reports.update(self.answer(session_reports(part)))
        named = []
        for bar in bars:
            row, report = rows.get(int(bar.key)), reports.get(int(bar.key))
            named.append(
                {
                    "session": int(bar.key),
                    "native_id": row.native_id if row else "",
                    "agent": row.agent_name if row else "",
                    "project": row.project if row else "",
                    "repository": row.repository if row else "",
                    "title": row.title if row else "",
                    "session_reported_usd": usd(report.cost_micros) if report else None,
                }
            )
        return named
