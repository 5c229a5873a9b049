"""Real agents at work while an ingest process reads along: what the dashboard shows at every step that they take.

The model's answers are held, so that an agent stands still between two steps until the test has seen what is shown.
"""

from __future__ import annotations

import os
import sys

import pytest

from tests.agents.agent import AgentName, Run
from tests.agents.conftest import StartRun
from tests.agents.watched import DEADLINE_S, Delays, Helper, Picture, Watched, until_equal
from tests.waiting import until

pytestmark = [pytest.mark.agents, pytest.mark.slow]

BOTH: list[AgentName] = ["claude_code", "codex"]

PROVIDER = ("low", "Which provider do you prefer, Google or GitHub?")
CACHE = ("high", "Should I investigate how the session cache behaves before proceeding?")
DEPLOY = ("high", "What is the best way to deploy this?")
REFUSALS = 20
"""Answers let go for an agent that asks again as often as it likes."""

TASK = "List the files of this folder and report"

# What a command, or a look at a file, is when it is over.
B1, B2 = ("Bash", "ok", 0), ("Bash", "failed", 1)
C1, C2 = ("exec_command", "ok", 0), ("exec_command", "failed", 1)
R1 = ("Read", "ok", None)
OPEN, DONE, FAILED = "open", "completed", "failed"

OAUTH: dict[AgentName, list[Picture]] = {
    "claude_code": [
        Picture("working", "thinks", (OPEN,)),
        Picture("working", "thinks", (OPEN,), (B1,), (1210, 41, 0, 9100)),
        Picture("working", "thinks", (OPEN,), (B1, B2), (1272, 246, 10310, 9410)),
        Picture("asks", f"asks: {CACHE[1]}", (DONE,), (B1, B2), (1355, 364, 20930, 9830), (PROVIDER, CACHE)),
        Picture("working", "thinks", (DONE, OPEN), (B1, B2), (1355, 364, 20930, 9830), (PROVIDER, CACHE)),
        Picture("working", "thinks", (DONE, OPEN), (B1, B2, R1), (1429, 402, 31970, 10050), (PROVIDER, CACHE)),
        Picture("working", "thinks", (DONE, OPEN), (B1, B2, R1, B1), (1484, 554, 43230, 10310), (PROVIDER, CACHE)),
        Picture("finished", "finished", (DONE, DONE), (B1, B2, R1, B1), (1530, 617, 54750, 10420), (PROVIDER, CACHE)),
    ],
    "codex": [
        Picture("working", "thinks", (OPEN,)),
        Picture("working", "thinks", (OPEN,), (C1,), (10310, 41, 0, 0)),
        Picture("working", "thinks", (OPEN,), (C1, C2), (10682, 246, 10310, 0)),
        Picture("asks", f"asks: {CACHE[1]}", (DONE,), (C1, C2), (11185, 364, 20930, 0), (PROVIDER, CACHE)),
        Picture("working", "thinks", (DONE, OPEN), (C1, C2), (11185, 364, 20930, 0), (PROVIDER, CACHE)),
        Picture("working", "thinks", (DONE, OPEN), (C1, C2, C1), (11479, 402, 31970, 0), (PROVIDER, CACHE)),
        Picture("working", "thinks", (DONE, OPEN), (C1, C2, C1, C1), (11794, 554, 43230, 0), (PROVIDER, CACHE)),
        Picture("finished", "finished", (DONE, DONE), (C1, C2, C1, C1), (11950, 617, 54750, 0), (PROVIDER, CACHE)),
    ],
}
"""Before the first answer, and after every one; after the third, the next turn begins by itself."""


@pytest.mark.parametrize("agent", BOTH)
def test_two_turns_of_work_with_two_questions_between_them(
    watched: Watched, start_run: StartRun, agent: AgentName, capsys: pytest.CaptureFixture[str]
) -> None:
    with Delays(watched, agent) as delays:
        run = start_run(agent, "oauth", is_held=True)
        first, second = OAUTH[agent][:4], OAUTH[agent][4:]
        go_on(run, watched, first)
        # The turn is over, and the next prompt comes by itself.
        go_on(run, watched, second)
        run.finish()
    until_equal(watched.counts, (1, 1, 1, 0))
    row = watched.session()
    assert (row.project, row.title) == (str(run.project), "Add OAuth login to the shop")
    check_reading(watched, agent)
    with capsys.disabled():
        sys.stdout.write(f"\n{agent}: {delays.told()}\n")


def go_on(run: Run, watched: Watched, pictures: list[Picture]) -> None:
    """See the first picture, then let one answer go before each of the others."""
    watched.until_it_shows(pictures[0])
    for picture in pictures[1:]:
        run.server.release()
        watched.until_it_shows(picture)


def check_reading(watched: Watched, agent: AgentName) -> None:
    """Nothing that the agent wrote was unknown or damaged."""
    health = watched.health(agent)
    assert (health.unknown, health.damaged_places, set(health.by_health)) == ({}, 0, {"ok"})


# What a refusal is among the steps.
F429, F529, F500 = ("rate_limit", "failed", None), ("overloaded", "failed", None), ("error", "failed", None)


def test_claude_code_asks_again_fails_at_a_command_and_delegates(watched: Watched, start_run: StartRun) -> None:
    run = start_run("claude_code", "rate-limits", is_held=True)
    refused = (F429, F529)
    delegated = (*refused, B2, ("Agent", "running", None))
    helped = (*refused, B2, ("Agent", "ok", None))
    before = [
        Picture("working", "thinks", (OPEN,)),
        Picture("limited", "rate limited (attempt 1 of 10)", (OPEN,), (F429,)),
        Picture("working", "asks again: model overloaded (attempt 2 of 10)", (OPEN,), refused),
        Picture("working", "thinks", (OPEN,), (*refused, B2), (510, 33, 0, 4100)),
        Picture("working", "delegates: Look around", (OPEN,), delegated, (614, 85, 4610, 4100)),
    ]
    go_on(run, watched, before)
    watched.until_its_helper_is(Helper(("open",), (0, 0, 0, 0), 0))
    run.server.release(task=TASK)
    after = [
        Picture("working", "thinks", (OPEN,), helped, (919, 112, 4610, 5150)),
        Picture(
            "working",
            "asks again: 500 refused with 500 (attempt 1 of 10)",
            (OPEN,),
            (*helped, F500),
            (919, 112, 4610, 5150),
        ),
        Picture("asks", f"asks: {DEPLOY[1]}", (DONE,), (*helped, F500), (1014, 156, 9730, 5150), (DEPLOY,)),
    ]
    go_on(run, watched, after)
    run.finish()
    watched.until_its_helper_is(Helper(("completed",), (305, 27, 0, 1050), 0))
    until_equal(lambda: led_to(watched, "Agent"), watched.helpers()[0].id)
    row = watched.session()
    assert (tuple(row.own.tokens), row.children) == ((709, 129, 9730, 4100), 1)
    assert (row.failed_steps, row.retries) == (1, 3)
    check_reading(watched, "claude_code")


def test_codex_asks_again_in_silence_fails_at_a_command_and_delegates(watched: Watched, start_run: StartRun) -> None:
    run = start_run("codex", "rate-limits", is_held=True)
    spawned = (C2, ("spawn_agent", "ok", None))
    waiting, waited = (*spawned, ("wait_agent", "running", None)), (*spawned, ("wait_agent", "ok", None))
    watched.until_it_shows(Picture("working", "thinks", (OPEN,)))
    # Codex writes nothing of refusals that it gets over.
    run.server.release(2)
    until(lambda: len(run.server.asked) == 3, "the third request", DEADLINE_S)
    before = [
        Picture("working", "thinks", (OPEN,)),
        Picture("working", "thinks", (OPEN,), (C2,), (4610, 33, 0, 0)),
        Picture("working", "thinks", (OPEN,), spawned, (4714, 85, 4610, 0)),
        Picture("working", "waits for a sub-agent", (OPEN,), waiting, (4735, 92, 4610, 0)),
    ]
    go_on(run, watched, before)
    watched.until_its_helper_is(Helper(("open",), (0, 0, 0, 0), 0))
    until_equal(lambda: led_to(watched, "spawn_agent"), watched.helpers()[0].id)
    run.server.release(task=TASK)
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), waited, (6090, 119, 4610, 0)))
    run.server.release(2)
    watched.until_it_shows(Picture("asks", f"asks: {DEPLOY[1]}", (DONE,), waited, (6185, 163, 9730, 0), (DEPLOY,)))
    run.finish()
    assert run.server.refused == [429, 529, 500]
    watched.until_its_helper_is(Helper(("completed",), (1355, 27, 0, 0), 0))
    row = watched.session()
    assert (tuple(row.own.tokens), row.children, row.retries) == ((4830, 136, 9730, 0), 1, 0)
    check_reading(watched, "codex")


def led_to(watched: Watched, tool: str) -> int | None:
    """The sub-agent that opens from the step of that tool."""
    (step,) = [step for step in watched.steps(watched.session().id) if step.tool == tool]
    return step.child_id


@pytest.mark.parametrize(
    ("agent", "step", "failure", "tokens", "more_tokens"),
    [
        ("claude_code", B1, "API Error: 400 refused with 400", (420, 29, 0, 3100), (508, 46, 3520, 3100)),
        ("codex", C1, "refused with 400", (3520, 29, 0, 0), (3608, 46, 3520, 0)),
    ],
)
def test_a_model_that_refuses_for_good_is_a_failure_until_the_agent_goes_on(
    watched: Watched,
    start_run: StartRun,
    agent: AgentName,
    step: tuple[str, str, int | None],
    failure: str,
    tokens: tuple[int, int, int, int],
    more_tokens: tuple[int, int, int, int],
) -> None:
    run = start_run(agent, "outage", is_held=True)
    watched.until_it_shows(Picture("working", "thinks", (OPEN,)))
    run.server.release()
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), (step,), tokens))
    # The next turn begins as soon as the agent has given up: it is held at its prompt until the test has seen that.
    with run.paused():
        run.server.release(REFUSALS)
        watched.until_it_shows(Picture("failed", f"failed: {failure}", (FAILED,), (step, F500), tokens))
        (state,) = [row.state for row in watched.live()]
        assert (state.group, state.certainty) == ("stuck", "known")
    watched.until_it_shows(Picture("finished", "finished", (FAILED, DONE), (step, F500), more_tokens))
    run.finish()
    assert (watched.session().failed_steps, watched.session().retries) == (0, 1)
    check_reading(watched, agent)


@pytest.mark.parametrize(("agent", "tool"), [("claude_code", "Bash"), ("codex", "exec_command")])
def test_a_command_that_lasts_is_what_the_agent_does(
    watched: Watched, start_run: StartRun, agent: AgentName, tool: str
) -> None:
    run = start_run(agent, "door", is_held=True)
    os.mkfifo(run.project / "door")
    watched.until_it_shows(Picture("working", "thinks", (OPEN,)))
    run.server.release()
    tokens = {"claude_code": (310, 19, 0, 2050), "codex": (2360, 19, 0, 0)}[agent]
    watched.until_it_shows(Picture("working", "runs cat door", (OPEN,), ((tool, "running", None),), tokens))
    (run.project / "door").write_text("somebody")
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), ((tool, "ok", 0),), tokens))
    run.server.release()
    run.finish()
    until(lambda: [row.state.name for row in watched.live()] == ["finished"], "the end", DEADLINE_S)
    check_reading(watched, agent)
