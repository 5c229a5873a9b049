"""How often runs with a decision or a quality signal fail, beside runs without it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Literal, NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.signals.run_sql import ALIVE, summed_scope
from ppp_tui.scoring.rate_difference import MIN_RUNS, Share, ShareDifference, difference_of
from ppp_tui.store.upkeep.run_sums import FAILED, FAILED_RETRIEVAL

__all__ = ["MIN_RUNS", "Correlation", "Failure", "Subject", "correlations"]

Subject = Literal["decisions", "signals"]

Failure = Literal["outcome", "tool", "model", "retrieval"]
"""What counts as failed: the run's end, a step that failed, a model request that failed, or an empty search."""


class _FailureColumns(NamedTuple):
    """How it is told whether a run failed, and where sums over runs tell it."""

    condition: str
    """Of one run; NULL where unknown."""
    failed: str
    """The column of runs that failed."""
    total: str
    """The column of runs of a span whose failure is known, or with decisions or signals, of such runs."""
    total_with_entry: str


_FAILURES: dict[Failure, _FailureColumns] = {
    "outcome": _FailureColumns(FAILED, "failed_runs", "ended_runs", "ended_runs"),
    "tool": _FailureColumns("s.failed_steps > 0", "tool_failed_runs", "runs", "hit_runs"),
    "model": _FailureColumns("s.retries > 0", "model_failed_runs", "runs", "hit_runs"),
    "retrieval": _FailureColumns(FAILED_RETRIEVAL, "retrieval_failed_runs", "runs", "hit_runs"),
}
_ENTRIES: dict[Subject, str] = {
    "decisions": "c.decision_type AS type, c.reason_code AS code FROM runs CROSS JOIN decision_counts AS c "
    "ON c.trajectory_id = runs.id",
    "signals": "c.signal_type AS type, c.signal_code AS code FROM runs CROSS JOIN signal_counts AS c "
    "ON c.trajectory_id = runs.id WHERE c.true_count > 0",
}


class Correlation(NamedTuple):
    """Runs with a decision or signal beside those without."""

    type: str
    code: str
    with_entry: Share
    """Failed runs among those that have it."""
    without_entry: Share
    difference: ShareDifference
    """Of both rates; unknown where either side has fewer than `MIN_RUNS` runs."""
    failure_codes: tuple[tuple[str, int], ...] = ()
    """Why tools failed in the runs that have it, and in how many of them, the most frequent first."""

    @property
    def is_enough(self) -> bool:
        """Whether both sides have runs enough for a difference to be told."""
        return min(self.with_entry.total, self.without_entry.total) >= MIN_RUNS


def correlations(subject: Subject, scope: Scope = EVERYTHING, failure: Failure = "outcome") -> Query[list[Correlation]]:
    """Query how failures go with decisions or signals, over the runs of a scope whose failure is known."""
    scoped, columns = summed_scope(scope), _FAILURES[failure]
    of_span = f"WHERE e.span = spans.span AND {scoped.agent}"
    of_entry = f"{of_span} AND e.subject = '{subject}' AND e.code <> ''"
    return Query(
        f"WITH {scoped.tables}, looked_at AS MATERIALIZED (SELECT t.id AS id, {columns.condition} AS failed "
        f"FROM {ALIVE} WHERE {scoped.agent}), "
        "runs AS MATERIALIZED (SELECT id, failed FROM looked_at WHERE failed IS NOT NULL), "
        f"entries AS MATERIALIZED (SELECT DISTINCT runs.id AS id, {_ENTRIES[subject]}), "
        "parts (type, code, failure_code, total, failed) AS ("
        f"SELECT '', '', '', e.{columns.total}, e.{columns.failed} FROM spans CROSS JOIN run_sums AS e {of_span} "
        "UNION ALL SELECT '', '', '', count(*), coalesce(sum(failed), 0) FROM runs "
        f"UNION ALL SELECT e.type, e.code, '', e.{columns.total_with_entry}, e.{columns.failed} "
        f"FROM spans CROSS JOIN entry_sums AS e {of_entry} "
        "UNION ALL SELECT type, code, '', count(*), sum(failed) FROM entries JOIN runs USING (id) GROUP BY type, code "
        f"UNION ALL SELECT e.type, e.code, e.failure_code, e.{columns.total}, 0 "
        f"FROM spans CROSS JOIN failure_code_sums AS e {of_entry} "
        "UNION ALL SELECT e.type, e.code, f.signal_code, count(DISTINCT f.trajectory_id), 0 FROM entries AS e "
        "JOIN signal_counts AS f ON f.trajectory_id = e.id AND f.signal_type = 'tool_failure' AND f.true_count > 0 "
        "GROUP BY e.type, e.code, f.signal_code) "
        "SELECT type, code, failure_code, sum(total), sum(failed) FROM parts GROUP BY type, code, failure_code "
        "HAVING type = '' OR sum(total) > 0",
        _read,
        scoped.parameters,
    )


def _read(rows: list[tuple[Any, ...]]) -> list[Correlation]:
    runs = Share(0, 0)
    shares: dict[tuple[str, str], Share] = {}
    codes: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for kind, code, failure_code, count, failed in rows:
        if failure_code:
            codes[kind, code].append((failure_code, count))
        elif kind:
            shares[kind, code] = Share(failed, count)
        else:
            runs = Share(failed, count)
    return [_correlate(key, share, runs, codes[key]) for key, share in sorted(shares.items())]


def _correlate(key: tuple[str, str], share: Share, runs: Share, failure_codes: list[tuple[str, int]]) -> Correlation:
    others = Share(runs.hits - share.hits, runs.total - share.total)
    is_enough = min(share.total, others.total) >= MIN_RUNS
    return Correlation(
        type=key[0],
        code=key[1],
        with_entry=share,
        without_entry=others,
        difference=difference_of(share, others) if is_enough else ShareDifference(None),
        failure_codes=tuple(sorted(failure_codes, key=lambda entry: (-entry[1], entry[0]))),
    )
