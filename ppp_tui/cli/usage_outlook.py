"""Blocks, limits and budgets in a usage report, with what is to come of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ppp_tui.cli.figures import dollars, hours_minutes
from ppp_tui.cli.usage_ask import Asked, Named
from ppp_tui.cli.usage_fields import usd
from ppp_tui.query.outlook import (
    DAY_SPANS_MS,
    LimitOutlook,
    block_projection,
    budget_ends,
    budget_outlook,
    recent_cost,
)
from ppp_tui.query.today import spent
from ppp_tui.query.usage_rows import UsageFilter
from ppp_tui.scoring.forecast import Forecast, Projection

if TYPE_CHECKING:
    from ppp_tui.settings.glance import BudgetGlance
    from ppp_tui.settings.schema import Budget


def block_rows(asked: Asked) -> list[Named]:
    """Five-hour blocks, the newest first; the running one with what it will come to."""
    named: list[Named] = []
    for row in asked.blocks():
        block = row.block
        projection = None
        if row.is_active:
            recent = asked.answer(recent_cost(asked.now_ms, UsageFilter(agent=row.agent_name)))
            projection = block_projection(row.sums.cost_micros, recent, asked.now_ms, block.end_ms)
        names = {
            "block": asked.local(block.start_ms), "end": asked.local(block.end_ms), "agent": row.agent_name,
            "is_active": row.is_active, "provenance": row.provenance,
            **_flat(projection),
        }  # fmt: skip
        named.append((names, row.sums))
    return named


def limit_fields(outlook: LimitOutlook, asked: Asked) -> dict[str, Any]:
    """A limit for programs."""
    reading, pace = outlook.reading, outlook.pace
    return {
        "agent": reading.agent_name, "name": reading.name, "used_percent": reading.used_percent,
        "at": asked.local(reading.at), "window_minutes": reading.window_minutes,
        "resets_at": None if reading.resets_at is None else asked.local(reading.resets_at), "plan": reading.plan,
        "provenance": reading.provenance, "is_stale": outlook.is_stale,
        "percent_per_hour": None if pace is None else pace._asdict(), "full_at": _times(outlook.forecast, asked),
    }  # fmt: skip


def limit_notes(limits: Sequence[LimitOutlook], asked: Asked) -> list[str]:
    """Limits for people: those that are not long over."""
    notes = []
    for outlook in limits:
        reading = outlook.reading
        if outlook.is_stale:
            continue
        note = f"{reading.agent_name} {reading.name}: {reading.used_percent:.0f}% used ({reading.provenance})"
        if reading.resets_at is not None:
            left = hours_minutes(reading.resets_at - asked.now_ms)
            note += f", resets in {left} at {asked.local(reading.resets_at)}"
        notes.append(f"{note}{_full(outlook.forecast, asked)}.")
    return notes


def budgets(asked: Asked, budget: Budget | BudgetGlance) -> list[dict[str, Any]]:
    """The budgets that are set, with what is spent of all usage, whatever the report leaves out."""
    wanted = (("day", budget.daily_usd), ("month", budget.monthly_usd))
    if not any(usd_wanted > 0 for _, usd_wanted in wanted):
        return []
    now_ms = asked.now_ms
    today, month = asked.answer(spent(now_ms, asked.zone))
    hourly = asked.answer(recent_cost(now_ms, span_ms=DAY_SPANS_MS, count=24))
    ends = budget_ends(now_ms, asked.zone)
    made = []
    for (name, limit_usd), sums, end in zip(wanted, (today, month), ends, strict=True):
        if limit_usd > 0:
            one = budget_outlook(name, limit_usd, budget.warn_percent, sums, hourly, now_ms, end)
            made.append(
                {
                    "name": name, "budget_usd": limit_usd, "spent_usd": usd(one.spent_micros), "state": one.state,
                    "is_lower_bound": one.is_lower_bound, "spent_at": _times(one.forecast, asked),
                    "projected_usd": _projected(one.projection),
                }
            )  # fmt: skip
    return made


def budget_notes(made: Sequence[dict[str, Any]]) -> list[str]:
    """Budgets for people; one that is near its end or over begins with a mark."""
    notes = []
    for one in made:
        mark = "! " if one["state"] in ("near", "over") else ""
        spent_of = f"{_usd(one['spent_usd'])} of {_usd(one['budget_usd'])}"
        note = f"{mark}Budget of the {one['name']}: {'≥' if one['is_lower_bound'] else ''}{spent_of}"
        if one["state"] == "over":
            note += ", used up"
        elif one["spent_at"] is not None:
            note += f"; at the pace of the last day used up about {one['spent_at']['expected']}"
            note += f" ({one['spent_at']['earliest']} to {one['spent_at']['latest'] or 'never'})"
        notes.append(f"{note}.")
    return notes


def _full(forecast: Forecast, asked: Asked) -> str:
    times = _times(forecast, asked)
    if times is None:
        return ""
    interval = f"{times['earliest']} to {times['latest'] or 'never'}"
    return f"; at the pace of the last hour full about {times['expected']} ({interval})"


def _times(forecast: Forecast, asked: Asked) -> dict[str, str | None] | None:
    if forecast.at_ms is None:
        return None
    return {
        "expected": asked.local(forecast.at_ms),
        "earliest": None if forecast.earliest_ms is None else asked.local(forecast.earliest_ms),
        "latest": None if forecast.latest_ms is None else asked.local(forecast.latest_ms),
    }


def _projected(projection: Projection | None) -> dict[str, float | None] | None:
    if projection is None:
        return None
    return {"expected": usd(projection.expected), "low": usd(projection.low), "high": usd(projection.high)}


def _flat(projection: Projection | None) -> dict[str, float | None]:
    made = _projected(projection) or {"expected": None, "low": None, "high": None}
    return {
        "projected_usd": made["expected"], "projected_low_usd": made["low"], "projected_high_usd": made["high"],
    }  # fmt: skip


def _usd(value: float) -> str:
    return dollars(round(value * 1_000_000))
