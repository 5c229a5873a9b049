"""Evaluations that other packages bring, by entry point; what they say is checked and cut before anything keeps it.

One that cannot be loaded, raises, answers with something else or takes too long is left out for the rest of the run,
and `problems` says so: it costs itself only.
"""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.model.evaluation import (
    EVALUATION_NAMES,
    MAX_EVIDENCE,
    MAX_REASON_CHARS,
    Evaluate,
    EvaluatedSession,
    Evidence,
    SessionEvaluation,
)
from ppp_tui.scoring.evaluations import rules
from ppp_tui.settings.installed import entry_points_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "ppp_tui.evaluations"
"""Entry-point group by which other packages bring evaluations."""

MAX_CALL_S = 1.0
"""How long an evaluation of another package may take for one session."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_VERDICTS = frozenset({"good", "mixed", "bad", "unknown"})


class NamedEvaluation(NamedTuple):
    """An evaluation with its name and the method that its rows are marked with."""

    name: str
    method: str
    evaluate: Evaluate


class Evaluator:
    """All evaluations: those of this package, and usable ones of others."""

    def __init__(self, entry_points: tuple[EntryPoint, ...] | None = None) -> None:
        """Load the given entry points, else all that are installed."""
        self._own = [NamedEvaluation(name, rules.METHOD, evaluate) for name, evaluate in rules.RULES.items()]
        self._others: list[NamedEvaluation] = []
        self.problems: list[str] = []
        """A sentence for each evaluation that is left out."""
        for entry_point in entry_points_of(GROUP) if entry_points is None else entry_points:
            self._load(entry_point)
        self.version = " ".join([rules.METHOD, *(f"{each.name}={each.method}" for each in self._others)])
        """Changes with the rules and with what is installed."""

    def evaluate(self, session: EvaluatedSession) -> dict[tuple[str, str], SessionEvaluation]:
        """Return what all evaluations say of a session, by name and method."""
        results = {(name, method): clipped(evaluate(session)) for name, method, evaluate in self._own}
        for each in tuple(self._others):
            begin_s = time.monotonic()
            try:
                result = each.evaluate(session)
                if result is not None:
                    results[each.name, each.method] = clipped(checked(result))
            except Exception as error:  # noqa: BLE001 - another package's
                self._leave_out(each, f"it failed ({type(error).__name__})")
            if time.monotonic() - begin_s > MAX_CALL_S:
                self._leave_out(each, f"it takes more than {MAX_CALL_S:g} s for a session")
        return {key: result for key, result in results.items() if result is not None}

    def _load(self, entry_point: EntryPoint) -> None:
        name = entry_point.name
        if not _NAME.match(name) or name in EVALUATION_NAMES:
            self.problems.append(f"{name!r} is no name for an evaluation of another package: it is left out.")
            return
        if name in {each.name for each in self._others}:
            self.problems.append(f"There are two evaluations named {name}; that of {entry_point.value} is left out.")
            return
        try:
            evaluate = entry_point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - another package's
            self.problems.append(f"The evaluation {name} is left out: it cannot be loaded ({type(error).__name__}).")
            return
        if not callable(evaluate):
            self.problems.append(f"The evaluation {name} is left out: {entry_point.value} is no function.")
            return
        version = entry_point.dist.version if entry_point.dist is not None else "0"
        self._others.append(NamedEvaluation(name, f"{entry_point.value} {version}", evaluate))

    def _leave_out(self, each: NamedEvaluation, reason: str) -> None:
        self._others = [other for other in self._others if other is not each]
        self.problems.append(f"The evaluation {each.name} is left out: {reason}.")


def checked(result: object) -> SessionEvaluation:
    """Return a result of another package. Raises TypeError or ValueError if it is none."""
    if (
        not isinstance(result, SessionEvaluation)
        or not isinstance(result.reason, str)
        or result.verdict not in _VERDICTS
    ):
        raise TypeError("an evaluation returns a SessionEvaluation with a verdict, or None")
    score = 0.0 if result.score is None else result.score
    if not isinstance(score, int | float) or not math.isfinite(score) or not 0 <= score <= 1:
        raise ValueError("a score lies between 0 and 1")
    for piece in result.evidence:
        turn, text = piece
        if not isinstance(text, str) or not (turn is None or isinstance(turn, int)):
            raise TypeError("evidence is made of turn numbers and texts")
    return result


def clipped(result: SessionEvaluation | None) -> SessionEvaluation | None:
    """Return a result with as much text and evidence as is kept: the newest pieces."""
    if result is None:
        return None
    pieces = tuple(Evidence(turn, text[:MAX_REASON_CHARS]) for turn, text in result.evidence[-MAX_EVIDENCE:])
    return SessionEvaluation(result.verdict, result.score, result.reason[:MAX_REASON_CHARS], pieces)
