"""The search indexes: scripts without spaces, questions of tools, and nothing left behind of a text that went."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.model.scripts import has_unspaced, split_unspaced
from ppp_tui.store.upkeep.search_index import clear_search, index_some, is_behind
from ppp_tui.store.write import Writer

TURN = (1 << 20) + 1
QUESTION = (TURN << 20) + 1


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    writer = Writer(tmp_path / "a.db")
    writer._connection.execute(
        "INSERT INTO trajectories (id, spec_id, agent_name, run_id, created_at) VALUES (1, '', 'claude', '', '')"
    )
    writer._connection.execute(
        "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response, timestamp) "
        "VALUES (?, 1, 1, '购物车的总价不对', 'APIを直す', '2026-11-20 12:00:00.000')",
        (TURN,),
    )
    ask(writer._connection, "Which payment provider?", "tool")
    writer._connection.execute("INSERT OR IGNORE INTO search_queue (turn_id) VALUES (?)", (TURN,))
    yield writer._connection
    writer.close()


def ask(connection: sqlite3.Connection, text: str, source: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO trajectory_questions (id, turn_id, question_text, effort_level, source) "
        "VALUES (?, ?, ?, 'low', ?)",
        (QUESTION, TURN, text, source),
    )


def split_hits(connection: sqlite3.Connection, words: str) -> int:
    return len(
        connection.execute("SELECT rowid FROM search_split WHERE search_split MATCH ?", (f'"{words}"',)).fetchall()
    )


@pytest.mark.parametrize("words", ["总 价", "购 物 车", "API", "直 す", "payment provider"])
def test_runs_glued_words_and_questions_of_tools_are_indexed(connection: sqlite3.Connection, words: str) -> None:
    assert index_some(connection, 10) == 0
    assert split_hits(connection, words) == 1


def test_question_that_changes_is_indexed_by_its_last_text(connection: sqlite3.Connection) -> None:
    index_some(connection, 10)
    ask(connection, "Which mail service?", "tool")
    index_some(connection, 10)
    assert (split_hits(connection, "payment"), split_hits(connection, "mail")) == (0, 1)


def test_cleared_turn_leaves_nothing_in_either_index(connection: sqlite3.Connection) -> None:
    index_some(connection, 10)
    clear_search(connection, TURN)
    connection.execute("UPDATE trajectory_turns SET prompt = '', response = ''")
    assert connection.execute("SELECT count(*) FROM search_split").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM search_segments").fetchone() == (0,)
    connection.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")


def test_prose_question_is_not_indexed_twice(connection: sqlite3.Connection) -> None:
    ask(connection, "Which payment provider?", "text")
    index_some(connection, 10)
    assert split_hits(connection, "payment") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("login", "login"),
        ("größe", "größe"),
        ("データ", " デ  ー  タ "),
        ("한국", " 한  국 "),
        ("สวัสดี", " ส  ว  ั  ส  ด  ี "),
        ("v2移行", "v2 移  行 "),
    ],
)
def test_only_unspaced_scripts_are_split(text: str, expected: str) -> None:
    assert split_unspaced(text) == expected
    assert has_unspaced(text) == (text != expected)


def test_texts_that_were_indexed_before_are_folded_the_newest_first_until_none_is_left(
    connection: sqlite3.Connection,
) -> None:
    index_some(connection, 10)
    texts = ("in der Straße", "in the street", "στην Αθήνα", "ｆｕｌｌ ｗｉｄｔｈ")
    for number, text in enumerate(texts, 2):
        turn = (1 << 20) + number
        connection.execute(
            "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response, timestamp) "
            "VALUES (?, 1, ?, ?, '', '2026-11-20 12:00:00.000')",
            (turn, number, text),
        )
        connection.execute(
            "INSERT INTO search_segments (id, turn_id, text_start, text_end) VALUES (?, ?, -1, ?)",
            (100 + number, turn, len(text)),
        )
        connection.execute("INSERT INTO search_index (rowid, body) VALUES (?, ?)", (100 + number, text))
    connection.execute("DELETE FROM search_queue")
    connection.execute("DELETE FROM archive_facts WHERE name = 'search_folded'")
    words = ("strasse", "αθηνα", "full width", "street")
    hits = []
    while is_behind(connection):
        assert index_some(connection, 1) == 0
        hits.append([split_hits(connection, word) for word in words])
    assert hits[:4] == [[0, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0], [1, 1, 1, 0]]
    assert [split_hits(connection, word) for word in ("购 物 车", "payment provider")] == [1, 1]


def test_text_that_comes_in_is_folded_at_once(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE trajectory_turns SET prompt = 'die Straße' WHERE id = ?", (TURN,))
    index_some(connection, 10)
    assert split_hits(connection, "die strasse") == 1
