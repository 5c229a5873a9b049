"""What a span and a filter say to SQL, in queries of what was delivered, committed and done."""

from __future__ import annotations

from ppp_tui.model.clock import to_text
from ppp_tui.query.sql_helpers import strip_surrogates
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan


def bound_parameters(span: TimeSpan, usage_filter: UsageFilter) -> dict[str, object]:
    """Return the parameters ``low``, ``high``, ``agent`` and ``project``."""
    return {
        "low": to_text(max(0, span.low_ms)),
        "high": to_text(max(0, span.high_ms)),
        "agent": strip_surrogates(usage_filter.agent).lower(),
        "project": strip_surrogates(usage_filter.project).lower(),
    }
