"""A specification that three agents planned in three runs, logged as a program logs it: for the ranking of agents."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ppp_tui.logger import TrajectoryLogger
from ppp_tui.model.clock import DAY_MS, MINUTE_MS, FrozenClock
from ppp_tui.model.question import Effort

SPEC = "SPEC-7"

_QUESTIONS: dict[Effort, str] = {
    "low": "Shall sessions outlive a restart?",
    "medium": "How long should a login last, given how people use the shop?",
    "high": "Should I investigate how the session cache behaves before proceeding?",
}


_PLANS = {
    "claude": """\
The plan has four steps.

1. A table of logins: account, provider, subject, last use. A session names its login, so that revoking ends it.
2. The callback of the provider checks state and nonce before anything is read; both live for ten minutes.
3. The cart of a visitor moves to the account at the first login. Two carts are added up, item by item.
4. Tests: a replayed callback, a provider that is down, a login in two tabs, and a cart on both sides.

Each step is a change of its own that can be undone alone.""",
    "codex": """\
Four steps, each behind a flag:

1. Add `logins` beside `users`, with a unique index on provider and subject.
2. Write the callback, with state kept in the session and removed at the first use.
3. Merge the visitor's cart in the same transaction that makes the session.
4. Turn the flag on for one in ten visitors, then for all.

How the session cache behaves when a login is revoked is open: it decides whether step 1 needs a version number.""",
    "gemini": """\
The plan has four steps.

1. Choose one provider and a library that is maintained. Nothing of the protocol is written by hand.
2. Keep what is needed of a profile: an id and a name. No address is stored before the user is asked.
3. Show the login beside the cart, never in front of it: whoever only wants to buy is not stopped.
4. Write down how a login is taken back, and test that once by hand.""",
}
"""What each agent answered."""


class _Attempt(NamedTuple):
    """One agent in one run."""

    score: float
    """Of the plan, as its reviewer stated it."""
    asked: tuple[Effort, ...] = ()
    broken: int = 0
    """How often it did not keep to one sentence."""


_ATTEMPTS: dict[str, tuple[_Attempt, ...]] = {
    "claude": (_Attempt(0.86), _Attempt(0.84, ("low",)), _Attempt(0.88)),
    "codex": (_Attempt(0.95, ("high",)), _Attempt(0.93, ("high", "low")), _Attempt(0.96, ("medium",), 1)),
    "gemini": (_Attempt(0.80), _Attempt(0.83, (), 2), _Attempt(0.79, ("low",))),
}


def log_plans(database: Path, now_ms: int) -> None:
    """Log the runs of the last three days into a database. Raises DatabaseError."""
    clock = FrozenClock(now_ms)
    with TrajectoryLogger.open(database, enabled=True, clock=clock) as log:
        for agent, attempts in _ATTEMPTS.items():
            for number, attempt in enumerate(attempts, 1):
                clock.at_ms = now_ms - (len(attempts) + 1 - number) * DAY_MS
                _log(log, clock, agent, f"run-{number}", attempt)


def _log(log: TrajectoryLogger, clock: FrozenClock, agent: str, run: str, attempt: _Attempt) -> None:
    plan = log.start(SPEC, agent, run_id=run, stage="plan", project="/home/dev/shop", title="Plan the login")
    clock.at_ms += MINUTE_MS
    turn = plan.log_turn("Plan the login of the shop", _PLANS[agent], token_count=640, latency_ms=48_000)
    for effort in attempt.asked:
        plan.log_question(_QUESTIONS[effort], effort=effort, turn=turn)
    for _ in range(attempt.broken):
        plan.log_violation("concise_question", "one sentence", "3 sentences", "minor", turn=turn)
    clock.at_ms += MINUTE_MS
    plan.log_artifact({"work_breakdown": ["a", "b"], "acceptance_mapping": ["c"]}, score=attempt.score)
    plan.finish()
