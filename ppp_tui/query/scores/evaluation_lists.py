"""What evaluations say of many sessions, those with the newest sign of life first."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.model.evaluation import EvaluationVerdict, Evidence
from ppp_tui.query.quality.question_lists import ListFilter, narrowed
from ppp_tui.query.query import Query
from ppp_tui.query.scores.evaluations import is_proven, read_evidence
from ppp_tui.query.sql_helpers import TITLE, first_line, in_clause, strip_surrogates, to_ms


class ListedEvaluation(NamedTuple):
    """What one evaluation says of a session, and of which."""

    session: int
    agent: str
    project: str
    title: str
    at: int
    """The session's last sign of life, in Unix milliseconds."""
    name: str
    verdict: EvaluationVerdict
    score: float | None
    reason: str
    evidence: tuple[Evidence, ...]
    method: str
    is_proven: bool | None
    """Whether it agrees with labels by hand beyond chance; None where that was not measured."""


def evaluation_list(choice: ListFilter) -> Query[list[ListedEvaluation]]:
    """Return evaluations of sessions; levels are verdicts, and `preferences` of the filter names of evaluations."""
    condition, parameters = narrowed(choice, "s.last_at", "e.verdict")
    if choice.preferences:
        marks, names = in_clause([strip_surrogates(name) for name in choice.preferences], "name")
        condition += f" AND e.name IN ({marks})"
        parameters |= names
    return Query(
        f"SELECT t.id, t.agent_name, t.project, {TITLE}, s.last_at, e.name, e.verdict, e.score, e.reason, e.evidence, "
        "e.method FROM trajectory_summaries AS s CROSS JOIN trajectories AS t CROSS JOIN evaluations AS e "
        f"WHERE t.id = s.trajectory_id AND e.trajectory_id = s.trajectory_id AND {condition} "
        "ORDER BY s.last_at DESC, s.trajectory_id DESC, e.name, e.method LIMIT :limit",
        _read,
        parameters,
    )


def _read(rows: list[tuple[Any, ...]]) -> list[ListedEvaluation]:
    return [
        ListedEvaluation(
            session=row[0],
            agent=row[1],
            project=row[2],
            title=first_line(row[3]),
            at=to_ms(row[4]) or 0,
            name=row[5],
            verdict=row[6],
            score=row[7],
            reason=row[8],
            evidence=read_evidence(row[9]),
            method=row[10],
            is_proven=is_proven(row[5], row[10]),
        )
        for row in rows
    ]
