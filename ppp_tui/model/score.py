"""Inputs of a trajectory's scores: its questions, how far it kept preferences, and what it delivered."""

from __future__ import annotations

from typing import Literal, NamedTuple

Failing = Literal["", "tests", "outcome"]
"""Why a result is known to be wrong: its last test run failed, or a program stated so; '' if it is not."""

Profile = Literal["spec", "paper"]
"""Whose formulas: those of the trajectory documents, or those of the paper that they are about."""

Basis = Literal["stated", "artifact", "work"]
"""What a technical score is computed from: a stated score, the completeness of an artifact, or the recorded work."""


class EffortCounts(NamedTuple):
    """Numbers of questions, or asks, by effort."""

    low: int = 0
    medium: int = 0
    high: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.low + self.medium + self.high


class Breaches(NamedTuple):
    """Violations by severity."""

    minor: int = 0
    major: int = 0
    critical: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.minor + self.major + self.critical


class Verdicts(NamedTuple):
    """Verdicts on a trajectory's preferences."""

    kept: int = 0
    violated: int = 0
    unjudged: int = 0
    not_applicable: int = 0
    """Preferences that were checked and had no occasion."""
    reward: float = 0.0
    """Sum of the preferences' own rewards, each at most 0."""

    @property
    def checked(self) -> int:
        """Number of preferences that were checked and decided."""
        return self.kept + self.violated + self.not_applicable


class Conduct(NamedTuple):
    """How an agent treated the user in one trajectory."""

    turns: int
    questions: EffortCounts = EffortCounts()
    asks: EffortCounts = EffortCounts()
    """Questions put to the user at once count as one ask, with the effort of the hardest."""
    breaches: Breaches = Breaches()
    verdicts: Verdicts = Verdicts()
    is_vague: bool = False
    """The first prompt leaves open what is wanted."""
    failing: Failing = ""
    """Why what was delivered is known to be wrong."""
    is_logged: bool = True
    """A program stated the violations, so that their absence means something without any preference in the settings."""

    @property
    def is_wrong(self) -> bool:
        """Whether what was delivered is known to be wrong."""
        return bool(self.failing)


class WorkOutcome(NamedTuple):
    """The outcome as steps show it; None for what they do not show."""

    tests_passed: bool | None = None
    """How the last test run ended."""
    steps: int = 0
    failed_steps: int = 0
    ended_well: bool | None = None
    is_end_told: bool = False
    """A program stated the outcome, or the last turn is on record as failed. That a turn was over says less: every
    answer ends one."""
    evaluation: float | None = None
    """The mean score of the session's evaluations that count in scores, from 0 to 1."""


class Technical(NamedTuple):
    """How good the work itself is."""

    score: float
    """From 0 to 1."""
    basis: Basis
