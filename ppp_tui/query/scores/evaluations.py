"""What evaluations say of a session as a whole, each with the turns that it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.evaluation import EVALUATION_NAMES, SCORED_EVALUATIONS, EvaluationVerdict, Evidence
from ppp_tui.query.query import Query
from ppp_tui.scoring.evaluations.rules import METHOD

TITLES: Mapping[str, str] = {
    "goal": "goal achievement",
    "retention": "context retention (unproven)",
    "coherence": "coherence",
    "progression": "progression",
}
"""What the evaluations of this package are called; rules that agree with labels by hand by chance alone say so."""


def is_proven(name: str, method: str) -> bool | None:
    """Return whether an evaluation agrees with labels by hand beyond chance; None where that was not measured."""
    return name in SCORED_EVALUATIONS if method == METHOD else None


class EvaluationLine(NamedTuple):
    """What one evaluation says of a session."""

    name: str
    method: str
    """Who evaluated, and in which version."""
    verdict: EvaluationVerdict
    score: float | None
    """From 0 to 1; None where unknown."""
    reason: str
    evidence: tuple[Evidence, ...]


def evaluations_of(trajectory_id: int) -> Query[list[EvaluationLine]]:
    """Return the evaluations of a session: the four of this package first, then others by name."""
    return Query(
        "SELECT name, method, verdict, score, reason, evidence FROM evaluations WHERE trajectory_id = :id "
        "ORDER BY name, method",
        _read,
        {"id": trajectory_id},
    )


def _read(rows: list[tuple[Any, ...]]) -> list[EvaluationLine]:
    lines = [EvaluationLine._make((*row[:5], read_evidence(row[5]))) for row in rows]
    places = {name: place for place, name in enumerate(EVALUATION_NAMES)}
    return sorted(lines, key=lambda line: (places.get(line.name, len(places)), line.name, line.method))


def read_evidence(text: str) -> tuple[Evidence, ...]:
    """Return stored evidence; what is damaged is left out."""
    try:
        pieces = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(pieces, list):
        return ()
    return tuple(Evidence(*piece) for piece in pieces if _is_evidence(piece))


def _is_evidence(piece: object) -> bool:
    return (
        isinstance(piece, Sequence)
        and len(piece) == 2
        and (piece[0] is None or isinstance(piece[0], int))
        and isinstance(piece[1], str)
    )
