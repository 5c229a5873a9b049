"""How good the work itself is, from the best that is known about it: a stated score, an artifact, or the steps.

The documents name no way to a number that every agent's work allows, so the basis stands beside each score.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ppp_tui.model.score import Failing, Technical, WorkOutcome

REQUIRED_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "plan": ("work_breakdown", "acceptance_mapping"),
        "tasks": ("tasks",),
        "implement": ("implementation",),
        "validate": ("test_strategy",),
        "audit": ("audit_verdict",),
        "unlock": ("unlock_decision",),
        "clarify": ("issues",),
        "analyze": ("issues",),
        "checklist": ("requirements",),
    }
)
"""What an artifact of a stage must hold, by the stage's name."""

_ALIASES = MappingProxyType({"review": "audit"})


class TechnicalWeights(NamedTuple):
    """How much each thing that steps show counts; one that they do not show leaves its share to the others."""

    tests: float = 0.6
    """The last test run."""
    steps: float = 0.2
    """The share of steps that did not fail."""
    ended: float = 0.2
    """Whether the work came to its end."""
    evaluations: float = 0.0
    """What evaluations say of the session as a whole; 0 leaves them out."""


def stage_name(stage: str) -> str:
    """Return a stage by its plain name: ``spec-review`` is ``audit``."""
    plain = stage.strip().lower().removeprefix("spec-")
    return _ALIASES.get(plain, plain)


def completeness(content_json: str, stage: str) -> float | None:
    """Return which share of what its stage requires an artifact holds, from 0 to 1.

    None for a stage that requires nothing. Content that is no JSON object holds nothing; neither does an empty field.
    """
    required = REQUIRED_FIELDS.get(stage_name(stage))
    if required is None:
        return None
    try:
        content = json.loads(content_json)
    except (ValueError, RecursionError):
        return 0.0
    if not isinstance(content, dict):
        return 0.0
    return sum(_is_filled(content.get(name)) for name in required) / len(required)


def completeness_only(content_json: str) -> str:
    """Return an artifact without its text, as complete as it is: its required fields, each with whether it is filled.

    Fields that no stage requires are left out; content that is no JSON object becomes ``null``.
    """
    try:
        content = json.loads(content_json)
    except (ValueError, RecursionError):
        return "null"
    if not isinstance(content, dict):
        return "null"
    names = sorted({name for fields in REQUIRED_FIELDS.values() for name in fields} & content.keys())
    return json.dumps({name: _is_filled(content[name]) or None for name in names})


def _is_filled(value: object) -> bool:
    return value not in (None, "", [], {})


def work_score(work: WorkOutcome, weights: TechnicalWeights) -> float | None:
    """Return the score of the work on record, from 0 to 1. None without tests, steps, a stated end or weights.

    That the last turn was completed adds to tests and steps; alone it is no evidence.
    """
    if not _has_evidence(work):
        return None
    parts = (
        (weights.tests, None if work.tests_passed is None else float(work.tests_passed)),
        (weights.steps, 1 - min(work.failed_steps, work.steps) / work.steps if work.steps > 0 else None),
        (weights.ended, None if work.ended_well is None else float(work.ended_well)),
        (weights.evaluations, work.evaluation),
    )
    weighted = [(weight, score) for weight, score in parts if score is not None and weight > 0]
    total = sum(weight for weight, _ in weighted)
    return sum(weight * score for weight, score in weighted) / total if total else None


def technical(
    stated: float | None,
    artifact: float | None,
    work: WorkOutcome,
    weights: TechnicalWeights = TechnicalWeights(),
) -> Technical | None:
    """Return the technical score and its basis: the first that is a number from 0 to 1; None if nothing is known."""
    if stated is not None and math.isfinite(stated):
        return Technical(min(1.0, max(0.0, stated)), "stated")
    if artifact is not None and math.isfinite(artifact):
        return Technical(min(1.0, max(0.0, artifact)), "artifact")
    worked = work_score(work, weights)
    return None if worked is None else Technical(worked, "work")


def missing_score_reason(score: Technical | None, work: WorkOutcome, *, has_artifact: bool) -> str:
    """Return why there is no technical score, to stand behind an agent's name; '' if there is one."""
    if score is not None:
        return ""
    if has_artifact:
        return "no technical score: nothing says what its artifact must hold"
    if not _has_evidence(work):
        return "no technical score: no artifact, no tests, no steps, no stated end"
    return "no technical score: what is on record has no weight"


def failure_source(work: WorkOutcome, outcome: str) -> Failing:
    """Return what says that a result is wrong: a stated outcome or the last test run. A low score says nothing."""
    if outcome == "failed":
        return "outcome"
    return "tests" if work.tests_passed is False else ""


def _has_evidence(work: WorkOutcome) -> bool:
    return work.tests_passed is not None or work.steps > 0 or (work.is_end_told and work.ended_well is not None)
