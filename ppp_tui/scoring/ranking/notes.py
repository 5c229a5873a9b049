"""What a reader of a ranking must know beside its figures, in words."""

from __future__ import annotations

from ppp_tui.scoring.ranking.consensus import MIN_AGENTS, AgentScore, Ranking, Scale

_SCALES: dict[Scale, str] = {
    "weighted": "",
    "mixed": "",
    "technical": "no agent has a turn on record: technical scores alone",
    "interaction": "no technical score is known: interaction alone",
    "disabled": "ppp.enabled is false: technical scores alone",
    "none": "nothing is known that could be scored",
}

MAX_NAMES = 3
"""Agents that a note names; of more it states the number."""


def scale_note(ranking: Ranking) -> str:
    """Return what the final scores are made of where that is not both parts for everybody; '' where it is."""
    note = _SCALES[ranking.scale]
    if ranking.scale == "mixed":
        names = ranking.unlogged
        shown = " and ".join(names) if len(names) <= MAX_NAMES else f"{len(names)} agents"
        note = f"no turn of {shown} is on record: interaction counts as 0"
    if 0 < len(ranking.agents) < MIN_AGENTS:
        note = f"{note}; one agent alone: nothing to compare" if note else "one agent alone: nothing to compare"
    return note


def agent_note(agent: AgentScore) -> str:
    """Return why an agent, or some of its runs, has no technical score; '' if all runs have one."""
    missing = sum(bool(score.run.lack) for score in agent.runs)
    if not missing:
        return ""
    reason = "; ".join(agent.lacks)
    return reason if missing == len(agent.runs) else f"{missing} of {len(agent.runs)} runs: {reason}"
