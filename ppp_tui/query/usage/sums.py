"""Usage over any span of time, by model, agent, project or session, out of the rollups: history is never added up.

Of whole UTC months, days and hours within a span the sums are taken. At its edges, where it begins or ends within an
hour, the sums by the minute are taken where they are kept, else, and of parts of minutes, the requests themselves.
What an hour holds beyond its requests is of sessions that were forgotten: it cannot be cut, so it counts in the span in
which the hour begins, and both spans tell it as `uncut_requests`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ppp_tui.query.projects import is_called, is_in_repository, repository_of
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import MACHINE, PERSON, TREE_TOKENS, strip_surrogates
from ppp_tui.query.usage.rows import (
    EVERYTHING,
    NOTHING,
    ROLLUP_COLUMNS,
    Grouping,
    UsageBar,
    UsageFilter,
    UsageSums,
    add_up,
    subtract,
)
from ppp_tui.query.usage.spans import SpanBounds, TimeSpan, cut_spans

_NAMES = ", ".join(ROLLUP_COLUMNS)
_SUMS = ", ".join(f"sum(u.{name})" for name in ROLLUP_COLUMNS)
_REQUEST_SUMS = (
    "count(*), sum(u.input_tokens), sum(u.output_tokens), sum(u.cache_read_tokens), "
    "sum(u.cache_write_5m_tokens + u.cache_write_1h_tokens), sum(coalesce(u.cost_micros, 0)), "
    "sum(u.cost_micros IS NULL), sum(u.is_lower_bound), sum(u.cache_write_1h_tokens), "
    "sum(coalesce(u.reasoning_tokens, 0)), sum(u.reasoning_tokens IS NOT NULL), sum(coalesce(u.saved_micros, 0)), "
    "sum(coalesce(u.reported_micros, 0)), sum(u.reported_micros IS NOT NULL)"
)
"""The same sums over requests."""

_PIECES = ("hours", "days", "months", "edges", "minutes", "scraps", "cut_hours")
"""Fields of `SpanBounds` that are tables of a query."""

_MINUTES_SINCE = "coalesce((SELECT value FROM archive_facts WHERE name = 'minutes_since'), '')"
_BOUNDS = ", ".join(
    f"{name} (number, low, high, hour) AS MATERIALIZED (SELECT CAST(json_extract(value, '$[0]') AS INTEGER), "
    + ", ".join(f"json_extract(value, '$[{place}]')" for place in range(1, 4))
    + f" FROM json_each(:{name}))"
    for name in _PIECES
)
"""Tables of bounds: made once, since a row of the sums looks at them often."""

_TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_KEYS: Mapping[Grouping, str] = {
    "none": "''",
    "model": "u.model",
    "agent": "u.agent_name",
    "project": "u.project",
    "session": "u.root_id",
    "reasoning_effort": "u.reasoning_effort",
    "person": PERSON,
    "machine": MACHINE,
}
_REQUEST_KEYS: Mapping[Grouping, str] = {
    "none": "''",
    "model": "u.model",
    "agent": "t.agent_name",
    "project": "t.project",
    "session": "h.root_id",
    "reasoning_effort": "u.reasoning_effort",
    "person": PERSON,
    "machine": MACHINE,
}

_OF_OWNERS = {"agent", "project", "person", "machine"}
"""Groups that a session is told apart by, not its usage."""

LIKELY_PER_ROW = 10
"""Sessions that are looked at for each of the dearest, before all of a span are added up."""

_PLAIN, _HOUR_TOTAL, _HOUR_REQUESTS, _HOUR = range(4)
"""What a row of an answer holds: sums of a span, sums of an hour that is cut, sums of that hour's requests, sums of an
hour that is a span or all that a span has of whole hours."""


def usage(
    spans: Sequence[TimeSpan], grouping: Grouping = "none", usage_filter: UsageFilter = EVERYTHING
) -> Query[list[UsageBar]]:
    """Return usage of every group in every span, in the order of spans, then the dearest first; nothing for empty ones.

    A sub-agent's usage is its session's. Of very many sessions `dearest_sessions` finds some faster.
    """
    tables = _Tables(grouping, usage_filter)
    cut = cut_spans(spans, with_days=True, with_months="months" in tables.names)
    pieces = [tables.select("hours", is_each_apart=bool(cut.span_by_hour), is_single=len(cut.hours) == 1)]
    pieces.append(tables.select("days", is_single=len(cut.days) == 1))
    if cut.months:
        pieces.append(tables.select("months", is_single=len(cut.months) == 1))
    if cut.edges:
        pieces += tables.select_edges(has_scraps=bool(cut.scraps))
    sql = f"WITH {_BOUNDS}, parts (kind, number, hour, key, {_NAMES}) AS ({' UNION ALL '.join(pieces)}) "
    # Sums are by folder: what few are left of them are told by repository, and those of one are added up.
    key = repository_of("p.key") if grouping == "project" else "p.key"
    sql += f"SELECT p.kind, p.number, p.hour, {key}, {_NAMES} FROM parts AS p"
    return Query(sql, lambda rows: _read(rows, cut), {**tables.parameters, **_bounds(cut)})


def dearest_sessions(
    span: TimeSpan, most: int, usage_filter: UsageFilter = EVERYTHING, *, by_tokens: bool = False
) -> Query[list[UsageBar]]:
    """Return the sessions that cost (or sent and received) most within a span, sub-agents included, dearest first."""
    tables = _Tables("session", usage_filter)
    cut = cut_spans([span], with_days=True)
    ranking = " + ".join(f"sum(u.{name})" for name in _TOKENS) if by_tokens else "sum(u.cost_micros)"
    tables_of_sums = [_BOUNDS]
    is_ranked = ""
    if usage_filter == EVERYTHING:
        tables_of_sums.append(_likely_dearest(tables, cut, ranking, by_tokens=by_tokens))
        is_ranked = "NOT (SELECT is_sure FROM sure)"
    pieces = tables.select_ranked(cut, ranking, condition=is_ranked)
    tables_of_sums.append(f"sums (kind, number, hour, root, cost) AS ({' UNION ALL '.join(pieces)})")
    ranked = "SELECT root, sum(cost) AS cost FROM sums GROUP BY root"
    if is_ranked:
        ranked = f"{ranked} UNION ALL SELECT root, cost FROM likely WHERE (SELECT is_sure FROM sure)"
    tables_of_sums.append(
        f"ranked (root) AS MATERIALIZED (SELECT root FROM ({ranked}) ORDER BY cost DESC, root LIMIT :most)"
    )
    selects = [tables.select(name, roots="ranked") for name in ("hours", "days")]
    if cut.edges:
        selects.append(tables.select_requests(condition="h.root_id IN (SELECT root FROM ranked)"))
    return Query(
        f"WITH {', '.join(tables_of_sums)} {' UNION ALL '.join(selects)}",
        lambda rows: _read(rows, cut),
        {**tables.parameters, **_bounds(cut), "most": most, "likely_most": most * LIKELY_PER_ROW},
    )


def _likely_dearest(tables: _Tables, cut: SpanBounds, ranking: str, *, by_tokens: bool) -> str:
    """Return tables of the dearest of those sessions that are the dearest of all time, and whether they are it.

    No session cost more within a span than it did altogether: where the last of them cost more within the span than
    any other session ever did, nobody else has to be added up.
    """
    key, index = (TREE_TOKENS, "sessions_by_tokens") if by_tokens else ("s.tree_cost_micros", "sessions_by_cost")
    pieces = tables.select_ranked(cut, ranking, roots="candidates")
    return (
        f"candidates (root, most) AS MATERIALIZED (SELECT s.trajectory_id, {key} FROM trajectory_summaries AS s "
        f"INDEXED BY {index} WHERE s.is_child = 0 ORDER BY {key} DESC LIMIT :likely_most), "
        f"likely_sums (kind, number, hour, root, cost) AS ({' UNION ALL '.join(pieces)}), "
        "likely (root, cost) AS MATERIALIZED (SELECT root, sum(cost) FROM likely_sums GROUP BY root "
        "ORDER BY sum(cost) DESC, root LIMIT :most), "
        "sure (is_sure) AS MATERIALIZED (SELECT count(*) = :most AND min(cost) > (SELECT min(most) FROM candidates) "
        "FROM likely)"
    )


class _Tables:
    """Which rollups answer, and with which conditions."""

    def __init__(self, grouping: Grouping, usage_filter: UsageFilter) -> None:
        only = dict(usage_filter.only)
        is_by_project = grouping == "project" or bool(usage_filter.project) or "project" in only
        is_by_session = bool({grouping, *only} & {"session", "person", "machine"})
        self.name = "session" if is_by_session else "project" if is_by_project else "usage"
        is_told_apart = bool(usage_filter.agent or usage_filter.model or {grouping, *only} - {"none", "project"})
        self.names = _names(self.name, is_told_apart=is_told_apart)
        """The table of each unit."""
        needs_owner = bool(usage_filter.agent or usage_filter.project or {grouping, *only} & _OF_OWNERS)
        is_joined = self.name == "session" and needs_owner
        self._join = "JOIN trajectories AS t ON t.id = u.trajectory_id" if is_joined else ""
        self.parameters: dict[str, object] = {}
        owner = "t" if is_joined else "u"
        folder = f"{owner}.project"
        sums_keys: Mapping[Grouping, str] = {**_KEYS, "agent": f"{owner}.agent_name", "project": folder}
        self._key, self._request_key = sums_keys[grouping], _REQUEST_KEYS[grouping]
        self._where = self._conditions(usage_filter, sums_keys, folder)
        self._request_where = self._conditions(usage_filter, _REQUEST_KEYS, "t.project")

    def select_ranked(self, cut: SpanBounds, ranking: str, *, roots: str = "", condition: str = "") -> list[str]:
        """Return SQL for what sessions are ranked by, of all pieces of a span."""
        pieces = [
            self.select("hours", sums=ranking, roots=roots, condition=condition),
            self.select("days", sums=ranking, roots=roots, condition=condition, is_single=len(cut.days) == 1),
        ]
        if cut.edges:
            sums = ranking.replace("u.cache_write_tokens", "u.cache_write_5m_tokens + u.cache_write_1h_tokens")
            among = f"h.root_id IN (SELECT root FROM {roots})" if roots else condition or "1"
            pieces.append(self.select_requests(sums=f"coalesce({sums}, 0)", condition=among))
        return pieces

    def select(
        self,
        unit: str,
        *,
        sums: str = _SUMS,
        roots: str = "",
        condition: str = "",
        is_each_apart: bool = False,
        is_single: bool = False,
    ) -> str:
        """Return SQL for sums of whole hours, days or months, of the sessions in the table `roots` if one is named.

        With `is_each_apart` a sum for each hour: thousands of bounds cost more than the hours themselves. Where the
        piece `is_single`, the sums are read in the order of their key.
        """
        table, column = self.names[unit], unit.removesuffix("s")
        among = f"CROSS JOIN {roots} AS r CROSS JOIN {table} AS u" if roots else f"CROSS JOIN {table} AS u"
        # The sign keeps the index by time out of it where a session is looked up.
        at = f"+u.{column}" if roots else f"u.{column}"
        is_root = "u.root_id = r.root AND" if roots else ""
        bounds, low, high = f"{unit} AS s {among}", "s.low", "s.high"
        kind, number, hour = _PLAIN, "s.number", "''"
        if is_single and not roots:
            bounds, low, high = f"{table} AS u", f"(SELECT low FROM {unit})", f"(SELECT high FROM {unit})"
            number = f"(SELECT number FROM {unit})"
        if is_each_apart:
            kind, number, hour = _HOUR, "0", f"u.{column}"
        return (
            f"SELECT {kind}, {number}, {hour}, {self._key}, {sums} FROM {bounds} {self._join} "
            f"WHERE {is_root} {at} >= {low} AND {at} < {high} AND {condition or '1'} AND {self._where} "
            f"GROUP BY {'3' if is_each_apart else '2'}, 4"
        )

    def select_edges(self, *, has_scraps: bool) -> list[str]:
        """Return SQL for what lies in spans of hours that are cut, and for the whole of those hours."""
        totals = (
            f"SELECT {_HOUR_TOTAL}, s.number, '', {self._key}, {_SUMS} FROM cut_hours AS s CROSS JOIN "
            f"{self.names['hours']} AS u {self._join} WHERE u.hour = s.hour AND {self._is_requested()} "
            f"AND {self._where} GROUP BY 2, 4"
        )
        requests = self.select_requests("cut_hours", kind=_HOUR_REQUESTS)
        cut = [self.select_requests(), totals, requests]
        if self.name != "usage":
            return cut
        minutes = (
            f"SELECT {_PLAIN}, s.number, '', {self._key}, {_SUMS} FROM minutes AS s "
            f"CROSS JOIN usage_minutes AS u WHERE s.hour >= {_MINUTES_SINCE} AND u.minute >= s.low "
            f"AND u.minute < s.high AND {self._where} GROUP BY 2, 4"
        )
        if has_scraps:
            cut.append(self.select_requests("scraps", requested=f"s.hour >= {_MINUTES_SINCE}"))
        return [minutes, *cut]

    def select_requests(
        self,
        bounds: str = "edges",
        *,
        kind: int = _PLAIN,
        sums: str = _REQUEST_SUMS,
        condition: str = "1",
        requested: str = "",
    ) -> str:
        """Return SQL for sums over the requests between bounds; `requested` says which hours are cut by requests."""
        join = "JOIN trajectories AS t ON t.id = u.id >> 40"
        if self.name == "session":
            join += (
                " JOIN session_hours AS h ON h.hour = s.hour AND h.trajectory_id = u.id >> 40 AND h.model = u.model "
                "AND h.reasoning_effort = u.reasoning_effort"
            )
        return (
            f"SELECT {kind}, s.number, '', {self._request_key}, {sums} FROM {bounds} AS s "
            f"CROSS JOIN token_usage AS u INDEXED BY usage_by_time {join} WHERE {requested or self._is_requested()} "
            f"AND u.at >= s.low AND u.at < s.high AND u.is_counted = 1 AND {condition} AND {self._request_where} "
            "GROUP BY 2, 4"
        )

    def _is_requested(self) -> str:
        """Return the condition that an hour is cut by its requests: nothing finer is kept of it."""
        return "1" if self.name != "usage" else f"s.hour < {_MINUTES_SINCE}"

    def _conditions(self, usage_filter: UsageFilter, keys: Mapping[Grouping, str], folder: str) -> str:
        conditions = []
        for name, column, word in (
            ("agent", f"lower({keys['agent']}) = :agent", usage_filter.agent),
            ("model", "instr(lower(u.model), :model)", usage_filter.model),
            ("project", is_called(folder), usage_filter.project),
        ):
            if word:
                conditions.append(column)
                self.parameters[name] = strip_surrogates(word).lower()
        for group, key in usage_filter.only:
            condition = (
                is_in_repository(folder, "only_project") if group == "project" else f"{keys[group]} = :only_{group}"
            )
            conditions.append(condition)
            self.parameters[f"only_{group}"] = int(key) if group == "session" else key
        return " AND ".join(conditions) or "1"


def _names(name: str, *, is_told_apart: bool) -> dict[str, str]:
    """Return the tables that hold the sums of hours, days and months: the fewer rows, the less they tell apart."""
    names = {unit: f"{name}_{unit}" for unit in ("hours", "days")}
    if not is_told_apart and name == "usage":
        names["hours"] = "total_hours"
    if not is_told_apart and name == "project":
        names |= {"days": "folder_days", "months": "folder_months"}
    return names


def _bounds(cut: SpanBounds) -> dict[str, object]:
    return {name: json.dumps(getattr(cut, name)) for name in _PIECES}


def _read(rows: list[tuple[Any, ...]], cut: SpanBounds) -> list[UsageBar]:
    kinds: tuple[dict[tuple[int, str], UsageSums], ...] = ({}, {}, {})
    for kind, number, hour, key, *values in rows:
        if kind == _HOUR:
            span = cut.span_by_hour.get(hour)
            if span is None:
                continue
            kind, number = _PLAIN, span
        place, sums = (number, str(key)), UsageSums(*values)
        present = kinds[kind].get(place)
        kinds[kind][place] = sums if present is None else add_up((present, sums))
    sums_by_bar, totals, requests = kinds
    edges: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for number, low, _, hour in cut.edges:
        edges[hour].append((number, low == hour))
    for (hour_number, key), total in totals.items():
        rest = subtract(total, requests.get((hour_number, key), NOTHING))
        if any(rest):
            for number, has_begin in edges[cut.cut_hours[hour_number][1]]:
                sums = sums_by_bar.get((number, key), NOTHING)
                sums_by_bar[number, key] = _with_rest(sums, rest, has_begin=has_begin)
    bars = [UsageBar(number, key, sums) for (number, key), sums in sums_by_bar.items()]
    return sorted(bars, key=lambda bar: (bar.span, -bar.sums.cost_micros, -bar.sums.total_tokens, bar.key))


def _with_rest(sums: UsageSums, rest: UsageSums, *, has_begin: bool) -> UsageSums:
    """Return sums with what is known of a whole hour only, if the hour begins in their span; else with its mark."""
    total = add_up((sums, rest)) if has_begin else sums
    return total._replace(uncut_requests=total.uncut_requests + max(0, rest.requests))
