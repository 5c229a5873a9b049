"""Real agents go through the scenarios, and the sources read what they wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ppp_tui.model import event as e
from ppp_tui.scoring.questions.detection import find_questions
from ppp_tui.sources import registry
from ppp_tui.sources.source import LineSource
from tests.agents.agent import AgentName, Run
from tests.agents.conftest import Recording, StartRun
from tests.agents.dialects import WAITING
from tests.waiting import until

pytestmark = [pytest.mark.agents, pytest.mark.slow]

BOTH: list[AgentName] = ["claude_code", "codex"]
Record = Callable[[AgentName, str], Recording]

PROVIDER = "Which provider do you prefer, Google or GitHub?"
CACHE = "Should I investigate how the session cache behaves before proceeding?"


def read(recording: Recording, number: int = 0) -> list[e.Event]:
    """All events of one of the recording's sessions."""
    return recording.readings()[number].events


def facts(events: Sequence[e.Event]) -> dict[str, str]:
    return {event.name: event.value for event in events if isinstance(event, e.MetadataLearned)}


def prompts(events: Sequence[e.Event]) -> list[tuple[str, str]]:
    return [(event.prompt, event.origin) for event in events if isinstance(event, e.TurnStarted)]


def ends(events: Sequence[e.Event]) -> list[str]:
    return [event.status for event in events if isinstance(event, e.TurnEnded)]


def spoken(events: Sequence[e.Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, e.AssistantMessage)]


def steps(events: Sequence[e.Event]) -> list[tuple[str, str, str, int | None]]:
    """Kind, tool, status and exit code of every step, in the order in which they began."""
    ended = {event.key: event for event in events if isinstance(event, e.ToolCallFinished)}
    return [
        (event.kind, event.tool, ended[event.key].status, ended[event.key].exit_code)
        for event in events
        if isinstance(event, e.ToolCallStarted)
    ]


def tokens(events: Sequence[e.Event]) -> list[tuple[int, int, int, int, int | None]]:
    """Fresh input, cache read, cache write, output and reasoning of every request."""
    return [
        (
            event.input_tokens,
            event.cache_read_tokens,
            event.cache_write_5m_tokens,
            event.output_tokens,
            event.reasoning_tokens,
        )
        for event in events
        if isinstance(event, e.RequestMeasured)
    ]


@pytest.mark.parametrize("agent", BOTH)
@pytest.mark.parametrize("scenario", ["oauth", "rate-limits", "outage"])
def test_nothing_is_damaged_and_nothing_unknown(record: Record, agent: AgentName, scenario: str) -> None:
    recording = record(agent, scenario)
    for path in recording.sessions():
        reading = recording.source.parser(path).feed(path.read_bytes(), 0)
        assert reading.damage == []
        assert reading.unknown == {}


@pytest.mark.parametrize("agent", BOTH)
def test_two_turns_with_their_prompts_and_their_ends(record: Record, agent: AgentName) -> None:
    events = read(record(agent, "oauth"))
    assert prompts(events) == [("Add OAuth login to the shop", "sdk"), ("GitHub. No need to investigate.", "sdk")]
    assert ends(events) == ["completed", "completed"]


@pytest.mark.parametrize("agent", BOTH)
def test_the_session_knows_its_project_and_its_model(record: Record, agent: AgentName) -> None:
    recording = record(agent, "oauth")
    known = facts(read(recording))
    assert known["project"] == str(recording.project)
    assert known["model"] == {"claude_code": "claude-opus-4-5", "codex": "gpt-5-codex"}[agent]


def test_the_test_run_of_claude_code_fails_and_then_passes(record: Record) -> None:
    assert steps(read(record("claude_code", "oauth"))) == [
        ("shell", "Bash", "ok", 0),
        ("shell", "Bash", "failed", 1),
        ("read", "Read", "ok", None),
        ("shell", "Bash", "ok", 0),
    ]


def test_the_test_run_of_codex_fails_and_then_passes(record: Record) -> None:
    assert steps(read(record("codex", "oauth"))) == [
        ("shell", "exec_command", "ok", 0),
        ("shell", "exec_command", "failed", 1),
        ("shell", "exec_command", "ok", 0),
        ("shell", "exec_command", "ok", 0),
    ]


@pytest.mark.parametrize("agent", BOTH)
def test_both_questions_stand_in_the_text_and_are_found_there(record: Record, agent: AgentName) -> None:
    said = spoken(read(record(agent, "oauth")))
    assert said == [
        "First a look at what is here.",
        f"One of two tests fails, so login has to change. {PROVIDER}\n\n{CACHE}",
        "Login works with GitHub now, and both tests pass.",
    ]
    assert [(found.text, found.effort) for found in find_questions(said[1])] == [(PROVIDER, "low"), (CACHE, "high")]


def test_claude_code_tells_the_tokens_of_each_request(record: Record) -> None:
    assert tokens(read(record("claude_code", "oauth"))) == [
        (1210, 0, 9100, 41, None),
        (62, 10310, 310, 205, None),
        (83, 10620, 420, 118, None),
        (74, 11040, 220, 38, None),
        (55, 11260, 260, 152, None),
        (46, 11520, 110, 63, None),
    ]


def test_codex_tells_the_tokens_of_each_request_and_counts_cache_writes_as_input(record: Record) -> None:
    assert tokens(read(record("codex", "oauth"))) == [
        (10310, 0, 0, 41, 0),
        (372, 10310, 0, 205, 0),
        (503, 10620, 0, 118, 32),
        (294, 11040, 0, 38, 0),
        (315, 11260, 0, 152, 0),
        (156, 11520, 0, 63, 0),
    ]


def test_claude_code_tells_every_refusal_that_it_met(record: Record) -> None:
    recording = record("claude_code", "rate-limits")
    failures = [event for event in read(recording) if isinstance(event, e.RequestFailed)]
    assert recording.refused == [429, 529, 500]
    assert [(failed.kind, failed.status_code, failed.attempt, failed.is_final) for failed in failures] == [
        ("rate_limit", 429, 1, False),
        ("overloaded", 529, 2, False),
        ("error", 500, 1, False),
    ]
    assert all(failed.wait_ms for failed in failures)


def test_codex_meets_the_same_refusals_and_tells_none(record: Record) -> None:
    recording = record("codex", "rate-limits")
    assert recording.refused == [429, 529, 500]
    assert not any(isinstance(event, e.RequestFailed) for event in read(recording))
    assert ends(read(recording)) == ["completed"]


def test_claude_code_names_its_sub_agent_and_so_does_the_file(record: Record) -> None:
    recording = record("claude_code", "rate-limits")
    main, helper = recording.sessions()
    events = read(recording)
    assert steps(events) == [("shell", "Bash", "failed", 1), ("subagent", "Agent", "ok", None)]
    (child,) = [
        event.child_native_id for event in events if isinstance(event, e.ToolCallFinished) and event.child_native_id
    ]
    assert recording.source.identify(helper) == (child, main.stem)
    events = read(recording, 1)
    assert prompts(events) == [("List the files of this folder and report", "sdk")]
    assert spoken(events) == ["The folder holds app.py and test_app.py."]
    assert tokens(events) == [(305, 0, 1050, 27, None)]


def test_codex_names_its_sub_agent_and_the_file_names_its_parent(record: Record) -> None:
    recording = record("codex", "rate-limits")
    main, helper = recording.sessions()
    events = read(recording)
    assert steps(events) == [
        ("shell", "exec_command", "failed", 1),
        ("subagent", "spawn_agent", "ok", None),
        ("subagent", "wait_agent", "ok", None),
    ]
    assert tokens(events)[2] == (WAITING.input, 0, 0, WAITING.output, 0)
    (child,) = [
        event.child_native_id for event in events if isinstance(event, e.ToolCallFinished) and event.child_native_id
    ]
    assert recording.source.identify(helper).native_id == child
    events = read(recording, 1)
    assert facts(events)["parent_native_id"] == recording.source.identify(main).native_id
    assert prompts(events) == [("List the files of this folder and report", "sdk")]
    assert tokens(events) == [(1355, 0, 0, 27, 0)]


class Follower:
    """Reads a session as it grows: complete lines only, a new parser for each part, as after a restart."""

    def __init__(self, run: Run) -> None:
        found = registry.source(run.agent)
        assert isinstance(found, LineSource)
        self.source, self.run = found, run
        self.events: list[e.Event] = []
        self._state, self._offset = b"", 0

    def read_on(self) -> list[e.Event]:
        """All events so far."""
        for root in self.source.roots({}, self.run.home):
            for path in self.source.find(root):
                content = path.read_bytes()[self._offset :]
                whole = content[: content.rfind(b"\n") + 1]
                parser = self.source.parser(path, self._state)
                self.events += parser.feed(whole, self._offset).events
                self._state, self._offset = parser.state(), self._offset + len(whole)
        return self.events


@pytest.mark.parametrize("agent", BOTH)
def test_a_session_read_while_it_grows_tells_what_the_agent_does_now(start_run: StartRun, agent: AgentName) -> None:
    run = start_run(agent, "oauth", is_held=True)
    follower = Follower(run)
    until(lambda: prompts(follower.read_on()) != [], "the first prompt", 30)
    assert ends(follower.events) == []
    run.server.release(1)
    until(lambda: len(run.server.asked) == 2, "the second request", 30)
    until(lambda: steps_done(follower.read_on()) == 1, "the first command", 10)
    assert spoken(follower.events) == ["First a look at what is here."]
    run.server.release(2)
    until(lambda: len(prompts(follower.read_on())) == 2, "the second prompt", 30)
    assert ends(follower.events) == ["completed"]
    run.server.release(3)
    run.finish()
    follower.read_on()
    (path,) = [path for root in follower.source.roots({}, run.home) for path in follower.source.find(root)]
    assert follower.events == follower.source.parser(path).feed(path.read_bytes(), 0).events


def steps_done(events: Sequence[e.Event]) -> int:
    return sum(isinstance(event, e.ToolCallFinished) for event in events)
