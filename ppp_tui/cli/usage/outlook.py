"""Blocks, limits and budgets in a usage report, with their forecasts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ppp_tui.cli.report.output import At, as_ratio
from ppp_tui.cli.usage.fields import usd, usd_text
from ppp_tui.cli.usage.reader import NamedSums, UsageReader
from ppp_tui.query.usage.forecasts import (
    DAY_SPANS_MS,
    LimitOutlook,
    block_projection,
    budget_ends,
    budget_outlook,
    recent_cost,
)
from ppp_tui.query.usage.rows import UsageFilter, UsageSums, add_up
from ppp_tui.query.usage.spend import day_and_month_spend
from ppp_tui.scoring.prices.forecast import Forecast, Projection
from ppp_tui.text.format import time_left

if TYPE_CHECKING:
    from ppp_tui.settings.fast_settings import BudgetGlance
    from ppp_tui.settings.schema import Budget


def block_rows(reader: UsageReader) -> list[NamedSums]:
    """Return five-hour blocks, the newest first; the running one with its projected cost.

    Of a block that began before the span the rest counts, so that blocks add up to the span as days do; its cost is
    projected as a whole.
    """
    named: list[NamedSums] = []
    unlimited: dict[str, list[UsageSums]] = defaultdict(list)
    for row in reader.blocks():
        block, sums = row.block, reader.within_span(row)
        if not sums.requests and not row.is_active:
            continue
        if not row.is_limited:
            unlimited[row.agent_name].append(sums)
            continue
        projection = None
        if row.is_active:
            recent = reader.answer(recent_cost(reader.now_ms, UsageFilter(agent=row.agent_name)))
            projection = block_projection(row.sums.cost_micros, recent, reader.now_ms, block.end_ms)
        names = {
            "block": At(block.start_ms),
            "begin_at": At(block.start_ms),
            "end_at": At(block.end_ms),
            "agent": row.agent_name,
            "is_active": row.is_active,
            "provenance": row.provenance,
            **_flat(projection),
        }
        named.append((names, sums))
    for agent, parts in unlimited.items():
        none = dict.fromkeys(("block", "begin_at", "end_at"))
        names = {**none, "agent": agent, "is_active": False, "provenance": "official"}
        named.append(({**names, **_flat(None)}, add_up(parts)))
    return named


def unlimited_notes(agents: Sequence[str]) -> list[str]:
    """Return a sentence for each agent whose plan has no five-hour limit."""
    return [f"{agent} five-hour limit: none in this plan." for agent in agents]


def limit_fields(outlook: LimitOutlook) -> dict[str, Any]:
    """Return the fields of a limit, for JSON."""
    reading, pace = outlook.reading, outlook.pace
    return {
        "agent": reading.agent_name,
        "name": reading.name,
        "used_ratio": as_ratio(reading.used_percent),
        "at": At(reading.at),
        "window_minutes": reading.window_minutes,
        "resets_at": None if reading.resets_at is None else At(reading.resets_at),
        "plan": reading.plan,
        "provenance": reading.provenance,
        "is_stale": outlook.is_stale,
        "ratio_per_hour": None if pace is None else {name: as_ratio(value) for name, value in pace._asdict().items()},
        "full_at": _times(outlook.forecast),
    }


def limit_notes(limits: Sequence[LimitOutlook], reader: UsageReader) -> list[str]:
    """Return a sentence for each limit whose window has not ended."""
    notes = []
    for outlook in limits:
        reading = outlook.reading
        if outlook.is_stale:
            continue
        note = f"{reading.agent_name} {reading.name}: {reading.used_percent:.0f}% used ({reading.provenance})"
        if reading.resets_at is not None:
            left = time_left(reading.resets_at - reader.now_ms)
            note += f", resets in {left} at {reader.local(reading.resets_at)}"
        notes.append(f"{note}{_full(outlook.forecast, reader)}.")
    return notes


def budget_states(reader: UsageReader, budget: Budget | BudgetGlance) -> list[dict[str, Any]]:
    """Return the budgets that are set, with all that was spent, whatever the report filters."""
    wanted = (("day", budget.daily_usd), ("month", budget.monthly_usd))
    if not any(usd_wanted > 0 for _, usd_wanted in wanted):
        return []
    now_ms = reader.now_ms
    today, month = reader.answer(day_and_month_spend(now_ms, reader.zone))
    hourly = reader.answer(recent_cost(now_ms, span_ms=DAY_SPANS_MS, count=24))
    ends = budget_ends(now_ms, reader.zone)
    states = []
    for (name, limit_usd), sums, end in zip(wanted, (today, month), ends, strict=True):
        if limit_usd > 0:
            outlook = budget_outlook(
                name, limit_usd, budget.warn_percent, sums, hourly=hourly, now_ms=now_ms, ends_ms=end
            )
            states.append(
                {
                    "name": name,
                    "budget_usd": limit_usd,
                    "spent_usd": usd(outlook.spent_micros),
                    "state": outlook.state,
                    "is_lower_bound": outlook.is_lower_bound,
                    "spent_at": _times(outlook.forecast),
                    "projected_usd": _projected(outlook.projection),
                }
            )
    return states


def budget_notes(states: Sequence[dict[str, Any]], reader: UsageReader) -> list[str]:
    """Return a sentence for each budget, marked if it is nearly or fully spent."""
    notes = []
    for state in states:
        mark = "! " if state["state"] in ("near", "over") else ""
        spent_of = f"{usd_text(state['spent_usd'])} of {usd_text(state['budget_usd'])}"
        note = f"{mark}Budget of the {state['name']}: {'≥' if state['is_lower_bound'] else ''}{spent_of}"
        if state["state"] == "over":
            note += ", used up"
        elif state["spent_at"] is not None:
            note += f"; at the pace of the last day used up about {_between(state['spent_at'], reader)}"
        notes.append(f"{note}.")
    return notes


def _full(forecast: Forecast, reader: UsageReader) -> str:
    times = _times(forecast)
    return "" if times is None else f"; at the pace of the last hour full about {_between(times, reader)}"


def _between(times: Mapping[str, At | None], reader: UsageReader) -> str:
    """Return when something is expected, with its interval, in the user's zone."""
    expected, earliest, latest = (
        None if at is None else reader.local(at) for at in (times["expected"], times["earliest"], times["latest"])
    )
    return f"{expected} ({earliest} to {latest or 'never'})"


def _times(forecast: Forecast) -> dict[str, At | None] | None:
    if forecast.at_ms is None:
        return None
    moments = {"expected": forecast.at_ms, "earliest": forecast.earliest_ms, "latest": forecast.latest_ms}
    return {name: None if at is None else At(at) for name, at in moments.items()}


def _projected(projection: Projection | None) -> dict[str, float | None] | None:
    if projection is None:
        return None
    return {"expected": usd(projection.expected), "low": usd(projection.low), "high": usd(projection.high)}


def _flat(projection: Projection | None) -> dict[str, float | None]:
    made = _projected(projection) or {"expected": None, "low": None, "high": None}
    return {
        "projected_usd": made["expected"],
        "projected_low_usd": made["low"],
        "projected_high_usd": made["high"],
    }
