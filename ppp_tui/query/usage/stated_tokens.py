"""Tokens that programs stated as one number for a turn, where no request of the model records more."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, from_text, to_text
from ppp_tui.query.projects import is_called, repository_of
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import MACHINE, PERSON, strip_surrogates
from ppp_tui.query.usage.rows import EVERYTHING, NOTHING, Grouping, UsageBar, UsageFilter
from ppp_tui.query.usage.spans import TimeSpan


class StatedBar(NamedTuple):
    """Stated tokens of one group within one span; of what kind they were and what they cost is unknown."""

    span: int
    """Number of the span, from 0."""
    key: str
    """As that of a `UsageBar`."""
    turns: int
    tokens: int


_ROOT = """(WITH RECURSIVE up (id, parent, depth) AS (SELECT t.id, t.parent_id, 0
    UNION ALL SELECT p.id, p.parent_id, depth + 1 FROM up JOIN trajectories AS p ON p.id = up.parent WHERE depth < 99)
    SELECT id FROM up ORDER BY depth DESC LIMIT 1)"""

_KEYS: Mapping[Grouping, str] = {
    "none": "''",
    "model": "t.model",
    "agent": "t.agent_name",
    "project": repository_of("t.project"),
    "session": _ROOT,
    "reasoning_effort": "''",
    "person": PERSON,
    "machine": MACHINE,
}

_MIDNIGHT = "0000-00-00 00:00:00.000"
"""Completes the text of an hour or a minute to that of its begin."""


def stated_bars(
    spans: Sequence[TimeSpan], grouping: Grouping = "none", usage_filter: UsageFilter = EVERYTHING
) -> Query[list[StatedBar]]:
    """Return the tokens that programs stated for turns of every group which began in each span.

    Spans follow each other in time. Those that hold none have no bar; the largest of a span comes
    first. Costs what they hold of such turns, however many spans there are.
    """
    lows = [span.low_ms for span in spans]
    bounds = [bound for span in spans for bound in span]
    moment_length = 13 if not any(bound % HOUR_MS for bound in bounds) else 16
    if any(bound % MINUTE_MS for bound in bounds):
        moment_length = len(_MIDNIGHT)

    def read(rows: list[tuple[Any, ...]]) -> list[StatedBar]:
        sums: dict[tuple[int, str], tuple[int, int]] = {}
        for moment, key, turns, tokens in rows:
            at_ms = from_text(moment + _MIDNIGHT[len(moment) :])
            number = bisect_right(lows, at_ms) - 1
            if number >= 0 and at_ms < spans[number].high_ms:
                before = sums.get((number, str(key)), (0, 0))
                sums[number, str(key)] = (before[0] + turns, before[1] + tokens)
        bars = [StatedBar(number, key, *both) for (number, key), both in sums.items()]
        return sorted(bars, key=lambda bar: (bar.span, -bar.tokens, bar.key))

    conditions, parameters = _conditions(usage_filter)
    return Query(
        f"WITH sums (moment, trajectory_id, turns, tokens) AS (SELECT substr(u.timestamp, 1, {moment_length}), "
        "u.trajectory_id, count(*), sum(u.token_count) FROM trajectory_turns AS u INDEXED BY turns_by_stated_tokens "
        "WHERE u.timestamp >= :low AND u.timestamp < :high AND u.token_count IS NOT NULL AND u.requests = 0 "
        "AND u.is_copy = 0 AND u.origin = 'logged' GROUP BY 1, 2) "
        f"SELECT u.moment, {_KEYS[grouping]}, sum(u.turns), sum(u.tokens) FROM sums AS u "
        f"CROSS JOIN trajectories AS t WHERE t.id = u.trajectory_id{conditions} GROUP BY 1, 2",
        read,
        {"low": to_text(max(0, lows[0])), "high": to_text(max(0, spans[-1].high_ms)), **parameters},
    )


def with_stated(bars: Sequence[UsageBar], stated: Iterable[StatedBar]) -> list[UsageBar]:
    """Return bars in the order of spans, with one of no usage where only stated tokens are known of a group."""
    present = {(bar.span, bar.key) for bar in bars}
    added = [UsageBar(bar.span, bar.key, NOTHING) for bar in stated if (bar.span, bar.key) not in present]
    return sorted([*bars, *added], key=lambda bar: bar.span)


def _conditions(usage_filter: UsageFilter) -> tuple[str, dict[str, object]]:
    conditions, parameters = "", dict[str, object]()
    for name, column, word in (
        ("agent", "lower(t.agent_name) = :agent", usage_filter.agent),
        ("model", "instr(lower(t.model), :model)", usage_filter.model),
        ("project", is_called("t.project"), usage_filter.project),
    ):
        if word:
            conditions += f" AND {column}"
            parameters[name] = strip_surrogates(word).lower()
    for group, key in usage_filter.only:
        conditions += f" AND {_KEYS[group]} = :only_{group}"
        parameters[f"only_{group}"] = int(key) if group == "session" else key
    return conditions, parameters
