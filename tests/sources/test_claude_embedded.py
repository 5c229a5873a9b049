"""Sub-agents whose messages stand in the progress records of their parent: trajectories with turns and results."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.claude_code import SOURCE
from ppp_tui.sources.claude_code.embedded_agents import without_trailer
from tests.sources.claude_lines import CHILD, MAIN, T0, assistant, call, envelope, kinds, read, result, text, told, user
from tests.sources.parsed_lines import content

RETURNED = {"agentId": "a1", "totalDurationMs": 7000}
TRAILER = "agentId: a1 (for resuming to continue)\n<usage>total_tokens: 9</usage>"


def echo(inner: dict[str, Any], second: int = 0, *, agent: str = "a1", step: str = "t1", **more: Any) -> dict[str, Any]:
    """A record of a sub-agent within one of its parent's, as versions to 2.1.42 wrote it."""
    bare = {name: inner[name] for name in ("type", "uuid", "timestamp", "message", "requestId") if name in inner}
    data = {
        "type": "agent_progress",
        "message": bare,
        "normalizedMessages": [bare],
        "prompt": "Count",
        "agentId": agent,
    }
    return envelope("progress", f"p-{inner['uuid']}", second, data=data, parentToolUseID=step, **more)


def story() -> list[dict[str, Any]]:
    """A call of a sub-agent, what it did, and its return."""
    return [
        user("u1", "Count the chairs", version="2.1.40", cwd="/home/dev/shop"),
        assistant("m1", call("t1", "Task", prompt="Count"), 1, message_id="msg_m", request="req_m"),
        echo(user("s1", [text("Count")], 2), 2, version="2.1.40", cwd="/home/dev/shop"),
        echo(assistant("s2", call("c1", "Bash", command="ls"), 3, message_id="msg_s", request="req_s", output=1), 3),
        echo(user("s3", result("c1", "chair chair"), 4), 4),
        user("u2", result("t1", [text("Two chairs."), text(TRAILER)]), 9, toolUseResult=RETURNED),
        assistant("m2", text("There are two."), 10, message_id="msg_n", request="req_n", stop="end_turn"),
    ]


def by_trajectory(events: list[e.Event]) -> dict[str, list[e.Event]]:
    """The events of each trajectory, without the records of which trajectory was entered."""
    found: dict[str, list[e.Event]] = {"": []}
    trajectory = ""
    for event in events:
        if isinstance(event, e.TrajectorySwitched):
            trajectory = event.name
        else:
            found.setdefault(trajectory, []).append(event)
    return found


def test_a_sub_agent_in_its_parents_file_is_a_trajectory_with_turn_step_result_and_end() -> None:
    trajectories = by_trajectory(told(*story()))
    assert kinds(trajectories["agent-a1"]) == [
        "TurnStarted",
        "RequestMeasured",
        "ToolCallStarted",
        "ToolCallFinished",
        "AssistantMessage",
        "TurnEnded",
    ]
    started, request, step, ended, spoke, end = trajectories["agent-a1"]
    assert isinstance(started, e.TurnStarted)
    assert (started.at, started.key, started.prompt, started.origin) == (T0 + 2000, "s1", "Count", "sdk")
    assert isinstance(request, e.RequestMeasured)
    assert (request.key, request.alias, request.is_aside) == ("msg_s:req_s", "msg_s", True)
    assert isinstance(step, e.ToolCallStarted)
    assert isinstance(ended, e.ToolCallFinished)
    assert (step.key, step.command, ended.status, ended.output) == ("c1", "ls", "ok", "chair chair")
    assert isinstance(spoke, e.AssistantMessage)
    assert spoke.text == "Two chairs."
    assert end == e.TurnEnded(T0 + 9000, "completed", 7000)


def test_parents_events_are_unaffected_by_embedded_records() -> None:
    main = by_trajectory(told(*story()))[""]
    assert kinds(main) == [
        "TurnStarted",
        "RequestMeasured",
        "ToolCallStarted",
        "Heartbeat",
        "Heartbeat",
        "Heartbeat",
        "ToolCallFinished",
        "RequestMeasured",
        "AssistantMessage",
        "TurnEnded",
    ]
    assert [event.key for event in main if isinstance(event, e.RequestMeasured)] == ["msg_m:req_m", "msg_n:req_n"]


def test_the_trajectory_knows_the_call_that_started_it_and_the_facts_of_its_envelope() -> None:
    events = read(*story()).events
    entered = [event for event in events if isinstance(event, e.TrajectorySwitched)]
    assert entered[0] == e.TrajectorySwitched("agent-a1", "", "t1")
    facts = {
        event.name: event.value for event in by_trajectory(events)["agent-a1"] if isinstance(event, e.MetadataLearned)
    }
    assert facts == {"project": "/home/dev/shop", "agent_version": "2.1.40", "model": "claude-opus-4-5"}


def test_sub_agent_has_its_own_context() -> None:
    trajectories = by_trajectory(read(*story()).events)
    assert [event.used_tokens for event in trajectories["agent-a1"] if isinstance(event, e.ContextMeasured)] == [1060]


def test_two_sub_agents_that_work_at_once_are_two_trajectories() -> None:
    trajectories = by_trajectory(
        told(
            echo(user("s1", "One", 1), 1),
            echo(user("z1", "Two", 1), 1, agent="a2", step="t2"),
            echo(assistant("s2", call("c1", "Read", file_path="/a"), 2, message_id="msg_s"), 2),
            echo(assistant("z2", call("c2", "Read", file_path="/b"), 3, message_id="msg_z"), 3, agent="a2", step="t2"),
        )
    )
    calls = {
        trajectory: [event.key for event in trajectories[trajectory] if isinstance(event, e.ToolCallStarted)]
        for trajectory in trajectories
    }
    assert calls == {"": [], "agent-a1": ["c1"], "agent-a2": ["c2"]}


def test_cut_anywhere_the_events_are_the_same() -> None:
    whole = content(*story())
    expected = SOURCE.parser(MAIN).feed(whole, 0).events
    cuts = [place + 1 for place, byte in enumerate(whole) if byte == 10]
    events: list[e.Event] = []
    state, start = b"", 0
    for cut in cuts:
        parser = SOURCE.parser(MAIN, state)
        events += parser.feed(whole[start:cut], start).events
        state, start = parser.state(), cut
    assert events == expected


@pytest.mark.parametrize(
    ("last", "status", "at"),
    [
        (user("u9", "[Request interrupted by user]", 60), "interrupted", T0 + 3000),
        (user("u9", "Something else", 60), "unknown", T0 + 3000),
    ],
)
def test_a_sub_agent_whose_call_never_returns_ends_with_what_it_did_last(
    last: dict[str, Any], status: str, at: int
) -> None:
    trajectories = by_trajectory(told(*story()[:4], last))
    assert trajectories["agent-a1"][-1] == e.TurnEnded(at, status)  # type: ignore[arg-type]
    assert kinds(trajectories[""])[-1] in ("TurnEnded", "TurnStarted")


@pytest.mark.parametrize(
    ("content", "is_error", "status"),
    [("Error: out of words", True, "failed"), ("The user doesn't want to proceed", True, "interrupted")],
)
def test_a_sub_agent_whose_call_fails_did_not_complete(content: str, is_error: bool, status: str) -> None:
    trajectories = by_trajectory(told(*story()[:5], user("u2", result("t1", content, is_error=is_error), 9)))
    assert kinds(trajectories["agent-a1"])[-2:] == ["ToolCallFinished", "TurnEnded"]
    assert trajectories["agent-a1"][-1] == e.TurnEnded(T0 + 9000, status)  # type: ignore[arg-type]


def test_a_sub_agent_that_goes_on_in_the_background_has_not_ended() -> None:
    trajectories = by_trajectory(told(*story()[:5], user("u2", result("t1", "Async agent launched successfully."), 9)))
    assert "TurnEnded" not in kinds(trajectories["agent-a1"])


def test_sub_agents_own_file_has_no_second_trajectory_of_it() -> None:
    assert kinds(told(echo(assistant("s2", text("x"))), path=CHILD)) == ["Heartbeat"]


@pytest.mark.parametrize(
    "message",
    [None, [], "text", {"type": "assistant"}, {"type": "user", "message": None}, {"type": "system", "message": {}}],
)
def test_progress_without_a_message_is_a_sign_of_life(message: Any) -> None:
    data = {"type": "agent_progress", "message": message, "agentId": "a1"}
    assert kinds(told(envelope("progress", "p", data=data, parentToolUseID="t1"))) == ["Heartbeat"]


def test_a_message_of_unknown_shape_costs_the_field_and_not_the_usage() -> None:
    inner = assistant("s2", text("x"))
    inner["message"]["usage"]["service_tier"] = {"name": "gold"}
    trajectories = by_trajectory(told(echo(inner)))
    assert [event.output_tokens for event in trajectories["agent-a1"] if isinstance(event, e.RequestMeasured)] == [5]


def test_payload_of_an_embedded_step_is_read_from_its_parents_record() -> None:
    made, returned = (json.dumps(record).encode() for record in story()[3:5])
    assert SOURCE.load_input(made, "c1").text == "ls"
    assert SOURCE.load_output(returned, "c1").text == "chair chair"


def test_a_sub_agent_that_outlives_many_others_still_ends() -> None:
    others = [
        record
        for number in range(40)
        for record in (
            echo(user(f"o{number}", "Short", 3), 3, agent=f"b{number}", step=f"o{number}"),
            user(f"r{number}", result(f"o{number}", "Done."), 3, toolUseResult={"agentId": f"b{number}"}),
        )
    ]
    trajectories = by_trajectory(told(*story()[:5], *others, *story()[5:]))
    assert kinds(trajectories["agent-a1"])[-1] == "TurnEnded"
    assert all(kinds(trajectories[f"agent-b{number}"])[-1] == "TurnEnded" for number in range(40))


@pytest.mark.parametrize(
    ("returned", "answer"),
    [
        ("Two.\n" + TRAILER, "Two."),
        ("Two.\nagentId: a1 (for resuming)", "Two."),
        ("Two.\n<usage>total_tokens: 9</usage>\n", "Two."),
        ("<usage> is a tag", "<usage> is a tag"),
        ("<usage>9</usage> is a tag", "<usage>9</usage> is a tag"),
        ("<usage>" * 60_000 + "Two.", "<usage>" * 60_000 + "Two."),
    ],
)
def test_what_the_program_wrote_behind_a_result_is_not_the_answer(returned: str, answer: str) -> None:
    begin = time.process_time()
    assert without_trailer(returned) == answer
    assert time.process_time() - begin < 2
