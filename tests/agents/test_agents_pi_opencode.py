"""pi and OpenCode at work while an ingest process reads along: a file that grows by lines, and a database."""

from __future__ import annotations

import pytest

from ppp_tui.model import event as e
from ppp_tui.query.sessions.steps import question_lines
from tests.agents.agent import AgentName
from tests.agents.conftest import StartRun
from tests.agents.test_agents_live import CACHE, DEPLOY, PROVIDER, TASK, check_reading, led_to
from tests.agents.test_agents_parts import REPORT, Record, until_asked
from tests.agents.test_agents_sources import ends, prompts, spoken, steps, tokens
from tests.agents.watched import Helper, Picture, Watched, until_equal

pytestmark = [pytest.mark.agents, pytest.mark.slow]

OPEN, DONE = "open", "completed"
B1, B2, R1 = ("bash", "ok", 0), ("bash", "failed", 1), ("read", "ok", None)

OAUTH = [
    Picture("working", "thinks", (OPEN,)),
    Picture("working", "thinks", (OPEN,), (B1,), (10310, 41, 0, 0)),
    Picture("working", "thinks", (OPEN,), (B1, B2), (10682, 246, 10310, 0)),
    Picture("working", "thinks", (DONE, OPEN), (B1, B2), (11185, 364, 20930, 0), (PROVIDER, CACHE)),
    Picture("working", "thinks", (DONE, OPEN), (B1, B2, R1), (11479, 402, 31970, 0), (PROVIDER, CACHE)),
    Picture("working", "thinks", (DONE, OPEN), (B1, B2, R1, B1), (11794, 554, 43230, 0), (PROVIDER, CACHE)),
    Picture("finished", "finished", (DONE, DONE), (B1, B2, R1, B1), (11950, 617, 54750, 0), (PROVIDER, CACHE)),
]
"""Before the first answer, and after every one; after the third, the next turn begins by itself."""


@pytest.mark.parametrize("agent", ["pi", "opencode"])
def test_two_turns_are_followed_answer_by_answer(watched: Watched, start_run: StartRun, agent: AgentName) -> None:
    run = start_run(agent, "oauth", is_held=True)
    for answered, picture in enumerate(OAUTH[:-1]):
        if answered == 3:
            # The next turn is held at its prompt until the test has seen the question.
            with run.paused():
                run.server.release()
                asking = Picture("asks", f"asks: {CACHE[1]}", *picture[2:])._replace(turns=(DONE,))
                watched.until_it_shows(asking)
        elif answered:
            run.server.release()
        until_asked(run, answered + 1)
        if agent == "pi" and not answered:
            # It writes nothing before its first answer.
            assert watched.picture() is None
            continue
        watched.until_it_shows(picture)
    run.server.release()
    run.finish()
    watched.until_it_shows(OAUTH[-1])
    until_equal(watched.counts, (1, 1, 1, 0))
    # OpenCode asks its model for a title.
    title = "A short title" if agent == "opencode" else "Add OAuth login to the shop"
    until_equal(lambda: watched.session().title, title)
    assert watched.session().project == str(run.project)
    assert answers_of(watched) == ["GitHub. No need to investigate."] * 2
    check_reading(watched, agent)


def answers_of(watched: Watched) -> list[str | None]:
    """Return what the user answered to each question of the only session."""
    turns = watched.turns(watched.session().id)
    return [asked.answer for turn in turns for asked in watched.ask(question_lines(turn.id))]


def test_pi_asks_again_in_silence_and_fails_at_a_command(watched: Watched, start_run: StartRun) -> None:
    run = start_run("pi", "rate-limits", is_held=True)
    run.server.release(2)
    until_asked(run, 3)
    # Refusals that its client gets over leave no record.
    assert watched.picture() is None
    run.server.release()
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), (B2,), (4610, 33, 0, 0)))
    run.server.release()
    # It has no sub-agents: its model looks by itself.
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), (B2, B1), (4714, 85, 4610, 0)))
    run.server.release(2)
    run.finish()
    watched.until_it_shows(Picture("asks", f"asks: {DEPLOY[1]}", (DONE,), (B2, B1), (4809, 129, 9730, 0), (DEPLOY,)))
    assert run.server.refused == [429, 529, 500]
    row = watched.session()
    assert (row.children, row.failed_steps, row.retries) == (0, 1, 0)
    check_reading(watched, "pi")


def test_opencode_asks_again_in_silence_fails_at_a_command_and_delegates(watched: Watched, start_run: StartRun) -> None:
    run = start_run("opencode", "rate-limits", is_held=True)
    run.server.release(2)
    until_asked(run, 3)
    watched.until_it_shows(Picture("working", "thinks", (OPEN,)))
    run.server.release()
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), (B2,), (4610, 33, 0, 0)))
    run.server.release()
    delegated = (B2, ("task", "running", None))
    # What a request used is told when its call is over.
    watched.until_it_shows(Picture("working", "delegates: Look around", (OPEN,), delegated, (4610, 33, 0, 0)))
    watched.until_its_helper_is(Helper(("open",), (0, 0, 0, 0), 0))
    run.server.release(task=TASK)
    helped = (B2, ("task", "ok", None))
    watched.until_it_shows(Picture("working", "thinks", (OPEN,), helped, (6069, 112, 4610, 0)))
    run.server.release(2)
    run.finish()
    watched.until_it_shows(Picture("asks", f"asks: {DEPLOY[1]}", (DONE,), helped, (6164, 156, 9730, 0), (DEPLOY,)))
    assert run.server.refused == [429, 529, 500]
    watched.until_its_helper_is(Helper(("completed",), (1355, 27, 0, 0), 0))
    until_equal(lambda: led_to(watched, "task"), watched.helpers()[0].id)
    row = watched.session()
    assert (tuple(row.own.tokens), row.children, row.failed_steps, row.retries) == ((4809, 129, 9730, 0), 1, 1, 0)
    check_reading(watched, "opencode")


def test_opencode_s_sub_agent_is_a_session_of_the_same_database(record: Record) -> None:
    (reading,) = record("opencode", "rate-limits").readings()
    switches = [place for place, event in enumerate(reading.events) if isinstance(event, e.TrajectorySwitched)]
    main, helper = reading.events[: switches[1]], reading.events[switches[1] :]
    assert steps(main) == [("shell", "bash", "failed", 1), ("subagent", "task", "ok", None)]
    (call,) = [it for it in main if isinstance(it, e.ToolCallFinished) and it.child_native_id]
    begin = helper[0]
    assert isinstance(begin, e.TrajectorySwitched)
    assert (begin.name, begin.parent_step) == (call.child_native_id, call.key)
    assert (prompts(helper), spoken(helper), ends(helper)) == ([(TASK, "system")], [REPORT], ["completed"])
    assert tokens(helper) == [(1355, 0, 0, 27, 0)]
