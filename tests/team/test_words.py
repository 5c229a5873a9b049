"""Words in the shared store: found where a text was shared and by whom may see it, as in the local database."""

from __future__ import annotations

import sqlite3
import string
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.model.ids import turn_id
from ppp_tui.query.query import answer
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions.filters import parse
from ppp_tui.query.sessions.search import search
from ppp_tui.store.write import Writer
from ppp_tui.team import forget, replica
from ppp_tui.team.connect import tenant_transaction
from ppp_tui.team.push import local_database_id
from ppp_tui.team.reader import open_team_reader
from ppp_tui.team.words import MAX_WORDS, word_rows
from tests.postgres import Server
from tests.store.row_builders import batch, delta, turn, usage
from tests.team.people import HOME, SESSION, change, make_full_database, opened, push, settle, shares

LONG = f"Look {'around ' * 40}for the broken Çedilla {'afterwards ' * 40}"
CHINESE = "请先修复登录页面的并发问题login，再运行测试"


def write_history(path: Path, number: int, *prompts: str) -> Path:
    """A database with one session of these prompts."""
    with closing(Writer(path)) as writer:
        rows = delta(
            turns=[turn(each, f"{number}.{each}", prompt) for each, prompt in enumerate(prompts, start=1)],
            usage=[usage(each, 1, f"{number}.{each}", 5) for each in range(1, len(prompts) + 1)],
        )
        rows.facts["project"] = f"{HOME}/code/shop"
        writer.write([batch(f"/s/{number}", rows, native_id=f"{SESSION}{number}")])
        settle(writer, f"{HOME}/code/shop")
    return path


def hits(url: str, text: str, chosen: str = "") -> list[SearchHit]:
    """What a person's search in the shared store finds."""
    with closing(open_team_reader(url)) as reader:
        return answer(reader, search(text, session_filter=parse(chosen, 0)))


def numbers(url: str, text: str, chosen: str = "") -> list[int]:
    """The turns that a person's search finds, the newest first."""
    return [hit.turn_number for hit in hits(url, text, chosen)]


@pytest.fixture
def lee(postgres: Server, common_store: str, tenant: str, ada: str) -> str:
    return postgres.add_member(common_store, tenant, "lee", "lead")


def test_a_lead_finds_what_is_shared_and_nothing_else(ada: str, bob: str, lee: str, tmp_path: Path) -> None:
    push(ada, write_history(tmp_path / "ada.db", 1, "Mend the login", "Mend the logout"), shares("text"))
    push(bob, write_history(tmp_path / "bob.db", 2, "Mend the login of bob"), shares("summaries", "m2"))
    assert numbers(lee, "mend login") == [1]
    assert numbers(lee, "mend") == [2, 1]
    assert numbers(lee, "mend", "person:ada") == [2, 1]
    assert numbers(lee, "mend", "person:bob") == []
    # A member sees own texts alone.
    assert numbers(bob, "mend") == []
    push(bob, tmp_path / "bob.db", shares("text", "m2"))
    assert numbers(bob, "mend") == [1]
    assert numbers(lee, '"login of"') == [1]
    push(bob, tmp_path / "bob.db", shares("figures", "m2"))
    assert numbers(lee, '"login of"') == []


def test_words_are_found_as_in_the_local_database(ada: str, tmp_path: Path) -> None:
    path = write_history(tmp_path / "ada.db", 1, "Mend the login page", LONG, CHINESE, "race at a condition")
    push(ada, path, shares("text"))
    for text, turns in {
        "LOGIN": [3, 1],
        "log": [3, 1],
        '"log"': [],
        "page login": [1],
        '"login page"': [1],
        '"page login"': [],
        "cedilla": [2],
        "并发": [3],
        "登录 测试": [3],
        '"录登"': [],
        '"race condition"': [],
        "it's; DROP TABLE": [],
        "'\\": [],
    }.items():
        assert numbers(ada, text) == turns, text


def test_an_excerpt_has_its_match_in_the_middle(ada: str, tmp_path: Path) -> None:
    push(ada, write_history(tmp_path / "ada.db", 1, LONG), shares("text"))
    [hit] = hits(ada, "cedilla")
    assert hit.snippet.startswith("…around around ")
    assert f"broken {HIT_START}Çedilla{HIT_END} afterwards" in hit.snippet
    assert hit.snippet.endswith(" afterwards…")


def test_a_question_that_a_tool_put_is_found_from_summaries_on(ada: str, tmp_path: Path) -> None:
    database = make_full_database(tmp_path / "ada.db")
    change(database, "UPDATE trajectory_questions SET source = 'tool', question_text = 'Delete the old branch?'", 1)
    push(ada, database)
    assert hits(ada, "branch") == []
    push(ada, database, shares("summaries"))
    [hit] = hits(ada, "old branch")
    assert (hit.turn_number, hit.is_prompt) == (1, False)
    assert hit.snippet == f"Delete the {HIT_START}old{HIT_END} {HIT_START}branch{HIT_END}?"


def test_what_is_taken_back_is_not_found(ada: str, tmp_path: Path) -> None:
    path = write_history(tmp_path / "ada.db", 1, "Mend the login")
    push(ada, path, shares("text"))
    change(path, f"UPDATE trajectory_turns SET prompt = 'Mend the logout' WHERE id = {turn_id(1, 1)}", 1)
    push(ada, path, shares("text"))
    assert (numbers(ada, "login"), numbers(ada, "logout")) == ([], [1])
    with opened(ada) as store, closing(sqlite3.connect(path)) as local:
        with tenant_transaction(store.connection, store.member.tenant_id):
            own = replica.find_replica(store, "m1", local_database_id(local))
        assert own is not None
        forget.forget(store, forget.all_trajectories(store, own), "all")
    assert numbers(ada, "logout") == []


def test_a_text_of_very_many_words_is_indexed_in_parts_that_lie_side_by_side() -> None:
    text = "word " * (MAX_WORDS + 1) + "end"
    rows = word_rows(
        [(7, "t", "", text)], ("id", "timestamp", "prompt", "response"), [], ("id", "source", "question_text")
    )
    assert [(row[1], row[2]) for row in rows] == [(0, 40_000), (40_000, 80_008)]
    assert "'end':8001" not in rows[0][4]
    assert rows[1][4].endswith("'end':8002")


@given(st.text(st.sampled_from(string.ascii_letters + "'\\:,*& 的é\u0301"), max_size=40))
def test_no_text_is_syntax_of_the_index(text: str) -> None:
    columns = ("id", "timestamp", "prompt", "response")
    for row in word_rows([(7, "t", text, text)], columns, [], ("id", "source", "question_text")):
        for word, places in (entry.rsplit(":", 1) for entry in row[4].split(" ")):
            assert word[0] == word[-1] == "'"
            assert word[1:-1].isalnum()
            assert all(map(str.isdigit, places.split(",")))
