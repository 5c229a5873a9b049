"""Test runs summed over any spans of time, in any zone.

Of whole UTC days within a span the sums are taken, for the rest of it the runs themselves. Sums go as runs go, so that
no edge is cut wrongly, however old.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ppp_tui.model.clock import HOUR_MS, from_text
from ppp_tui.query.quality.rows import SpanTests
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.usage.spans import TimeSpan, cut_spans, minute_text

_BOUNDS = ", ".join(
    f"{name} (number, low, high) AS MATERIALIZED (SELECT CAST(json_extract(value, '$[0]') AS INTEGER), "
    f"json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(:{name}))"
    for name in ("days", "rests")
)


def span_tests(spans: Sequence[TimeSpan], scope: Scope = EVERYTHING) -> Query[dict[int, SpanTests]]:
    """Query the sums of test runs by the number of the span; spans without runs are left out.

    Of a scope, project, agent and model count.

    Costs a row for each day, project, agent and model within whole days, and one for each run beside them.
    """
    names, parameters = scope.names("project", "agent_name", "model")
    conditions = "".join(f" AND {name}" for name in names)
    cut = cut_spans(spans, with_days=True)
    hours = cut.hours
    if cut.span_by_hour:
        hours = [(number, hour, minute_text(from_text(hour) + HOUR_MS)) for hour, number in cut.span_by_hour.items()]
    rests = [*hours, *(edge[:3] for edge in cut.edges)]
    days = [(number, low[:10], high[:10]) for number, low, high in cut.days]
    return Query(
        f"WITH {_BOUNDS}, parts AS ("
        "SELECT b.number, d.runs, d.red_runs, d.passed, d.failed, d.skipped FROM days AS b CROSS JOIN test_days AS d "
        f"WHERE d.day >= b.low AND d.day < b.high{conditions} "
        "UNION ALL SELECT b.number, 1, r.is_red, r.passed, r.failed, r.skipped FROM rests AS b "
        f"CROSS JOIN test_runs AS r WHERE r.is_copy = 0 AND r.at >= b.low AND r.at < b.high{conditions}) "
        "SELECT number, sum(runs), sum(red_runs), sum(passed), sum(failed), sum(skipped) FROM parts GROUP BY number",
        lambda rows: {number: SpanTests(*sums) for number, *sums in rows},
        {**parameters, "days": json.dumps(days), "rests": json.dumps(rests)},
    )
