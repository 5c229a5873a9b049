"""Sessions of OpenCode: rows that change in place, forks, reverts, sub-agents, tokens, questions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_TRAJECTORIES
from ppp_tui.sources.opencode import SOURCE
from ppp_tui.testing.checks import HOSTILE_TEXTS
from tests.ingest.house import House
from tests.sources.opencode_rows import SESSION, Store, answer, dump, ms, text, tool, user, write_turn
from tests.sources.polled import of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "opencode.db")
    yield made
    made.close()


def names(events: list[e.Event]) -> list[str]:
    return [type(event).__name__ for event in events if not isinstance(event, e.MetadataLearned)]


def test_session_is_known_by_its_row(store: Store) -> None:
    store.session(title="New session - 2026-11-20")
    assert {fact.name: fact.value for fact in of(e.MetadataLearned, store.poll())} == {
        "native_id": SESSION,
        "project": "/home/me/shop",
        "agent_version": "1.18.33",
    }
    store.session(title="Fix the login")
    assert [fact.value for fact in of(e.MetadataLearned, store.poll())] == ["Fix the login"]
    assert SOURCE.resume_command(SESSION, "/shop") == f"cd /shop && opencode --session {SESSION}"


def test_turn_is_told_step_by_step_while_its_rows_change_in_place(store: Store) -> None:
    store.session()
    store.message("msg_1", 0, user(0))
    assert names(store.poll()) == ["TrajectorySwitched"], "its text is not written yet"
    store.part("prt_1", "msg_1", 0.5, {"type": "text", "text": "Fix the login"})
    assert names(store.poll()) == ["TrajectorySwitched", "TurnStarted"]
    store.message("msg_2", 1, answer(1))
    store.part("prt_2", "msg_2", 1, text("", None))
    store.part("prt_3", "msg_2", 1.5, tool("bash", "pending", 1.5, input={}))
    assert names(store.poll()) == ["TrajectorySwitched"], "a text and a call that are still being written say nothing"
    store.part("prt_2", "msg_2", 2, text("I look.", 2))
    store.part("prt_3", "msg_2", 2, tool("bash", "running", 2, input={"command": "pytest -q"}))
    assert names(store.poll()) == ["TrajectorySwitched", "AssistantMessage", "ToolCallStarted"]
    store.part("prt_3", "msg_2", 3, tool("bash", "running", 2, input={"command": "pytest -q"}))
    assert names(store.poll()) == ["TrajectorySwitched", "Heartbeat"]
    done = tool("bash", "completed", 2, 4, input={"command": "pytest -q"}, output="1 failed", metadata={"exit": 1})
    store.part("prt_3", "msg_2", 4, done)
    [ended] = of(e.ToolCallFinished, store.poll())
    assert (ended.at, ended.status, ended.exit_code, ended.output) == (ms(4), "failed", 1, "1 failed")
    store.message("msg_2", 1, answer(1, 5, "tool-calls"), updated=5)
    assert names(store.poll()) == ["TrajectorySwitched", "RequestMeasured", "ContextMeasured"]
    store.message("msg_3", 6, answer(6, 7, "stop"), updated=7)
    assert names(store.poll())[-1] == "TurnEnded"
    assert store.poll() == []


def test_call_that_runs_before_its_words_are_written_comes_after_them(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix the login", 0)
    store.message("msg_2", 1, answer(1))
    store.part("prt_2", "msg_2", 1, text("", None))
    store.part("prt_3", "msg_2", 1.2, tool("bash", "running", 1.2, input={"command": "pytest -q"}))
    assert names(store.poll()) == ["TrajectorySwitched", "TurnStarted"]
    store.part("prt_2", "msg_2", 1.3, text("I look.", 1.3))
    assert names(store.poll()) == ["TrajectorySwitched", "AssistantMessage", "ToolCallStarted"]


def test_reading_part_by_part_gives_the_events_of_reading_at_once(store: Store, tmp_path: Path) -> None:
    events: list[e.Event] = []
    other = Store(tmp_path / "other.db")
    for to in (store, other):
        to.session()
    for at, name in ((0, "1"), (10, "2"), (20, "3")):
        write_turn(store, at, name=name)
        events += store.poll()
        write_turn(other, at, name=name)
    at_once = other.poll()
    other.close()
    assert [event for event in events if not isinstance(event, e.TrajectorySwitched)] == at_once[1:]


def test_reasoning_beside_the_output_is_added_and_within_it_is_not(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1, 2, "tool-calls"))
    within = answer(3, 4, "stop")
    within["tokens"]["total"] = 1140
    store.message("msg_3", 3, within)
    requests = of(e.RequestMeasured, store.poll())
    assert [(request.input_tokens, request.cache_read_tokens) for request in requests] == [(100, 1000), (100, 1000)]
    assert [(request.output_tokens, request.reasoning_tokens) for request in requests] == [(50, 10), (40, 10)]
    assert [request.provider for request in requests] == ["openai", "openai"]


def test_recorded_cost_stands_beside_ours_and_nought_is_unknown(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1, 2, "tool-calls", cost=0.001234))
    store.message("msg_3", 3, answer(3, 4, "stop"))
    assert [request.reported_micros for request in of(e.RequestMeasured, store.poll())] == [1234, None]


def test_fork_does_not_count_the_requests_and_turns_that_it_repeats(store: Store) -> None:
    store.session()
    write_turn(store)
    own = store.poll()
    store.session("ses_fork", 30, title="Login (fork #1)")
    write_turn(store, session="ses_fork", name="9")
    copied = store.poll()
    assert [request.key for request in of(e.RequestMeasured, copied)] == [
        request.key for request in of(e.RequestMeasured, own)
    ]
    assert [turn.key for turn in of(e.TurnStarted, copied)] == [turn.key for turn in of(e.TurnStarted, own)]
    assert len({request.key for request in of(e.RequestMeasured, own)}) == 2


def test_what_a_fork_repeats_is_counted_for_the_session_that_had_it_first(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = home / ".local/share/opencode"
    folder.mkdir(parents=True)
    store = Store(folder / "opencode.db")
    store.session("ses_own", 0)
    write_turn(store, session="ses_own")
    store.session("ses_fork", 30)
    write_turn(store, session="ses_fork", name="9")
    write_turn(store, 40, session="ses_fork", name="91")
    house = House(tmp_path)
    house.ingest(sources=("opencode",))
    rows = house.ask(
        "SELECT t.native_id, s.turns, s.input_tokens FROM trajectories AS t "
        "JOIN trajectory_summaries AS s ON s.trajectory_id = t.id ORDER BY t.native_id"
    )
    store.close()
    assert rows == [("ses_fork", 1, 200), ("ses_own", 1, 200)]


def test_reverted_turns_are_taken_back_and_restored(store: Store) -> None:
    store.session()
    write_turn(store)
    write_turn(store, 10, name="2")
    taken = of(e.TurnStarted, store.poll())[1]
    store.session(revert='{"messageID": "msg_20"}')
    assert of(e.TurnsRolledBack, store.poll()) == [e.TurnsRolledBack(0, 0, (hash64(taken.key),))]
    store.session()
    assert of(e.TurnsRolledBack, store.poll()) == [e.TurnsRolledBack(0, 0, (), (hash64(taken.key),))]
    store.session(revert='{"messageID": "msg_20"}')
    store.poll()
    for message in ("msg_20", "msg_21", "msg_22"):
        store.delete(message)
    store.session()
    store.prompt("msg_30", "Otherwise", 20)
    assert names(store.poll()) == ["TrajectorySwitched", "TurnStarted"], "deleted ones stay taken back"


def test_sub_agent_is_a_child_of_the_call_that_started_it(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    call = {"description": "look", "prompt": "List the files", "subagent_type": "general"}
    store.part("prt_2", "msg_2", 2, tool("task", "running", 2, input=call, metadata={"sessionId": "ses_child"}))
    store.session("ses_child", 2, parent_id=SESSION, agent="general")
    store.prompt("msg_3", "List the files", 2.5, session="ses_child")
    events = store.poll()
    assert e.TrajectorySwitched("ses_child", SESSION, "prt_2", ms(2)) in events
    assert [(turn.prompt, turn.origin) for turn in of(e.TurnStarted, events)] == [
        ("Fix it", "typed"),
        ("List the files", "system"),
    ]
    done = tool("task", "completed", 2, 9, input=call, output="Two.", metadata={"sessionId": "ses_child"})
    store.part("prt_2", "msg_2", 9, done)
    assert [event.child_native_id for event in of(e.ToolCallFinished, store.poll())] == ["ses_child"]


QUESTIONS = {"questions": [{"question": "Which?", "options": [{"label": "A"}, {"label": "B"}]}, {"question": "Name?"}]}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"status": "completed", "metadata": {"answers": [["A", "B"], []]}}, (("A, B", None), "given")),
        ({"status": "completed", "metadata": {"answers": [[], []]}}, ((None, None), "empty")),
        ({"status": "error", "error": "The user dismissed this question"}, ((), "rejected")),
    ],
)
def test_answers_are_read_from_the_call_that_asked(store: Store, state: dict[str, Any], expected: Any) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    store.part("prt_2", "msg_2", 1, tool("question", "running", 1, input=QUESTIONS))
    asked = of(e.QuestionAsked, store.poll())
    assert [(question.text, question.options) for question in asked] == [("Which?", ("A", "B")), ("Name?", ())]
    store.part("prt_2", "msg_2", 5, tool("question", started=1, ended=5, input=QUESTIONS, **state))
    [answered] = of(e.QuestionAnswered, store.poll())
    assert (answered.answers, answered.status) == expected


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("bash", {"status": "completed", "metadata": {}}, ("ok", None)),
        ("bash", {"status": "error", "error": "The user rejected permission to use this tool"}, ("denied", None)),
        ("bash", {"status": "error", "error": "Tool execution aborted"}, ("cancelled", None)),
        (
            "bash",
            {
                "status": "completed",
                "output": "(no output)\n\n<shell_metadata>\nUser aborted the command\n</shell_metadata>",
                "metadata": {"exit": None},
            },
            ("cancelled", None),
        ),
        ("invalid", {"status": "completed", "output": "no such tool"}, ("failed", None)),
        ("read", {"status": "error", "error": "File not found"}, ("failed", None)),
    ],
)
def test_status_of_a_call_is_more_than_what_its_row_says(
    store: Store, name: str, state: dict[str, Any], expected: tuple[str, int | None]
) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    store.part("prt_2", "msg_2", 2, tool(name, started=1, ended=2, input={"command": "x"}, **state))
    [ended] = of(e.ToolCallFinished, store.poll())
    assert (ended.status, ended.exit_code) == expected


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        ("The user rejected permission to use this specific tool call.", [e.TurnEnded(ms(3), "interrupted")]),
        ("The user rejected permission to use this tool with the following feedback: use rg", []),
        ("File not found", []),
    ],
)
def test_refusal_without_a_word_ends_the_turn(store: Store, error: str, ends: list[e.Event]) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    store.part("prt_2", "msg_2", 2, tool("bash", "error", 1, 2, input={"command": "x"}, error=error))
    store.poll()
    store.message("msg_2", 1, answer(1, 3, "tool-calls"), updated=3)
    assert of(e.TurnEnded, store.poll()) == ends


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"name": "MessageAbortedError", "data": {"message": "aborted"}}, e.TurnEnded(ms(2), "interrupted")),
        (
            {"name": "APIError", "data": {"message": "Too many", "statusCode": 429}},
            e.RequestFailed(ms(2), e.NOWHERE, "rate_limit", "Too many", 429, is_final=True),
        ),
        (
            {"name": "ContextOverflowError", "data": {"message": "Too much"}},
            e.RequestFailed(ms(2), e.NOWHERE, "context", "Too much", None, is_final=True),
        ),
    ],
)
def test_answer_with_an_error_ends_its_turn(store: Store, error: dict[str, Any], expected: e.Event) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1, 2, error=error))
    assert store.poll()[-1] == expected


def test_compaction_is_no_prompt_and_no_answer(store: Store) -> None:
    store.session()
    write_turn(store)
    store.poll()
    store.message("msg_8", 8, user(8))
    store.part("prt_8", "msg_8", 8, {"type": "compaction", "auto": False})
    store.message("msg_9", 9, answer(9, 10, "stop", summary=True))
    store.part("prt_9", "msg_9", 10, text("A summary", 10))
    events = store.poll()
    assert names(events) == ["TrajectorySwitched", "RequestMeasured", "Compacted"]
    assert events[-1] == e.Compacted(ms(10), e.NOWHERE, "manual", 1150)


def test_what_the_program_adds_goes_on_with_the_open_turn(store: Store) -> None:
    store.session()
    write_turn(store)
    store.prompt("msg_20", "Continue if you have next steps", 8, synthetic=True)
    assert [turn.prompt for turn in of(e.TurnStarted, store.poll())] == ["Fix the login"]


def test_prompt_typed_while_busy_waits_for_the_end_of_the_answer(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    store.prompt("msg_3", "And the tests", 2)
    assert [turn.prompt for turn in of(e.TurnStarted, store.poll())] == ["Fix it"]
    store.message("msg_2", 1, answer(1, 3, "stop"), updated=3)
    assert names(store.poll())[-2:] == ["TurnEnded", "TurnStarted"]


@pytest.mark.parametrize("counts_changes", [True, False])
def test_long_session_is_read_once_and_then_only_where_it_changed(tmp_path: Path, *, counts_changes: bool) -> None:
    store = Store(tmp_path / "opencode.db", counts_changes=counts_changes)
    store.session()
    for turn in range(60):
        write_turn(store, turn * 10, name=f"{turn:03}")
    assert len(of(e.TurnStarted, store.poll())) == 60
    # A program touches old rows: their output is dropped to save room.
    store.db.execute("UPDATE part SET time_updated = ?", (ms(700),))
    store.db.execute("UPDATE session SET time_updated = ?", (ms(700),))
    store.session(second=700)
    assert store.poll() == []
    write_turn(store, 710, name="900")
    assert names(store.poll()).count("RequestMeasured") == 2
    store.close()


def test_session_that_was_forgotten_is_written_anew_with_its_own_numbers(store: Store) -> None:
    store.session()
    write_turn(store)
    store.poll()
    for number in range(MAX_TRAJECTORIES):
        store.session(f"ses_{number}", 20 + number)
    store.poll()
    write_turn(store, 100, name="2")
    turns = of(e.TurnStarted, store.poll())
    assert [turn.number for turn in turns] == [1, 2]


def test_poll_stops_at_its_limit_and_goes_on(store: Store) -> None:
    for number in range(4):
        store.session(f"ses_{number}", number)
        write_turn(store, number * 10, session=f"ses_{number}", name=f"{number}")
    first = SOURCE.poll(store.path, b"", 5)
    assert first.is_more
    rest = SOURCE.poll(store.path, first.state, 5000)
    both = [*first.reading.events, *rest.reading.events]
    assert len(of(e.TurnStarted, both)) == 4
    assert not rest.is_more


def test_database_is_never_changed(store: Store) -> None:
    store.session()
    write_turn(store)
    before = dump(store.path)
    store.poll()
    assert dump(store.path) == before


@pytest.mark.parametrize("hostile", [*HOSTILE_TEXTS, "", "[]", '{"role": 7}', '{"role": "assistant", "time": [1]}'])
def test_hostile_rows_cost_facts_only(store: Store, hostile: str) -> None:
    store.session(title=hostile or "x", directory=hostile, revert=hostile)
    write_turn(store)
    store.db.execute("UPDATE message SET data = ? WHERE id = 'msg_11'", (hostile,))
    store.db.execute("UPDATE part SET data = ? WHERE id = 'prt_1b'", (hostile,))
    store.db.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?)", (hostile, SESSION, "soon", b"\xff", b"\xff{"))
    store.db.execute("INSERT INTO part VALUES (?, ?, ?, -1, 1e300, ?)", (hostile, "msg_12", SESSION, b"\xff\x00"))
    store._count(SESSION)
    assert [turn.prompt for turn in of(e.TurnStarted, store.poll())] == ["Fix the login"]


def test_database_that_is_being_made_lacks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE __drizzle_migrations (id integer PRIMARY KEY AUTOINCREMENT, hash text)")
        db.commit()
        assert SOURCE.poll(path).reading.unknown == {}
        db.execute("CREATE TABLE other (id text)")
        db.commit()
        assert sorted(SOURCE.poll(path).reading.unknown) == [
            "message without its columns",
            "part without its columns",
            "session without its columns",
        ]


def test_foreign_tables_are_named_and_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE session (id text, time_updated integer)")
    db.commit()
    db.close()
    unknown = SOURCE.poll(path).reading.unknown
    assert unknown == {"message without its columns": 1, "part without its columns": 1}
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(OSError, match="no SQLite database"):
        SOURCE.poll(path)


def test_databases_are_found_by_name_and_variable(tmp_path: Path) -> None:
    folder = tmp_path / ".local/share/opencode"
    assert SOURCE.roots({}, tmp_path) == [folder / "opencode.db"]
    folder.mkdir(parents=True)
    for name in ("opencode.db", "opencode-dev.db", "other.db"):
        (folder / name).touch()
    assert SOURCE.roots({}, tmp_path) == [folder / "opencode.db", folder / "opencode-dev.db"]
    assert SOURCE.roots({"OPENCODE_DB": "/data/mine.db"}, tmp_path)[0] == Path("/data/mine.db")
    assert SOURCE.roots({"OPENCODE_DB": ":memory:", "XDG_DATA_HOME": "/xdg"}, tmp_path) == [
        Path("/xdg/opencode/opencode.db")
    ]


def test_thoughts_and_retries_are_parts_of_an_answer(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    store.part("prt_2", "msg_2", 2, {"type": "reasoning", "text": "First the tests", "time": {"end": ms(2)}})
    error = {"name": "APIError", "data": {"message": "Overloaded", "statusCode": 529}}
    store.part("prt_3", "msg_2", 3, {"type": "retry", "attempt": 2, "error": error, "time": {"created": ms(3)}})
    events = store.poll()
    assert [thought.text for thought in of(e.ReasoningEmitted, events)] == ["First the tests"]
    assert of(e.RequestFailed, events) == [e.RequestFailed(ms(3), e.NOWHERE, "overloaded", "Overloaded", 529, 2)]


def test_unknown_kinds_are_counted_once(store: Store) -> None:
    store.session()
    store.prompt("msg_1", "Fix it", 0)
    store.message("msg_2", 1, answer(1))
    store.message("msg_3", 2, {"role": "umpire"})
    store.part("prt_2", "msg_2", 2, {"type": "hologram"})
    store.part("prt_3", "msg_2", 2, tool("bash", "dreaming", 2))
    expected = {"message/umpire": 1, "part/hologram": 1, "tool/dreaming": 1}
    first = SOURCE.poll(store.path, b"")
    assert first.reading.unknown == expected
    assert SOURCE.poll(store.path, first.state).reading.unknown == {}


def test_state_holds_nothing_that_was_written(store: Store) -> None:
    store.session(title="Our secret plan", directory="/home/me/secret plan")
    write_turn(store)
    store.poll()
    for text_written in ("secret plan", "Fix the login", "pytest -q", "1 failed", "It fails."):
        assert text_written.encode() not in store.state
