"""Decisions and quality signals summed up over runs, by type, code, agent or version of the agent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from ppp_tui.model.agent_codes import SignalType
from ppp_tui.query.query import Answer, Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.signals.run_sql import ALIVE, RUNS, runs_where, summed_scope
from ppp_tui.query.sql_helpers import TITLE, first_line, to_ms

MAX_RUNS = 500
"""Runs with a decision or a signal that a list holds, the newest ones."""

SumsBy = Literal["type", "code", "agent", "version"]
"""What is summed up apart: types, their codes, and these for each agent or each version of one."""

_AGENT: dict[SumsBy, str] = {
    "type": "'', ''",
    "code": "'', ''",
    "agent": "agent_name, ''",
    "version": "agent_name, agent_version",
}


class DecisionSum(NamedTuple):
    """Decisions of one type or reason."""

    agent: str
    """'' where agents are summed up."""
    version: str
    decision_type: str
    reason_code: str
    """'' where reasons are summed up."""
    decisions: int
    share: float
    """Of all decisions of the type, and of the agent or version if these stand apart; from 0 to 1."""
    mean_confidence: float | None
    """Of the decisions that state one."""
    runs: int
    derived: int
    """Decisions that rules derive; the others are stated."""
    versions: tuple[str, ...]
    """Versions of agents that decided so."""


class SignalSum(NamedTuple):
    """Quality signals of one type or code."""

    agent: str
    version: str
    signal_type: str
    signal_code: str
    true_count: int
    false_count: int
    runs: int
    derived: int
    calls: int = 0
    """Calls of tools in the same runs, of the same agent or version if these stand apart."""

    @property
    def true_rate(self) -> float | None:
        """Share of the signals that are so, from 0 to 1; None where a type only tells when something happened."""
        total = self.true_count + self.false_count
        return None if not total or (self.is_occurrence and not self.false_count) else self.true_count / total

    @property
    def is_occurrence(self) -> bool:
        """Whether the type tells when something happened, and nothing where it did not."""
        return self.signal_type in (SignalType.TOOL_FAILURE, SignalType.RETRY_OCCURRED)

    @property
    def call_rate(self) -> float | None:
        """What happened, as a share of the calls of tools; None for other types, or without calls."""
        return self.true_count / self.calls if self.is_occurrence and self.calls >= self.true_count > 0 else None


def decision_sums(scope: Scope = EVERYTHING, by: SumsBy = "code") -> Query[list[DecisionSum]]:
    """Query decisions of the runs that were alive in a scope, the most frequent first within each group."""
    return _sums(
        scope,
        by,
        subject="decisions",
        counts="c.decision_type, {code}, sum(c.decisions), sum(c.confident), sum(c.confidence_micros), "
        "count(DISTINCT c.trajectory_id), sum(iif(c.source = 'derived', c.decisions, 0)) "
        f"FROM {ALIVE} CROSS JOIN decision_counts AS c ON c.trajectory_id = t.id",
        code="c.reason_code",
        totals="sum(entries), sum(other_entries), sum(confidence_micros), sum(runs), sum(derived), "
        "group_concat(DISTINCT nullif(agent_version, ''))",
        order="5 DESC",
        build=_read_decisions,
    )


def signal_sums(scope: Scope = EVERYTHING, by: SumsBy = "code") -> Query[list[SignalSum]]:
    """Query quality signals of the runs that were alive in a scope."""
    return _sums(
        scope,
        by,
        subject="signals",
        counts="c.signal_type, {code}, sum(c.true_count), sum(c.false_count), 0, count(DISTINCT c.trajectory_id), "
        "sum(iif(c.source = 'derived', c.true_count + c.false_count, 0)) "
        f"FROM {ALIVE} CROSS JOIN signal_counts AS c ON c.trajectory_id = t.id",
        code="c.signal_code",
        totals="sum(entries), sum(other_entries), sum(runs), sum(derived)",
        order="5 + 6 DESC",
        build=_read_signals,
    )


def _sums(
    scope: Scope,
    by: SumsBy,
    *,
    subject: Literal["decisions", "signals"],
    counts: str,
    code: str,
    totals: str,
    order: str,
    build: Callable[[list[tuple[Any, ...]]], list[Answer]],
) -> Query[list[Answer]]:
    """Query sums of whole days and months together with what the other runs count."""
    runs = summed_scope(scope)
    is_by_type = by == "type"
    counted_code = "''" if is_by_type else code
    return Query(
        f"WITH {runs.tables}, parts (agent_name, agent_version, type, code, entries, other_entries, confidence_micros, "
        "runs, derived) AS (SELECT e.agent_name, e.agent_version, e.type, e.code, e.entries, e.other_entries, "
        "e.confidence_micros, e.runs, e.derived FROM spans CROSS JOIN entry_sums AS e "
        f"WHERE e.span = spans.span AND e.subject = '{subject}' AND e.code {'=' if is_by_type else '<>'} '' "
        f"AND {runs.agent} UNION ALL SELECT t.agent_name, t.agent_version, "
        f"{counts.format(code=counted_code)} WHERE {runs.agent} GROUP BY 1, 2, 3, 4) "
        f"SELECT {_AGENT[by]}, type, code, {totals} FROM parts GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, {order}, 4",
        build,
        runs.parameters,
    )


class EntryRun(NamedTuple):
    """A run that has a decision or a quality signal."""

    trajectory_id: int
    agent: str
    version: str
    project: str
    """The folder."""
    title: str
    last_at: int
    """Unix milliseconds, 0 where unknown."""
    entries: int
    """Decisions of that reason; signals that are so or, where `is_so` was False, that are not."""


def decision_runs(scope: Scope, decision_type: str, reason_code: str) -> Query[list[EntryRun]]:
    """Query the runs of a scope with decisions for a reason, the newest first."""
    return _runs(
        scope,
        "decision_counts",
        "c.decision_type = :type AND c.reason_code = :code",
        "c.decisions",
        {"type": decision_type, "code": reason_code},
    )


def signal_runs(scope: Scope, signal_type: str, signal_code: str, *, is_so: bool = True) -> Query[list[EntryRun]]:
    """Query the runs of a scope with signals of a code that are so, or are not, the newest first."""
    counted = "c.true_count" if is_so else "c.false_count"
    return _runs(
        scope,
        "signal_counts",
        f"c.signal_type = :type AND c.signal_code = :code AND {counted} > 0",
        counted,
        {"type": signal_type, "code": signal_code},
    )


def _runs(
    scope: Scope, table: str, condition: str, counted: str, parameters: dict[str, object]
) -> Query[list[EntryRun]]:
    clause, more = runs_where(scope, condition)
    return Query(
        f"SELECT t.id, t.agent_name, t.agent_version, t.project, {TITLE}, s.last_at, sum({counted}) FROM {RUNS} "
        f"JOIN {table} AS c ON c.trajectory_id = t.id {clause} GROUP BY t.id ORDER BY s.last_at DESC, t.id DESC "
        f"LIMIT {MAX_RUNS}",
        lambda rows: [EntryRun._make((*row[:4], first_line(row[4]), to_ms(row[5]) or 0, row[6])) for row in rows],
        {**parameters, **more},
    )


def _read_signals(rows: list[tuple[Any, ...]]) -> list[SignalSum]:
    calls: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row[2] == SignalType.TOOL_SUCCESS:
            calls[row[:2]] += row[4] + row[5]
    return [SignalSum._make((*row, calls[row[:2]])) for row in rows]


def _read_decisions(rows: list[tuple[Any, ...]]) -> list[DecisionSum]:
    totals: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        totals[row[:3]] += row[4]
    # Types are parts of all decisions, reasons of their type.
    all_decisions = sum(totals.values())
    return [
        DecisionSum(
            agent=row[0],
            version=row[1],
            decision_type=row[2],
            reason_code=row[3],
            decisions=row[4],
            share=row[4] / (totals[row[:3]] if row[3] else all_decisions),
            mean_confidence=row[6] / row[5] / 1_000_000 if row[5] else None,
            runs=row[7],
            derived=row[8],
            versions=tuple(sorted((row[9] or "").split(","))) if row[9] else (),
        )
        for row in rows
    ]
