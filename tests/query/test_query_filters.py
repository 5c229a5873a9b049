"""Predicates: each keeps exactly the sessions that it names, and what cannot be understood is said with its place."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from ppp_tui.model.clock import MINUTE_MS
from ppp_tui.model.live import LiveState
from ppp_tui.query.scope import Scope
from ppp_tui.query.sessions.filters import EMPTY, FIELDS, FilterError, narrow, parse
from ppp_tui.query.sessions.session_lists import Sort, session_count, session_ids, session_page
from tests.query.database_fixture import NOON_MS, Database

CETISH = timezone(timedelta(hours=1))


@pytest.fixture(autouse=True)
def _sessions(database: Database) -> None:
    database.session(
        1,
        {
            "last_at": "2026-11-20 11:45:00.000",
            "tree_cost_micros": 600_000,
            "turns": 3,
            "steps": 40,
            "failed_steps": 2,
            "retries": 1,
            "low_questions": 1,
            "high_questions": 2,
            "violations": 4,
            "input_tokens": 1000,
            "cache_read_tokens": 9000,
            "context_tokens": 180_000,
            "context_window": 200_000,
            "tree_input_tokens": 1000,
            "tree_output_tokens": 500,
        },
        agent_name="claude",
        model="opus-4",
        project="/home/ann/shop",
        branch="main",
        title="Add OAuth login",
        created_at="2026-11-20 10:00:00.000",
        spec_id="SPEC-7",
    )
    database.session(
        2,
        {
            "last_at": "2026-11-18 12:00:00.000",
            "tree_cost_micros": 20_000,
            "turns": 12,
            "input_tokens": 5000,
            "cache_read_tokens": 5000,
            "tree_input_tokens": 2_000_000,
        },
        agent_name="codex",
        model="gpt-5",
        project="/home/ann/100%_docs",
        branch="feature/x",
        title="",
        created_at="2026-11-18 23:30:00.000",
        source="codex",
    )
    database.turn(2, 1, prompt="Translate the manual\ninto French")
    database.session(
        3,
        {"last_at": None, "tree_stated_tokens": 70},
        run_id="run-5",
        stage="plan",
        agent_name="gemini",
        project="C:\\work",
        branch="",
        title='A "quoted" title',
        created_at="2026-10-31 23:30:00.000",
    )
    database.session(4, {"tree_cost_micros": 9_000_000}, agent_name="claude", title="sub-agent OAuth", parent_id=1)


def kept(database: Database, text: str) -> list[int]:
    chosen = parse(text, NOON_MS)
    rows = database.ask(session_page(chosen, Sort("started"), 0, 10))
    assert database.ask(session_count(chosen)) == len(rows)
    by_time = database.ask(session_page(chosen, Sort("last"), 0, 10))
    by_cost = database.ask(session_page(chosen, Sort("cost"), 0, 10))
    assert sorted(row.id for row in by_time) == sorted(row.id for row in by_cost) == sorted(row.id for row in rows)
    return sorted(row.id for row in rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [1, 2, 3]),
        ("   ", [1, 2, 3]),
        ("agent:codex", [2]),
        ("agent:C", [1, 2]),
        ("AGENT:CLAUDE", [1]),
        ("agent=code", []),
        ("agent=Codex", [2]),
        ("-agent:codex", [1, 3]),
        ("agent:c -agent:claude", [2]),
        ("model:opus", [1]),
        ("project:shop", [1]),
        ("branch:feature/", [2]),
        ('branch=""', [3]),
        ("spec:SPEC-7", [1]),
        ("run:RUN-5", [3]),
        ('run=""', [1, 2]),
        ("-run:run", [1, 2]),
        ("stage=plan", [3]),
        ("tokens=70", [3]),
        ("source:codex", [2]),
        ("title:oauth", [1]),
        ('title:"Add OAuth"', [1]),
        ('title:"Add OAuth', [1]),
        ("role:x", []),
        ("cost>0.5", [1]),
        ("cost>$0.5", [1]),
        ("cost:>0.5", [1]),
        ("cost>=0.6", [1]),
        ("cost>0.6", []),
        ("cost<.1", [2, 3]),
        ("tokens>1.9M", [2]),
        ("tokens=1500", [1]),
        ("tokens<2k", [1, 3]),
        ("turns>=12", [2]),
        ("turns:3", [1]),
        ("steps>39", [1]),
        ("errors=3", [1]),
        ("questions>2", [1]),
        ("high>1", [1]),
        ("violations>3", [1]),
        ("retries>0", [1]),
        ("cache>50%", [1]),
        ("cache<=50", [2]),
        ("-cache>50", [2, 3]),
        ("context>80", [1]),
        ("age<1h", [1]),
        ("age>1d", [2]),
        ("-age>1d", [1, 3]),
        ("age<90m cost>0.1", [1]),
        ("started:2026-11-20", [1]),
        ("started:2026-11", [1, 2]),
        ("started>2026-11-18", [1]),
        ("started>=2026-11-18", [1, 2]),
        ("started<2026-11-18", [3]),
        ("started<=2026-11-18", [2, 3]),
        ("started:2026-11-20T10:00", [1]),
        ("oauth", [1]),
        ("french", [2]),
        ("shop", [1]),
        ("translate docs", [2]),
        ("-translate", [1, 3]),
        ('"Add OAuth login"', [1]),
        ('-"Add OAuth login"', [2, 3]),
        ("-", [1, 2, 3]),
        ('"quoted"', [3]),
    ],
)
def test_a_predicate_keeps_what_it_names(database: Database, text: str, expected: list[int]) -> None:
    assert kept(database, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100%_", [2]),
        ("project:100%", [2]),
        ("project:1_0", []),
        ("project:%", [2]),
        ("project:_", [2]),
        ("project:\\", [3]),
        ('"C:\\work"', [3]),
        ('agent:"x\' OR 1=1 --"', []),
        ('"\'; DROP TABLE trajectories; --"', []),
        ("title:\udce4\ud800", []),
        ("nul\0l", []),
    ],
)
def test_what_is_typed_is_never_more_than_text(database: Database, text: str, expected: list[int]) -> None:
    assert kept(database, text) == expected


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("agnt:codex", "there is no field agnt, did you mean agent?", 0),
        ("  -projet:x", "there is no field projet, did you mean project?", 3),
        ("http://x", "there is no field http: there is agent, model,", 0),
        ("agent:", "agent needs a value: the agent, such as claude", 6),
        ('agent:""', "agent needs a value", 7),
        ("agent>codex", "agent is text: write agent:codex or agent=codex", 6),
        ("cost>much", "cost is a number such as 3, 1.5k or 2M: much is none", 5),
        ("cost>nan", "cost is a number", 5),
        ("cost>1e3", "cost is a number", 5),
        ("turns>-1", "turns is a number", 6),
        ("age<soon", "age is a time such as 30m, 2h or 7d: soon is none", 4),
        ("age=2h", "age takes < or >: write age<2h", 4),
        ("started>noon", "started is a day (2026-11-20)", 8),
        ("started:2026-02-30", "started is a day (2026-11-20)", 8),
        ("started:7d", "7d is a moment: write started>7d", 8),
        ("state:working state:waking", "there is no state waking, did you mean working?", 20),
        ("state>working", "state is a word: write state:working", 6),
        ("login agent:x cost>y", "cost is a number", 19),
        ("a " * 41, "that is more than 40 predicates", 80),
        ("title:" + "x" * 1001, "title takes at most 1000 characters", 6),
        ("x" * 1001, "a word has at most 1000 characters", 0),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_place(text: str, message: str, column: int) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text, NOON_MS)
    assert str(raised.value).startswith(message)
    assert raised.value.column == column


def test_day_in_a_filter_is_that_of_the_users_zone(database: Database) -> None:
    chosen = parse("started:2026-11-19", NOON_MS, CETISH)
    assert [row.id for row in database.ask(session_page(chosen, Sort(), 0, 10))] == [2]
    assert database.ask(session_page(parse("started:2026-11-19", NOON_MS), Sort(), 0, 10)) == []


def test_forty_predicates_are_answered(database: Database) -> None:
    assert kept(database, " ".join(["-zebra"] * 40)) == [1, 2, 3]


def state(name: str, group: str) -> LiveState:
    return LiveState(name, group, "", 0, "known", "")  # type: ignore[arg-type]


ASKS, LIMITED, WORKING = state("asks", "needs you"), state("limited", "stuck"), state("working", "working")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state:needs-you", [True, False, False]),
        ('state:"needs you"', [True, False, False]),
        ("state:stuck", [False, True, False]),
        ("state:limited", [False, True, False]),
        ("state=asks", [True, False, False]),
        ("state:asks state:working", [True, False, True]),
        ("-state:working", [True, True, False]),
        ("state:stuck -state:limited", [False, False, False]),
        ("agent:codex", [True, True, True]),
    ],
)
def test_a_state_is_judged_when_it_is_known(text: str, expected: list[bool]) -> None:
    chosen = parse(text, NOON_MS)
    assert [chosen.keeps(state) for state in (ASKS, LIMITED, WORKING)] == expected
    assert chosen.needs_states == ("state" in text)


def test_a_state_leaves_the_database_alone(database: Database) -> None:
    assert kept(database, "state:working agent:codex") == [2]


def test_a_scope_keeps_sessions_at_work_within_its_span(database: Database) -> None:
    for number, agent, began, last in (
        (11, "codex", "09:00", "10:00"),
        (12, "codex", "09:30", "11:00"),
        (13, "claude", "10:30", "11:30"),
        (14, "codex", "11:00", "12:00"),
    ):
        summary = {"last_at": f"2026-11-20 {last}:00.000"}
        database.session(number, summary, agent_name=agent, created_at=f"2026-11-20 {began}:00.000", project="/here")

    def within(scope: Scope, text: str = "") -> list[int]:
        return sorted(database.ask(session_ids(narrow(parse(text, NOON_MS), scope), Sort("last"))))

    span = Scope(NOON_MS - 119 * MINUTE_MS, NOON_MS - 60 * MINUTE_MS)
    assert within(span, "project:/here") == [12, 13]
    assert within(span._replace(agent="codex", project="/here")) == [12]
    assert within(Scope(project="/nowhere")) == []
    assert within(Scope(project="/here"), "agent:claude") == [13]


def test_the_empty_filter_says_what_it_keeps() -> None:
    assert EMPTY.where() == ("1 = 1", {})


def test_every_field_has_a_sentence_for_the_help() -> None:
    assert [field.name for field in FIELDS if not field.help] == []
    assert len({field.name for field in FIELDS}) == len(FIELDS) == 30


def test_metadata_of_another_name_does_not_match(database: Database) -> None:
    database.writer.executemany(
        "INSERT INTO trajectory_metadata VALUES (?, ?, ?)", [(1, "tenant_id", "north"), (2, "region", "north")]
    )
    assert kept(database, "meta.tenant_id:north") == [1]
    assert kept(database, "meta.Tenant-ID=NORTH") == [1]
    assert kept(database, "-meta.region:north meta.tenant_id:o") == [1]


def test_thread_joins_logged_ids_and_forks_of_forks(database: Database) -> None:
    rows = [("a1", "", 1), ("b2", "a1", 2), ("c3", "b2", 3)]
    database.writer.executemany(
        "UPDATE trajectories SET source = 'codex', native_id = ?, forked_from = ? WHERE id = ?", rows
    )
    assert sorted(kept(database, "thread=a1")) == [1, 2, 3]
    database.writer.execute("INSERT INTO trajectory_metadata VALUES (3, 'thread_id', 'talk-9')")
    assert kept(database, "thread:talk") == [3]
    assert sorted(kept(database, "thread=a1")) == [1, 2]


def test_sessions_are_found_by_their_sub_agents(database: Database) -> None:
    database.session(14, {}, parent_id=2, agent_role="explorer", title="", first_prompt="List every caller")
    database.session(15, {}, parent_id=2, agent_role="", title="Mend the callers")
    for text, expected in (
        ("subagent:every", [2]),
        ("subagent:EXPLORER", [2]),
        ("subagent:mend", [2]),
        ("subagent:nothing", []),
        ("-subagent:every", [1, 3]),
    ):
        rows = database.ask(session_page(parse(text, NOON_MS), Sort("started"), 0, 10))
        assert sorted(row.id for row in rows) == expected, text
