"""What a scripted model says, and to whom: the scenarios in ``scenarios/``.

A scenario is a conversation: what the person says turn by turn, and after each prompt the model's answers, one for each
request. An answer speaks, calls a tool, both, or refuses. A delegated task has answers of its own, for the sub-agent.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "scenarios"


class Tokens(NamedTuple):
    """What a request is said to have used; the four input and output counts are disjoint, reasoning is output."""

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0


class Answer(NamedTuple):
    """What comes back for one request of the agent."""

    say: str = ""
    run: str = ""
    """A shell command to call for."""
    read: str = ""
    """A file to read."""
    tool: str = ""
    """Another tool to call, by its name, without input; Claude Code only."""
    delegate: str = ""
    """A task for a sub-agent."""
    helper: tuple[Answer, ...] = ()
    """The sub-agent's answers."""
    refuse: int = 0
    """HTTP status of a refusal; 0 for an answer."""
    is_refused_for_good: bool = False
    """However often the agent asks again in this turn."""
    retry_after_s: int = 0
    tokens: Tokens = Tokens()


class Turn(NamedTuple):
    """A prompt and the answers until the turn is over."""

    prompt: str
    answers: tuple[Answer, ...]

    @property
    def fails(self) -> bool:
        """Whether the agent has to give up, and to say so by its exit status."""
        return self.answers[-1].is_refused_for_good


class Scenario(NamedTuple):
    """A conversation."""

    name: str
    turns: tuple[Turn, ...]

    def delegated(self) -> dict[str, tuple[Answer, ...]]:
        """The sub-agents' answers, by the task that each is given."""
        return {answer.delegate: answer.helper for turn in self.turns for answer in turn.answers if answer.delegate}

    def prompted(self) -> dict[str, tuple[Answer, ...]]:
        """The main conversation's answers, by the prompt that each follows."""
        return {turn.prompt: turn.answers for turn in self.turns}


def load(name: str) -> Scenario:
    """The scenario of that name. Raises ValueError for keys that no answer has, TypeError for keys missing."""
    told = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    turns = [Turn(turn["prompt"], _answers(turn["answers"])) for turn in told["turns"]]
    return Scenario(name, tuple(turns))


def _answers(told: list[dict[str, Any]]) -> tuple[Answer, ...]:
    return tuple(_answer(entry) for entry in told)


def _answer(told: dict[str, Any]) -> Answer:
    tokens = Tokens(**told.get("tokens", {}))
    helper = _answers(told.get("answers", []))
    simple = {key: value for key, value in told.items() if key not in ("tokens", "answers")}
    return Answer(**simple, helper=helper, tokens=tokens)
