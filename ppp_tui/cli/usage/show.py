"""Prints usage reports from stored sums. Imports no library, so that the usual report comes at once."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.cli.report.output import Output, make_output
from ppp_tui.cli.report.place import ReadPlace, open_place
from ppp_tui.cli.report.provisional import pending_fields
from ppp_tui.cli.report.report import emit
from ppp_tui.cli.report.zone import LOCAL
from ppp_tui.cli.sync import has_unread_files
from ppp_tui.cli.usage.reader import UsageReader
from ppp_tui.cli.usage.reports import efficiency_report, usage_report
from ppp_tui.model.clock import HOUR_MS, SystemClock
from ppp_tui.query.usage.rows import EVERYTHING, UsageFilter
from ppp_tui.query.usage.spans import TimeSpan, hour_begin, midnight

if TYPE_CHECKING:
    from ppp_tui.settings.fast_settings import PartialSettings
    from ppp_tui.settings.schema import Settings

DAYS = 30
"""Days that a report covers by default."""


class UsageRequest(NamedTuple):
    """What a report covers."""

    span: TimeSpan
    way: str = "day"
    """What a row stands for."""
    kept: UsageFilter = EVERYTHING
    is_about_efficiency: bool = False
    is_current: bool = False
    """New session files were read just now, or there were none."""


def run(settings: PartialSettings) -> int | None:
    """Print the usual report; returns the exit status. None where new files must be read first, which takes longer."""
    database = settings.database.path
    if not database.exists() or has_unread_files(database):
        return None
    output = make_output("table", LOCAL if settings.screen.time == "local" else UTC)
    now_ms = SystemClock().now_ms()
    request = UsageRequest(usual_span(None, None, now_ms, output.zone), is_current=True)
    return show_usage(request, settings, database, now_ms, output=output)


def show_usage(
    request: UsageRequest, settings: PartialSettings | Settings, database: ReadPlace, now_ms: int, *, output: Output
) -> int:
    """Print a report; returns the exit status. Raises DatabaseMissingError before anything is printed."""
    with closing(open_place(database)) as connection:
        reader = UsageReader(
            connection=connection,
            span=request.span,
            way=request.way,
            kept=request.kept,
            now_ms=now_ms,
            zone=output.zone,
            is_current=request.is_current,
        )
        if request.is_about_efficiency:
            report = efficiency_report(reader, settings.targets)
        else:
            report = usage_report(reader, settings.budget)
        more = pending_fields(connection, output, is_about_cost=True)
        if not report.rows:
            from ppp_tui.cli.report.searched import empty_answer

            bounds = {**request.kept._asdict(), "since_ms": request.span.low_ms, "until_ms": request.span.high_ms}
            empty = empty_answer(connection, database, output, "usage", bounds)
            hint = "" if any(request.kept) else " ppp-tui usage --all covers all of it."
            report = report._replace(empty=f"{empty}{hint}")
    return emit(report._replace(more={**report.more, **more}), output)


def usual_span(
    since_ms: int | None, until_ms: int | None, now_ms: int, zone: tzinfo, *, is_by_hour: bool = False
) -> TimeSpan:
    """Return the span that a report covers. Raises ValueError if there is none.

    Without a beginning, `DAYS` days up to today, or with `is_by_hour` the last 24 hours; without an end, up to the end
    of today.
    """
    end = midnight(now_ms, zone, 1) if until_ms is None else until_ms
    last = end - 1
    if since_ms is not None:
        begin = since_ms
    elif is_by_hour:
        begin = hour_begin(min(now_ms, last), zone) - 23 * HOUR_MS
    else:
        begin = midnight(min(last, midnight(now_ms, zone, 1) - 1), zone, 1 - DAYS)
    if begin >= end:
        raise ValueError("--since lies after --until: there is no time between them.")
    return TimeSpan(begin, end)
