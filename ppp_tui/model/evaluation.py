"""Evaluations of a session as a whole: their input and their result. Public, for packages with own evaluations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

EvaluationVerdict = Literal["good", "mixed", "bad", "unknown"]
"""How a session went; `unknown` if no record shows it."""

EVALUATION_NAMES = ("goal", "retention", "coherence", "progression")
"""Evaluations of this package: was the goal reached, was what was said kept in mind, is the work consistent, do turns
make progress."""

SCORED_EVALUATIONS = ("goal", "coherence", "progression")
"""Those that count in scores: their rules agree with manual labels more often than chance; retention's do not."""

MAX_REASON_CHARS = 300
"""Characters of a reason that are kept."""

MAX_EVIDENCE = 20
"""Pieces of evidence of an evaluation that are kept."""


class EvaluatedStep(NamedTuple):
    """Something that an agent did."""

    number: int
    kind: str
    """shell, read, edit, search, web, subagent, mcp, ask, plan, tool, message, thinking, compaction, error or note."""
    tool: str
    target: str
    """File, command or query, as far as its preview goes."""
    status: str
    """running, ok, failed, denied, cancelled or unknown."""
    input_preview: str
    """The beginning of what the tool was given."""


class EvaluatedTurn(NamedTuple):
    """A prompt and what the agent did until its answer."""

    number: int
    origin: str
    """typed, queued, sdk, command, system or logged."""
    status: str
    """open, completed, interrupted, failed, superseded or unknown."""
    prompt: str
    """The beginning; '' where the text policy keeps none."""
    response: str
    """The beginning and the end; '' where the text policy keeps none."""
    response_length: int
    steps: tuple[EvaluatedStep, ...] = ()
    test_runs: tuple[bool, ...] = ()
    """For each run of tests, in order, whether it passed."""
    commits: int = 0
    violations: tuple[str, ...] = ()
    """Names of the user's preferences that were not kept."""
    questions: tuple[str, ...] = ()
    """Questions of the agent to the user."""


class EvaluatedSession(NamedTuple):
    """A session as evaluations see it: its newest turns."""

    agent_name: str
    project: str
    outcome: str
    """Stated by the program that logged it: completed, failed, …; '' where nothing was stated."""
    is_child: bool
    """Whether it is a sub-agent, whose prompts are another agent's."""
    turns: tuple[EvaluatedTurn, ...]


class Evidence(NamedTuple):
    """A piece of evidence of an evaluation."""

    turn_number: int | None
    """None for what concerns the whole session."""
    text: str


class SessionEvaluation(NamedTuple):
    """The result of an evaluation of a session."""

    verdict: EvaluationVerdict
    score: float | None
    """From 0 to 1; None where unknown."""
    reason: str
    evidence: tuple[Evidence, ...] = ()


Evaluate = Callable[[EvaluatedSession], SessionEvaluation | None]
"""An evaluation; it returns None if it does not apply to a session."""
