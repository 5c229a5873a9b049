"""Weighted consensus: which of the agents that were given the same task did best, work and conduct taken together.

`final = technical weight * technical + interaction weight * (R_Proact + R_Pers)`, as the trajectory documents have it
(SPEC-PPP-003), put right where their scale breaks: an agent without a trajectory among agents with one counts as one
that earned nothing and lost nothing, instead of being measured by its technical score unweighted. Ties stay ties.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from ppp_tui.model.score import Basis, Conduct, Profile, Technical
from ppp_tui.scoring.personalization import personalization
from ppp_tui.scoring.proactivity import proactivity
from ppp_tui.scoring.resampling import FEWEST, Interval, chances_of_first, interval_of, means
from ppp_tui.scoring.weights import Weights

VERSION = 1

NEUTRAL = 0.0
"""Stands for the interaction of an agent without a trajectory where others have one: less than a spotless one earns."""

Scale = Literal["weighted", "mixed", "technical", "interaction", "none"]
"""What finals are made of: both parts; both, with `NEUTRAL` for some; one alone where nobody has the other; nothing."""


class Run(NamedTuple):
    """One attempt of one agent at the task."""

    agent_name: str
    trajectory_id: int | None
    """None for an artifact without a trajectory."""
    run_id: str
    technical: Technical | None
    conduct: Conduct | None


@dataclass(frozen=True, slots=True)
class RunScore:
    """A run with all that its final score is made of; None for what is unknown."""

    run: Run
    proactivity: float | None
    personalization: float | None
    interaction: float | None
    """R_Proact + R_Pers."""
    final: float | None


@dataclass(frozen=True, slots=True)
class AgentScore:
    """An agent's place; every figure is the mean over its runs that have it."""

    rank: int | None
    """From 1; agents that tie share a rank. None without a final score."""
    agent_name: str
    final: float | None
    technical: float | None
    interaction: float | None
    proactivity: float | None
    personalization: float | None
    technical_part: float | None
    """What the technical score adds to the final one."""
    interaction_part: float | None
    bases: tuple[Basis, ...]
    """What the technical scores rest on."""
    interval: Interval | None
    """Where the final score lies with a probability of 95 %, with several runs."""
    chance_first: float | None
    """The probability that this agent is truly first; None unless all ranked agents have several runs."""
    runs: tuple[RunScore, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The agents of one group, the best first."""

    profile: Profile
    weights: Weights
    scale: Scale
    agents: tuple[AgentScore, ...]
    best: tuple[str, ...]
    """More than one name if they tie; none in an empty group."""
    confidence: float | None
    """The best final score, as the documents define the word; see `AgentScore.chance_first` for what it suggests."""


def clip(value: float) -> float:
    """A reward within 0 and 1, as the paper's training takes it."""
    return min(1.0, max(0.0, value))


def rank(runs: Iterable[Run], weights: Weights, profile: Profile) -> Ranking:
    """Rank the agents of one group. Figures that are no numbers count as unknown; no group is too small."""
    scored = [_score(run, profile) for run in runs]
    scale = _scale(scored)
    by_agent: dict[str, list[RunScore]] = defaultdict(list)
    for score in scored:
        by_agent[score.run.agent_name].append(_with_final(score, scale, weights, profile))
    agents = [_agent(name, tuple(found), scale, weights) for name, found in by_agent.items()]
    agents.sort(key=lambda agent: -math.inf if agent.final is None else agent.final, reverse=True)
    placed = _place(agents)
    best = tuple(agent.agent_name for agent in placed if agent.rank == 1)
    return Ranking(profile, weights, scale, placed, best, placed[0].final if best else None)


def _score(run: Run, profile: Profile) -> RunScore:
    """The parts of a run's score."""
    proact = _finite(proactivity(run.conduct, profile)) if run.conduct else None
    pers = _finite(personalization(run.conduct, profile)) if run.conduct else None
    known = run.technical
    if known is not None and not math.isfinite(known.score):
        run = run._replace(technical=None)
    both = None if proact is None or pers is None else proact + pers
    return RunScore(run, proact, pers, both, None)


def _scale(scored: Sequence[RunScore]) -> Scale:
    logged = [score.interaction is not None for score in scored]
    if not any(score.run.technical for score in scored):
        return "interaction" if any(logged) else "none"
    if not any(logged):
        return "technical"
    return "weighted" if all(logged) else "mixed"


def _with_final(score: RunScore, scale: Scale, weights: Weights, profile: Profile) -> RunScore:
    technical, interaction = score.run.technical, score.interaction
    final: float | None
    if scale == "interaction":
        final = interaction
    elif technical is None:
        final = None
    elif scale == "technical":
        final = technical.score
    else:
        final = weights.technical * technical.score
        final += weights.interaction * (NEUTRAL if interaction is None else interaction)
        final = clip(final) if profile == "paper" else final
    return RunScore(score.run, score.proactivity, score.personalization, interaction, final)


def _agent(name: str, runs: tuple[RunScore, ...], scale: Scale, weights: Weights) -> AgentScore:
    technical = _mean(score.run.technical.score for score in runs if score.run.technical)
    interaction = _mean(score.interaction for score in runs)
    shares = weights if scale in ("weighted", "mixed") else Weights(1.0, 1.0)
    bases: list[Basis] = [score.run.technical.basis for score in runs if score.run.technical]
    return AgentScore(
        rank=None,
        agent_name=name,
        final=_mean(score.final for score in runs),
        technical=technical,
        interaction=interaction,
        proactivity=_mean(score.proactivity for score in runs),
        personalization=_mean(score.personalization for score in runs),
        technical_part=None if technical is None else shares.technical * technical,
        interaction_part=None if interaction is None else shares.interaction * interaction,
        bases=tuple(dict.fromkeys(bases)),
        interval=None,
        chance_first=None,
        runs=runs,
    )


def _place(agents: Sequence[AgentScore]) -> tuple[AgentScore, ...]:
    """Give ranks to agents that stand in order: equal finals share one, and the next counts how many stand above."""
    ranked = [agent for agent in agents if agent.final is not None]
    finals = [[score.final for score in agent.runs if score.final is not None] for agent in ranked]
    drawn = [means(values, place) if len(values) >= FEWEST else [] for place, values in enumerate(finals)]
    chances = chances_of_first(drawn)
    placed: list[AgentScore] = []
    for place, agent in enumerate(ranked):
        before = placed[-1] if placed else None
        is_tie = before is not None and math.isclose(before.final or 0.0, agent.final or 0.0, abs_tol=1e-9)
        number = before.rank if before is not None and is_tie else place + 1
        span = interval_of(drawn[place]) if drawn[place] else None
        placed.append(replace(agent, rank=number, interval=span, chance_first=chances[place] if chances else None))
    placed.sort(key=lambda agent: (agent.rank or 0, agent.agent_name))
    unranked = sorted((agent for agent in agents if agent.final is None), key=lambda agent: agent.agent_name)
    return (*placed, *unranked)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
