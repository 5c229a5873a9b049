"""Damaged, odd and hostile sessions: nothing whole is lost, nothing is made up, nothing is raised or grows."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.model import event as e
from ppp_tui.sources import lines as cut
from ppp_tui.sources.claude_code import SOURCE, parser
from ppp_tui.sources.source import Damage, ParsedChunk
from tests.sources.claude_lines import MAIN, assistant, call, envelope, kinds, read, result, text, told, user
from tests.sources.parsed_lines import content

QUESTION = {"question": "Which?", "options": [{"label": "A"}]}
PROGRESS = {"type": "agent_progress", "agentId": "a1", "message": {"type": "assistant", "message": {"id": "m"}}}
TALK = [
    user("u1", "Fix it", cwd="/shop", version="2.1.219"),
    assistant("a1", text("I look."), 1),
    assistant("a2", call("t1", "Bash", command="ls"), 2),
    user("u2", result("t1", "app.py"), 3, toolUseResult={"stdout": "x"}),
    user("s1", "List", isSidechain=True),
    assistant("s2", text("Two."), isSidechain=True, parentUuid="s1"),
    assistant("a3", call("t2", "AskUserQuestion", questions=[QUESTION]), 4, message_id="msg_2", stop=None),
    envelope("progress", "p", data=PROGRESS, parentToolUseID="t2"),
    user("u3", result("t2", [{"type": "text", "text": "A"}], is_error=True), 5, toolUseResult="Error: no"),
    assistant("a4", call("t3", "Task", prompt="Count", todos=[{"status": "in_progress", "content": "B"}]), 5),
    envelope(
        "system",
        "y1",
        6,
        subtype="api_error",
        error={"status": 529, "error": {"message": "Overloaded"}},
        retryInMs=5.5,
        retryAttempt=1,
        maxRetries=10,
    ),
    envelope("system", "y2", 6, subtype="compact_boundary", compactMetadata={"trigger": "auto", "preTokens": 5}),
    envelope("system", "y3", 6, subtype="turn_duration", durationMs=5),
    envelope("system", "y4", 6, subtype="stop_hook_summary"),
    envelope("attachment", "q", 6, attachment={"type": "queued_command", "prompt": [{"text": "And"}]}),
    {"type": "summary", "summary": "Fixing", "leafUuid": "u1"},
    {"type": "ai-title", "aiTitle": "Fix", "sessionId": "s"},
    assistant("a5", text("API Error: 529"), 7, message_id="msg_3", isApiErrorMessage=True, error="unknown"),
    user("u4", "<command-name>/x</command-name>", 8, origin={"kind": "human"}, forkedFrom={"sessionId": "0"}),
    assistant("a6", text("Done."), 9, message_id="msg_4", stop="end_turn"),
    user("u5", "Thanks", 10),
]
"""A record of every kind."""


def feed(data: bytes, offset: int = 0) -> ParsedChunk:
    """What the parser reads in these bytes."""
    return SOURCE.parser(MAIN).feed(data, offset)


def line(record: dict[str, Any]) -> bytes:
    """A record without its newline."""
    return json.dumps(record).encode()


@given(st.sets(st.integers(1, len(TALK) - 1)), st.permutations(TALK))
@settings(max_examples=60, deadline=None)
def test_read_in_any_parts_the_events_are_the_same(cuts: set[int], shuffled: list[dict[str, Any]]) -> None:
    for records in (TALK, shuffled):
        whole = feed(content(*records))
        events, unknown, state, offset, last = [], 0, b"", 0, 0
        for end in [*sorted(cuts), len(records)]:
            going_on = SOURCE.parser(MAIN, state)
            chunk = content(*records[last:end])
            reading = going_on.feed(chunk, offset)
            events += reading.events
            unknown += sum(reading.unknown.values())
            state, offset, last = going_on.state(), offset + len(chunk), end
        assert (events, unknown) == (whole.events, sum(whole.unknown.values()))


@given(st.binary(max_size=300), st.integers(0, 5000), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_no_bytes_break_the_parser(noise: bytes, place: int, dropped: int) -> None:
    data = content(*TALK)
    place %= len(data)
    feed(noise)
    feed(data[:place] + noise + data[place + dropped :])


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "2026-11-20T10:00:00.000Z", "<command-name>/x</command-name>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every part of a JSON value."""
    found = [path] if path else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in entries:
        found += places(part, (*path, name))
    return found


@given(st.sampled_from(TALK), st.data())
@settings(max_examples=600, deadline=None)
def test_no_value_of_any_field_breaks_the_parser_or_what_must_store_it(
    record: dict[str, Any], data: st.DataObject
) -> None:
    changed = copy.deepcopy(record)
    *path, last = data.draw(st.sampled_from(places(changed)))
    inner: Any = changed
    for name in path:
        inner = inner[name]
    inner[last] = data.draw(_JSON)
    for event in feed(content(changed, *TALK)).events:
        for value in event:
            if isinstance(value, str):
                value.encode()
            elif isinstance(value, int):
                assert abs(value) < 2**63
        assert not isinstance(event, e.ToolCallStarted) or (
            len(event.target) <= 200 and len(event.input_preview) <= 300
        )


@pytest.mark.parametrize(
    ("change", "lost", "expected"),
    [
        ({"version": 3}, "field/version", ["TurnStarted"]),
        ({"isSidechain": "no"}, "field/isSidechain", ["TurnStarted"]),
        ({"message": {"content": [text("Fix"), {"type": 5, "text": "it"}]}}, "field/type", ["TurnStarted"]),
        ({"message": {"content": [text("Fix"), 5]}}, "", ["TurnStarted"]),
        ({"message": {"content": {"text": "Fix"}}}, "field/content", []),
        ({"message": "Fix it"}, "field/message", []),
    ],
)
def test_a_field_of_an_unknown_shape_costs_that_field_only(
    change: dict[str, Any], lost: str, expected: list[str]
) -> None:
    reading = read({**user("u1", "Fix it"), **change})
    assert kinds(reading.events) == expected
    assert reading.unknown == ({lost: 1} if lost else {})
    assert reading.damage == []


def test_usage_of_an_unknown_shape_keeps_what_can_be_read_of_it() -> None:
    record = assistant("a", text("x"))
    record["message"]["usage"] |= {"service_tier": {"name": "new"}, "server_tool_use": []}
    [request] = [event for event in told(record) if isinstance(event, e.RequestMeasured)]
    assert (request.output_tokens, request.service_tier, request.web_searches) == (5, "", 0)


def test_two_records_on_one_line_are_two_records() -> None:
    reading = feed(line(user("u1", "One")) + line({"type": "summary", "summary": "x", "leafUuid": "u1"}) + b"\n")
    assert kinds(reading.events) == ["TurnStarted", "MetadataLearned"]
    assert reading.damage == []


def test_of_a_torn_line_the_whole_records_are_kept_and_nothing_is_made_up() -> None:
    torn = line(assistant("a1", text("x")))[:150]
    reading = feed(torn + line(user("u2", "Two")) + b"\n", 1000)
    [event] = reading.events
    assert isinstance(event, e.TurnStarted)
    assert event.ref == (1150, len(line(user("u2", "Two"))))
    assert reading.damage == [Damage(1000, 150, "torn")]


def test_what_a_torn_record_of_progress_repeats_is_not_taken_for_a_record() -> None:
    inner = {"type": "assistant", "uuid": "x", "message": assistant("x", text("x"))["message"]}
    torn = line(envelope("progress", "p", data={"message": inner, "type": "agent_progress"}))[:-20]
    reading = feed(torn + b"\n" + content(user("u1", "One")))
    assert kinds(reading.events) == ["TurnStarted"]
    assert reading.damage == [Damage(0, len(torn), "torn")]


def test_runs_of_nul_bytes_cost_themselves_only() -> None:
    reading = feed(b"\0" * 200 + line(user("u1", "One")) + b"\n" + b"\0" * 9 + b"\n")
    assert kinds(reading.events) == ["TurnStarted"]
    assert [(damage.length, damage.reason) for damage in reading.damage] == [(200, "nul"), (9, "nul")]


@pytest.mark.parametrize(
    ("broken", "expected"), [(b"O\x80e", "O\ufffde"), (b"O\\ud83de", "O?e")], ids=["no utf-8", "half a pair"]
)
def test_broken_characters_cost_themselves_only(broken: bytes, expected: str) -> None:
    prompt = line(user("u1", "One")).replace(b"One", broken)
    output = line(user("u2", result("t", "One"), toolUseResult={"stdout": "One"})).replace(b"One", broken)
    reading = feed(prompt + b"\n" + output + b"\n")
    start, end = reading.events
    assert isinstance(start, e.TurnStarted)
    assert isinstance(end, e.ToolCallFinished)
    assert (start.prompt, end.output_preview, end.output_length) == (expected, expected, 3)
    assert reading.damage == [
        Damage(0, len(prompt), "not utf-8"),
        Damage(len(prompt) + 1, len(output), "not utf-8"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"oops", "not json"),
        (b"5", "not a record"),
        (b"[1]", "not a record"),
        (b'{"type":"user"', "torn"),
        (b'{"a":' * 9000, "torn"),
    ],
)
def test_line_that_is_no_record_is_damage(data: bytes, reason: str) -> None:
    reading = feed(data + b"\n" + content(user("u1", "One")))
    assert kinds(reading.events) == ["TurnStarted"]
    assert reading.damage == [Damage(0, len(data), reason)]  # type: ignore[arg-type]


def test_a_line_beyond_the_cap_is_told_and_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MAX_LINE_BYTES", 500)
    monkeypatch.setattr(cut, "MAX_LINE_BYTES", 500)
    long = line(user("u1", "x" * 400))
    reading = feed(long + b"\n" + content(user("u2", "Two")))
    assert kinds(reading.events) == ["TurnStarted"]
    assert reading.damage == [Damage(0, len(long), "too long")]


def test_byte_order_mark_and_carriage_returns_are_no_damage() -> None:
    reading = feed(b"\xef\xbb\xbf" + line(user("u1", "One")) + b"\r\n\r\n" + line(user("u2", "Two")))
    assert kinds(reading.events) == ["TurnStarted", "TurnStarted"]
    assert reading.damage == []


def test_the_state_stays_small_however_long_the_session_and_its_ids_are() -> None:
    going_on = SOURCE.parser(MAIN)
    for number in range(1500):
        key = f"{number:04}" + "k" * (300 if number % 2 else 30)
        going_on.feed(
            content(
                assistant(key, call(key, "Task", prompt=key), message_id=key, request=key, cwd=key * 50),
                user(key + "s", key, isSidechain=True, agentId=key, cwd=key * 50),
                envelope(
                    "progress", key + "p", parentToolUseID=key, data={"type": "agent_progress", "agentId": key * 9}
                ),
                {"type": "custom-title", "customTitle": key * 100, "sessionId": "s"},
            ),
            0,
        )
    assert len(going_on.state()) < 300_000


def test_state_of_another_format_is_refused() -> None:
    for foreign in (b"\xff\xff", b"\x93\x01\x02\x03"):
        with pytest.raises(ValueError, match="not a state of a Claude Code parser"):
            SOURCE.parser(MAIN, foreign)
