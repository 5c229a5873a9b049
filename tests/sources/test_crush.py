"""Databases of Crush: streaming answers, calls with exit codes, ends of turns, sub-agents, projects, odd rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.model import event as e
from ppp_tui.model.limits import MAX_TRAJECTORIES
from ppp_tui.sources.crush import SOURCE
from ppp_tui.sources.source import Identity
from tests.sources.crush_rows import SESSION, T0, CrushStore, call, finish, result, seconds, text
from tests.sources.gemini_lines import kinds
from tests.sources.polled import of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CrushStore]:
    opened = CrushStore(tmp_path / "shop" / ".crush" / "crush.db")
    opened.session()
    yield opened
    opened.close()


def test_databases_are_those_of_the_registered_projects(tmp_path: Path) -> None:
    registry = tmp_path / ".local" / "share" / "crush" / "projects.json"
    registry.parent.mkdir(parents=True)
    projects = [
        {"path": "/home/me/shop", "data_dir": "/home/me/shop/.crush"},
        {"path": "/home/me/api", "data_dir": "state"},
        {"path": "/home/me/shop", "data_dir": "/home/me/shop/.crush"},
        {"path": "relative"},
        {"path": "/home/me/\0"},
        "odd",
    ]
    registry.write_text(json.dumps({"projects": projects}))
    databases = [Path("/home/me/shop/.crush/crush.db"), Path("/home/me/api/state/crush.db")]
    assert SOURCE.roots({}, tmp_path) == databases
    assert SOURCE.roots({"CRUSH_GLOBAL_DATA": str(registry.parent)}, Path("/nowhere")) == databases
    assert SOURCE.roots({"XDG_DATA_HOME": str(tmp_path)}, tmp_path) == [tmp_path / "crush"]


def test_database_is_found_by_itself_in_its_project_and_in_its_data_folder(store: CrushStore) -> None:
    project = store.path.parent.parent
    assert [list(SOURCE.find(root)) for root in (store.path, store.path.parent, project)] == [[store.path]] * 3
    assert list(SOURCE.find(project.parent)) == []
    assert (SOURCE.claims(store.path), SOURCE.identify(store.path)) == (True, Identity("crush"))
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && crush --session {SESSION}"


def test_session_has_its_facts_and_a_turn_with_steps(store: CrushStore) -> None:
    store.message("m1", "user", 0, text("Fix it"), finish("stop"))
    thinking = {"type": "reasoning", "data": {"thinking": "Look first."}}
    store.message("m2", "assistant", 1, thinking, text("I look."), call("c1", "bash", command="pytest -q"))
    store.message(
        "m3", "tool", 3, result("c1", "1 failed\nExit code 1\n\n<cwd>/shop</cwd>", start_time=5, end_time=1205)
    )
    store.message("m2", "assistant", 1, thinking, text("I look."), call("c1", "bash", command="x"), finish("tool_use"))
    store.message("m4", "assistant", 4, text("It fails."), finish("end_turn", 5))
    events = store.poll().events
    assert kinds(events) == [
        "TrajectorySwitched",
        "TurnStarted",
        "ReasoningEmitted",
        "AssistantMessage",
        "ToolCallStarted",
        "ToolCallFinished",
        "AssistantMessage",
        "TurnEnded",
    ]
    facts = {event.name: event.value for event in of(e.MetadataLearned, events)}
    project = str(store.path.parent.parent)
    assert facts == {"native_id": SESSION, "project": project, "title": "Login", "model": "claude-sonnet-4-5"}
    [ended] = of(e.ToolCallFinished, events)
    assert (ended.status, ended.exit_code, ended.output, ended.duration_ms) == ("failed", 1, "1 failed", 1200)
    assert of(e.TurnEnded, events) == [e.TurnEnded(T0 + 5000, "completed")]
    assert store.poll().events == []


def test_streaming_answer_tells_its_text_when_it_is_whole_and_once(store: CrushStore) -> None:
    store.message("m1", "user", 0, text("Fix it"))
    store.message("m2", "assistant", 1, text("I lo"))
    assert of(e.AssistantMessage, store.poll()) == []
    store.message("m2", "assistant", 1, text("I look."), call("c1", "bash", finished=False))
    assert store.poll().events == []
    store.message("m2", "assistant", 1, text("I look."), call("c1", "bash", command="ls"))
    events = store.poll().events
    assert [event.text for event in of(e.AssistantMessage, events)] == ["I look."]
    assert [event.command for event in of(e.ToolCallStarted, events)] == ["ls"]
    store.message("m3", "tool", 2, result("c1", "a", working_directory="/shop"))
    assert [event.exit_code for event in of(e.ToolCallFinished, store.poll())] == [0]
    store.message("m2", "assistant", 1, text("I look."), call("c1", "bash", command="ls"), finish("tool_use", 2))
    assert kinds(store.poll().events) == []


@pytest.mark.parametrize(
    ("tool", "outcome", "expected"),
    [
        ("bash", result("c1", "no output", working_directory="/shop"), ("ok", 0)),
        ("bash", result("c1", "Background shell started", background=True, shell_id="1"), ("ok", None)),
        ("bash", result("c1", "x\nCommand was aborted before completion", output="x"), ("cancelled", None)),
        ("bash", result("c1", "User denied permission", is_error=True), ("denied", None)),
        ("bash", result("c1", "missing command", is_error=True), ("failed", None)),
        ("view", result("c1", "Exit code 1", "view"), ("ok", None)),
        ("view", result("c1", "file not found", "view", is_error=True), ("failed", None)),
    ],
)
def test_result_tells_status_and_exit_code(
    store: CrushStore, tool: str, outcome: dict[str, Any], expected: tuple[str, int | None]
) -> None:
    store.message("m1", "user", 0, text("Go"))
    store.message("m2", "assistant", 1, call("c1", tool), finish("tool_use"))
    store.message("m3", "tool", 2, outcome)
    [ended] = of(e.ToolCallFinished, store.poll())
    assert (ended.status, ended.exit_code) == expected


@pytest.mark.parametrize(
    ("reason", "status"),
    [("end_turn", "completed"), ("max_tokens", "completed"), ("canceled", "interrupted"), ("odd", "unknown")],
)
def test_turn_ends_as_its_last_message_says(store: CrushStore, reason: str, status: str) -> None:
    store.message("m1", "user", 0, text("Go"))
    store.message("m2", "assistant", 1, text("x"), finish(reason, 2))
    assert [event.status for event in of(e.TurnEnded, store.poll())] == [status]


def test_failed_request_ends_its_turn_with_a_reason(store: CrushStore) -> None:
    store.message("m1", "user", 0, text("Go"))
    store.message("m2", "assistant", 1, finish("error", 2, message="Rate limit exceeded", details="try later"))
    [failure] = of(e.RequestFailed, store.poll())
    assert (failure.kind, failure.message, failure.is_final) == (
        "rate_limit",
        "Rate limit exceeded: try later",
        True,
    )


def test_command_of_the_user_is_a_turn_of_its_own(store: CrushStore) -> None:
    command = {"type": "shell_command", "data": {"command": "git status", "output": "M a", "exit_code": 0}}
    store.message("m1", "user", 0, command)
    events = store.poll().events
    assert [(event.prompt, event.origin) for event in of(e.TurnStarted, events)] == [("!git status", "command")]
    assert [(event.status, event.exit_code) for event in of(e.ToolCallFinished, events)] == [("ok", 0)]
    assert [event.status for event in of(e.TurnEnded, events)] == ["completed"]


def test_continuation_that_the_program_wrote_begins_no_turn(store: CrushStore) -> None:
    store.message("m1", "user", 0, text("Go on", hidden=True))
    assert of(e.TurnStarted, store.poll()) == []


def test_summary_is_a_compaction_and_no_answer(store: CrushStore) -> None:
    store.session(prompt_tokens=900, completion_tokens=50)
    store.message("m1", "user", 0, text("Go"))
    assert of(e.ContextMeasured, store.poll()) == [e.ContextMeasured(T0, 950)]
    store.message("m2", "assistant", 1, text("All that was done"), finish("end_turn", 2), is_summary_message=1)
    events = store.poll().events
    assert [event.before_tokens for event in of(e.Compacted, events)] == [950]
    assert (of(e.AssistantMessage, events), of(e.TurnEnded, events)) == ([], [])


def test_sub_agent_is_a_child_of_its_call_and_titles_are_no_sessions(store: CrushStore) -> None:
    child = "m2$$c1"
    store.message("m1", "user", 0, text("Go"))
    store.session(child, parent_session_id=SESSION)
    store.session("title-1", parent_session_id=SESSION)
    store.message("x1", "user", 1, text("List all"), session=child)
    store.message("t1", "user", 1, text("Make a title"), session="title-1")
    events = store.poll().events
    assert of(e.TrajectorySwitched, events) == [
        e.TrajectorySwitched(SESSION, None, "", T0),
        e.TrajectorySwitched(child, SESSION, "c1", T0),
    ]
    assert [(event.prompt, event.origin) for event in of(e.TurnStarted, events)] == [
        ("Go", "typed"),
        ("List all", "system"),
    ]


def test_forgotten_session_is_written_anew_with_numbers(store: CrushStore) -> None:
    store.message("m1", "user", 0, text("First"))
    store.message("m2", "assistant", 1, text("Done."), finish("end_turn"))
    store.poll()
    for number in range(MAX_TRAJECTORIES):
        store.session(f"s{number}", number + 10)
        store.message(f"n{number}", "user", number + 10, text("Go"), session=f"s{number}")
    store.poll()
    store.message("m3", "user", 200, text("Second"))
    turns = of(e.TurnStarted, store.poll())
    assert [(turn.prompt, turn.number) for turn in turns] == [("First", 1), ("Second", 2)]


def test_database_whose_rows_got_other_numbers_is_written_anew(store: CrushStore) -> None:
    store.message("m0", "user", 0, text("Gone"))
    store.message("m1", "user", 1, text("First"))
    store.poll()
    store.db.execute("DELETE FROM messages WHERE id = 'm0'")
    store.db.execute("UPDATE messages SET rowid = rowid - 1")
    store.message("m2", "user", 2, text("Second"))
    turns = of(e.TurnStarted, store.poll())
    assert [(turn.prompt, turn.number) for turn in turns] == [("First", 1), ("Second", 2)]


def test_clock_that_was_set_back_hides_no_message(store: CrushStore) -> None:
    store.message("m1", "user", 50, text("First"))
    store.poll()
    store.message("m2", "user", 2, text("Second"))
    assert [event.prompt for event in of(e.TurnStarted, store.poll())] == ["Second"]


def test_messages_of_one_second_are_read_once(store: CrushStore) -> None:
    for number in range(3):
        store.message(f"m{number}", "user", 0, text(f"Go {number}"))
        assert [event.prompt for event in of(e.TurnStarted, store.poll())] == [f"Go {number}"]


def test_reading_goes_on_where_the_limit_was_reached(store: CrushStore) -> None:
    store.message("m1", "user", 0, text("One"))
    store.session("s2", 5)
    store.message("m2", "user", 5, text("Two"), session="s2")
    first = SOURCE.poll(store.path, b"", 1)
    rest = SOURCE.poll(store.path, first.state, 1)
    assert (first.is_more, rest.is_more) == (True, False)
    prompts = [event.prompt for read in (first, rest) for event in of(e.TurnStarted, read.reading.events)]
    assert prompts == ["One", "Two"]


def test_older_and_foreign_tables_are_read_or_named(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "crush.db")
    old.executescript(
        "CREATE TABLE sessions (id TEXT, parent_session_id TEXT, title TEXT, message_count INTEGER, updated_at INTEGER,"
        " created_at INTEGER); CREATE TABLE messages (id TEXT, session_id TEXT, role TEXT, parts TEXT, model TEXT,"
        " created_at INTEGER);"
    )
    old.execute("INSERT INTO sessions VALUES ('s', NULL, 'Login', 1, 1795168800000, 1795168800000)")
    old.execute("INSERT INTO messages VALUES ('m', 's', 'user', ?, NULL, 1795168800000)", (json.dumps([text("Go")]),))
    old.commit()
    assert [event.at for event in of(e.TurnStarted, SOURCE.poll(tmp_path / "crush.db").reading.events)] == [T0]
    old.execute("DROP TABLE messages")
    old.commit()
    assert SOURCE.poll(tmp_path / "crush.db").reading.unknown == {"messages without its columns": 1}
    old.close()
    (tmp_path / "odd.db").write_bytes(b"no database at all, but long enough to be one")
    with pytest.raises(OSError, match="no SQLite database"):
        SOURCE.poll(tmp_path / "odd.db")


@settings(max_examples=60, deadline=None)
@given(
    body=st.one_of(
        st.binary(max_size=30),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["text", "tool_call", "finish", "data"]),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "data"]), inner),
            max_leaves=6,
        ).map(json.dumps),
    ),
    written=st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=3),
)
def test_rows_of_any_type_cost_facts_and_raise_nothing(
    tmp_path_factory: pytest.TempPathFactory, body: bytes | str, written: int | str | None
) -> None:
    db = CrushStore(tmp_path_factory.mktemp("odd") / "crush.db")
    db.db.execute("DROP TABLE messages")
    db.db.execute("CREATE TABLE messages (id, session_id, role, parts, model, created_at)")
    db.session(updated_at=written if written is not None else "x")
    for role in ("user", "assistant", "tool", 7):
        db.db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)", (f"m{role}", SESSION, role, body, 5, written))
    db.poll()
    later = ("m", SESSION, "user", json.dumps([text("Go on")]), None, seconds(9))
    db.db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)", later)
    db.session(second=9)
    assert [event.prompt for event in of(e.TurnStarted, db.poll())][-1:] == ["Go on"]
    db.close()
