"""Questions and violations across sessions: which are listed, in which order, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.query.quality.question_lists import AskedQuestion, BrokenPreference, ListFilter, questions, violations
from tests.query.database_fixture import NOON_MS, Database

ELEVEN_MS = NOON_MS - 3_600_000


def question(database: Database, session: int, turn: int, number: int, text: str, **columns: Any) -> None:
    turn_id = (session << 20) + turn
    database.put(
        "trajectory_questions",
        **{
            "id": (turn_id << 20) + number,
            "turn_id": turn_id,
            "question_text": text,
            "effort_level": "low",
            "method": "heuristic-6",
            "rule": "choice",
            "source": "text",
            **columns,
        },
    )


def violation(database: Database, session: int, turn: int, number: int, name: str, **columns: Any) -> None:
    turn_id = (session << 20) + turn
    database.put(
        "trajectory_violations",
        **{
            "id": (turn_id << 20) + number,
            "turn_id": turn_id,
            "preference_name": name,
            "expected": "none",
            "actual": "one",
            "severity": "minor",
            "method": "preferences-1",
            **columns,
        },
    )


@pytest.fixture
def filled(database: Database) -> Database:
    """Session 1 is the older one; session 2 has a turn of its own and a copy of session 1's; session 3 is silent."""
    counts = {"low_questions": 1, "violations": 1}
    database.session(1, {"last_at": "2026-11-19 12:00:00.000", **counts}, created_at="2026-11-19 10:00:00.000")
    database.session(2, counts, agent_name="codex", project="/home/ann/site_a")
    database.session(3)
    database.turn(1, 1, timestamp="2026-11-19 11:00:00.000")
    database.turn(2, 1, is_copy=1)
    database.turn(2, 2)
    question(database, 1, 1, 1, "Which port?", effort_level="medium")
    question(
        database,
        1,
        1,
        2,
        "Which host?",
        options='["one", "two"]',
        source="tool",
        method="stated",
        asked_at="2026-11-19 11:00:01.000",
        answered_at="2026-11-19 11:00:02.000",
    )
    question(database, 2, 1, 1, "Which port?")
    question(database, 2, 2, 1, "Go on?", effort_level="high")
    violation(database, 1, 1, 1, "commas", severity="major", source="judged", text_start=3, text_end=9)
    violation(database, 2, 1, 1, "commas")
    violation(database, 2, 2, 1, "no_ask", source="stated", method="stated")
    return database


def asked(database: Database, **choice: Any) -> list[str]:
    return [row.question for row in database.ask(questions(ListFilter(**choice)))]


def test_the_session_with_the_newest_news_comes_first_and_what_was_asked_last(filled: Database) -> None:
    assert asked(filled) == ["Go on?", "Which host?", "Which port?"]


def test_a_question_tells_all_that_is_known_of_it(filled: Database) -> None:
    assert filled.ask(questions(ListFilter(levels=("low",)))) == [
        AskedQuestion(
            session=1,
            turn=1,
            agent="claude",
            project="/home/ann/shop",
            title="Title 1",
            at=ELEVEN_MS - 86_400_000 + 1000,
            effort="low",
            method="stated",
            rule="choice",
            source="tool",
            question="Which host?",
            options=("one", "two"),
            answered_at=ELEVEN_MS - 86_400_000 + 2000,
        )
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"levels": ("high", "medium")}, ["Go on?", "Which port?"]),
        ({"agent": "CODEX"}, ["Go on?"]),
        ({"project": "site_"}, ["Go on?"]),
        ({"project": "site%"}, []),
        ({"session": 1}, ["Which host?", "Which port?"]),
        ({"since": "2026-11-20 00:00:00.000"}, ["Go on?"]),
        ({"until": "2026-11-20 00:00:00.000"}, ["Which host?", "Which port?"]),
        ({"since": "2026-11-19 11:00:01.000", "until": "2026-11-20 00:00:00.000"}, ["Which host?"]),
        ({"limit": 2}, ["Go on?", "Which host?"]),
        ({"agent": "'; DROP TABLE trajectories; --"}, []),
    ],
)
def test_a_list_is_narrowed(filled: Database, choice: dict[str, Any], expected: list[str]) -> None:
    assert asked(filled, **choice) == expected


def test_violations_tell_whose_word_they_are_and_where(filled: Database) -> None:
    assert filled.ask(violations(ListFilter())) == [
        BrokenPreference(
            session=2,
            turn=2,
            agent="codex",
            project="/home/ann/site_a",
            title="Title 2",
            at=ELEVEN_MS,
            preference="no_ask",
            severity="minor",
            expected="none",
            actual="one",
            source="stated",
            method="stated",
            text_start=None,
            text_end=None,
        ),
        BrokenPreference(
            session=1,
            turn=1,
            agent="claude",
            project="/home/ann/shop",
            title="Title 1",
            at=ELEVEN_MS - 86_400_000,
            preference="commas",
            severity="major",
            expected="none",
            actual="one",
            source="judged",
            method="preferences-1",
            text_start=3,
            text_end=9,
        ),
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"preferences": ("commas", "json")}, ["commas"]),
        ({"levels": ("minor",)}, ["no_ask"]),
        ({"levels": ("minor",), "preferences": ("commas",)}, []),
    ],
)
def test_violations_are_narrowed(filled: Database, choice: dict[str, Any], expected: list[str]) -> None:
    assert [row.preference for row in filled.ask(violations(ListFilter(**choice)))] == expected
