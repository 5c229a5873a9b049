"""The stable field names of usage, in JSON, CSV and tables alike, and where each figure comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppp_tui.cli.report.report import ReportField, Row
from ppp_tui.query.usage.rows import Provenance, UsageSums
from ppp_tui.text.format import UNKNOWN, certainty, cost_micros, tokens

NOT_YOUR_BILL = "Costs are what the requests would cost at API prices: on a subscription they are not your bill."
"""Stands under every table with costs."""

PROVENANCE: dict[str, Provenance] = {
    "input_tokens": "recorded",
    "output_tokens": "recorded",
    "reasoning_tokens": "recorded",
    "cache_read_tokens": "recorded",
    "cache_write_tokens": "recorded",
    "cache_write_1h_tokens": "recorded",
    "requests": "recorded",
    "cost_usd": "computed",
    "saved_usd": "computed",
    "reported_usd": "recorded",
    "cache_hit_rate": "computed",
    "token_efficiency": "computed",
}
"""Where the figures of a row come from; a figure that is null is unknown."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "day": ("day", "begin_at", "end_at"),
    "hour": ("hour", "begin_at", "end_at"),
    "week": ("week", "begin_at", "end_at"),
    "month": ("month", "begin_at", "end_at"),
    "model": ("model",),
    "agent": ("agent",),
    "reasoning-effort": ("reasoning_effort",),
    "project": ("project",),
    "person": ("person",),
    "machine": ("machine",),
    "session": ("session", "native_id", "agent", "project", "repository", "title", "session_reported_usd"),
    "block": (
        *("block", "begin_at", "end_at", "agent", "is_active", "provenance"),
        *("projected_usd", "projected_low_usd", "projected_high_usd"),
    ),
}
"""Fields that name a row, by what it stands for."""

_MICROS = 1_000_000


def usd(micros: float | None) -> float | None:
    """Return millionths of a dollar as dollars."""
    return None if micros is None else round(micros / _MICROS, 6)


def usage_figures(sums: UsageSums) -> dict[str, Any]:
    """Return the figures of a row by field."""
    return {
        "requests": sums.requests,
        "input_tokens": sums.input_tokens,
        "output_tokens": sums.output_tokens,
        "reasoning_tokens": sums.reasoning,
        "cache_read_tokens": sums.cache_read_tokens,
        "cache_write_tokens": sums.cache_write_tokens,
        "cache_write_1h_tokens": sums.cache_write_1h_tokens,
        "cost_usd": usd(sums.cost if sums.requests else 0),
        "is_lower_bound": sums.is_lower_bound,
        "is_approximate": sums.is_approximate,
        "uncut_requests": sums.uncut_requests,
        "unpriced_requests": sums.unpriced_requests,
        "saved_usd": usd(sums.saved),
        "reported_usd": usd(sums.reported),
        "cache_hit_rate": _rounded(sums.cache_hit_rate),
        "token_efficiency": _rounded(sums.token_efficiency),
    }


def with_stated(sums: UsageSums, stated_tokens: int | None) -> dict[str, Any]:
    """Return the figures of a row with the tokens that programs stated as one number; None where they stated none.

    The other figures of a row that has no requests are unknown.
    """
    figures = usage_figures(sums)
    if stated_tokens and not sums.requests:
        figures.update(
            (name, None) for name in figures if name.endswith("_tokens") or name in ("cost_usd", "saved_usd")
        )
    return {**figures, "stated_tokens": stated_tokens}


def figure_fields(*, has_reported: bool, has_stated: bool = False) -> list[ReportField]:
    """Return the fields of `with_stated`; of those that no row has, the table leaves the column out."""
    return [
        ReportField("requests"),
        ReportField("input_tokens", "input", tokens, rank=2),
        ReportField("output_tokens", "output", tokens, rank=2),
        ReportField("reasoning_tokens", "reasoning", tokens, rank=6),
        ReportField("cache_read_tokens", "cache read", tokens, rank=3),
        ReportField("cache_write_tokens", "cache write", tokens, rank=4),
        ReportField("cache_write_1h_tokens"),
        ReportField("cost_usd", "cost", cell=cost_cell, side="right"),
        ReportField("is_lower_bound"),
        ReportField("is_approximate"),
        ReportField("uncut_requests"),
        ReportField("unpriced_requests"),
        ReportField("saved_usd"),
        ReportField("reported_usd", "reported" if has_reported else "", usd_text, rank=7),
        ReportField("cache_hit_rate"),
        ReportField("token_efficiency"),
        ReportField("stated_tokens", "stated" if has_stated else "", stated_amount, rank=5),
    ]


def stated_amount(number: int) -> str:
    """Return tokens that a program stated as a single number, marked as an estimate."""
    return tokens(number, "estimate")


def cost_cell(row: Row) -> str:
    """Return the cost of a row, marked if it is a lower bound or an estimate."""
    if row["cost_usd"] is None:
        return "unpriced" if row.get("requests", 1) else UNKNOWN
    return cost_micros(
        round(row["cost_usd"] * _MICROS),
        certainty(is_lower_bound=bool(row["is_lower_bound"]), is_estimate=bool(row.get("is_approximate"))),
    )


def usd_text(value: float) -> str:
    """Return dollars as they are shown."""
    return cost_micros(round(value * _MICROS))


def _rounded(ratio: float | None) -> float | None:
    """Return a ratio to four digits, which is 1 only if nothing is missing."""
    if ratio is None:
        return None
    return min(round(ratio, 4), 0.9999) if ratio < 1 else round(ratio, 4)
