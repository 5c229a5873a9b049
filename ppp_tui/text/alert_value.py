"""The value that an alert opened with, in the unit of its rule."""

from __future__ import annotations

from ppp_tui.model.alert_rule import parse_alert_rule
from ppp_tui.text.format import duration


def alert_value(rule: str, value: float) -> str:
    """Return a value as percent, dollars, a duration or a count; a plain number if the rule is no longer valid."""
    number = f"{value:,.2f}".rstrip("0").rstrip(".")
    try:
        measure = parse_alert_rule(rule).measure
    except ValueError:
        return number
    if measure in ("pass_rate", "context", "limit"):
        return f"{number}%"
    if measure == "cost_per_hour":
        return f"${value:,.2f}"
    return duration(round(value)) if measure == "silent_tool" else number
