"""Two groups of sessions beside each other: what is better in a measure, what may be chance, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ppp_tui.query.scores.compare import MOST_SAMPLES, Metric, MetricDifference, RunFigures
from ppp_tui.text.format import UNKNOWN, count, counted, signed
from ppp_tui.text.units import unit_text

CHANCE = 0.05
"""Share of comparisons of equal groups that look real at 95 % confidence."""

Better = Literal["more", "less"]
"""Which direction of a measure is better."""

BETTER: Mapping[str, Better] = {
    "technical": "more",
    "proactivity": "more",
    "personalization": "more",
    "interaction": "more",
    "cache_hits": "more",
    "low_effort": "more",
    "questions": "less",
    "high_questions": "less",
    "violations": "less",
    "failed_share": "less",
    "retries": "less",
    "max_retries_hit": "less",
    "model_fallbacks": "less",
    "goal": "more",
    "retention": "more",
    "coherence": "more",
    "progression": "more",
    "test_pass_rate": "more",
    "wall_ms": "less",
    "tokens": "less",
    "cost": "less",
}
"""Measures with a better direction; more turns or steps are neither good nor bad."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "what it takes": ("cost", "wall_ms", "tokens", "cache_hits", "turns", "steps"),
    "how it treats you": (
        "questions",
        "high_questions",
        "low_effort",
        "violations",
        "proactivity",
        "personalization",
        "interaction",
    ),
    "how well it works": (
        "technical",
        "goal",
        "retention",
        "coherence",
        "progression",
        "test_pass_rate",
        "failed_share",
        "retries",
        "max_retries_hit",
        "model_fallbacks",
        "test_runs",
        "tests_run",
    ),
}
"""Sections of measures, those about money first."""

_TITLES = {"wall_ms": "time at work", "cost": "cost"}
"""Titles of measures in tables, where the measure's own title is worded for a sentence."""


OF_PREFERENCES = frozenset({"violations", "personalization"})
"""Measures that mean nothing where no preference is set."""


class Sides(NamedTuple):
    """The two groups that are compared, or one alone."""

    names: tuple[str, ...]
    samples: tuple[Sequence[RunFigures], ...]
    sessions: tuple[int, ...]
    """Number of sessions of each group, those that are not compared included."""

    @property
    def has_preferences(self) -> bool:
        """Whether any session was checked for violations; if not, zero violations mean nothing."""
        runs = [figures.run for group in self.samples for figures in group]
        conducts = [run.conduct for run in runs if run.conduct is not None]
        return any(conduct.is_logged or conduct.verdicts.checked or conduct.breaches.total for conduct in conducts)


def sample_text(members: int, sessions: int, noun: str = "") -> str:
    """Return how many of a group's sessions are compared: ``12``, ``newest 50 of 295``, or ``3 of 5 with turns``.

    A `noun`, in the singular, follows the last number: ``3 of 5 sessions with turns``.
    """
    everything = counted(sessions, noun) if noun else count(sessions)
    if members >= sessions:
        return everything
    sample = f"{count(members)} of {everything}"
    return f"newest {sample}" if sessions > MOST_SAMPLES else f"{sample} with turns"


def better_side(entry: MetricDifference) -> Literal[0, 1] | None:
    """Return which side a real difference speaks for: the first (0) or the second (1); None for neither."""
    better, difference = BETTER.get(entry.metric.name), entry.difference.difference
    if entry.difference.verdict != "real" or better is None or not difference:
        return None
    return 0 if (difference > 0) == (better == "more") else 1


def is_applicable(metric_name: str, sides: Sides) -> bool:
    """Return whether a measure is defined for these groups."""
    return sides.has_preferences or metric_name not in OF_PREFERENCES


def title_of(metric: Metric) -> str:
    """Return what tables call a measure."""
    return _TITLES.get(metric.name, metric.title)


def value_text(value: float | None, metric: Metric, *, decimals: int = 0) -> str:
    """Return a value of a measure as text, shares with so many decimals, signed where it can be negative."""
    if value is None:
        return UNKNOWN
    if metric.unit == "score":
        return signed(value) if metric.name != "technical" else f"{value:.2f}"
    return unit_text(value, metric.unit, decimals)


def verdict_text(entry: MetricDifference, sides: Sides) -> str:
    """Return what can be said of a measure in a few words: who is better, or that it may be chance."""
    if not is_applicable(entry.metric.name, sides):
        return "none set"
    side = better_side(entry)
    if side is not None:
        return f"✓ {sides.names[side]}"
    words = {"real": "real", "unclear": "may be chance", "equal": "the same", "too few": "too few"}
    return words[entry.difference.verdict]


def comparison_notes(entries: Sequence[MetricDifference], sides: Sides) -> list[str]:
    """Return how sure a comparison as a whole is, and whether both sides did the same, as sentences."""
    notes = []
    tests = sum(entry.difference.interval is not None and is_applicable(entry.metric.name, sides) for entry in entries)
    if tests:
        chance = max(1, round(tests * CHANCE))
        notes.append(f"{tests} measures compared at 95 %: about {chance} looks real by chance alone")
    tasks = {entry.difference.tasks for entry in entries if entry.difference.difference is not None}
    if "paired" in tasks:
        notes.append("Compared on the tasks that both were given.")
    elif tasks != {"same"}:
        notes.append("They did different tasks: habits, not a contest.")
    return notes
