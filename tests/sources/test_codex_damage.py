"""Damaged, torn and hostile rollouts: nothing whole is lost or made up, nothing is raised; any split reads alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.model.event import AssistantMessage, Event, RequestMeasured, ToolCallFinished
from ppp_tui.sources.codex import SOURCE
from ppp_tui.sources.codex.state import CALLS, CLOSED, HELD
from ppp_tui.sources.source import Damage
from tests.sources.codex_lines import (
    NAME,
    T0,
    TURN,
    TURN_2,
    agent_item,
    call,
    completed,
    content,
    context,
    counts,
    ended,
    event,
    item,
    line,
    meta,
    old_started,
    output,
    read,
    started,
    user_item,
)

MIXED = [
    meta(),
    old_started(1),
    user_item("<environment_context></environment_context>", 2),
    context(3, turn_id=TURN),
    user_item("one", 4),
    event("user_message", 5, message="one"),
    item("reasoning", 6, summary=[{"type": "summary_text", "text": "Hm."}]),
    event("agent_reasoning", 6, text="Hm."),
    event("agent_message", 7, message="I look.", phase="commentary"),
    agent_item("I look.", 7),
    call("exec_command", {"cmd": "make"}, "c1", 8),
    output("Process running with session ID 42\nOutput:\n…", "c1", 9),
    call("write_stdin", {"session_id": 42}, "c2", 10),
    event("token_count", 11, info={"total_token_usage": counts(10, 5, 0, 3, 1), "model_context_window": 99}),
    output("Process exited with code 1\nOutput:\nno", "c2", 12),
    event("web_search_end", 13, call_id="w", query="q"),
    item("web_search_call", 13, action={"query": "q"}),
    event("task_complete", 14, turn_id=TURN, last_agent_message="I look."),
    started(15, TURN_2),
    user_item("two", 16),
    completed("UserMessage", 16, id="u", content=[{"type": "text", "text": "two"}]),
    line("token_usage_record", {"turn_id": TURN_2, "response_id": "r", "usage": counts(9, 0, 0, 2, 0)}, 17),
    line("compacted", {"message": ""}, 18),
    ended(19, TURN_2, last="Done."),
]


def feed_in_parts(data: bytes, cuts: list[int]) -> tuple[list[Event], dict[str, int], list[Damage]]:
    """Read the lines in parts, each with a new parser that has nothing but the state of the one before."""
    events: list[Event] = []
    unknown: dict[str, int] = {}
    damage: list[Damage] = []
    state, start = b"", 0
    for end in [*cuts, len(data)]:
        parser = SOURCE.parser(NAME, state)
        reading = parser.feed(data[start:end], start)
        events += reading.events
        damage += reading.damage
        for name, number in reading.unknown.items():
            unknown[name] = unknown.get(name, 0) + number
        state, start = parser.state(), end
    return events, unknown, damage


@settings(deadline=None)
@given(st.sets(st.integers(1, len(MIXED) - 1)), st.permutations(MIXED[1:]))
def test_any_split_at_lines_reads_as_the_whole(cuts: set[int], shuffled: list[dict[str, object]]) -> None:
    for lines in (MIXED, [MIXED[0], *shuffled]):
        data = content(*lines)
        offsets = [len(content(*lines[:cut])) for cut in sorted(cuts)]
        whole = SOURCE.parser(NAME).feed(data, 0)
        assert feed_in_parts(data, offsets) == (whole.events, whole.unknown, whole.damage)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2000), st.integers(0, 40))
def test_nothing_is_raised_whatever_the_bytes(noise: bytes, place: int, dropped: int) -> None:
    data = content(*MIXED)
    place %= len(data)
    SOURCE.parser(NAME).feed(data[:place] + noise + data[place + dropped :], 0)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(MIXED), st.data())
def test_nothing_is_raised_whatever_a_field_holds(entry: dict[str, object], data: st.DataObject) -> None:
    payload = entry["payload"]
    assert isinstance(payload, dict)
    name = data.draw(st.sampled_from(sorted(payload)))
    changed = {**entry, "payload": {**payload, name: data.draw(_JSON)}}
    SOURCE.parser(NAME).feed(content(meta(), old_started(), changed, ended()), 0)


def test_two_records_on_one_line_are_both_read() -> None:
    first, second = event("agent_message", message="a"), event("agent_message", message="b")
    data = content(meta()) + content(first).rstrip() + content(second)
    reading = SOURCE.parser(NAME).feed(data, 0)
    assert [entry.text for entry in reading.events if isinstance(entry, AssistantMessage)] == ["a", "b"]
    assert reading.damage == []


def test_a_torn_line_is_told_and_what_it_nests_is_not_taken_for_records() -> None:
    nested = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "old"}]}
    torn = content(line("compacted", {"message": "", "replacement_history": [nested]})).rstrip()[:-3]
    start = len(content(meta()))
    reading = SOURCE.parser(NAME).feed(content(meta()) + torn + b"\n" + content(event("agent_message", message="a")), 0)
    assert reading.damage == [Damage(start, len(torn), "torn")]
    assert [entry.text for entry in reading.events if isinstance(entry, AssistantMessage)] == ["a"]


def test_bytes_that_are_no_utf_8_are_told_and_the_record_is_kept() -> None:
    data = content(event("agent_message", message="caf#")).replace(b"#", b"\xe9")
    reading = SOURCE.parser(NAME).feed(data, 100)
    assert reading.damage == [Damage(100, len(data) - 1, "not utf-8")]
    assert [entry.text for entry in reading.events if isinstance(entry, AssistantMessage)] == ["caf\ufffd"]


def test_half_a_surrogate_pair_costs_one_character() -> None:
    data = content(event("agent_message", message="a#b")).replace(b"#", b"\\ud83d")
    reading = SOURCE.parser(NAME).feed(data, 0)
    assert [entry.text for entry in reading.events if isinstance(entry, AssistantMessage)] == ["a?b"]
    returned = content(meta(), call("shell", {"command": "x"}), output("a#b")).replace(b"#", b"\\ud83d")
    found = SOURCE.parser(NAME).feed(returned, 0).events
    assert [entry.output_preview for entry in found if isinstance(entry, ToolCallFinished)] == ["a?b"]


def test_state_stays_small() -> None:
    parser = SOURCE.parser(NAME)
    parser.feed(content(meta(), old_started()), 0)
    for number in range(3000):
        lines = [
            call("exec_command", {"cmd": "x"}, f"call-{number}"),
            output(f"Process running with session ID {number}\nOutput:\n", f"call-{number}"),
            event("agent_reasoning", text=f"thought {number}"),
            old_started(0, f"turn-{number}"),
            event("user_message", message="p" * 2000),
            completed("CommandExecution", id=f"x{number}", command=["x"], status="completed", exit_code=0),
        ]
        parser.feed(content(*lines), number * 5000 + 10_000)
    assert len(parser.state()) < (CALLS * 3 + CLOSED) * 60 + HELD


def test_a_state_without_text_holds_no_output_prompt_or_title() -> None:
    parser = SOURCE.parser(NAME)
    lines = [
        meta(),
        event("thread_name_updated", 1, thread_name="Confidential title"),
        old_started(1),
        call("exec_command", {"cmd": "make"}, "c1", 2),
        output("Process running with session ID 42\nOutput:\nConfidential report", "c1", 3),
    ]
    parser.feed(content(*lines), 0)
    parser.feed(content(old_started(4, TURN_2), user_item("Confidential prompt", 5)), 10_000)
    assert parser.state().count(b"Confidential") == 4
    assert b"Confidential" not in parser.state(keeps_text=False)
    polled = [
        call("write_stdin", {"session_id": 42}, "c2", 6),
        output("Process exited with code 1\nOutput:\nno", "c2", 7),
    ]
    later = SOURCE.parser(NAME, parser.state(keeps_text=False)).feed(content(*polled), 20_000)
    assert [(event.key, event.exit_code) for event in later.events if isinstance(event, ToolCallFinished)] == [
        ("c1", 1)
    ]


def test_a_prompt_that_only_the_history_tells_is_not_held_back_beyond_a_bound() -> None:
    parser = SOURCE.parser(NAME)
    reading = parser.feed(content(meta(), old_started(), user_item("p" * (HELD + 1))), 0)
    assert type(reading.events[-1]).__name__ == "TurnStarted"
    assert len(parser.state()) < 1000
    again = parser.feed(content(event("user_message", message="p" * (HELD + 1))), 99_999)
    assert again.events == []


def test_state_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="not a state of a Codex parser"):
        SOURCE.parser(NAME, b"\xc1")


def test_invalid_times_are_zero() -> None:
    entry = event("agent_message", message="a")
    for stamp in ("yesterday", "", None, "2026-13-45T10:00:00.000Z", "9999999999-01-01T00:00:00Z"):
        [found] = read({**entry, "timestamp": stamp}).events
        assert isinstance(found, AssistantMessage)
        assert found.at == 0


def test_deep_nesting_raises_nothing() -> None:
    deep = '{"timestamp":"2026-11-20T10:00:00.000Z","type":"event_msg","payload":{"type":"error","codex_error_info":'
    data = (deep + "[" * 100_000 + "]" * 100_000 + "}}\n").encode() + content(event("agent_message", message="a"))
    reading = SOURCE.parser(NAME).feed(data, 0)
    assert [entry.text for entry in reading.events if isinstance(entry, AssistantMessage)] == ["a"]
    assert json.dumps(reading.unknown)


@pytest.mark.parametrize("number", [2**63, -(2**70), 10**30, 1.5e300])
def test_a_number_that_no_store_can_keep_costs_its_line_only(number: float) -> None:
    usage = {**counts(9, 0, 0, 2, 0), "output_tokens": number}
    parser = SOURCE.parser(NAME)
    lines = [
        meta(),
        started(1, TURN),
        user_item("one", 2),
        line("token_usage_record", {"turn_id": TURN, "response_id": "r1", "usage": usage}, 3),
        event("token_count", 4, info={"model_context_window": number}),
        line("token_usage_record", {"turn_id": TURN, "response_id": "r2", "usage": counts(9, 0, 0, 2, 0)}, 5),
        ended(6, TURN, last="Done."),
    ]
    reading = parser.feed(content(*lines), 0)
    measured = [told for told in reading.events if isinstance(told, RequestMeasured)]
    assert [(told.input_tokens, told.output_tokens) for told in measured] == [(9, 2)]
    assert reading.unknown == {"token_usage_record/unreadable": 1, "event_msg/unreadable": 1}
    assert SOURCE.parser(NAME, parser.state()).state() == parser.state()


def test_an_exit_code_that_no_store_can_keep_is_cut() -> None:
    [ended_step] = [
        told
        for told in read(
            meta(),
            started(1, TURN),
            user_item("one", 2),
            call("exec_command", {"cmd": "make"}, "c1", 3),
            output(f"Process exited with code {9**99}\nOutput:\nno", "c1", 4),
        ).events
        if isinstance(told, ToolCallFinished)
    ]
    assert (ended_step.status, ended_step.exit_code) == ("failed", 10**12)


@pytest.mark.parametrize(
    ("began", "ended", "at"), [(T0 + 2, T0 + 3, T0 + 3), (10**15, 10**15, T0 + 4), (-1, 0, T0 + 4)]
)
def test_item_has_its_own_times_unless_out_of_range(began: int, ended: int, at: int) -> None:
    item_told = completed("AgentMessage", 4, id="m", content=[{"type": "Text", "text": "Hm."}])
    item_told["payload"] |= {"started_at_ms": began, "completed_at_ms": ended}
    reading = read(meta(), started(1, TURN), user_item("one", 2), item_told)
    assert reading.unknown == {}
    assert [(told.at, told.text) for told in reading.events if isinstance(told, AssistantMessage)] == [(at, "Hm.")]
