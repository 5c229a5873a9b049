"""An evaluation of one's own: whether an agent's answers are short enough to be read."""

from __future__ import annotations

from ppp_tui.model.evaluation import EvaluatedSession, Evidence, SessionEvaluation

LONG_CHARS = 1_500
"""Characters from which on an answer is long."""


def evaluate(session: EvaluatedSession) -> SessionEvaluation | None:
    """Return which share of the answers is short; None for a session without answers."""
    answered = [turn for turn in session.turns if turn.response_length]
    if not answered:
        return None
    long = [turn for turn in answered if turn.response_length >= LONG_CHARS]
    share = 1 - len(long) / len(answered)
    return SessionEvaluation(
        verdict="good" if share >= 0.8 else "mixed" if share >= 0.5 else "bad",
        score=share,
        reason=f"{len(answered) - len(long)} of {len(answered)} answers are short",
        evidence=tuple(Evidence(turn.number, f"{turn.response_length} characters") for turn in long),
    )
