"""The measures that trends are shown of, and how each is read by day or week: from sums, never from turns.

Usage and test runs are cut at the spans' own bounds, in any zone. Figures of whole sessions count in the span of
their last sign of life, and cost a row of an index for each session within the spans.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.query.quality.rows import SpanTests
from ppp_tui.query.quality.span_tests import span_tests
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.scores.evaluations import TITLES
from ppp_tui.query.sql_helpers import IS_STATING
from ppp_tui.query.usage.rows import Grouping, UsageBar, UsageFilter, UsageSums
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.query.usage.sums import usage
from ppp_tui.scoring.ranking import personalization as pers
from ppp_tui.scoring.ranking import proactivity as proact
from ppp_tui.scoring.trends import TrendPoint, TrendScale
from ppp_tui.sources.registry import failed_requests
from ppp_tui.store.writers.evaluations import MODEL_PREFIX
from ppp_tui.text.units import Unit


class Sums(NamedTuple):
    """A value within a span."""

    value: float | None
    support: float
    """Requests, sessions or runs that it rests on."""
    is_approximate: bool = False
    """Part of it may belong to the span before or after: the detail to tell them apart is deleted."""


ReadSums = Callable[[Sequence[TimeSpan], Scope], "Query[dict[int, Sums]]"]
"""Makes a query for sums within spans, of a project and an agent if the scope names them."""


class TrendMeasure(NamedTuple):
    """A measure that has trends."""

    name: str
    title: str
    unit: Unit
    scale: TrendScale
    subject: Literal["usage", "sessions", "tests"]
    """The data that it is computed from."""
    read: ReadSums
    """Returns a query for its values by the number of the span; spans in which nothing happened are left out."""
    is_sum: bool = True
    """True if it is 0 where nothing happened; a mean or a share is unknown there."""


def trend_points(
    measure: TrendMeasure, spans: Sequence[TimeSpan], now_ms: int, scope: Scope = EVERYTHING
) -> Query[list[TrendPoint]]:
    """Return the values of a measure within spans in a row, of a project and an agent if the scope names them."""
    query = measure.read(spans, scope)

    def build(rows: list[tuple[Any, ...]]) -> list[TrendPoint]:
        values = query.build(rows)
        idle = Sums(0.0 if measure.is_sum else None, 0.0)
        sums = [values.get(number, idle) for number in range(len(spans))]
        return [
            TrendPoint(
                span.low_ms,
                value,
                support,
                is_complete=span.high_ms <= now_ms,
                is_approximate=is_approximate,
            )
            for span, (value, support, is_approximate) in zip(spans, sums, strict=True)
        ]

    return Query(query.sql, build, query.parameters)


def _of_usage(value: Callable[[UsageSums], float | None]) -> ReadSums:
    def read(spans: Sequence[TimeSpan], scope: Scope) -> Query[dict[int, Sums]]:
        only: tuple[tuple[Grouping, str], ...] = () if scope.project is None else (("project", scope.project),)
        query: Query[list[UsageBar]] = usage(spans, "none", UsageFilter(agent=scope.agent or "", only=only))
        return Query(
            query.sql,
            lambda rows: {
                bar.span: Sums(value(bar.sums), bar.sums.requests, bar.sums.is_approximate) for bar in query.build(rows)
            },
            query.parameters,
        )

    return read


_TRAJECTORY = "CROSS JOIN trajectories AS t ON t.id = s.trajectory_id"
_OWN = "s.is_child = 0 AND s.turns > 0"
_PROACT = (
    f"iif(s.medium_questions + s.high_questions = 0, {proact.BONUS}, "
    f"-{proact.MEDIUM_PENALTY} * s.medium_questions - {proact.HIGH_PENALTY} * s.high_questions)"
)
_BREACHES = "s.minor_violations + s.major_violations + s.critical_violations"
_PERS = (
    f"iif({_BREACHES} = 0, iif({IS_STATING} OR EXISTS (SELECT 1 "
    "FROM preference_verdicts AS p WHERE p.trajectory_id = t.id AND p.verdict <> 'unjudged'), "
    f"{pers.BONUS}, NULL), -{pers.MINOR_PENALTY} * s.minor_violations - {pers.MAJOR_PENALTY} * s.major_violations "
    f"- {pers.CRITICAL_PENALTY} * s.critical_violations)"
)


def _of_sessions(value: str, support: str = "count(*)", condition: str = _OWN, join: str = "") -> ReadSums:
    """Return a reader of an aggregate over sessions, as SQL over the alias `s` of their summaries."""

    def read(spans: Sequence[TimeSpan], scope: Scope) -> Query[dict[int, Sums]]:
        is_bare = not scope.names("project", "agent_name")[0]
        joins = join if join == _TRAJECTORY or is_bare else f"{_TRAJECTORY} {join}"
        sql, parameters = _of_spans(f"{value}, {support}", spans, scope, joins, condition)
        return Query(f"{sql} GROUP BY 1", _read_sums, parameters)

    return read


def _of_spans(
    columns: str, spans: Sequence[TimeSpan], scope: Scope, joins: str, condition: str
) -> tuple[str, dict[str, object]]:
    """Return a SELECT over sessions that were last at work within spans, each span's number first; its parameters."""
    names, parameters = scope.names("project", "agent_name")
    sql = (
        f"SELECT b.key, {columns} FROM json_each(:spans) AS b CROSS JOIN trajectory_summaries AS s {joins} "
        "WHERE s.last_at >= json_extract(b.value, '$[0]') AND s.last_at < json_extract(b.value, '$[1]') "
        f"AND {' AND '.join([condition, *names])}"
    )
    return sql, {"spans": _bounds(spans, 23), **parameters}


def _failed_requests(spans: Sequence[TimeSpan], scope: Scope) -> Query[dict[int, Sums]]:
    """Return a query for failed requests, unknown in a span in which no agent was at work that records them."""

    def read(rows: list[tuple[Any, ...]]) -> dict[int, Sums]:
        sums: dict[int, Sums] = {}
        for number, source, retries, sessions in rows:
            value, support, _ = sums.get(number, Sums(None, 0.0))
            failed = failed_requests(source, retries)
            sums[number] = Sums(value if failed is None else (value or 0.0) + failed, support + sessions)
        return sums

    sql, parameters = _of_spans("t.source, sum(s.retries), count(*)", spans, scope, _TRAJECTORY, "1")
    return Query(f"{sql} GROUP BY 1, 2", read, parameters)


def _of_tests(value: Callable[[SpanTests], float | None]) -> ReadSums:
    def read(spans: Sequence[TimeSpan], scope: Scope) -> Query[dict[int, Sums]]:
        query = span_tests(spans, scope._replace(model=None))
        return Query(
            query.sql,
            lambda rows: {number: Sums(value(tests), tests.runs) for number, tests in query.build(rows).items()},
            query.parameters,
        )

    return read


def _bounds(spans: Sequence[TimeSpan], length: int) -> str:
    return json.dumps([[to_text(max(0, at_ms))[:length] for at_ms in span] for span in spans])


def _read_sums(rows: list[tuple[Any, ...]]) -> dict[int, Sums]:
    return {number: Sums(None if value is None else float(value), float(support)) for number, value, support in rows}


_ANY = "1"
_TIMED = "1.0 * sum(s.wall_ms) / nullif(sum(s.turns), 0)"
_QUESTIONS = "s.low_questions + s.medium_questions + s.high_questions"


def _evaluated(name: str) -> str:
    """Return a join with the evaluations by rules; those by a model are left out, since it judges few sessions."""
    return (
        "CROSS JOIN evaluations AS e ON e.trajectory_id = s.trajectory_id "
        f"AND e.name = '{name}' AND substr(e.method, 1, 4) <> '{MODEL_PREFIX}'"
    )


def _pass_share(tests: SpanTests) -> float | None:
    ran = tests.passed + tests.failed
    return tests.passed / ran if ran else None


_MEASURES = (
    TrendMeasure("cost", "cost", "micros", "amount", "usage", _of_usage(lambda sums: sums.cost)),
    TrendMeasure("tokens", "tokens", "tokens", "amount", "usage", _of_usage(lambda sums: sums.total_tokens)),
    TrendMeasure("input_tokens", "fresh input", "tokens", "amount", "usage", _of_usage(lambda sums: sums.input_tokens)),
    TrendMeasure("output_tokens", "output", "tokens", "amount", "usage", _of_usage(lambda sums: sums.output_tokens)),
    TrendMeasure("requests", "requests", "count", "count", "usage", _of_usage(lambda sums: sums.requests)),
    TrendMeasure(
        "cache_hit_rate",
        "cache hit rate",
        "share",
        "share",
        "usage",
        _of_usage(lambda sums: sums.cache_hit_rate),
        is_sum=False,
    ),
    TrendMeasure("sessions", "sessions", "count", "count", "sessions", _of_sessions("count(*)")),
    TrendMeasure("turns", "turns", "count", "count", "sessions", _of_sessions("sum(s.turns)")),
    TrendMeasure(
        "turns_per_session",
        "turns of a session",
        "count",
        "count",
        "sessions",
        _of_sessions("avg(s.turns)"),
        is_sum=False,
    ),
    TrendMeasure(
        "latency",
        "time of a turn",
        "ms",
        "amount",
        "sessions",
        _of_sessions(_TIMED, condition=f"{_OWN} AND s.wall_ms > 0"),
        is_sum=False,
    ),
    TrendMeasure("steps", "steps", "count", "count", "sessions", _of_sessions("sum(s.steps)", condition=_ANY)),
    TrendMeasure(
        "failures", "failed steps", "count", "count", "sessions", _of_sessions("sum(s.failed_steps)", condition=_ANY)
    ),
    TrendMeasure(
        "failure_rate",
        "share of steps that failed",
        "share",
        "share",
        "sessions",
        _of_sessions("1.0 * sum(s.failed_steps) / nullif(sum(s.steps), 0)", "sum(s.steps)", _ANY),
        is_sum=False,
    ),
    TrendMeasure("retries", "failed requests", "count", "count", "sessions", _failed_requests),
    TrendMeasure("questions", "questions", "count", "count", "sessions", _of_sessions(f"sum({_QUESTIONS})")),
    *(
        TrendMeasure(
            f"{effort}_questions",
            f"{effort}-effort questions",
            "count",
            "count",
            "sessions",
            _of_sessions(f"sum(s.{effort}_questions)"),
        )
        for effort in ("low", "medium", "high")
    ),
    TrendMeasure("violations", "violations", "count", "count", "sessions", _of_sessions("sum(s.violations)")),
    TrendMeasure(
        "r_proact", "R_Proact of sessions", "score", "score", "sessions", _of_sessions(f"avg({_PROACT})"), is_sum=False
    ),
    TrendMeasure(
        "r_pers",
        "R_Pers of sessions",
        "score",
        "score",
        "sessions",
        _of_sessions(f"avg({_PERS})", f"count({_PERS})", join=_TRAJECTORY),
        is_sum=False,
    ),
    *(
        TrendMeasure(
            name,
            f"{title} of sessions",
            "share",
            "share",
            "sessions",
            _of_sessions("avg(e.score)", "count(e.score)", join=_evaluated(name)),
            is_sum=False,
        )
        for name, title in TITLES.items()
    ),
    TrendMeasure("test_runs", "test runs", "count", "count", "tests", _of_tests(lambda tests: tests.runs)),
    TrendMeasure("pass_rate", "pass rate of tests", "share", "share", "tests", _of_tests(_pass_share), is_sum=False),
    TrendMeasure(
        "red_runs", "test runs that failed", "count", "count", "tests", _of_tests(lambda tests: tests.red_runs)
    ),
)

MEASURES: Mapping[str, TrendMeasure] = {measure.name: measure for measure in _MEASURES}
"""All measures by name. R values are those of the profile `spec`."""
