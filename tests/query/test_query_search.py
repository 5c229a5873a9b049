"""Search: which turns are found, in what order, and that nothing typed is ever an error."""

from __future__ import annotations

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.scope import Scope
from ppp_tui.query.sessions import search as searching
from ppp_tui.query.sessions.filters import parse
from ppp_tui.query.sessions.search import search, unindexed_turns
from tests.query.database_fixture import NOON_MS, Database

TEXTS = [
    (1, 1, "Add OAuth login", "The login works, and 'app.py' is tested."),
    (1, 2, "Résumé of AND, OR, NOT NEAR(x)", "naïve café"),
    (2, 1, "logical fallacies", "login logins logger"),
    (3, 1, "你好世界 你好", "Приве́т МИР"),
]


@pytest.fixture
def texts(database: Database) -> Database:
    """Sessions 1 to 3, a text for every turn; the ids of the segments go against time."""
    number = 100
    for trajectory in (1, 2, 3):
        database.session(trajectory, agent_name="codex" if trajectory == 2 else "claude", title="")
    for trajectory, turn, prompt, response in TEXTS:
        at = f"2026-11-20 1{trajectory}:{turn:02d}:00.000"
        database.turn(trajectory, turn, prompt=prompt, response=response, timestamp=at)
        database.index((trajectory << 20) + turn, number, -1, len(prompt))
        database.index((trajectory << 20) + turn, number + 1, 0, len(response))
        number -= 10
    return database


def found(database: Database, text: str, filtered: str = "", limit: int = 200) -> list[tuple[int, int]]:
    hits = database.ask(search(text, limit, parse(filtered, NOON_MS)))
    return [(hit.trajectory_id, hit.turn_number) for hit in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("login", [(2, 1), (1, 1)]),
        ("LOGIN works", [(1, 1)]),
        ("works login", [(1, 1)]),
        ("oauth works", []),
        ("logi", [(2, 1), (1, 1)]),
        ("lo", []),
        ("log login", []),
        ('"logi"', []),
        ('"works and"', [(1, 1)]),
        ('"and works"', []),
        ('"login works', [(1, 1)]),
        ("app.py", [(1, 1)]),
        ("'app.py'", [(1, 1)]),
        ("resume", [(1, 2)]),
        ("NAÏVE", [(1, 2)]),
        ("cafe", [(1, 2)]),
        ("你", [(3, 1)]),
        ("世界", [(3, 1)]),
        ("好世", [(3, 1)]),
        ("世好", []),
        ("你好 世界", [(3, 1)]),
        ("привет мир", [(3, 1)]),
        ("zebra", []),
        ("", []),
        ("   ", []),
        ('"', []),
        ("*", []),
        ("-", []),
        ("🙂", []),
    ],
)
def test_turns_with_all_words_in_one_text_are_found_the_newest_first(
    texts: Database, text: str, expected: list[tuple[int, int]]
) -> None:
    assert found(texts, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "AND",
        "OR OR",
        "NOT x",
        "NEAR(x y)",
        "body:login",
        "{body}: login",
        "^login",
        "log*in*",
        "(login",
        'a "b" c"d',
        '""" " ""',
        "login\0works",
        "\udce4\ud800x",
        "'; DROP TABLE trajectories; --",
        "a" * 10_000,
        "word " * 5000,
        '"' + "phrase " * 5000,
        "x:y:z <>=~!@#$%^&()[]{}|\\/?,.`;",
    ],
)
def test_nothing_typed_is_an_error(texts: Database, text: str) -> None:
    assert isinstance(found(texts, text), list)


@pytest.mark.parametrize(
    ("typed", "spellings"),
    [
        ("strasse", ("Straße", "STRASSE", "strasse")),
        ("Straße", ("Straße", "STRASSE", "strasse")),
        ("stras", ("Straße", "strasse")),
        ("ΣΊΣΥΦΟΣ", ("Σίσυφος", "σισυφοσ")),
        ("σισυφος", ("Σίσυφος", "ΣΊΣΥΦΟΣ")),
        ("app12", ("Ａｐｐ１２", "app12")),
        ("ＡＰＰ１２", ("Ａｐｐ１２", "app12")),
        ("file", ("ﬁle", "file")),
        ("ﬁle", ("ﬁle", "file")),
        ("oeuvre", ("œuvre", "oeuvre")),
        ('"die strasse" ohne', ("ohne die Straße",)),
    ],
)
def test_words_are_found_however_their_letters_are_written(
    database: Database, typed: str, spellings: tuple[str, ...]
) -> None:
    database.session(1)
    for number, spelling in enumerate(spellings, 1):
        database.turn(1, number, prompt=f"see {spelling} there")
        database.index((1 << 20) + number, number, -1, len(spelling) + 10)
    assert found(database, typed) == [(1, number) for number in range(len(spellings), 0, -1)]
    for hit, spelling in zip(database.ask(search(typed)), reversed(spellings), strict=True):
        marked = hit.snippet.partition(HIT_START)[2].partition(HIT_END)[0]
        assert marked in spelling
        assert marked


def test_letters_of_other_scripts_are_told_apart(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, prompt="мой 가")
    database.index((1 << 20) + 1, 1, -1, 5)
    assert [found(database, word) for word in ("мой", "мои", "가", "각")] == [[(1, 1)], [], [(1, 1)], []]


def test_operators_are_words(texts: Database) -> None:
    assert found(texts, "AND OR NOT NEAR") == [(1, 2)]
    assert found(texts, "AND NOT zebra") == []


def test_a_hit_tells_where_it_is(texts: Database) -> None:
    assert texts.ask(search("works")) == [
        SearchHit(
            turn_id=(1 << 20) + 1,
            trajectory_id=1,
            turn_number=1,
            agent_name="claude",
            project="/home/ann/shop",
            title="Add OAuth login",
            at=NOON_MS - 3_600_000 + 60_000,
            snippet=f"The login {HIT_START}works{HIT_END}, and 'app.py' is tested.",
            is_prompt=False,
        )
    ]


def test_a_turn_is_one_hit_its_prompt_before_its_response(texts: Database) -> None:
    [newer, older] = texts.ask(search("login"))
    assert (older.is_prompt, older.snippet) == (True, f"Add OAuth {HIT_START}login{HIT_END}")
    assert (newer.is_prompt, newer.snippet) == (
        False,
        f"{HIT_START}login{HIT_END} {HIT_START}logins{HIT_END} logger",
    )


def test_a_filter_narrows_the_sessions(texts: Database) -> None:
    assert found(texts, "login", "agent:codex") == [(2, 1)]
    assert found(texts, "login", "-agent:codex turns<5") == [(1, 1)]
    assert found(texts, "login", "agent:gemini") == []


def test_a_span_narrows_the_turns(texts: Database) -> None:
    def within(since: str, until: str) -> list[tuple[int, int]]:
        hits = texts.ask(search("login", scope=Scope(from_text(since), from_text(until))))
        return [(hit.trajectory_id, hit.turn_number) for hit in hits]

    assert within("2026-11-20 11:01", "2026-11-20 12:01") == [(1, 1)]
    assert within("2026-11-20 11:02", "2026-11-20 12:02") == [(2, 1)]


def test_a_filter_reaches_sub_agents(texts: Database) -> None:
    texts.writer.execute("UPDATE trajectories SET parent_id = 1 WHERE id = 2")
    assert found(texts, "login", "agent:codex") == [(2, 1)]


def test_no_more_hits_than_wanted(texts: Database) -> None:
    assert found(texts, "login", limit=1) == [(2, 1)]


def test_whole_words_go_before_beginnings_where_there_are_enough(texts: Database) -> None:
    assert found(texts, "logger", limit=5) == [(2, 1)]
    texts.turn(1, 7, prompt="loggers all", timestamp="2026-11-20 13:00:00.000")
    texts.index((1 << 20) + 7, 500, -1, 11)
    assert found(texts, "logger", limit=5) == [(1, 7), (2, 1)]
    assert found(texts, "logger", limit=1) == [(2, 1)]


@pytest.mark.parametrize("most", [1, 3, 4, 5, 200])
def test_words_that_begin_alike_are_found_however_many_there_are(
    texts: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """They are login, logins, logical and logger."""
    monkeypatch.setattr(searching, "MOST_LONGER_WORDS", most)
    assert found(texts, "log") == [(2, 1), (1, 1)]
    assert found(texts, "works LOG-") == [(1, 1)]
    assert found(texts, "logic") == [(2, 1)]
    assert found(texts, "tested app.py log") == [(1, 1)]
    assert found(texts, "loh") == found(texts, "zzz") == []


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_the_newest_hits_are_found_at_either_end_of_the_index(
    database: Database, monkeypatch: pytest.MonkeyPatch, is_newest_first: bool
) -> None:
    monkeypatch.setattr(searching, "SOME", 2)
    database.session(1)
    for number in range(1, 8):
        database.turn(1, number, prompt="walnut", timestamp=f"2026-11-20 10:0{number}:00.000")
        database.index((1 << 20) + number, 8 - number if is_newest_first else number, -1, 6)
    assert found(database, '"walnut"', limit=2) == [(1, 7), (1, 6)]
    assert found(database, '"walnut"', limit=7) == [(1, number) for number in range(7, 0, -1)]


def test_hits_of_a_scope_are_found_between_both_ends_of_the_index(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "SOME", 2)
    monkeypatch.setattr(searching, "SOME_FILTERED", 2)
    for trajectory in range(1, 8):
        database.session(trajectory, agent_name="codex" if trajectory == 4 else "claude")
        at = f"2026-11-20 10:0{trajectory}:00.000"
        database.turn(trajectory, 1, prompt="walnut", timestamp=at)
        database.index((trajectory << 20) + 1, trajectory, -1, 6)
    span = Scope(from_text("2026-11-20 10:04"), from_text("2026-11-20 10:05"))
    for scope in (span, Scope(agent="codex")):
        [hit] = database.ask(search('"walnut"', 1, scope=scope))
        assert hit.trajectory_id == 4


def test_a_long_text_is_shown_where_the_word_is(database: Database) -> None:
    database.session(1)
    response = "almond " * 3000 + "then the walnut came " + "pecan " * 3000
    database.turn(1, 1, response=response)
    database.index((1 << 20) + 1, 1, 0, 10)
    database.index((1 << 20) + 1, 2, 10, len(response))
    [hit] = database.ask(search("walnut"))
    assert hit.snippet.startswith("…almond almond")
    assert f"almond then the {HIT_START}walnut{HIT_END} came pecan" in hit.snippet
    assert hit.snippet.endswith("pecan…")
    assert len(hit.snippet) < 240


def test_turns_that_are_not_indexed_yet_are_counted(database: Database) -> None:
    assert database.ask(unindexed_turns()) == 0
    database.writer.executemany("INSERT INTO search_queue VALUES (?)", [(number,) for number in range(1, 1003)])
    assert database.ask(unindexed_turns()) == 1000
