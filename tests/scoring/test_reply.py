"""Effort by the answer: what it shows, and when it shows nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.scoring.questions.reply_effort import judge_reply

QUESTION = "Which database should the importer use?"
KNOWN = ("Write an importer for the CSV files of the billing team; Postgres holds the rest.",)


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ("I don't know, you decide", "medium"),
        ("No idea.", "medium"),
        ("doesn't matter", "medium"),
        ("Postgres", "low"),
        ("use the one of the billing team", "low"),
        ("yes", "low"),
        ("the second", "low"),
        ("It must be the cluster at db7.internal, schema finance_eu, with replicas in Frankfurt", "high"),
        ("The importer should use MySQL 8 because the finance department migrated last month", "high"),
    ],
)
def test_an_answer_shows_what_the_question_asked(answer: str, level: str) -> None:
    judged = judge_reply(QUESTION, (), answer, KNOWN, is_direct=False)
    assert judged is not None
    assert judged[0] == level


@pytest.mark.parametrize("answer", ["", "  \n", "Now write a README with screenshots", "Add a changelog entry for it"])
def test_what_does_not_take_the_question_up_shows_nothing(answer: str) -> None:
    assert judge_reply(QUESTION, (), answer, KNOWN, is_direct=False) is None


def test_the_same_words_are_an_answer_if_they_came_through_the_tool() -> None:
    assert judge_reply(QUESTION, (), "Now write a README with screenshots", KNOWN, is_direct=True) == (
        "high",
        "told what nobody had said before",
    )


def test_an_offered_answer_is_low_whatever_it_says() -> None:
    options = ("A cluster of nine machines in Frankfurt", "SQLite")
    said = "a cluster of nine machines in frankfurt"
    assert judge_reply(QUESTION, options, said, (), is_direct=True) == ("low", "picked an answer that was offered")


def test_a_yes_to_a_yes_or_no_stays_one_whatever_follows() -> None:
    said = "Yes, and then rename every folder below vendor, bump grpc and publish nightly images"
    assert judge_reply("Should I commit it?", (), said, (), is_direct=False) == ("low", "said yes, no or which")
    assert judge_reply(QUESTION, (), said, (), is_direct=False) == ("high", "told what nobody had said before")


@given(st.text(max_size=500), st.text(max_size=500))
def test_any_answer_can_be_judged(question: str, answer: str) -> None:
    judged = judge_reply(question, (), answer, (question,), is_direct=True)
    assert judged is None or judged[0] in ("low", "medium", "high")
