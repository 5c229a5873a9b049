"""Tokens that programs stated as one number for a turn, where no request of the model tells more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.query.projects import is_called, repository_of
from ppp_tui.query.query import Query
from ppp_tui.query.spans import Span
from ppp_tui.query.usage_rows import EVERYTHING, NOTHING, Grouping, UsageBar, UsageFilter
from ppp_tui.query.words import sound


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
}


def stated_bars(
    spans: Sequence[Span], grouping: Grouping = "none", chosen: UsageFilter = EVERYTHING
) -> Query[list[StatedBar]]:
    """Return the tokens that programs stated for turns of every group which began in each span.

    Spans that hold none have no bar; the largest of a span comes first. Costs what the spans hold of such turns.
    """
    bounds = [
        (number, to_text(max(0, span.low_ms)), to_text(max(0, span.high_ms))) for number, span in enumerate(spans)
    ]
    conditions, parameters = _conditions(chosen)
    return Query(
        "WITH spans (number, low, high) AS MATERIALIZED (SELECT json_extract(value, '$[0]'), "
        "json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(:spans)) "
        f"SELECT s.number, {_KEYS[grouping]}, count(*), sum(u.token_count) FROM spans AS s "
        "CROSS JOIN trajectory_turns AS u INDEXED BY turns_by_stated_tokens CROSS JOIN trajectories AS t "
        "WHERE u.timestamp >= s.low AND u.timestamp < s.high AND u.token_count IS NOT NULL AND u.requests = 0 "
        f"AND u.is_copy = 0 AND u.origin = 'logged' AND t.id = u.trajectory_id{conditions} "
        "GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2",
        lambda rows: [StatedBar(number, str(key), *sums) for number, key, *sums in rows],
        {"spans": json.dumps(bounds), **parameters},
    )


def with_stated(bars: Sequence[UsageBar], stated: Iterable[StatedBar]) -> list[UsageBar]:
    """Return bars in the order of spans, with one of no usage where only stated tokens are known of a group."""
    present = {(bar.span, bar.key) for bar in bars}
    added = [UsageBar(bar.span, bar.key, NOTHING) for bar in stated if (bar.span, bar.key) not in present]
    return sorted([*bars, *added], key=lambda bar: bar.span)


def _conditions(chosen: UsageFilter) -> tuple[str, dict[str, object]]:
    conditions, parameters = "", dict[str, object]()
    for name, column, word in (
        ("agent", "lower(t.agent_name) = :agent", chosen.agent),
        ("model", "instr(lower(t.model), :model)", chosen.model),
        ("project", is_called("t.project"), chosen.project),
    ):
        if word:
            conditions += f" AND {column}"
            parameters[name] = sound(word).lower()
    for group, key in chosen.only:
        conditions += f" AND {_KEYS[group]} = :only_{group}"
        parameters[f"only_{group}"] = int(key) if group == "session" else key
    return conditions, parameters
