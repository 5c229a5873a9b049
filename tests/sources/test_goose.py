"""Sessions of Goose: turns, calls with results, tokens of each request or of the session, and older files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.sources.goose import SOURCE
from ppp_tui.sources.goose.poll import COPIED
from ppp_tui.sources.source import Identity, ParsedChunk
from ppp_tui.testing.checks import HOSTILE_TEXTS, check_events
from tests.sources.goose_rows import SESSION, T0, GooseStore, call, refused, result, tell_story, text
from tests.sources.polled import of

MS = T0 * 1000


@pytest.fixture
def store(tmp_path: Path) -> GooseStore:
    return GooseStore(tmp_path / "sessions" / "sessions.db")


def test_session_tells_its_facts_turns_and_answers(store: GooseStore) -> None:
    tell_story(store)
    reading = store.poll()
    assert reading.events[0] == e.TrajectorySwitched(SESSION, None, "", MS)
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts == {"native_id": SESSION, "project": "/home/me/shop", "model": "claude-sonnet-4-5"}
    turns = [(event.prompt, event.at, event.origin) for event in of(e.TurnStarted, reading)]
    assert turns == [("Fix the failing test", MS, "typed"), ("Now the docs", MS + 30_000, "typed")]
    assert [(event.status, event.at) for event in of(e.TurnEnded, reading)] == [("completed", MS + 9000)]
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["I run the tests.", "It is mended."]
    assert [event.text for event in of(e.ReasoningEmitted, reading)] == ["First I look."]
    assert reading.unknown == {}


def test_call_has_its_command_result_and_exit_code(store: GooseStore) -> None:
    tell_story(store)
    reading = store.poll()
    assert [(event.kind, event.command) for event in of(e.ToolCallStarted, reading)] == [("shell", "pytest -q")]
    ends = [(event.status, event.exit_code, event.output, event.at) for event in of(e.ToolCallFinished, reading)]
    assert ends == [("failed", 1, "1 failed", MS + 6000)]


def test_input_of_the_ledger_is_told_without_what_the_cache_held(store: GooseStore) -> None:
    tell_story(store)
    first, second = of(e.RequestMeasured, store.poll())
    assert (first.input_tokens, first.cache_read_tokens, first.cache_write_5m_tokens) == (300, 600, 100)
    assert (first.output_tokens, first.reported_micros, first.provider) == (50, 12_500, "anthropic")
    assert (second.input_tokens, second.at) == (200, MS + 8000)


def test_requests_belong_to_the_turn_that_made_them(store: GooseStore) -> None:
    tell_story(store)
    kinds = [type(event) for event in store.poll().events]
    assert [kind for kind in kinds if kind in (e.TurnStarted, e.RequestMeasured, e.TurnEnded)] == [
        e.TurnStarted,
        e.RequestMeasured,
        e.RequestMeasured,
        e.TurnEnded,
        e.TurnStarted,
    ]


def test_window_is_recorded_and_condensing_is_no_context(store: GooseStore) -> None:
    tell_story(store)
    store.request(31, 5000, 800, compacts=True)
    reading = store.poll()
    assert [(event.used_tokens, event.window_tokens) for event in of(e.ContextMeasured, reading)] == [
        (1050, 200_000),
        (1230, 200_000),
    ]
    assert [(event.before_tokens, event.after_tokens) for event in of(e.Compacted, reading)] == [(5000, 800)]
    assert len(of(e.RequestMeasured, reading)) == 3


def test_only_what_is_new_is_told(store: GooseStore) -> None:
    tell_story(store)
    store.poll()
    assert store.poll() == ParsedChunk()
    store.message(33, "assistant", call("c2", "developer__text_editor", command="view", path="/a.py"))
    reading = store.poll()
    assert [(event.kind, event.target, event.paths) for event in of(e.ToolCallStarted, reading)] == [
        ("read", "/a.py", ("/a.py",))
    ]
    assert (of(e.TurnStarted, reading), of(e.RequestMeasured, reading)) == ([], [])


def test_conversation_that_was_written_anew_counts_nothing_twice(store: GooseStore) -> None:
    tell_story(store)
    store.poll()
    rows = store.db.execute(
        "SELECT message_id, session_id, role, content_json, created_timestamp FROM messages"
    ).fetchall()
    store.db.execute("DELETE FROM messages")
    store.db.executemany(
        "INSERT INTO messages (message_id, session_id, role, content_json, created_timestamp) VALUES (?, ?, ?, ?, ?)",
        rows,
    )
    store.message(40, "user", text("A summary for the model"), userVisible=False, agentVisible=True)
    store.session(second=41)
    reading = store.poll()
    assert [event for event in reading.events if not isinstance(event, e.TrajectorySwitched)] == []


def test_prompt_whose_message_was_deleted_is_taken_back(store: GooseStore) -> None:
    tell_story(store)
    turns = of(e.TurnStarted, store.poll())
    store.db.execute("DELETE FROM messages WHERE created_timestamp >= ?", (T0 + 30,))
    store.session(second=41)
    assert of(e.TurnsRolledBack, store.poll()) == [e.TurnsRolledBack(0, 0, (hash64(turns[1].key),))]


def test_refused_and_failed_calls_are_told_apart(store: GooseStore) -> None:
    store.session()
    store.message(
        0, "assistant", call("a", "write", path="/a"), call("b", "github__search", query="x"), call("c", "tree")
    )
    declined = "The user has declined to run this tool. DO NOT attempt to call this tool again."
    store.message(1, "user", refused("a", declined), refused("b", "no network"), result("c", "a.py", isError=True))
    reading = store.poll()
    assert [event.kind for event in of(e.ToolCallStarted, reading)] == ["edit", "mcp", "search"]
    assert [event.status for event in of(e.ToolCallFinished, reading)] == ["denied", "failed", "failed"]


def test_of_two_texts_of_a_result_the_models_is_told(store: GooseStore) -> None:
    store.session()
    store.message(0, "assistant", call("a", "shell", command="ls"))
    value = [
        {"type": "text", "text": "for the user", "annotations": {"audience": ["user"], "priority": 0.0}},
        {"type": "text", "text": "for the model", "annotations": {"audience": ["assistant"]}},
    ]
    store.message(1, "user", {"type": "toolResponse", "id": "a", "toolResult": {"status": "success", "value": value}})
    (end,) = of(e.ToolCallFinished, store.poll())
    assert (end.output, end.exit_code, end.status) == ("for the model", None, "ok")


def test_sub_agent_is_a_child_of_its_session(store: GooseStore) -> None:
    tell_story(store)
    store.session(
        "20261120_2", 5, parent_session_id=SESSION, session_type="sub_agent", created_at="2026-11-20 10:00:05"
    )
    store.message(5, "user", text("Look into it"), session="20261120_2")
    reading = store.poll()
    assert e.TrajectorySwitched("20261120_2", SESSION, "", MS + 5000) in reading.events
    assert [event.origin for event in of(e.TurnStarted, reading)] == ["typed", "typed", "system"]


def test_session_without_a_ledger_has_the_sum_of_its_tokens_and_no_price(tmp_path: Path) -> None:
    store = GooseStore(tmp_path / "sessions.db", with_ledger=False)
    store.session(accumulated_input_tokens=900, accumulated_output_tokens=40)
    store.message(0, "user", text("Hello"))
    (first,) = of(e.RequestMeasured, store.poll())
    store.session(second=9, accumulated_input_tokens=1500, accumulated_output_tokens=60)
    (second,) = of(e.RequestMeasured, store.poll())
    assert [(each.input_tokens, each.output_tokens, each.model) for each in (first, second)] == [
        (900, 40, ""),
        (600, 20, ""),
    ]


def test_sums_of_a_session_that_is_in_the_ledger_are_not_counted_again(store: GooseStore) -> None:
    store.session(second=2, accumulated_input_tokens=900, accumulated_output_tokens=40)
    store.message(0, "user", text("Hello"))
    store.session("20261120_9", accumulated_input_tokens=7, accumulated_output_tokens=1)
    store.message(0, "user", text("Hello"), session="20261120_9")
    store.request(1, 900, 40)
    used = [(event.input_tokens, event.output_tokens) for event in of(e.RequestMeasured, store.poll())]
    assert sorted(used) == [(7, 1), (900, 40)]


def imported(store: GooseStore, **columns: Any) -> None:
    """Write a session of another program as Goose imports it: an hour after its messages, without a provider."""
    more = {"provider_name": None, "model_config_json": None, "accumulated_input_tokens": 900}
    store.session(created_at="2026-11-20 11:00:00", **more | {"accumulated_output_tokens": 40} | columns)


def counted(reading: ParsedChunk) -> list[tuple[int, int]]:
    return [(event.input_tokens, event.output_tokens) for event in of(e.RequestMeasured, reading)]


@pytest.mark.parametrize("with_ledger", [True, False])
def test_sums_that_an_import_brought_along_are_not_counted_again(tmp_path: Path, with_ledger: bool) -> None:
    store = GooseStore(tmp_path / "sessions.db", with_ledger=with_ledger)
    imported(store)
    # Its row and its messages are written one after the other.
    assert counted(store.poll()) == []
    store.message(0, "user", text("Hello"))
    reading = store.poll()
    assert counted(reading) == []
    assert [event.text for event in of(e.SystemNotice, reading)] == [COPIED]
    imported(store, second=1, accumulated_input_tokens=1000, accumulated_output_tokens=45)
    reading = store.poll()
    assert counted(reading) == [(100, 5)]
    assert of(e.SystemNotice, reading) == []


def test_import_without_times_is_known_by_its_sums_where_a_ledger_lacks_them(store: GooseStore) -> None:
    store.session("20261120_2")
    store.message(3599, "user", text("Hi"), session="20261120_2")
    store.request(3600, 70, 7, session="20261120_2")
    imported(store)
    store.message(3600, "user", text("Hello"))
    assert counted(store.poll()) == [(70, 7)]


@pytest.mark.parametrize("is_read_before", [True, False])
def test_usage_of_an_import_that_the_ledger_carries_forward_is_not_counted(
    store: GooseStore, is_read_before: bool
) -> None:
    imported(store)
    store.message(0, "user", text("Hello"))
    if is_read_before:
        assert counted(store.poll()) == []
    imported(store, second=5, accumulated_input_tokens=1000, accumulated_output_tokens=45, provider_name="anthropic")
    store.message(3605, "user", text("Go on"))
    store.request(3606, 900, 40, source="carried_forward")
    store.request(3606, 100, 5)
    assert counted(store.poll()) == [(100, 5)]


@pytest.mark.parametrize("is_read_before", [True, False])
def test_usage_before_the_ledger_that_it_carries_forward_counts_once_and_has_no_price(
    store: GooseStore, is_read_before: bool
) -> None:
    store.session(accumulated_input_tokens=900, accumulated_output_tokens=40)
    store.message(0, "user", text("Hello"))
    used = of(e.RequestMeasured, store.poll()) if is_read_before else []
    store.session(second=5, accumulated_input_tokens=1000, accumulated_output_tokens=45)
    store.message(5, "user", text("Go on"))
    store.request(6, 900, 40, source="carried_forward")
    store.request(6, 100, 5)
    used += of(e.RequestMeasured, store.poll())
    assert [(each.input_tokens, each.output_tokens, each.model) for each in used] == [
        (900, 40, ""),
        (100, 5, "claude-sonnet-4-5"),
    ]
    # What the ledger had missed later on is not compared with what it carried before.
    store.session(second=9, accumulated_input_tokens=1500, accumulated_output_tokens=60)
    store.request(9, 500, 15, source="carried_forward")
    assert counted(store.poll()) == [(500, 15)]


def test_times_may_be_milliseconds_and_titles_may_be_none_yet(store: GooseStore) -> None:
    store.session(name="Mend the shop")
    store.message((T0 * 999), "user", text("Hello"))
    reading = store.poll()
    assert [event.at for event in of(e.TurnStarted, reading)] == [MS]
    assert "Mend the shop" in [event.value for event in of(e.MetadataLearned, reading)]


def test_many_sessions_are_read_in_parts(store: GooseStore) -> None:
    for number in range(3):
        store.session(f"20261120_{number}", created_at=f"2026-11-20 10:00:0{number}")
        store.message(number, "user", text("Hello"), session=f"20261120_{number}")
    assert [len(of(e.TurnStarted, store.poll(limit=1))) for _ in range(4)] == [1, 1, 1, 0]


def legacy(folder: Path, *messages: dict[str, Any]) -> Path:
    path = folder / "20250601_101500.jsonl"
    header = {"working_dir": "/home/me/shop", "description": "Mend it", "message_count": len(messages)}
    header |= {"accumulated_input_tokens": 900, "accumulated_output_tokens": 40}
    path.write_text("".join(f"{json.dumps(line)}\n" for line in [header, *messages]))
    return path


MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "created": T0, "content": [text("Fix it")]},
    {"role": "assistant", "created": T0 + 1, "content": [call("t1", "developer__shell", command="ls")]},
    {"role": "user", "created": T0 + 2, "content": [result("t1", "a.py")]},
    {"role": "assistant", "created": T0 + 3, "content": [text("Done.")]},
]


def test_older_session_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = legacy(tmp_path, *MESSAGES[:2])
    read = SOURCE.poll(path)
    assert [event.prompt for event in of(e.TurnStarted, read.reading)] == ["Fix it"]
    assert [event.input_tokens for event in of(e.RequestMeasured, read.reading)] == [900]
    assert SOURCE.poll(path, read.state).reading == ParsedChunk()
    legacy(tmp_path, *MESSAGES)
    grown = SOURCE.poll(path, read.state).reading
    assert [event.status for event in of(e.ToolCallFinished, grown)] == ["ok"]
    assert [event.status for event in of(e.TurnEnded, grown)] == ["completed"]
    assert (of(e.TurnStarted, grown), of(e.RequestMeasured, grown)) == ([], [])


def test_session_that_the_database_holds_is_not_read_from_its_file(tmp_path: Path) -> None:
    path = legacy(tmp_path, *MESSAGES)
    alone = SOURCE.poll(path).reading
    store = GooseStore(tmp_path / "sessions.db")
    store.session(path.stem, accumulated_input_tokens=900, accumulated_output_tokens=40)
    for message in MESSAGES:
        second = message["created"] - T0
        store.message(second, message["role"], *message["content"], session=path.stem)
    assert SOURCE.poll(path).reading == ParsedChunk()
    both = store.poll()
    # Read before it was imported, it has the same turns and requests, which count once then.
    for kind in (e.TurnStarted, e.RequestMeasured):
        assert [event.key for event in of(kind, both)] == [event.key for event in of(kind, alone)]


@pytest.mark.parametrize(
    "content", [*HOSTILE_TEXTS, "", "[]", "{}", "7", '[7, null, {"type": []}]', '[{"type": "toolRequest", "id": 5}]']
)
def test_odd_content_raises_nothing(content: str, store: GooseStore) -> None:
    tell_story(store)
    store.db.execute("UPDATE messages SET content_json = ?, metadata_json = ?", (content, content))
    store.db.execute("UPDATE usage_ledger SET model = ?, cost = ?, input_tokens = ?", (content, content, 2**62))
    store.db.execute("UPDATE sessions SET name = ?, model_config_json = ?, created_at = ?", (content, content, content))
    check_events(store.poll().events, 0)


@pytest.mark.parametrize("content", [*HOSTILE_TEXTS, "", "7", '{"role": 7}', '{"role": "user", "content": 5}', "[]"])
def test_odd_lines_raise_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "20250601_101500.jsonl"
    path.write_text(f"{content}\n{json.dumps(MESSAGES[0])}\n")
    reading = SOURCE.poll(path).reading
    check_events(reading.events, 0)
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Fix it"]


def test_table_without_its_columns_is_told(tmp_path: Path) -> None:
    store = GooseStore(tmp_path / "sessions.db")
    store.db.execute("DROP TABLE messages")
    assert store.poll().unknown == {"messages without its columns": 1}


def test_database_log_and_older_files_are_known_by_their_names(store: GooseStore) -> None:
    folder = store.path.parent
    path = legacy(folder, *MESSAGES)
    assert set(SOURCE.find(folder)) == {store.path, path}
    assert (SOURCE.identify(store.path), SOURCE.identify(path)) == (Identity("sessions"), Identity("20250601_101500"))
    assert SOURCE.session_of(folder / "sessions.db-wal") == store.path  # type: ignore[attr-defined]
    assert SOURCE.roots({"GOOSE_PATH_ROOT": "/g"}, Path("/home/me")) == [Path("/g/data/sessions")]
    assert SOURCE.resume_command(SESSION, "/a b") == f"cd '/a b' && goose session --resume --session-id {SESSION}"
