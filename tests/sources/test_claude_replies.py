"""What the user answered to Claude Code's questions: chosen, typed, refused, or never asked."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ppp_tui.model.event import QuestionAnswered
from tests.sources.claude_lines import assistant, call, read, result, user

ASKED = [
    {
        "question": "Which port?",
        "header": "Port",
        "options": [{"label": "80"}, {"label": "8080"}],
        "multiSelect": False,
    },
    {"question": "Which formats?", "header": "Formats", "options": [{"label": "csv"}], "multiSelect": True},
]


def answers(name: str, content: str, *, is_error: bool = False, **record: Any) -> list[tuple[Any, ...]]:
    given = {"questions": ASKED} if name == "AskUserQuestion" else {}
    events = read(
        user("u1", "Serve it"),
        assistant("a1", call("toolu_1", name, **given), 1),
        user("u2", result("toolu_1", content, is_error=is_error), 9, **record),
    ).events
    return [(event.answers, event.status) for event in events if isinstance(event, QuestionAnswered)]


def test_answers_stand_in_the_order_of_the_questions() -> None:
    told = {"questions": ASKED, "answers": {"Which formats?": "csv, xml of my own", "Which port?": "8080"}}
    assert answers("AskUserQuestion", "User has answered your questions: …", toolUseResult=told) == [
        (("8080", "csv, xml of my own"), "given")
    ]


def test_skipped_question_has_no_answer() -> None:
    told = {"questions": ASKED, "answers": {"Which formats?": ["csv", "xml"]}}
    assert answers("AskUserQuestion", "…", toolUseResult=told) == [((None, "csv, xml"), "given")]


def test_note_to_a_selected_option_is_part_of_the_answer() -> None:
    told = {
        "questions": ASKED[:1],
        "answers": {"Which port?": "80"},
        "annotations": {"Which port?": {"notes": "for now"}},
    }
    assert answers("AskUserQuestion", "…", toolUseResult=told) == [(("80\nfor now", None), "given")]


@pytest.mark.parametrize(
    "sentence",
    [
        'User has answered your questions: "Which port?"="80", "Which formats?"="csv, "raw"". You can now go on.',
        'Your questions have been answered: "Which port?"="80", "Which formats?"="csv, "raw"". You can now go on.',
    ],
)
def test_answers_are_read_from_the_sentence_without_the_record(sentence: str) -> None:
    assert answers("AskUserQuestion", sentence) == [(("80", 'csv, "raw"'), "given")]


def test_answers_that_never_end_do_not_keep_a_parser_busy() -> None:
    sentence = 'User has answered your questions: "Which port?"="80", ' + '"a"="b"c' * 30_000
    begin = time.process_time()
    assert answers("AskUserQuestion", sentence) == [(("80", None), "given")]
    # Where the work grows with the square of the answers this takes half a minute.
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("name", ["ExitPlanMode", "EnterPlanMode"])
def test_a_plan_is_approved_by_yes(name: str) -> None:
    content = "User has approved your plan. Go on." if name == "ExitPlanMode" else "Entered plan mode. Look around."
    assert answers(name, content) == [(("yes",), "given")]


def test_a_refusal_keeps_what_the_user_said_instead() -> None:
    content = (
        "The user doesn't want to proceed with this tool use. The tool use was rejected. To tell you how to proceed, "
        "the user said:\nFirst the tests."
    )
    assert answers("ExitPlanMode", content, is_error=True, toolUseResult="Error: …") == [
        (("First the tests.",), "rejected")
    ]


def test_a_wish_to_talk_first_is_no_answer() -> None:
    content = "The user wants to clarify these questions.\nQuestions asked: …"
    assert answers("AskUserQuestion", content, is_error=True) == [((None, None), "rejected")]


def test_result_of_another_tool_answers_nothing() -> None:
    events = read(
        assistant("a1", call("toolu_1", "Bash", command="ls"), 1),
        user("u2", result("toolu_1", 'Your questions have been answered: "a"="b". Done'), 9),
    ).events
    assert not [event for event in events if isinstance(event, QuestionAnswered)]
