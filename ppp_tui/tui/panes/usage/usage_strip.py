"""How spending, blocks, limits and budgets stand, in phrases of three lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.usage.forecasts import BudgetOutlook, LimitOutlook
from ppp_tui.text.format import age, clock_time, cost_micros, date_time
from ppp_tui.tui.panes.usage.usage_cells import certainty_of
from ppp_tui.tui.usage_reading import RunningBlock, UsageOutlook
from ppp_tui.tui.widgets.status_bar import StripPart
from ppp_tui.tui.widgets.tones import Tone

NOT_YOUR_BILL = StripPart("API-equivalent, not your bill ", "dim")
"""Stands beside every cost."""

NEARLY_FULL = 90.0
"""Percent of a limit from which on it asks to be noticed."""


class OutlookLines(NamedTuple):
    """The three lines."""

    money: Sequence[StripPart]
    blocks: Sequence[StripPart]
    limits: Sequence[StripPart]


def outlook_lines(outlook: UsageOutlook, zone: tzinfo) -> OutlookLines:
    """What there is to say of each; what nobody knows says so."""
    return OutlookLines(
        _opened(money_parts(outlook, zone)),
        _opened(_block_parts(outlook, zone) or [StripPart("no five-hour block runs", "dim")]),
        _opened(
            [limit_part(one, outlook.now_ms, zone) for one in outlook.limits]
            or [StripPart("limits –  no agent recorded any", "dim")]
        ),
    )


def money_parts(outlook: UsageOutlook, zone: tzinfo) -> list[StripPart]:
    """Today, the pace, and the budgets that are set."""
    today = outlook.spent.today
    cost = cost_micros(today.cost if today.requests else 0, certainty_of(today))
    burn = "burn –" if outlook.burn is None else f"burn {_interval(outlook.burn)} per hour"
    parts = [StripPart(f"today {cost}", "heading"), StripPart(burn, "dim" if outlook.burn is None else "text")]
    return parts + [budget_part(one, outlook.now_ms, zone) for one in outlook.budgets]


def budget_part(one: BudgetOutlook, now_ms: int, zone: tzinfo) -> StripPart:
    """A budget, and when it will be spent at the pace of the last day."""
    is_calm = one.state not in ("near", "over")
    spent = cost_micros(one.spent_micros, "lower bound" if one.is_lower_bound else "exact")
    text = f"{'' if is_calm else '! '}{one.name} {spent} of {cost_micros(round(one.budget_usd * 1_000_000))}"
    if one.state == "over":
        text += ", used up"
    elif one.forecast.at_ms is not None:
        text += f", used up {_when(one.forecast, now_ms, zone)}"
    return StripPart(text, "text" if is_calm else "notice")


def _block_parts(outlook: UsageOutlook, zone: tzinfo) -> list[StripPart]:
    """Return the running blocks, and which plans have none."""
    none = [StripPart(f"{agent} five-hour limit: none", "dim") for agent in outlook.unlimited]
    return [*(block_part(one, zone) for one in outlook.blocks), *none]


def block_part(one: RunningBlock, zone: tzinfo) -> StripPart:
    """A running block, and what it will come to at the pace of the last hour."""
    row = one.row
    cost = cost_micros(row.sums.cost, certainty_of(row.sums))
    ends = f"{row.agent_name} block to {clock_time(row.block.end_ms, zone, seconds=False)} ({row.provenance})"
    will = "" if one.projection is None else f", will come to {_interval(one.projection)}"
    return StripPart(f"{ends}: {cost}{will}")


def limit_part(one: LimitOutlook, now_ms: int, zone: tzinfo) -> StripPart:
    """A limit, when it is renewed, and when it will be full at the pace of the last hour."""
    reading = one.reading
    name = reading.name.removeprefix(f"{reading.agent_name}:")
    text = f"{reading.agent_name} {name} {reading.used_percent:.0f}% ({reading.provenance})"
    if one.is_stale:
        return StripPart(f"{text} {age(now_ms - reading.at)} ago", "stale")
    if reading.resets_at is not None:
        text += f", renewed {_moment(reading.resets_at, now_ms, zone)}"
    if one.forecast.at_ms is not None:
        text += f", full {_when(one.forecast, now_ms, zone)}"
    is_calm = reading.used_percent < NEARLY_FULL and one.forecast.at_ms is None
    tone: Tone = "text" if is_calm else "notice"
    return StripPart(text if is_calm else f"! {text}", tone)


def _when(forecast: tuple[int | None, int | None, int | None], now_ms: int, zone: tzinfo) -> str:
    at, earliest, latest = (None if one is None else _moment(one, now_ms, zone) for one in forecast)
    return f"~{at} ({earliest or at} to {latest or 'never'})"


def _moment(at_ms: int, now_ms: int, zone: tzinfo) -> str:
    """The time of day where that says enough, else with its date."""
    if abs(at_ms - now_ms) < DAY_MS:
        return clock_time(at_ms, zone, seconds=False)
    return date_time(at_ms, zone, seconds=False)[5:]


def _interval(money: tuple[float, float, float]) -> str:
    expected, low, high = (cost_micros(round(one)) for one in money)
    return f"~{expected} ({low} to {high})"


def _opened(parts: Sequence[StripPart]) -> list[StripPart]:
    """Phrases one cell away from the left edge."""
    return [part._replace(text=f" {part.text}") if not place else part for place, part in enumerate(parts)]
