"""Usage over spans of time, by model, agent, project or session, out of the rollups: history is never added up.

Sums by agent and model stand by the hour; where a span begins or ends within one (zones of half an hour), minutes tell
it exactly as long as they are kept, and after that an hour belongs to the span that it begins in. By project and
session that holds from the beginning; of whole UTC days within a span the sums by the day are taken.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ppp_tui.query.query import Query
from ppp_tui.query.spans import Parts, Span, parts
from ppp_tui.query.usage_rows import EVERYTHING, Grouping, UsageBar, UsageFilter, UsageSums, add_up
from ppp_tui.query.words import sound

_SUMS = ", ".join(f"sum(u.{name})" for name in UsageSums._fields)
_SINCE = "coalesce((SELECT value FROM archive_facts WHERE name = 'minutes_since'), '')"
_NUMBER, _LOW, _HIGH = (f"json_extract(s.value, '$[{place}]')" for place in range(3))
_RANKING = f"{_NUMBER}, u.root_id, "
_TOKENS = "u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens"
_KEYS: dict[Grouping, str] = {
    "none": "''", "model": "u.model", "agent": "u.agent_name", "project": "u.project", "session": "u.root_id",
}  # fmt: skip


def usage(
    spans: Sequence[Span], grouping: Grouping = "none", chosen: UsageFilter = EVERYTHING
) -> Query[list[UsageBar]]:
    """Usage of every group in every span, in the order of spans, then the dearest first; what is empty is left out.

    A sub-agent's usage is its session's. Of very many sessions `dearest_sessions` finds some faster.
    """
    tables = _Tables(grouping, chosen)
    cut = parts(spans, with_days=tables.has_days)
    pieces = [tables.select(f"{tables.name}_hours", "hour", "hours")]
    if tables.has_days:
        pieces.append(tables.select(f"{tables.name}_days", "day", "days"))
        pieces.append(tables.select_begun("1"))
    elif cut.minutes:
        pieces.append(tables.select("usage_minutes", "minute", "minutes", f"u.minute >= {_SINCE}"))
        pieces.append(tables.select_begun(f"u.hour < {_SINCE}"))
    return Query(" UNION ALL ".join(pieces), _read, {**tables.parameters, **_bounds(cut)})


def dearest_sessions(
    span: Span, most: int, chosen: UsageFilter = EVERYTHING, *, by_tokens: bool = False
) -> Query[list[UsageBar]]:
    """The sessions that cost (or sent and received) most within a span, sub-agents included, the dearest first."""
    tables = _Tables("session", chosen)
    cut = parts([span], with_days=True)
    pieces = (("session_hours", "hour", "hours"), ("session_days", "day", "days"))
    sums = f"{_NUMBER}, u.root_id, {_SUMS}"
    ranking = f"{_RANKING}sum({_TOKENS if by_tokens else 'u.cost_micros'})"
    ranked = " UNION ALL ".join(tables.select(*piece, sums=ranking) for piece in pieces)
    found = " UNION ALL ".join(tables.select(*piece, sums=sums, roots="ranked") for piece in pieces)
    return Query(
        f"WITH parts (number, root, cost) AS ({ranked}), ranked (root) AS MATERIALIZED ("
        "SELECT root FROM parts GROUP BY root ORDER BY sum(cost) DESC, root LIMIT :most) " + found,
        _read,
        {**tables.parameters, **_bounds(cut), "most": most},
    )


class _Tables:
    """Which rollups answer, and with which conditions."""

    def __init__(self, grouping: Grouping, chosen: UsageFilter) -> None:
        only = dict(chosen.only)
        is_by_project = grouping == "project" or bool(chosen.project) or "project" in only
        self.name = "session" if grouping == "session" or "session" in only else "project" if is_by_project else "usage"
        self.has_days = self.name != "usage"
        self._key = _KEYS[grouping]
        is_joined = self.name == "session" and bool(
            chosen.agent or chosen.project or {"agent", "project"} & only.keys()
        )
        self._join = "JOIN trajectories AS t ON t.id = u.trajectory_id" if is_joined else ""
        owner = "t" if is_joined else "u"
        self.parameters: dict[str, object] = {}
        conditions = []
        for name, column, word in (
            ("agent", f"lower({owner}.agent_name) = :agent", chosen.agent),
            ("model", "instr(lower(u.model), :model)", chosen.model),
            ("project", f"instr(lower({owner}.project), :project)", chosen.project),
        ):
            if word:
                conditions.append(column)
                self.parameters[name] = sound(word).lower()
        owned = {"agent": f"{owner}.agent_name", "project": f"{owner}.project"}
        for group, key in only.items():
            conditions.append(f"{owned.get(group, _KEYS[group])} = :only_{group}")
            self.parameters[f"only_{group}"] = int(key) if group == "session" else key
        self._where = " AND ".join(conditions) or "1"

    def select(
        self, table: str, column: str, bounds: str, condition: str = "1", *, sums: str = "", roots: str = ""
    ) -> str:
        """Sums of one table between bounds; of the sessions in the table `roots` only, if one is named."""
        among = f"CROSS JOIN {roots} AS r CROSS JOIN {table} AS u" if roots else f"CROSS JOIN {table} AS u"
        # The sign keeps the index by time out of it where a session is looked up.
        at = f"+u.{column}" if roots else f"u.{column}"
        is_root = "u.root_id = r.root AND" if roots else ""
        return (
            f"SELECT {sums or f'{_NUMBER}, {self._key}, {_SUMS}'} FROM json_each(:{bounds}) AS s {among} "
            f"{self._join} WHERE {is_root} {at} >= {_LOW} AND {at} < {_HIGH} AND {condition} "
            f"AND {self._where} GROUP BY 1, 2"
        )

    def select_begun(self, condition: str) -> str:
        """Sums of hours that spans end in."""
        return (
            f"SELECT {_NUMBER}, {self._key}, {_SUMS} FROM json_each(:begun) AS s CROSS JOIN {self.name}_hours AS u "
            f"{self._join} WHERE u.hour = {_LOW} AND {condition} AND {self._where} GROUP BY 1, 2"
        )


def _bounds(cut: Parts) -> dict[str, object]:
    return {name: json.dumps(bounds) for name, bounds in cut._asdict().items()}


def _read(rows: list[tuple[Any, ...]]) -> list[UsageBar]:
    found: dict[tuple[int, str], UsageSums] = {}
    for number, key, *values in rows:
        place, sums = (number, str(key)), UsageSums(*values)
        found[place] = add_up((found[place], sums)) if place in found else sums
    bars = [UsageBar(number, key, sums) for (number, key), sums in found.items()]
    return sorted(bars, key=lambda bar: (bar.span, -bar.sums.cost_micros, -bar.sums.total_tokens, bar.key))
