"""Versions of agents: which there are, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ppp_tui.model.agent_codes import SignalType
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.signals.run_sql import ALIVE, summed_scope
from ppp_tui.query.sql_helpers import strip_surrogates, to_ms
from ppp_tui.scoring.rate_difference import (
    MIN_DRIFT_RUNS,
    Measure,
    Severity,
    Share,
    ShareDifference,
    difference_of,
    drift_severity,
    relative_change,
)
from ppp_tui.store.upkeep.run_sums import FAILED

__all__ = ["MIN_DRIFT_RUNS", "VersionChange", "VersionLine", "version_changes", "version_list"]


class VersionLine(NamedTuple):
    """One version of an agent."""

    agent: str
    version: str
    runs: int
    turns: int
    first_at: int
    """Unix milliseconds, 0 where unknown."""
    last_at: int
    mean_turn_ms: float | None
    tool_success: float | None
    """Share of the tool calls that went well, from 0 to 1."""
    failed: Share
    """Runs that failed, of those whose end is known."""


class VersionChange(NamedTuple):
    """One measure in two versions of an agent."""

    measure: Measure
    type: str
    code: str
    first: Share
    """Decisions with that reason among those of the type; signals that are so. Latencies have no shares."""
    second: Share
    first_value: float | None
    """A rate from 0 to 1, or milliseconds for latencies."""
    second_value: float | None
    change: float | None
    """By which part of what it was it changed."""
    difference: ShareDifference
    """Second minus first; unknown for latencies."""
    severity: Severity | None
    """None where nothing changed enough, or there are too few runs to tell."""


class _Profile(NamedTuple):
    """What is known of one version."""

    runs: int
    turns: int
    wall_ms: int
    decisions: dict[tuple[str, str], int]
    signals: dict[tuple[str, str], Share]


def version_list(scope: Scope = EVERYTHING) -> Query[list[VersionLine]]:
    """Query the versions of agents by agent, the newest first; runs that record no version are left out."""
    scoped = summed_scope(scope)
    return Query(
        f"WITH {scoped.tables}, alive_runs AS MATERIALIZED (SELECT t.id AS id, t.agent_name AS agent, "
        "t.agent_version AS version, s.turns AS turns, s.wall_ms AS wall_ms, t.created_at AS began, "
        f"s.last_at AS last_at, {FAILED} AS failed FROM {ALIVE} WHERE t.agent_version <> '' AND {scoped.agent}), "
        "parts (agent, version, runs, turns, began, last_at, wall_ms, good, calls, failed, ended) AS ("
        "SELECT e.agent_name, e.agent_version, e.runs, e.turns, e.first_at, e.last_at, e.wall_ms, e.good_calls, "
        "e.calls, e.failed_runs, e.ended_runs FROM spans CROSS JOIN run_sums AS e "
        f"WHERE e.span = spans.span AND e.agent_version <> '' AND {scoped.agent} UNION ALL "
        "SELECT agent, version, count(*), sum(turns), min(began), max(last_at), sum(wall_ms), 0, 0, "
        "coalesce(sum(failed), 0), count(failed) FROM alive_runs GROUP BY agent, version UNION ALL "
        "SELECT r.agent, r.version, 0, 0, NULL, NULL, 0, sum(c.true_count), sum(c.true_count + c.false_count), 0, 0 "
        "FROM alive_runs AS r CROSS JOIN signal_counts AS c ON c.trajectory_id = r.id "
        "WHERE c.signal_type = 'tool_success' GROUP BY r.agent, r.version) "
        "SELECT agent, version, sum(runs), sum(turns), min(began), max(last_at), sum(wall_ms), sum(good), sum(calls), "
        "sum(failed), sum(ended) FROM parts GROUP BY 1, 2 ORDER BY 1, max(last_at) DESC, 2",
        lambda rows: [_read_line(row) for row in rows],
        scoped.parameters,
    )


def version_changes(agent: str, first: str, second: str, scope: Scope = EVERYTHING) -> Query[list[VersionChange]]:
    """Query what changed from the first version of an agent to the second: decisions, signals and latency.

    The greatest changes come first; no rows where either version has no runs.
    """
    scoped = summed_scope(scope)
    wanted = f"agent_name = :its_agent AND agent_version IN (:first, :second) AND {scoped.agent}"
    of_span = f"WHERE e.span = spans.span AND {wanted}"
    side = "CASE WHEN e.agent_version = :second THEN 1 ELSE 0 END"
    return Query(
        f"WITH {scoped.tables}, runs AS MATERIALIZED (SELECT t.id AS id, CASE WHEN t.agent_version = :second THEN 1 "
        f"ELSE 0 END AS side, s.turns AS turns, s.wall_ms AS wall_ms FROM {ALIVE} WHERE {wanted}), "
        "parts (side, measure, type, code, number, more, most) AS ("
        f"SELECT {side}, '', '', '', e.runs, e.turns, e.wall_ms FROM spans CROSS JOIN run_sums AS e {of_span} "
        "UNION ALL SELECT side, '', '', '', count(*), sum(turns), sum(wall_ms) FROM runs GROUP BY side UNION ALL "
        f"SELECT {side}, 'decision', e.type, e.code, e.entries, 0, 0 FROM spans CROSS JOIN entry_sums AS e {of_span} "
        "AND e.subject = 'decisions' AND e.code <> '' UNION ALL "
        "SELECT r.side, 'decision', c.decision_type, c.reason_code, c.decisions, 0, 0 FROM runs AS r "
        "CROSS JOIN decision_counts AS c ON c.trajectory_id = r.id UNION ALL "
        f"SELECT {side}, 'signal', e.type, e.code, e.entries, e.entries + e.other_entries, 0 "
        f"FROM spans CROSS JOIN entry_sums AS e {of_span} AND e.subject = 'signals' AND e.code <> '' UNION ALL "
        "SELECT r.side, 'signal', c.signal_type, c.signal_code, c.true_count, c.true_count + c.false_count, 0 "
        "FROM runs AS r CROSS JOIN signal_counts AS c ON c.trajectory_id = r.id) "
        "SELECT side, measure, type, code, sum(number), sum(more), sum(most) FROM parts GROUP BY 1, 2, 3, 4",
        _read_changes,
        {
            **scoped.parameters,
            "its_agent": strip_surrogates(agent),
            "first": strip_surrogates(first),
            "second": strip_surrogates(second),
        },
    )


def _read_line(row: tuple[Any, ...]) -> VersionLine:
    agent, version, runs, turns, began, last, wall_ms, good, calls, failed, with_end = row
    return VersionLine(
        agent=agent,
        version=version,
        runs=runs,
        turns=turns,
        first_at=to_ms(began) or 0,
        last_at=to_ms(last) or 0,
        mean_turn_ms=wall_ms / turns if wall_ms and turns else None,
        tool_success=good / calls if calls else None,
        failed=Share(failed, with_end),
    )


def _read_changes(rows: list[tuple[Any, ...]]) -> list[VersionChange]:
    sides = [_profile([row[1:] for row in rows if row[0] == side]) for side in (0, 1)]
    if not all(profile.runs for profile in sides):
        return []
    first, second = sides
    changes = [_latency(first, second)]
    changes += [
        _change("decision", key, _reason_share(first, key), _reason_share(second, key), sides)
        for key in sorted(first.decisions.keys() | second.decisions.keys())
    ]
    for key in sorted(first.signals.keys() | second.signals.keys()):
        is_one_sided = not any(_has_false(profile, key[0]) for profile in sides)
        before, after = (_signal_share(profile, key, is_one_sided=is_one_sided) for profile in sides)
        changes.append(_change("signal", key, before, after, sides))
    grades = {"high": 3, "medium": 2, "low": 1, None: 0}
    return sorted(changes, key=lambda change: (-grades[change.severity], -abs(change.change or 0.0), change[:3]))


def _profile(rows: list[tuple[Any, ...]]) -> _Profile:
    runs = turns = wall_ms = 0
    decisions: dict[tuple[str, str], int] = {}
    signals: dict[tuple[str, str], Share] = {}
    for measure, kind, code, count, more, most in rows:
        if measure == "decision":
            decisions[kind, code] = count
        elif measure == "signal":
            signals[kind, code] = Share(count, more)
        else:
            runs, turns, wall_ms = count, more, most
    return _Profile(runs, turns, wall_ms, decisions, signals)


def _reason_share(profile: _Profile, key: tuple[str, str]) -> Share:
    """Return how many decisions of a type have a reason."""
    total = sum(count for (kind, _), count in profile.decisions.items() if kind == key[0])
    return Share(profile.decisions.get(key, 0), total)


def _has_false(profile: _Profile, kind: str) -> bool:
    return any(share.hits < share.total for (name, _), share in profile.signals.items() if name == kind)


def _signal_share(profile: _Profile, key: tuple[str, str], *, is_one_sided: bool) -> Share:
    """Return how many signals are so; of a type that only tells when something happened, how many calls of tools."""
    share = profile.signals.get(key, Share(0, 0))
    if not is_one_sided:
        return share
    calls = sum(calls.total for (kind, _), calls in profile.signals.items() if kind == SignalType.TOOL_SUCCESS)
    return Share(share.hits, calls) if calls >= share.hits else share


def _change(
    measure: Measure, key: tuple[str, str], first: Share, second: Share, sides: Sequence[_Profile]
) -> VersionChange:
    difference = difference_of(second, first)
    fewest = min(profile.runs for profile in sides)
    return VersionChange(
        measure=measure,
        type=key[0],
        code=key[1],
        first=first,
        second=second,
        first_value=first.rate,
        second_value=second.rate,
        change=relative_change(first.rate, second.rate),
        difference=difference,
        severity=drift_severity(measure, first.rate, second.rate, difference.p_value, fewest),
    )


def _latency(first: _Profile, second: _Profile) -> VersionChange:
    """Return how the mean time of a turn changed."""
    before, after = (
        profile.wall_ms / profile.turns if profile.wall_ms and profile.turns else None for profile in (first, second)
    )
    return VersionChange(
        measure="latency",
        type="turn",
        code="mean_ms",
        first=Share(0, first.turns),
        second=Share(0, second.turns),
        first_value=before,
        second_value=after,
        change=relative_change(before, after),
        difference=ShareDifference(None),
        severity=drift_severity("latency", before, after, None, min(first.runs, second.runs)),
    )
