"""Trajectories side by side: every measure of a few, their turns in line, and one group of sessions against another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, trajectory_of
from ppp_tui.model.score import Profile
from ppp_tui.query.quality.rows import SessionRetries, SessionTests
from ppp_tui.query.query import Query
from ppp_tui.query.rows import TurnSummary
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.scores.evaluations import TITLES
from ppp_tui.query.scores.score_inputs import NAME_ROW, RunFigures, evidence_sql, named_sql, read_measured
from ppp_tui.query.sessions.turns import TURN_COLUMNS, read_turns
from ppp_tui.query.sql_helpers import in_clause, strip_surrogates
from ppp_tui.scoring.ranking.alignment import align
from ppp_tui.scoring.ranking.consensus import interaction
from ppp_tui.scoring.ranking.personalization import personalization
from ppp_tui.scoring.ranking.proactivity import proactivity, session_effort
from ppp_tui.scoring.ranking.significance import Difference, Sample, compare_samples
from ppp_tui.scoring.ranking.technical import TechnicalWeights
from ppp_tui.text.units import Unit

__all__ = [
    "METRICS",
    "AlignedTurns",
    "Difference",
    "GroupName",
    "Metric",
    "MetricDifference",
    "RunFigures",
    "aligned_turns",
    "compare_groups",
    "group_names",
    "metrics",
    "run_figures",
    "samples",
]

MOST_ALIGNED = 300
"""Turns of each trajectory that are laid side by side: its first."""

MOST_SAMPLES = 50
"""The newest sessions that stand for a group."""

GroupBy = Literal["agent", "model", "reasoning_effort", "person", "machine"]
"""What a group of sessions has in common; people are known in a shared store alone."""

_MAIN_EFFORTS = """
SELECT trajectory_id AS id, reasoning_effort AS name FROM (
    SELECT trajectory_id, reasoning_effort, row_number() OVER (
        PARTITION BY trajectory_id ORDER BY sum(requests) DESC, reasoning_effort) AS place
    FROM session_days GROUP BY trajectory_id, reasoning_effort)
WHERE place = 1 AND reasoning_effort <> ''
"""
"""The reasoning effort of most of a trajectory's requests; none where most do not tell it."""

_OF_FILES = (
    "SELECT o.id, f.{column} AS name FROM trajectories AS o JOIN source_files AS f ON f.id = o.file_id "
    "WHERE f.{column} <> ''"
)

_NAMES: Mapping[GroupBy, str] = {
    "agent": "SELECT id, agent_name AS name FROM trajectories WHERE agent_name <> ''",
    "model": "SELECT id, model AS name FROM trajectories WHERE model <> ''",
    "reasoning_effort": _MAIN_EFFORTS,
    "person": _OF_FILES.format(column="person"),
    "machine": _OF_FILES.format(column="host"),
}
"""The name under which a trajectory is compared."""

_IS_SESSION = "(+t.parent_id IS NULL OR t.spec_id <> '')"
"""Leaves out sub-agents that were given no specification."""


class Metric(NamedTuple):
    """A measure of a trajectory."""

    name: str
    title: str
    """As a noun, to stand in a sentence."""
    unit: Unit
    value: Callable[[RunFigures, Profile], float | None]
    """None where it is unknown."""


class AlignedTurns(NamedTuple):
    """Turns that stand side by side; None where a trajectory has none there."""

    turns: tuple[TurnSummary | None, ...]
    is_same_prompt: bool
    """All trajectories were asked the same here."""


class GroupName(NamedTuple):
    """An agent, a model, a reasoning effort, a person or a machine, and how many sessions it has.

    Sub-agents count only if they were given a specification.
    """

    name: str
    sessions: int


class MetricDifference(NamedTuple):
    """Two groups in one measure."""

    metric: Metric
    difference: Difference


def _share(part: float, total: float) -> float | None:
    return part / total if total else None


def _conduct(read: Callable[[Any], float]) -> Callable[[RunFigures, Profile], float | None]:
    """Return a measure of conduct, unknown for a trajectory without turns."""

    def value(figures: RunFigures, _profile: Profile) -> float | None:
        conduct = figures.run.conduct
        return read(conduct) if conduct is not None and conduct.turns else None

    return value


def _technical(figures: RunFigures, _profile: Profile) -> float | None:
    return figures.run.technical.score if figures.run.technical else None


def _interaction(figures: RunFigures, profile: Profile) -> float | None:
    return interaction(_proact(figures, profile), _pers(figures, profile))


def _proact(figures: RunFigures, profile: Profile) -> float | None:
    return proactivity(figures.run.conduct, profile) if figures.run.conduct else None


def _pers(figures: RunFigures, profile: Profile) -> float | None:
    return personalization(figures.run.conduct, profile) if figures.run.conduct else None


def _low_effort(figures: RunFigures, _profile: Profile) -> float | None:
    effort = session_effort(figures.run.conduct) if figures.run.conduct else None
    return None if effort is None else float(effort == "low")


def _cost(figures: RunFigures, _profile: Profile) -> float | None:
    spend = figures.spend
    return None if spend.unpriced_requests == spend.requests else spend.cost_micros


def _tokens(figures: RunFigures, _profile: Profile) -> float | None:
    return figures.spend.all_tokens


def _pass_rate(figures: RunFigures, _profile: Profile) -> float | None:
    rate = figures.tests.pass_rate
    return None if rate is None else rate / 100


def _tests(read: Callable[[SessionTests], float]) -> Callable[[RunFigures, Profile], float | None]:
    """Return a sum of test runs, unknown where a program that logs does not say what its commands printed."""

    def value(figures: RunFigures, _profile: Profile) -> float | None:
        is_untold = not figures.tests.test_runs and figures.run.conduct is not None and figures.run.conduct.is_logged
        return None if is_untold else read(figures.tests)

    return value


def _tried_again(read: Callable[[SessionRetries], float]) -> Callable[[RunFigures, Profile], float | None]:
    """Return a sum of failures that were tried again, unknown where failed requests are."""
    return lambda figures, _profile: None if figures.retries is None else read(figures.tried_again)


def _evaluation(name: str) -> Callable[[RunFigures, Profile], float | None]:
    return lambda figures, _profile: dict(figures.evaluations).get(name)


METRICS: tuple[Metric, ...] = (
    Metric("technical", "technical score", "score", _technical),
    Metric("proactivity", "R_Proact", "score", _proact),
    Metric("personalization", "R_Pers", "score", _pers),
    Metric("interaction", "R_Proact + R_Pers", "score", _interaction),
    Metric("low_effort", "share of sessions of low effort", "share", _low_effort),
    Metric("turns", "turns", "count", _conduct(lambda conduct: conduct.turns)),
    Metric("questions", "questions", "count", _conduct(lambda conduct: conduct.questions.total)),
    Metric("high_questions", "questions of high effort", "count", _conduct(lambda conduct: conduct.questions.high)),
    Metric("violations", "violations", "count", _conduct(lambda conduct: conduct.breaches.total)),
    Metric("steps", "steps", "count", lambda figures, _: figures.steps),
    Metric(
        "failed_share", "share of failed steps", "share", lambda figures, _: _share(figures.failed_steps, figures.steps)
    ),
    Metric("retries", "failed requests", "count", lambda figures, _: figures.retries),
    Metric("max_retries_hit", "requests given up at last", "count", _tried_again(lambda sums: sums.max_retries_hit)),
    Metric("model_fallbacks", "fallbacks to another model", "count", _tried_again(lambda sums: sums.model_fallbacks)),
    *(Metric(name, title, "share", _evaluation(name)) for name, title in TITLES.items()),
    Metric("test_runs", "test runs", "count", _tests(lambda sums: sums.test_runs)),
    Metric("tests_run", "tests run", "count", _tests(lambda sums: sums.tests_run)),
    Metric("test_pass_rate", "share of tests that passed", "share", _pass_rate),
    Metric("wall_ms", "milliseconds at work", "ms", lambda figures, _: figures.wall_ms or None),
    Metric("tokens", "tokens", "tokens", _tokens),
    Metric("cache_hits", "cache hit rate", "share", lambda figures, _: figures.spend.tokens.cache_hit_rate),
    Metric("cost", "cost in millionths of a dollar", "micros", _cost),
)
"""Every measure, in the order in which a comparison shows them."""

_OF_CONDUCT = frozenset({"proactivity", "personalization", "interaction", "low_effort"})


def metrics(*, is_enabled: bool) -> tuple[Metric, ...]:
    """Return the measures that the settings ask for: without scores of conduct unless `is_enabled`."""
    return tuple(metric for metric in METRICS if is_enabled or metric.name not in _OF_CONDUCT)


def run_figures(ids: Sequence[int], weights: TechnicalWeights = TechnicalWeights()) -> Query[list[RunFigures]]:
    """Query some trajectories with all that `METRICS` need, in the order given; what is not there is left out."""
    marks, parameters = in_clause(ids, "member")

    def read(rows: list[tuple[Any, ...]]) -> list[RunFigures]:
        by_trajectory = {figures.run.trajectory_id: figures for figures in read_measured(rows, weights)}
        return [by_trajectory[identity] for identity in dict.fromkeys(ids) if identity in by_trajectory]

    return Query(evidence_sql(f"SELECT id FROM trajectories WHERE id IN ({marks})"), read, parameters)


def aligned_turns(ids: Sequence[int], most: int = MOST_ALIGNED) -> Query[list[AlignedTurns]]:
    """Query the first turns of some trajectories in line: by prompts that they share, in between by number."""
    parameters: dict[str, object] = {}
    parts = []
    for number, identity in enumerate(dict.fromkeys(ids)):
        parameters |= {
            f"low{number}": (identity << CHILD_BITS) + 1,
            f"high{number}": (identity << CHILD_BITS) + most,
        }
        parts.append(
            f"SELECT {TURN_COLUMNS}, prompt_length FROM trajectory_turns "
            f"WHERE id BETWEEN :low{number} AND :high{number}"
        )

    def read(rows: list[tuple[Any, ...]]) -> list[AlignedTurns]:
        return _lines(rows, list(dict.fromkeys(ids)))

    return Query(" UNION ALL ".join(parts) or "SELECT NULL LIMIT 0", read, parameters)


def samples(
    by: GroupBy,
    names: Sequence[str],
    most: int = MOST_SAMPLES,
    weights: TechnicalWeights = TechnicalWeights(),
    *,
    scope: Scope = EVERYTHING,
) -> Query[dict[str, list[RunFigures]]]:
    """Query the newest sessions of some agents, models, people and so on under each name.

    Of sub-agents those with a specification.
    """
    bindable_names = [strip_surrogates(name) for name in dict.fromkeys(names)]
    parameters: dict[str, object] = {f"name{number}": name for number, name in enumerate(bindable_names)}
    within, times = _within(scope)
    parts = [
        f"SELECT * FROM (SELECT t.id FROM ({_NAMES[by]}) AS g CROSS JOIN trajectories AS t "
        f"WHERE g.name = :name{number} AND t.id = g.id AND {_IS_SESSION} {within} ORDER BY t.id DESC LIMIT :most) AS n"
        for number in range(len(bindable_names))
    ]
    members = " UNION ALL ".join(parts) or "SELECT NULL LIMIT 0"

    def read(rows: list[tuple[Any, ...]]) -> dict[str, list[RunFigures]]:
        samples_by_name: dict[str, list[RunFigures]] = {name: [] for name in bindable_names}
        names = {row[1]: row[3] for row in rows if row[0] == NAME_ROW}
        for figures in read_measured([row for row in rows if row[0] != NAME_ROW], weights):
            name = names.get(figures.run.trajectory_id, "")
            if name in samples_by_name and figures.run.conduct is not None and figures.run.conduct.turns:
                samples_by_name[name].append(figures)
        return samples_by_name

    sql = f"{evidence_sql(members, commands=2)} UNION ALL {named_sql(_NAMES[by])}"
    return Query(sql, read, {**parameters, **times, "most": most})


def _within(scope: Scope) -> tuple[str, dict[str, object]]:
    """Return a condition on trajectories `t` that were last at work within bounds; '' without bounds."""
    times, parameters = scope.times("s.last_at")
    if not times:
        return "", {}
    last = f"SELECT 1 FROM trajectory_summaries AS s WHERE s.trajectory_id = t.id AND {' AND '.join(times)}"
    return f"AND EXISTS ({last})", parameters


def group_names(by: GroupBy, scope: Scope = EVERYTHING) -> Query[list[GroupName]]:
    """Query every agent, model, person and so on that has sessions, those with the most first."""
    within, times = _within(scope)
    return Query(
        f"SELECT g.name, count(*) FROM ({_NAMES[by]}) AS g CROSS JOIN trajectories AS t "
        f"WHERE t.id = g.id AND {_IS_SESSION} {within} GROUP BY 1 ORDER BY 2 DESC, 1",
        lambda rows: [GroupName(*row) for row in rows],
        times,
    )


def compare_groups(
    first: tuple[str, Sequence[RunFigures]],
    second: tuple[str, Sequence[RunFigures]],
    profile: Profile,
    *,
    is_enabled: bool = True,
) -> list[MetricDifference]:
    """Compare two groups in every measure. Takes tens of milliseconds: not for the event loop."""

    def values(group: Sequence[RunFigures], metric: Metric) -> list[Sample]:
        return [Sample(figures.task, metric.value(figures, profile)) for figures in group]

    return [
        MetricDifference(
            metric,
            compare_samples(first[0], second[0], metric.title, values(first[1], metric), values(second[1], metric)),
        )
        for metric in metrics(is_enabled=is_enabled)
    ]


def _lines(rows: Sequence[Sequence[Any]], ids: Sequence[int]) -> list[AlignedTurns]:
    turns: dict[int, list[TurnSummary]] = {identity: [] for identity in ids}
    prompts: dict[int, list[tuple[str, int] | None]] = {identity: [] for identity in ids}
    for row, turn in zip(rows, read_turns(rows), strict=True):
        prompt = turn.headline.strip()
        turns[trajectory_of(turn.id)].append(turn)
        prompts[trajectory_of(turn.id)].append((prompt, row[-1]) if prompt else None)
    lines = []
    for line in align([prompts[identity] for identity in ids]):
        places = list(zip(ids, line, strict=True))
        asked = {prompts[identity][place] if place is not None else None for identity, place in places}
        lines.append(
            AlignedTurns(
                tuple(None if place is None else turns[identity][place] for identity, place in places),
                len(asked) == 1 and None not in asked,
            )
        )
    return lines
