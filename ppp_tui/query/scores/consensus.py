"""Groups of agents that were given the same task, their runs, and what lies behind a score.

A group is a specification (with its stage, perhaps one run), or sessions with the same project and first prompt.
Ranking itself needs no database: `rank` takes the runs that were fetched once, as often as weights move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.score import Profile
from ppp_tui.query.projects import repository_of
from ppp_tui.query.query import Query
from ppp_tui.query.rows import QuestionLine, ViolationLine
from ppp_tui.query.scores.score_inputs import OF_MEMBERS, evidence_sql, read_measured
from ppp_tui.query.sessions.steps import QUESTION_COLUMNS, VIOLATION_COLUMNS, read_questions, read_violations
from ppp_tui.query.sql_helpers import first_line, in_clause, strip_surrogates, to_ms
from ppp_tui.scoring.ranking.consensus import MIN_AGENTS, AgentRun, AgentScore, Ranking, RunScore, rank
from ppp_tui.scoring.ranking.notes import agent_note, scale_note
from ppp_tui.scoring.ranking.technical import TechnicalWeights, stage_name
from ppp_tui.scoring.ranking.weights import (
    ScoreWeights,
    WeightsError,
    validate_weights,
    weights_for_stage,
)
from ppp_tui.store.upkeep.tasks import IS_TASK

__all__ = [
    "AgentRun",
    "AgentScore",
    "Group",
    "GroupKey",
    "Profile",
    "Ranking",
    "RunScore",
    "ScoreWeights",
    "TechnicalWeights",
    "VerdictLine",
    "WeightsError",
    "agent_note",
    "group_runs",
    "groups_of_specs",
    "groups_of_tasks",
    "questions_of",
    "rank",
    "scale_note",
    "validate_weights",
    "verdicts_of",
    "violations_of",
    "weights_for_stage",
]

MOST_RUNS = 200
"""The newest trajectories of a group that are ranked."""

MOST_ROWS = 5_000
"""The newest runs of agents that the list of specifications is made from."""

MOST_RECENT = 3_000
"""The newest sessions among which tasks without a specification are looked for."""


class GroupKey(NamedTuple):
    """Which trajectories are ranked against one another."""

    spec_id: str = ""
    stages: tuple[str, ...] | None = None
    """The names under which the stage was logged; None for all stages together."""
    run_id: str | None = None
    """One run alone; None for all."""
    task_key: int = 0
    """Stands for project and first prompt, where there is no specification."""


class Group(NamedTuple):
    """A line in the list of groups."""

    key: GroupKey
    stage: str
    """The stage's plain name, '' for none."""
    title: str
    """The specification's name, or the prompt that the agents were given."""
    project: str
    """The repository that the agents were at work in, '' for a specification."""
    agents: tuple[str, ...]
    trajectories: int
    runs: tuple[str, ...]
    """Names of the runs, the newest first."""
    last_at: int
    """Newest sign of life, 0 if unknown."""

    @property
    def is_consensus(self) -> bool:
        """Whether there are agents to compare."""
        return len(self.agents) >= MIN_AGENTS


class VerdictLine(NamedTuple):
    """What became of a preference in a trajectory."""

    preference_name: str
    verdict: str
    reward: float
    detail: str
    method: str


_SPEC_ROWS = f"""
SELECT g.spec_id, g.stage, g.run_id, g.agent_name, g.number, s.last_at FROM (
    SELECT t.spec_id AS spec_id, t.stage AS stage, coalesce(t.run_id, '') AS run_id, t.agent_name AS agent_name,
        count(*) AS number, max(t.id) AS newest
        FROM trajectories AS t WHERE t.spec_id <> ''{{t}}
        GROUP BY t.spec_id, t.stage, t.run_id, t.agent_name ORDER BY newest DESC LIMIT {MOST_ROWS}) AS g
LEFT JOIN trajectory_summaries AS s ON s.trajectory_id = g.newest
UNION ALL
SELECT a.spec_id, a.stage, coalesce(a.run_id, ''), a.agent_name, 0, max(a.created_at) FROM consensus_artifacts AS a
    WHERE a.trajectory_id IS NULL{{a}} GROUP BY a.spec_id, a.stage, a.run_id, a.agent_name
"""
_TASK_ROWS = f"""
WITH recent (task_key, id) AS (
    SELECT s.task_key, s.trajectory_id FROM trajectory_summaries AS s WHERE +s.task_key IS NOT NULL
    ORDER BY s.trajectory_id DESC LIMIT {MOST_RECENT}),
shared (task_key, newest) AS (
    SELECT r.task_key, max(r.id) FROM recent AS r GROUP BY r.task_key
    HAVING (SELECT count(DISTINCT a.agent_name) FROM trajectory_summaries AS o CROSS JOIN trajectories AS a
        WHERE o.task_key = r.task_key AND o.task_key IS NOT NULL AND a.id = o.trajectory_id) >= {MIN_AGENTS}
    ORDER BY 2 DESC LIMIT :most)
SELECT g.task_key, g.newest, t.id, t.agent_name, {repository_of("t.project")}, s.last_at,
    CASE WHEN t.id = g.newest THEN (
        SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p WHERE p.id >= t.id << 20 AND p.id < (t.id << 20) + 4
        AND {IS_TASK} ORDER BY p.id LIMIT 1) END
FROM shared AS g CROSS JOIN trajectory_summaries AS s CROSS JOIN trajectories AS t
WHERE s.task_key = g.task_key AND s.task_key IS NOT NULL AND t.id = s.trajectory_id ORDER BY g.newest DESC, t.id DESC
"""


def groups_of_specs(spec_id: str = "") -> Query[list[Group]]:
    """Query every specification (or that one) by stage, with its agents; those with the newest sign of life first."""
    if not spec_id:
        return Query(_SPEC_ROWS.format(t="", a=""), _read_specs)
    sql = _SPEC_ROWS.format(t=" AND t.spec_id = :spec", a=" AND a.spec_id = :spec")
    return Query(sql, _read_specs, {"spec": strip_surrogates(spec_id)})


def groups_of_tasks(most: int = 100) -> Query[list[Group]]:
    """Query tasks of recent sessions that several agents were given (same project and first prompt), newest first."""
    return Query(_TASK_ROWS, _read_tasks, {"most": most})


def group_runs(key: GroupKey, weights: TechnicalWeights = TechnicalWeights()) -> Query[list[AgentRun]]:
    """Query the runs of a group, for `rank`: its newest `MOST_RUNS` trajectories, and artifacts that belong to none."""

    def read(rows: list[tuple[Any, ...]]) -> list[AgentRun]:
        return [measured.run for measured in read_measured(rows, weights)]

    if not key.spec_id:
        members = (
            f"SELECT trajectory_id FROM trajectory_summaries WHERE task_key = :task ORDER BY 1 DESC LIMIT {MOST_RUNS}"
        )
        return Query(evidence_sql(f"SELECT * FROM ({members}) AS n"), read, {"task": key.task_key})
    parameters: dict[str, object] = {"spec": strip_surrogates(key.spec_id)}
    conditions = ""
    if key.stages is not None:
        marks, more = in_clause([strip_surrogates(stage) for stage in key.stages], "stage")
        conditions += f" AND {{x}}.stage IN ({marks})"
        parameters |= more
    if key.run_id is not None:
        conditions += " AND coalesce({x}.run_id, '') = :run"
        parameters["run"] = strip_surrogates(key.run_id)
    artifacts = "a.spec_id = :spec" + conditions.format(x="a")
    members = (
        "SELECT t.id FROM trajectories AS t WHERE t.spec_id = :spec AND t.spec_id <> ''"
        f"{conditions.format(x='t')} UNION SELECT a.trajectory_id FROM consensus_artifacts AS a "
        f"WHERE {artifacts} AND a.trajectory_id IS NOT NULL ORDER BY 1 DESC LIMIT {MOST_RUNS}"
    )
    delivered = f"{artifacts} AND (a.trajectory_id IS NULL OR {OF_MEMBERS})"
    return Query(evidence_sql(f"SELECT * FROM ({members}) AS n", delivered), read, parameters)


def questions_of(trajectory_id: int, most: int = 500) -> Query[list[QuestionLine]]:
    """Query the questions that a trajectory's scores count, in order, without those of copied turns."""
    return Query(
        f"SELECT {QUESTION_COLUMNS} FROM trajectory_questions AS q CROSS JOIN trajectory_turns AS t "
        "WHERE q.id >= :trajectory << 40 AND q.id < (:trajectory + 1) << 40 AND t.id = q.turn_id AND t.is_copy = 0 "
        "ORDER BY q.id LIMIT :most",
        read_questions,
        {"trajectory": trajectory_id, "most": most},
    )


def violations_of(trajectory_id: int, most: int = 500) -> Query[list[ViolationLine]]:
    """Query the violations that a trajectory's scores count, in order."""
    return Query(
        f"SELECT {VIOLATION_COLUMNS} FROM trajectory_violations AS v CROSS JOIN trajectory_turns AS t "
        "WHERE v.id >= :trajectory << 40 AND v.id < (:trajectory + 1) << 40 AND t.id = v.turn_id AND t.is_copy = 0 "
        "ORDER BY v.id LIMIT :most",
        read_violations,
        {"trajectory": trajectory_id, "most": most},
    )


def verdicts_of(trajectory_id: int) -> Query[list[VerdictLine]]:
    """Query what became of each preference, by name: what the profile `paper` scores."""
    return Query(
        "SELECT preference_name, verdict, reward, detail, method FROM preference_verdicts "
        "WHERE trajectory_id = :trajectory ORDER BY preference_name",
        lambda rows: [VerdictLine(*row) for row in rows],
        {"trajectory": trajectory_id},
    )


def _read_specs(rows: list[tuple[Any, ...]]) -> list[Group]:
    rows_by_group: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in rows:
        rows_by_group.setdefault((row[0], stage_name(row[1])), []).append(row)
    groups = [_spec_group(spec_id, stage, members) for (spec_id, stage), members in rows_by_group.items()]
    return sorted(groups, key=lambda group: (-group.last_at, group.title, group.stage))


def _spec_group(spec_id: str, stage: str, rows: Sequence[tuple[Any, ...]]) -> Group:
    newest = sorted(rows, key=lambda row: row[5] or "", reverse=True)
    key = GroupKey(spec_id, _names(row[1] for row in rows))
    return Group(
        key=key,
        stage=stage,
        title=spec_id,
        project="",
        agents=tuple(sorted({row[3] for row in rows})),
        trajectories=sum(row[4] for row in rows),
        runs=tuple(dict.fromkeys(row[2] for row in newest if row[2])),
        last_at=to_ms(newest[0][5]) or 0,
    )


def _read_tasks(rows: list[tuple[Any, ...]]) -> list[Group]:
    rows_by_task: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        rows_by_task.setdefault(row[0], []).append(row)
    groups = [
        Group(
            key=GroupKey(task_key=task_key),
            stage="",
            title=first_line(next((row[6] for row in members if row[6]), "")),
            project=members[0][4],
            agents=tuple(sorted({row[3] for row in members})),
            trajectories=len(members),
            runs=(),
            last_at=max(to_ms(row[5]) or 0 for row in members),
        )
        for task_key, members in rows_by_task.items()
    ]
    return [group for group in groups if group.is_consensus]


def _names(stages: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(stages)))
