"""Lists of sessions: their order, their pages, what a row tells, and what a name may mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.rows import SessionRow, Spend, Tokens
from ppp_tui.query.sessions import session_lists as listing
from ppp_tui.query.sessions.filters import EMPTY, parse
from ppp_tui.query.sessions.session_lists import (
    SORT_NAMES,
    Sort,
    SortName,
    children,
    first_session_ids,
    has_cheap_pages,
    resume_command,
    session,
    session_count,
    session_ids,
    session_page,
    sessions,
    sessions_around,
    sessions_named,
)
from tests.query.database_fixture import NOON_MS, Database, stored

FACTS = LiveFacts(
    last_at=NOON_MS,
    last_kind="ToolCallStarted",
    turn_number=2,
    turn_status="open",
    open_steps=(OpenStep("k", "shell", "Bash", "make", NOON_MS - 5),),
    pid=77,
)


def test_a_row_tells_what_the_database_knows(database: Database) -> None:
    database.put(
        "source_files",
        id=5,
        source="codex",
        path="/s/one.jsonl",
        health="vanished",
        native_id="n",
        offset=10,
        fold_state=b"x" * 9000,
    )
    database.session(9, agent_name="codex")
    database.session(
        1,
        {
            "revision": 42,
            "last_at": "2026-11-20 12:00:00.250",
            "turns": 2,
            "last_turn_number": 3,
            "requests": 4,
            "input_tokens": 10,
            "output_tokens": 20,
            "cache_read_tokens": 30,
            "cache_write_tokens": 40,
            "cost_micros": 500,
            "unpriced_requests": 1,
            "steps": 6,
            "failed_steps": 7,
            "retries": 8,
            "low_questions": 9,
            "medium_questions": 10,
            "high_questions": 11,
            "violations": 12,
            "tree_requests": 13,
            "tree_input_tokens": 14,
            "tree_output_tokens": 15,
            "tree_cache_read_tokens": 16,
            "tree_cache_write_tokens": 17,
            "tree_cost_micros": 18,
            "children": 19,
            "context_tokens": 20,
            "context_window": 21,
            "is_window_inferred": 1,
            "live": stored(FACTS),
        },
        agent_name="codex",
        source="codex",
        file_id=5,
        native_id="abc",
        parent_id=9,
        title="  Fix it\nnow",
        project="/home/ann/shop",
        branch="main",
        model="m1",
        agent_version="2.1",
        agent_role="Explore",
        spec_id="SPEC-1",
        run_id="run-1",
        stage="implement",
        created_at="2026-11-20 11:00:00.000",
    )
    assert database.ask(session(1)) == SessionRow(
        id=1,
        revision=42,
        agent_name="codex",
        source="codex",
        native_id="abc",
        title="Fix it",
        project="/home/ann/shop",
        branch="main",
        model="m1",
        agent_version="2.1",
        agent_role="Explore",
        spec_id="SPEC-1",
        run_id="run-1",
        stage="implement",
        parent_id=9,
        children=19,
        started_at=NOON_MS - 3_600_000,
        last_at=NOON_MS + 250,
        turns=2,
        last_turn_number=3,
        steps=6,
        failed_steps=7,
        retries=8,
        efforts=EffortCounts(9, 10, 11),
        violations=12,
        own=Spend(Tokens(10, 20, 30, 40), 500, 4, 1, True),
        tree=Spend(Tokens(14, 15, 16, 17), 18, 13, 0, False),
        context_tokens=20,
        context_window=21,
        facts=FACTS,
        path="/s/one.jsonl",
        is_source_gone=True,
        is_window_inferred=True,
        tree_last_at=NOON_MS + 250,
        repository="/home/ann/shop",
        project_label="shop",
    )
    assert database.ask(session(2)) is None


def test_what_is_not_known_of_a_session_is_empty(database: Database) -> None:
    database.session(1, {"last_at": None}, title="", created_at="not a time", native_id="")
    row = database.ask(session(1))
    assert row is not None
    assert (row.title, row.started_at, row.last_at, row.tree_last_at, row.run_id, row.path) == ("", 0, 0, 0, "", "")
    assert (row.context_tokens, row.parent_id, row.is_source_gone, row.facts) == (None, None, True, LiveFacts())


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ({1: "\n\n  Add a login  \nplease"}, "Add a login"),
        ({0: "before any prompt", 1: "first"}, "first"),
        ({1: "", 2: "second"}, "second"),
        ({1: "x" * 500}, "x" * 200),
        ({4: "too late"}, ""),
    ],
)
def test_a_session_without_a_title_is_named_by_its_first_prompt(
    database: Database, prompts: dict[int, str], expected: str
) -> None:
    database.session(1, title="")
    database.session(2, title="")
    database.turn(2, 1, prompt="of another session")
    for number, prompt in prompts.items():
        database.turn(1, number, prompt=prompt)
    row = database.ask(session(1))
    assert row is not None
    assert row.title == expected


@pytest.mark.parametrize(
    "live",
    [
        "",
        "no json",
        "{}",
        "[]",
        "7",
        "[1, 2, 3]",
        "[" * 100_000,
        stored(FACTS)[:-1] + ", 1]",
        stored(FACTS).replace('"ToolCallStarted"', "5"),
        stored(FACTS).replace("[[", "[[1, "),
        stored(FACTS).replace("[[", '["k", ['),
        stored(FACTS).replace(str(NOON_MS) + ",", '"soon",'),
    ],
)
def test_facts_of_another_shape_are_no_facts(database: Database, live: str) -> None:
    database.session(1, {"live": live})
    row = database.ask(session(1))
    assert row is not None
    assert row.facts == LiveFacts()


@pytest.fixture
def listed(database: Database) -> Database:
    """Four sessions, the third with a sub-agent that would lead every list."""
    values = [
        (1, "b", "/p/c", "2026-11-20 08:00:00.000", "2026-11-20 12:00:00.000", 30, 5, 2, 9, 1),
        (2, "c", "/p/a", "2026-11-20 09:00:00.000", "2026-11-20 10:00:00.000", 10, 7, 4, 8, 2),
        (3, "a", "/p/b", "2026-11-20 07:00:00.000", "2026-11-20 11:00:00.000", 20, 6, 3, 7, 3),
        (4, "a", "/p/b", "2026-11-20 06:00:00.000", "2026-11-20 11:00:00.000", 20, 6, 3, 7, 3),
        (5, "z", "/p/z", "2026-11-20 11:00:00.000", "2026-11-20 12:30:00.000", 99, 99, 99, 99, 99),
    ]
    for number, agent, project, started, last, cost, tokens, turns, questions, errors in values:
        database.session(
            number,
            {
                "last_at": last,
                "tree_cost_micros": cost,
                "tree_output_tokens": tokens,
                "turns": turns,
                "medium_questions": questions,
                "retries": errors,
            },
            agent_name=agent,
            project=project,
            created_at=started,
            parent_id=3 if number == 5 else None,
        )
    return database


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("last", [1, 4, 3, 2]),
        ("started", [2, 1, 3, 4]),
        ("cost", [1, 4, 3, 2]),
        ("tokens", [2, 4, 3, 1]),
        ("turns", [2, 4, 3, 1]),
        ("questions", [1, 2, 4, 3]),
        ("errors", [4, 3, 2, 1]),
        ("agent", [2, 1, 4, 3]),
        ("project", [1, 4, 3, 2]),
    ],
)
@pytest.mark.parametrize("filtered", ["", "project:/p", "turns>0", "project:/p turns>0"])
def test_every_sort_has_its_order_both_ways_and_in_pages(
    listed: Database, name: SortName, expected: list[int], filtered: str
) -> None:
    chosen = parse(filtered, NOON_MS)

    def page(start: int, count: int, *, down: bool = True) -> list[int]:
        return [row.id for row in listed.ask(session_page(chosen, Sort(name, down), start, count))]

    assert page(0, 10) == expected
    assert listed.ask(session_ids(chosen, Sort(name))) == listed.ask(first_session_ids(chosen, Sort(name))) == expected
    assert page(0, 10, down=False) == expected[::-1]
    assert [page(0, 2), page(2, 2), page(4, 2)] == [expected[:2], expected[2:], []]
    assert listed.ask(session_count(chosen)) == 4


def test_the_first_sessions_are_those_that_the_whole_list_begins_with(
    listed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FIRST_LOOKED_AT", 3)
    kept = parse("project:/p/b", NOON_MS)
    assert listed.ask(session_ids(kept, Sort("cost"))) == listed.ask(first_session_ids(kept, Sort("cost"))) == [4, 3]
    assert listed.ask(session_ids(kept, Sort())) == [4, 3]
    monkeypatch.setattr(listing, "FIRST_LOOKED_AT", 2)
    assert listed.ask(first_session_ids(kept, Sort())) == [4]
    assert listed.ask(first_session_ids(kept, Sort("project", is_descending=False))) == [3]


@pytest.mark.parametrize(
    ("filtered", "name", "expected"),
    [
        ("", "cost", True),
        ("", "project", True),
        ("cost>1 age<2h", "last", True),
        ("turns>1", "questions", True),
        ("turns>1", "agent", False),
        ("agent:a", "last", False),
        ("oauth", "started", False),
    ],
)
def test_pages_are_cheap_where_an_index_tells_what_is_kept(filtered: str, name: SortName, expected: bool) -> None:
    assert has_cheap_pages(parse(filtered, NOON_MS), Sort(name)) is expected


def test_all_sorts_are_tested() -> None:
    assert SORT_NAMES == ("last", "started", "cost", "tokens", "turns", "questions", "errors", "agent", "project")


def test_sessions_without_a_sign_of_life_come_last(listed: Database) -> None:
    listed.session(6, {"last_at": None})
    assert [row.id for row in listed.ask(session_page(EMPTY, Sort(), 0, 10))] == [1, 4, 3, 2, 6]


def test_sub_agents_stand_under_their_parent(listed: Database) -> None:
    listed.session(6, created_at="2026-11-20 10:30:00.000", parent_id=3)
    listed.session(7, created_at="2026-11-20 10:00:00.000", parent_id=5)
    assert [row.id for row in listed.ask(children(3))] == [6, 5]
    assert [row.id for row in listed.ask(children(1))] == []


def test_sessions_around_one_are_those_of_its_project_nearest_in_time(database: Database) -> None:
    for number in range(1, 10):
        project = "/home/ann/docs" if number == 4 else "/home/ann/shop"
        parent = {"parent_id": 1} if number == 6 else {}
        last_at = f"2026-11-20 0{number}:00:00.000"
        database.session(number, {"last_at": last_at, "is_child": int(number == 6)}, project=project, **parent)
    shown = database.ask(session(5))
    assert shown is not None
    assert [row.id for row in database.ask(sessions_around(shown, 2))] == [3, 5, 7, 8]
    first = database.ask(session(1))
    assert first is not None
    assert [row.id for row in database.ask(sessions_around(first, 1))] == [1, 2]


def test_some_sessions_are_fetched_by_id(listed: Database) -> None:
    assert [row.id for row in listed.ask(sessions([5, 2, 77]))] == [2, 5]
    assert listed.ask(sessions([])) == []


@pytest.fixture
def named(database: Database) -> Database:
    database.session(1, {"last_at": "2026-11-20 10:00:00.000"}, native_id="0199aaaa-1111")
    database.session(2, {"last_at": "2026-11-20 12:00:00.000"}, native_id="0199aaaa-2222")
    database.session(12, {"last_at": "2026-11-20 09:00:00.000"}, native_id="abc")
    database.session(13, {"last_at": "2026-11-20 09:30:00.000"}, native_id="")
    database.session(9999, {"last_at": "2026-11-20 08:00:00.000"}, native_id="100%")
    database.session(14, {"last_at": "2026-11-20 11:00:00.000"}, native_id="9999-later")
    return database


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0199aaaa-1111", [1]),
        ("0199", [2, 1]),
        ("019", []),
        ("abc", [12]),
        ("ab", []),
        (" abc ", [12]),
        ("12", [12]),
        ("9999", [9999, 14]),
        ("100%", [9999]),
        ("100_", []),
        ("", []),
        ("x' OR 1=1 --", []),
        ("\udce4\udce4\udce4\udce4", []),
        ("٣٣٣", []),
        ("99999999999999999999", []),
    ],
)
def test_a_name_means_what_it_begins(named: Database, text: str, expected: list[int]) -> None:
    assert [row.id for row in named.ask(sessions_named(text))] == expected


def test_a_name_that_means_too_many_gives_the_one_that_it_is_and_the_newest(database: Database) -> None:
    for number in range(1, 31):
        database.session(number, {"last_at": f"2026-11-20 10:{number:02d}:00.000"}, native_id=f"agent-{number:02d}")
    database.session(99, {"last_at": "2026-01-01 00:00:00.000"}, native_id="agent")
    assert [row.id for row in database.ask(sessions_named("agent"))] == [99, *range(30, 11, -1)]


def test_a_session_is_resumed_by_its_agents_own_command(database: Database) -> None:
    database.session(1, native_id="0199-aaaa", project="/home/ann/my shop")
    row = database.ask(session(1))
    assert row is not None
    assert resume_command(row) == "cd '/home/ann/my shop' && claude --resume 0199-aaaa"
    assert resume_command(replace(row, source="another")) is None
    assert resume_command(replace(row, native_id="")) is None
