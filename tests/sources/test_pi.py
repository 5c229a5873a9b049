"""Sessions of pi: both formats, branches, forks, exit codes, tokens, the user's own commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.pi import SOURCE
from ppp_tui.sources.source import Identity, Payload, is_rewriting
from tests.ingest.house import House, age
from tests.sources.gemini_lines import kinds
from tests.sources.pi_lines import (
    NAME,
    PATH,
    SESSION,
    T0,
    answer,
    call,
    content,
    entry,
    events_of,
    first_format,
    header,
    message,
    read,
    result,
    text,
    user,
)


def test_session_is_known_by_its_name_and_its_header() -> None:
    lines = header(), entry("session_info", "i1", None, 1, name="Login")
    assert {fact.name: fact.value for fact in events_of(e.MetadataLearned, *lines)} == {
        "native_id": SESSION,
        "project": "/home/me/shop",
        "title": "Login",
    }
    assert SOURCE.identify(PATH) == Identity(SESSION)
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && pi --session {SESSION}"
    assert SOURCE.roots({"PI_CODING_AGENT_DIR": "/pi"}, Path("/home/me")) == [Path("/pi/sessions")]


def test_turn_has_its_steps_and_ends_with_an_answer_that_calls_nothing() -> None:
    lines = (
        user("a1", None, "Fix it"),
        answer("a2", "a1", 1, text("I look."), call("c1", "bash", command="pytest -q"), stop="toolUse"),
        result("a3", "a2", 3, "c1", "bash", "1 failed\n\n\nCommand exited with code 1", isError=True),
        answer("a4", "a3", 4, text("It fails.")),
    )
    assert kinds(read(*lines).events) == [
        "TurnStarted",
        "RequestMeasured",
        "AssistantMessage",
        "ToolCallStarted",
        "ToolCallFinished",
        "RequestMeasured",
        "AssistantMessage",
        "TurnEnded",
    ]
    [ended] = events_of(e.ToolCallFinished, *lines)
    assert (ended.status, ended.exit_code, ended.output) == ("failed", 1, "1 failed")
    assert [spoken.is_final for spoken in events_of(e.AssistantMessage, *lines)] == [False, True]


@pytest.mark.parametrize(
    ("tool", "output", "is_error", "expected"),
    [
        ("bash", "2 passed", False, ("ok", 0, "2 passed")),
        ("bash", "Command exited with code 2", True, ("failed", 2, "")),
        ("bash", "x\n\nCommand aborted", True, ("cancelled", None, "x\n\nCommand aborted")),
        ("bash", "x\n\nCommand timed out after 5 seconds", True, ("failed", None, None)),
        ("read", "File not found", True, ("failed", None, "File not found")),
        ("read", "see: Command exited with code 1", False, ("ok", None, "see: Command exited with code 1")),
    ],
)
def test_exit_code_stands_behind_the_output_of_a_command(
    tool: str, output: str, is_error: bool, expected: tuple[str, int | None, str | None]
) -> None:
    [ended] = events_of(e.ToolCallFinished, result("a3", "a2", 3, "c1", tool, output, isError=is_error))
    assert (ended.status, ended.exit_code) == expected[:2]
    assert expected[2] in (ended.output, None)


def test_tokens_are_disjoint_and_the_recorded_cost_stands_beside_ours() -> None:
    [request] = events_of(e.RequestMeasured, answer("a2", "a1", 1, text("Done.")))
    assert (request.input_tokens, request.output_tokens) == (10, 40)
    assert (request.cache_read_tokens, request.cache_write_5m_tokens) == (1000, 200)
    assert (request.reported_micros, request.provider, request.is_lower_bound) == (1234, "anthropic", False)
    assert [context.used_tokens for context in events_of(e.ContextMeasured, answer("a2", "a1", 1))] == [1250]


@pytest.mark.parametrize(
    ("stop", "error", "expected"),
    [
        ("aborted", "Request was aborted", e.TurnEnded(T0 + 1000, "interrupted")),
        (
            "error",
            "400 bad request",
            e.RequestFailed(T0 + 1000, e.Ref(0, 0), "error", "400 bad request", 400, is_final=True),
        ),
    ],
)
def test_answer_that_broke_off_ends_its_turn_and_counts_at_least_what_it_says(
    stop: str, error: str, expected: Any
) -> None:
    line = answer("a2", "a1", 1, text("I l"), stop=stop, errorMessage=error)
    events = read(line).events
    last = events[-1]._replace(ref=e.Ref(0, 0)) if isinstance(events[-1], e.RequestFailed) else events[-1]
    assert last == expected
    assert [request.is_lower_bound for request in events_of(e.RequestMeasured, line)] == [True]


def test_refusal_that_may_pass_is_final_once_pi_asks_no_more() -> None:
    refused = [answer(f"a{n}", f"a{n - 1}", n, stop="error", errorMessage="500 no") for n in range(2, 6)]
    attempts = [
        (failed.attempt, failed.max_attempts, failed.wait_ms, failed.is_final)
        for failed in events_of(e.RequestFailed, user("a1", None, "First"), *refused)
    ]
    assert attempts == [(1, None, None, False), (2, None, None, False), (3, None, None, False), (4, None, None, True)]
    answered = answer("b3", "a2", 3, text("One."))
    later = answer("b4", "b3", 4, stop="error", errorMessage="529 overloaded")
    failures = events_of(e.RequestFailed, user("a1", None, "First"), refused[0], answered, later)
    assert [(failed.kind, failed.attempt) for failed in failures] == [("error", 1), ("overloaded", 1)]


def test_branch_takes_back_the_turns_that_it_does_not_go_on_from() -> None:
    lines = [
        user("a1", None, "First"),
        answer("a2", "a1", 1, text("One.")),
        user("b1", "a2", "Second", 2),
        answer("b2", "b1", 3, text("Two.")),
        user("c1", "a2", "Otherwise", 4),
    ]
    second, third = (turn.key for turn in events_of(e.TurnStarted, *lines)[1:])
    assert events_of(e.TurnsRolledBack, *lines[:4]) == []
    assert events_of(e.TurnsRolledBack, *lines) == [e.TurnsRolledBack(0, 0, (hash64(second),))]
    back = user("d1", "b2", "Back", 5)
    assert events_of(e.TurnsRolledBack, *lines, back)[1] == e.TurnsRolledBack(0, 0, (hash64(third),), (hash64(second),))
    assert len(events_of(e.RequestMeasured, *lines)) == 2, "what a branch cost stays spent"


def test_both_formats_have_the_same_keys_so_that_a_migrated_file_is_the_same_session() -> None:
    lines = user("a1", None, "First"), answer("a2", "a1", 1, text("One."))
    for kind in (e.TurnStarted, e.RequestMeasured):
        old = [event.key for event in events_of(kind, *map(first_format, lines))]
        assert [event.key for event in events_of(kind, *lines)] == old
    assert events_of(e.TurnsRolledBack, *map(first_format, lines)) == []


def test_migrated_file_is_told_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / PATH.name
    assert is_rewriting(SOURCE)
    for line, expected in (
        (header(), True),
        (first_format(header()) | {"id": SESSION}, False),
        (header(id="other"), False),
        (user("a1", None, "Hi"), False),
    ):
        path.write_bytes(content(line))
        assert SOURCE.is_rewritten(path) is expected


def test_migrated_file_is_counted_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = house.home / ".pi/agent/sessions" / NAME
    path.parent.mkdir(parents=True)
    lines = header(), user("a1", None, "First"), answer("a2", "a1", 1, text("One."))
    path.write_bytes(content(*map(old_header_or_entry, lines)))
    age(path)
    house.ingest(sources=("pi",))
    path.write_bytes(content(*lines, user("b1", "a2", "Second", 2), answer("b2", "b1", 3, text("Two."))))
    age(path)
    house.ingest(sources=("pi",))
    rows = house.ask(
        "SELECT t.native_id, s.turns, s.requests, s.output_tokens FROM trajectories AS t "
        "JOIN trajectory_summaries AS s ON s.trajectory_id = t.id"
    )
    assert rows == [(SESSION, 2, 2, 80)]


def old_header_or_entry(line: dict[str, Any]) -> dict[str, Any]:
    """The line as the first format has it; its header has an id."""
    return first_format(line) | ({"id": SESSION} if line["type"] == "session" else {})


def test_fork_repeats_requests_and_turns_under_the_same_keys() -> None:
    own = user("a1", None, "First"), answer("a2", "a1", 1, text("One."))
    parent = f"/home/me/.pi/agent/sessions/--home-me-shop--/2026-11-19T10-00-00-000Z_{SESSION}.jsonl"
    fork = header(id="01a22bb0-0000-76ee-9149-71c5574fbc73", parentSession=parent), *own
    assert [event.key for event in events_of(e.RequestMeasured, *fork)] == [
        event.key for event in events_of(e.RequestMeasured, *own)
    ]
    assert ("forked_from", SESSION) in [(fact.name, fact.value) for fact in events_of(e.MetadataLearned, *fork)]


def test_command_of_the_user_is_a_turn_of_its_own() -> None:
    line = message("a1", None, 1, role="bashExecution", command="git status", output="clean", exitCode=0)
    assert kinds(read(line).events) == ["TurnStarted", "ToolCallStarted", "ToolCallFinished", "TurnEnded"]
    [turn] = events_of(e.TurnStarted, line)
    assert (turn.prompt, turn.origin) == ("!git status", "command")
    [record] = [content(line)]
    assert SOURCE.load_output(record, turn.key) == Payload("clean")


def test_compaction_tells_what_it_began_from() -> None:
    line = entry("compaction", "a9", None, 5, summary="All of it", firstKeptEntryId="a2", tokensBefore=150000)
    assert [(event.trigger, event.before_tokens) for event in events_of(e.Compacted, line)] == [("", 150000)]


def test_payloads_are_whole() -> None:
    edit = call("c1", "edit", path="a.py", oldText="a", newText="b")
    assert SOURCE.load_input(content(answer("a2", "a1", 1, edit)), "c1") == Payload("-a\n+b\n", "diff")
    done = result("a3", "a2", 2, "c1", "edit", "Edited", details={"diff": "-1 a\n+1 b"})
    assert SOURCE.load_output(content(done), "c1") == Payload("-1 a\n+1 b", "diff")
    assert SOURCE.load_input(content(user("a1", None, "Fix it")), "") == Payload("Fix it", "markdown")


def test_repeated_entry_says_nothing_and_an_unknown_one_is_counted() -> None:
    lines = user("a1", None, "Fix it"), user("a1", None, "Fix it"), entry("hologram", "x1", "a1", 1)
    assert len(events_of(e.TurnStarted, *lines)) == 1
    assert read(*lines).unknown == {"hologram": 1}
    old = first_format(lines[0])
    assert len(events_of(e.TurnStarted, old, old)) == 1


def test_what_extensions_say_is_shown_unless_they_hide_it() -> None:
    shown = entry("custom_message", "x1", None, 1, content="All checks passed", display=True)
    hidden = entry("custom_message", "x2", "x1", 2, content="Internal", display=False)
    left = entry("branch_summary", "x3", "x2", 3, fromId="a4", summary="The other way")
    assert [(note.tool, note.text) for note in events_of(e.SystemNotice, shown, hidden, left)] == [
        ("custom_message", "All checks passed"),
        ("branch_summary", "The other way"),
    ]
