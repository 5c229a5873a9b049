"""What four of the agents write for real, and what their sources make of it; then live, as ingest follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ppp_tui.model import event as e
from tests.agents.agent import MODELS, TURN_TIMEOUT_S, AgentName, Run
from tests.agents.conftest import Recording, StartRun
from tests.agents.test_agents_sources import facts, prompts, read, spoken, steps, tokens
from tests.agents.watched import Picture, Watched, until_equal
from tests.waiting import until

pytestmark = [pytest.mark.agents, pytest.mark.slow]

SHELL: dict[AgentName, str] = {
    "gemini_cli": "run_shell_command",
    "opencode": "bash",
    "pi": "bash",
    "qwen_code": "run_shell_command",
}
"""Each agent's tool that runs a command."""

READ: dict[AgentName, str] = {"gemini_cli": "read_file", "opencode": "read", "pi": "read", "qwen_code": "read_file"}
Record = Callable[[AgentName, str], Recording]

PROVIDER = ("low", "Which provider do you prefer, Google or GitHub?")
CACHE = ("high", "Should I investigate how the session cache behaves before proceeding?")
TASK = "List the files of this folder and report"
REPORT = "The folder holds app.py and test_app.py."


@pytest.mark.parametrize("agent", SHELL)
@pytest.mark.parametrize("scenario", ["oauth", "rate-limits"])
def test_nothing_is_damaged_and_nothing_unknown(record: Record, agent: AgentName, scenario: str) -> None:
    recording = record(agent, scenario)
    readings = recording.readings()
    assert readings
    for reading in readings:
        assert (reading.damage, reading.unknown) == ([], {})


@pytest.mark.parametrize("agent", SHELL)
def test_two_turns_with_steps_questions_and_tokens(record: Record, agent: AgentName) -> None:
    recording = record(agent, "oauth")
    events = read(recording)
    assert [text for text, _ in prompts(events)] == ["Add OAuth login to the shop", "GitHub. No need to investigate."]
    assert (facts(events)["project"], facts(events)["model"]) == (str(recording.project), MODELS[agent])
    shell = SHELL[agent]
    assert [step[:2] for step in steps(events)] == [
        ("shell", shell),
        ("shell", shell),
        ("read", READ[agent]),
        ("shell", shell),
    ]
    assert [step[3] for step in steps(events)] == [0, 1, None, 0]
    assert spoken(events)[1].endswith(CACHE[1])
    measured = list(dict.fromkeys(tokens(events)))
    assert [counts[:4] for counts in measured] == [
        (10310, 0, 0, 41),
        (372, 10310, 0, 205),
        (503, 10620, 0, 118),
        (294, 11040, 0, 38),
        (315, 11260, 0, 152),
        (156, 11520, 0, 63),
    ]
    # pi does not record what of its output was reasoning.
    reasoning = [None] * 6 if agent == "pi" else [0, 0, 32, 0, 0, 0]
    assert [counts[4] for counts in measured] == reasoning


def test_gemini_cli_s_sub_agent_has_a_file_that_names_its_parent(record: Record) -> None:
    recording = record("gemini_cli", "rate-limits")
    main, helper = sorted(recording.sessions(), key=lambda path: len(path.parts))
    events = recording.source.parser(main).feed(main.read_bytes(), 0).events
    (child,) = [it.child_native_id for it in events if isinstance(it, e.ToolCallFinished) and it.child_native_id]
    assert recording.source.identify(helper) == (child, facts(events)["native_id"])
    helped = recording.source.parser(helper).feed(helper.read_bytes(), 0).events
    assert [text for text, _ in prompts(helped)] == [TASK]
    assert tokens(helped) == [(1355, 0, 0, 27, 0)]
    assert [event.status for event in helped if isinstance(event, e.TurnEnded)] == ["completed"]


def test_qwen_code_s_sub_agent_is_a_trajectory_within_the_file(record: Record) -> None:
    events = read(record("qwen_code", "rate-limits"))
    begin = next(place for place, event in enumerate(events) if isinstance(event, e.TrajectorySwitched))
    end = next(
        place for place, event in enumerate(events) if isinstance(event, e.TrajectorySwitched) and not event.name
    )
    assert prompts(events[begin:end]) == [(TASK, "system")]
    assert (spoken(events[begin:end]), tokens(events[begin:end])) == ([REPORT], [(1355, 0, 0, 27, 0)])
    (child,) = [it.child_native_id for it in events if isinstance(it, e.ToolCallFinished) and it.child_native_id]
    assert events[begin] == e.TrajectorySwitched(child, "", steps_of_kind(events, "subagent")[0])


def steps_of_kind(events: list[e.Event], kind: str) -> list[str]:
    return [event.key for event in events if isinstance(event, e.ToolCallStarted) and event.kind == kind]


S1, S2 = ("run_shell_command", "ok", 0), ("run_shell_command", "failed", 1)
FIRST = (10310, 41, 0, 0)
OPEN, DONE = "open", "completed"


def until_asked(run: Run, requests: int) -> None:
    """Wait until the agent has asked so often in its conversation: its program takes seconds to start."""
    until(
        lambda: sum(bool(it.conversation) for it in run.server.asked) == requests, f"request {requests}", TURN_TIMEOUT_S
    )


@pytest.mark.parametrize("agent", ["gemini_cli", "qwen_code"])
def test_a_turn_is_followed_as_it_happens(watched: Watched, start_run: StartRun, agent: AgentName) -> None:
    run = start_run(agent, "oauth", is_held=True)
    until_asked(run, 1)
    watched.until_it_shows(Picture("working", "thinks", (OPEN,)))
    run.server.release()
    until_asked(run, 2)
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), (S1,), FIRST))
    run.server.release()
    until_asked(run, 3)
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), (S1, S2), (10682, 246, 10310, 0)))
    run.server.release(4)
    run.finish()
    # Qwen Code refuses to read a file by a relative path.
    failed_steps = 2 if agent == "qwen_code" else 1
    until_equal(watched.counts, (1, 1, failed_steps, 0))
    row = watched.session()
    assert (row.project, row.title) == (str(run.project), "Add OAuth login to the shop")
    health = watched.health(agent)
    assert (health.unknown, health.damaged_places, set(health.by_health)) == ({}, 0, {"ok"})
