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
from ppp_tui.scoring.ranking.bootstrap import MIN_VALUES, chances_of_first, interval_of, resampled_means
from ppp_tui.scoring.ranking.personalization import personalization
from ppp_tui.scoring.ranking.proactivity import proactivity
from ppp_tui.scoring.ranking.weights import ScoreWeights
from ppp_tui.scoring.rate_difference import Interval

NEUTRAL = 0.0
"""Stands for the interaction of an agent without a trajectory where others have one: less than a spotless one earns."""

Scale = Literal["weighted", "mixed", "technical", "interaction", "disabled", "none"]
"""What finals are made of.

Both parts; both, with `NEUTRAL` for some; one alone where no run has the other; the technical score alone because the
settings turn scores of conduct off; nothing.
"""

MIN_AGENTS = 2
"""Agents that a consensus is made of at least: one alone has scores, but is no best of anything."""


class AgentRun(NamedTuple):
    """One attempt of one agent at the task."""

    agent_name: str
    trajectory_id: int | None
    """None for an artifact without a trajectory."""
    run_id: str
    technical: Technical | None
    conduct: Conduct | None
    lack: str = ""
    """Why there is no technical score; '' if there is one."""


@dataclass(frozen=True, slots=True)
class RunScore:
    """A run with all that its final score is made of; None for what is unknown."""

    run: AgentRun
    proactivity: float | None
    personalization: float | None
    interaction: float | None
    """R_Proact + R_Pers; unchecked preferences add nothing."""
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

    @property
    def lacks(self) -> tuple[str, ...]:
        """Why runs have no technical score, each reason once."""
        return tuple(dict.fromkeys(score.run.lack for score in self.runs if score.run.lack))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The agents of one group, the best first."""

    profile: Profile
    weights: ScoreWeights
    scale: Scale
    agents: tuple[AgentScore, ...]
    best: tuple[str, ...]
    """More than one name if they tie; none in a group of fewer than `MIN_AGENTS`."""
    confidence: float | None
    """The best final score, as the documents define the word; see `AgentScore.chance_first` for what it suggests."""

    @property
    def unlogged(self) -> tuple[str, ...]:
        """Agents with a run whose interaction is unknown, since no turn of it is on record."""
        return tuple(
            agent.agent_name for agent in self.agents if any(score.interaction is None for score in agent.runs)
        )


def clip(value: float) -> float:
    """Return a reward within 0 and 1, as the paper's training takes it."""
    return min(1.0, max(0.0, value))


def rank(runs: Iterable[AgentRun], weights: ScoreWeights, profile: Profile, *, is_enabled: bool = True) -> Ranking:
    """Rank the agents of one group; an agent without a final score stands below those that have one.

    Figures that are no numbers count as unknown. Unless `is_enabled`, the technical scores count alone.
    """
    scored = [_score_run(run if is_enabled else run._replace(conduct=None), profile) for run in runs]
    scale: Scale = _scale(scored) if is_enabled else "disabled"
    by_agent: dict[str, list[RunScore]] = defaultdict(list)
    for score in scored:
        by_agent[score.run.agent_name].append(_with_final(score, scale, weights, profile))
    agents = [_score_agent(name, tuple(agent_runs), scale, weights) for name, agent_runs in by_agent.items()]
    agents.sort(key=lambda agent: -math.inf if agent.final is None else agent.final, reverse=True)
    placed = _assign_ranks(agents)
    is_consensus = len(placed) >= MIN_AGENTS
    best = tuple(agent.agent_name for agent in placed if agent.rank == 1 and is_consensus)
    return Ranking(profile, weights, scale, placed, best, placed[0].final if best else None)


def _score_run(run: AgentRun, profile: Profile) -> RunScore:
    """Return the parts of a run's score."""
    proact = _finite(proactivity(run.conduct, profile)) if run.conduct else None
    pers = _finite(personalization(run.conduct, profile)) if run.conduct else None
    work = run.technical
    if work is not None and not math.isfinite(work.score):
        run = run._replace(technical=None)
    return RunScore(run, proact, pers, interaction(proact, pers), None)


def interaction(proactivity: float | None, personalization: float | None) -> float | None:
    """Return R_Proact + R_Pers. None without turns; unchecked preferences add nothing."""
    return None if proactivity is None else proactivity + (personalization or 0.0)


def _scale(scored: Sequence[RunScore]) -> Scale:
    logged = [score.interaction is not None for score in scored]
    if not any(score.run.technical for score in scored):
        return "interaction" if any(logged) else "none"
    if not any(logged):
        return "technical"
    return "weighted" if all(logged) else "mixed"


def _with_final(score: RunScore, scale: Scale, weights: ScoreWeights, profile: Profile) -> RunScore:
    technical = score.run.technical
    final: float | None
    if scale == "interaction":
        final = score.interaction
    elif technical is None:
        final = None
    elif scale in ("technical", "disabled"):
        final = technical.score
    else:
        final = weights.technical * technical.score
        final += weights.interaction * (NEUTRAL if score.interaction is None else score.interaction)
        final = clip(final) if profile == "paper" else final
    return replace(score, final=final)


def _score_agent(name: str, runs: tuple[RunScore, ...], scale: Scale, weights: ScoreWeights) -> AgentScore:
    technical = _mean(score.run.technical.score for score in runs if score.run.technical)
    conduct = _mean(score.interaction for score in runs)
    shares = weights if scale in ("weighted", "mixed") else ScoreWeights(1.0, 1.0)
    bases: list[Basis] = [score.run.technical.basis for score in runs if score.run.technical]
    return AgentScore(
        rank=None,
        agent_name=name,
        final=_mean(score.final for score in runs),
        technical=technical,
        interaction=conduct,
        proactivity=_mean(score.proactivity for score in runs),
        personalization=_mean(score.personalization for score in runs),
        technical_part=None if technical is None else shares.technical * technical,
        interaction_part=None if conduct is None else shares.interaction * conduct,
        bases=tuple(dict.fromkeys(bases)),
        interval=None,
        chance_first=None,
        runs=runs,
    )


def _assign_ranks(agents: Sequence[AgentScore]) -> tuple[AgentScore, ...]:
    """Give ranks to agents that stand in order: equal finals share one, and the next counts how many stand above."""
    ranked = [agent for agent in agents if agent.final is not None]
    finals = [[score.final for score in agent.runs if score.final is not None] for agent in ranked]
    drawn = [resampled_means(values, place) if len(values) >= MIN_VALUES else [] for place, values in enumerate(finals)]
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
    known_values = [value for value in values if value is not None]
    return math.fsum(value / len(known_values) for value in known_values) if known_values else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
