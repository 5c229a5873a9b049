"""Which turns a session of Claude Code holds: records that come twice, rewinds, and what looks like one and is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.model import event as e
from ppp_tui.model.event import Event
from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code import SOURCE, chain
from tests.sources.claude_lines import MAIN, assistant, call, envelope, kinds, result, text, told, user
from tests.sources.parsed_lines import content

FIRST = (
    user("p1", "Plan the menu", parentUuid=None),
    assistant("a1", text("Planned."), 5, stop="end_turn", parentUuid="p1"),
)
SECOND = (
    user("p2", "With soup", 60, parentUuid="a1"),
    assistant(
        "a2", text("Soup it is. Which one?"), 65, message_id="msg_2", request="req_2", stop="end_turn", parentUuid="p2"
    ),
)
REWOUND = user("p3", "With salad", 120, parentUuid="a1")


def departures(*records: dict[str, Any]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Keys of turns that are taken back and restored, by the prompts that do so."""
    return [(event.keys, event.restored) for event in told(*records) if isinstance(event, e.TurnsRolledBack)]


def in_parts(*records: dict[str, Any]) -> list[Event]:
    """The events of records that are read one at a time, each by a new parser."""
    state, offset, events = b"", 0, []
    for record in records:
        parser = SOURCE.parser(MAIN, state)
        line = content(record)
        events += parser.feed(line, offset).events
        state, offset = parser.state(), offset + len(line)
    return events


def test_a_branch_that_is_written_twice_is_read_once() -> None:
    origin = {"sessionId": "0a0a", "messageUuid": "p1"}
    inherited = [{**record, "forkedFrom": origin} for record in (*FIRST, *SECOND)]
    new = user("p9", "Now dessert", 200, parentUuid="a2")
    once = [event for event in told(*inherited, new) if isinstance(event, e.TurnStarted | e.AssistantMessage)]
    twice = told(*inherited, *FIRST, *SECOND, new)
    assert kinds(twice) == [
        "TurnStarted",
        "RequestMeasured",
        "AssistantMessage",
        "TurnEnded",
        "TurnStarted",
        "RequestMeasured",
        "AssistantMessage",
        "TurnEnded",
        "TurnStarted",
    ]
    assert len(once) == len([event for event in twice if isinstance(event, e.TurnStarted | e.AssistantMessage)])
    assert kinds(in_parts(*inherited, *FIRST, *SECOND, new)).count("TurnStarted") == 3


def test_a_record_that_comes_with_and_without_its_origin_in_turn_is_read_once() -> None:
    pairs = [copy for record in (*FIRST, *SECOND) for copy in ({**record, "forkedFrom": {"sessionId": "0a"}}, record)]
    assert kinds(told(*pairs)).count("TurnStarted") == 2
    assert kinds(told(*pairs)).count("RequestMeasured") == 2


def test_a_resumed_session_that_repeats_its_last_answer_says_it_once() -> None:
    again = {**FIRST[1], "version": "2.1.12", "cwd": "/elsewhere"}
    assert kinds(told(*FIRST, again)).count("AssistantMessage") == 1


def test_a_rewind_takes_the_turns_behind_it_back() -> None:
    assert departures(*FIRST, *SECOND, REWOUND) == [((hash64("p2"),), ())]


def test_a_rewind_is_seen_however_the_file_is_cut() -> None:
    events = in_parts(*FIRST, *SECOND, REWOUND)
    assert [event.keys for event in events if isinstance(event, e.TurnsRolledBack)] == [(hash64("p2"),)]
    assert kinds(events)[-2:] == ["TurnsRolledBack", "TurnStarted"]


def test_a_rewind_over_many_turns_takes_all_of_them_back() -> None:
    third = user("p4", "And bread", 90, parentUuid="a2"), user("p5", "And wine", 100, parentUuid="p4")
    assert departures(*FIRST, *SECOND, *third, REWOUND) == [((hash64("p2"), hash64("p4"), hash64("p5")), ())]


def test_a_first_prompt_that_is_edited_takes_the_whole_talk_back() -> None:
    edited = user("p7", "Plan the party", 300, parentUuid=None)
    assert departures(*FIRST, *SECOND, edited) == [((hash64("p1"), hash64("p2")), ())]


def test_a_turn_behind_a_second_rewind_is_taken_back_alone() -> None:
    third = user("p4", "Without onions", 130, parentUuid="p3"), user("p5", "Without garlic", 140, parentUuid="p3")
    assert departures(*FIRST, *SECOND, REWOUND, *third) == [((hash64("p2"),), ()), ((hash64("p4"),), ())]


def test_a_prompt_that_goes_on_from_a_turn_taken_back_restores_it() -> None:
    back = user("p4", "Soup after all", 140, parentUuid="a2")
    assert departures(*FIRST, *SECOND, REWOUND, back) == [((hash64("p2"),), ()), ((hash64("p3"),), (hash64("p2"),))]


def test_a_rewind_below_attachments_and_notes_is_seen() -> None:
    between = (
        envelope("attachment", "t1", 110, attachment={"type": "task_reminder"}, parentUuid="a1"),
        user("m1", "Base directory for this skill: /x", 110, isMeta=True, parentUuid="t1"),
    )
    prompt = user("p3", "With salad", 120, parentUuid="m1")
    assert departures(*FIRST, *SECOND, *between, prompt) == [((hash64("p2"),), ())]


def api_error(uuid: str, parent: str, second: int) -> dict[str, Any]:
    return envelope("system", uuid, second, subtype="api_error", error={"status": 529}, parentUuid=parent)


NO_REWINDS: dict[str, tuple[dict[str, Any], ...]] = {
    "an answer beside the trail of its failed requests": (
        *FIRST,
        user("p2", "With soup", 60, parentUuid="a1"),
        api_error("e1", "p2", 61),
        api_error("e2", "e1", 62),
        assistant("a2", text("Soup."), 65, message_id="msg_2", stop="end_turn", parentUuid="p2"),
        envelope("system", "s1", 66, subtype="stop_hook_summary", parentUuid="e2"),
        user("p3", "And bread", 90, parentUuid="s1"),
    ),
    "a prompt on the trail of a request that failed turns ago": (
        FIRST[0],
        api_error("e1", "p1", 2),
        FIRST[1],
        *SECOND,
        envelope("system", "s1", 70, subtype="stop_hook_summary", parentUuid="e1"),
        user("p3", "And bread", 90, parentUuid="s1"),
    ),
    "results of tools that ran side by side": (
        FIRST[0],
        assistant("c1", call("t1", "Read", file_path="/a"), 1, parentUuid="p1"),
        assistant("c2", call("t2", "Read", file_path="/b"), 1, parentUuid="c1"),
        user("r1", result("t1", "a"), 2, parentUuid="c1"),
        user("r2", result("t2", "b"), 2, parentUuid="c2"),
        user("p3", "And bread", 90, parentUuid="r1"),
    ),
    "a conversation that was condensed": (
        *FIRST,
        *SECOND,
        envelope("system", "b1", 70, subtype="compact_boundary", parentUuid=None, logicalParentUuid="a1"),
        user("u1", "All so far", 70, isCompactSummary=True, parentUuid="b1"),
        user("p3", "And bread", 90, parentUuid="u1"),
    ),
    "a prompt that hangs on what was kept of a condensed conversation": (
        *FIRST,
        *SECOND,
        envelope("system", "b1", 70, subtype="compact_boundary", parentUuid=None),
        user("p3", "And bread", 90, parentUuid="a1"),
    ),
    "a sub-agent inside the file": (
        *FIRST,
        *SECOND,
        user("x1", "Look around", 66, isSidechain=True, parentUuid=None),
        user("x2", "Look again", 67, isSidechain=True, parentUuid="p1"),
        user("p3", "And bread", 90, parentUuid="a2"),
    ),
    "signs of life that hang on an older record": (
        *FIRST,
        *SECOND,
        envelope("progress", "g1", 80, data={"type": "hook_progress"}, parentUuid="a2"),
        user("p3", "And bread", 90, parentUuid="a2"),
    ),
    "a command that did nothing and that the session went on beside": (
        *FIRST,
        user("m1", "<local-command-caveat>Caveat</local-command-caveat>", 50, isMeta=True, parentUuid="a1"),
        user("x1", "<command-name>/exit</command-name>", 50, parentUuid="m1"),
        user("x2", "<local-command-stdout>Bye</local-command-stdout>", 50, parentUuid="x1"),
        envelope("assistant", "n1", 55, parentUuid="m1", message={"model": "<synthetic>", "content": [text("No.")]}),
        user("p3", "And bread", 90, parentUuid="n1"),
    ),
    "a parent that the file does not hold": (*FIRST, *SECOND, user("p3", "And bread", 90, parentUuid="elsewhere")),
    "a notification of a background task": (
        *FIRST,
        *SECOND,
        user("n1", "<task-notification><summary>Built</summary></task-notification>", 80, parentUuid="a1"),
    ),
}


@pytest.mark.parametrize("records", NO_REWINDS.values(), ids=NO_REWINDS.keys())
def test_continuation_that_is_no_rewind_takes_nothing_back(records: tuple[dict[str, Any], ...]) -> None:
    assert departures(*records) == []


def test_records_without_any_parent_take_nothing_back() -> None:
    assert departures(user("p1", "One"), user("p2", "Two", 5), user("p3", "Three", 9)) == []


def test_a_command_behind_a_rewind_is_taken_back_with_its_turns() -> None:
    command = user("x1", "<command-name>/cost</command-name>", 70, parentUuid="a2")
    assert departures(*FIRST, *SECOND, command, REWOUND) == [((hash64("p2"), hash64("x1")), ())]


def test_state_of_a_long_session_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MAX_RECORDS", 20)
    monkeypatch.setattr(chain, "MAX_TURNS", 4)
    long = [user(f"p{number}", "More", number, parentUuid=f"p{number - 1}") for number in range(1, 300)]
    parser = SOURCE.parser(MAIN)
    parser.feed(content(*long), 0)
    assert len(parser.state()) < 800
    repeated = parser.feed(content(long[-20], long[-5], user("q", "Back", 301, parentUuid="p297")), 0).events
    assert [event.keys for event in repeated if isinstance(event, e.TurnsRolledBack)] == [
        (hash64("p298"), hash64("p299"))
    ]
    assert kinds(repeated).count("TurnStarted") == 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.booleans()), min_size=1, max_size=20))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_turns_off_the_current_chain_are_taken_back(tree: list[tuple[int, int, bool]]) -> None:
    """Each turn goes on from any earlier one, has a few records, and is perhaps written again at once."""
    records: list[dict[str, Any]] = [user("p0", "Go", parentUuid=None), assistant("p0r", text("Yes."), parentUuid="p0")]
    parents, ends = {0: -1}, {0: "p0r"}
    for number, (choice, answers, is_repeated) in enumerate(tree, 1):
        parents[number] = choice % number
        turn = [user(f"p{number}", "Go", number, parentUuid=ends[parents[number]])]
        for place in range(answers):
            said = assistant(f"p{number}r{place}", text("Yes."), number, parentUuid=turn[-1]["uuid"])
            turn.append({**said, "message": {**said["message"], "id": f"m{number}-{place}"}})
        ends[number] = turn[-1]["uuid"]
        records += turn * (1 + is_repeated)
    taken_back: set[int] = set()
    for events in (told(*records), in_parts(*records)):
        taken_back = set()
        for event in events:
            if isinstance(event, e.TurnsRolledBack):
                assert taken_back.isdisjoint(event.keys)
                assert taken_back.issuperset(event.restored)
                taken_back = (taken_back | set(event.keys)) - set(event.restored)
        live, number = set(), len(tree)
        while number >= 0:
            live.add(number)
            number = parents[number]
        assert taken_back == {hash64(f"p{number}") for number in parents if number not in live}
        assert kinds(events).count("TurnStarted") == len(parents)


def test_a_state_without_text_holds_no_title() -> None:
    parser = SOURCE.parser(MAIN)
    titled = envelope("custom-title", "t1", 70, customTitle="Confidential title")
    parser.feed(content(*FIRST, titled), 0)
    assert b"Confidential" in parser.state()
    assert b"Confidential" not in parser.state(keeps_text=False)
