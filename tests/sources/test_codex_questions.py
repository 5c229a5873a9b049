"""Questions of Codex that wait or do not, and what comes back: choices, notes, nothing, envelopes, plain messages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model.event import (
    AssistantMessage,
    PromptAdded,
    QuestionAnswered,
    QuestionAsked,
    ToolCallFinished,
    TurnStarted,
)
from tests.fold.test_fold_events import FlatPricing
from tests.sources.codex_lines import Line, call, completed, event, events, meta, only, output, started, user_item

BLOCKING = {"questions": [{"id": "db", "question": "Which database?"}, {"id": "port", "question": "Which port?"}]}
FREE = {"questions": [{"title": "Which color?", "options": ["Red", "Blue"]}, {"title": "Any limits?"}]}


def answered(*lines: Line) -> list[tuple[object, ...]]:
    found = only((QuestionAnswered,), meta(), started(), *lines)
    return [(entry.step, entry.answers, entry.status, entry.first) for entry in found]


def envelope(*answers: tuple[Any, str, str]) -> str:
    entries = [{"questionItemId": key, "question": question, "answer": answer} for key, question, answer in answers]
    return f"<send_user_message_question_reply>\n{json.dumps(entries)}\n</send_user_message_question_reply>"


def item_key(step: str, place: int) -> str:
    return json.dumps(["request_user_input_async", step, place])


def asked_freely(message_id: str = "c1") -> tuple[Line, ...]:
    """The three records that such a question leaves."""
    return (
        call("request_user_input_async", FREE),
        completed(
            "AgentMessage",
            2,
            id=message_id,
            content=[{"type": "Text", "text": "Which color?\n- Red\n- Blue"}],
            delivery="async",
            questions=FREE["questions"],
        ),
        output('{"accepted":true}', ms=3),
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"port": {"answers": ["80"]}, "db": {"answers": ["PG", "user_note: the old one"]}}, ("PG\nthe old one", "80")),
        ({"db": {"answers": ["user_note: none of these"]}}, ("none of these", None)),
        ({}, (None, None)),
        ({"db": {"answers": []}, "port": None}, (None, None)),
    ],
)
def test_answers_are_read_by_the_ids_of_the_questions(answers: Line, expected: tuple[str | None, ...]) -> None:
    lines = call("request_user_input", BLOCKING), output(json.dumps({"answers": answers}), ms=4)
    assert answered(*lines) == [("c1", expected, "given", 0)]


def test_a_secret_answer_is_not_kept() -> None:
    asked = {"questions": [{"id": "key", "question": "Which password?", "isSecret": True}]}
    lines = call("request_user_input", asked), output('{"answers":{"key":{"answers":["user_note: hunter2"]}}}')
    assert answered(*lines) == [("c1", ("(secret)",), "given", 0)]
    [ended] = only((ToolCallFinished,), meta(), started(), *lines)
    assert (ended.output, ended.output_preview) == ("(secret)", "(secret)")


def test_cancelled_call_has_no_answer() -> None:
    text = "request_user_input was cancelled before receiving a response"
    assert answered(call("request_user_input", BLOCKING), output(text)) == [("c1", (), "rejected", 0)]


@pytest.mark.parametrize("message_id", ["c1", "msg_7"])
def test_a_free_question_is_asked_once_though_call_and_message_tell_it(message_id: str) -> None:
    found = only((QuestionAsked, AssistantMessage), meta(), started(), *asked_freely(message_id))
    assert [(e.text, e.options, e.step, e.is_blocking) for e in found if isinstance(e, QuestionAsked)] == [
        ("Which color?", ("Red", "Blue"), "c1", False),
        ("Any limits?", (), "c1", False),
    ]
    assert [e.question_step for e in found if isinstance(e, AssistantMessage)] == ["c1"]


def test_notice_that_a_question_was_shown_is_no_answer() -> None:
    assert answered(*asked_freely()) == []


def test_questions_of_a_message_without_a_call_are_questions() -> None:
    message = completed(
        "AgentMessage",
        2,
        id="m1",
        content=[{"type": "Text", "text": "Well."}],
        questions=[{"title": "Which color?", "options": ["Red"]}],
    )
    [asked, said] = only((QuestionAsked, AssistantMessage), meta(), started(), message)
    assert (asked.text, asked.step, asked.is_blocking, said.question_step) == ("Which color?", "m1", False, "m1")


def test_a_plain_message_that_repeats_a_free_question_asks_nothing_more() -> None:
    said = event("agent_message", 2, message="Which color?\n- Red\n- Blue")
    found = only((AssistantMessage,), meta(), started(), call("request_user_input_async", FREE), said)
    assert [entry.question_step for entry in found] == ["c1"]


def test_the_same_words_in_a_later_turn_are_a_question_of_their_own() -> None:
    found = only(
        (AssistantMessage,),
        meta(),
        started(),
        *asked_freely(),
        event("task_complete", 4, turn_id=None),
        event("task_started", 5, turn_id="t2"),
        event("agent_message", 6, message="Which color?"),
    )
    assert [entry.question_step for entry in found] == ["c1", ""]


@pytest.mark.parametrize("message_id", ["c1", "msg_7"])
def test_an_envelope_answers_the_question_that_it_names(message_id: str) -> None:
    reply = envelope((item_key(message_id, 1), "Any limits?", "None at all"))
    lines = [meta(), started(), *asked_freely(message_id), event("user_message", 5, message=reply)]
    assert answered(*lines[2:]) == [("c1", ("None at all",), "given", 1)]
    [added] = only((PromptAdded,), *lines)
    assert (added.text, added.is_reply) == ("Any limits?\n→ None at all", True)


def test_an_envelope_without_a_readable_name_finds_its_question_by_the_words() -> None:
    reply = envelope(("x", "Any limits?", "None"), (None, "Never asked?", "Yes"))
    assert answered(*asked_freely(), user_item(reply, 5)) == [("c1", ("None",), "given", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "<send_user_message_question_reply>\nno JSON\n</send_user_message_question_reply>",
        f"See {envelope(('x', 'Any limits?', 'None'))}",
    ],
)
def test_text_that_is_no_envelope_stays_a_message(text: str) -> None:
    [prompt] = only((TurnStarted,), meta(), started(), event("user_message", 1, message=text))
    assert prompt.prompt == text


def test_answers_of_a_whole_rollout_stand_with_their_questions() -> None:
    lines = [
        meta(),
        started(),
        event("user_message", 1, message="Paint it"),
        *asked_freely("msg_7"),
        event("user_message", 5, message=envelope((item_key("msg_7", 1), "Any limits?", "None"))),
        event("agent_message", 6, message="I go on."),
    ]
    [rows] = FileFold(b"", FoldOptions(FlatPricing())).fold(events(*lines))
    assert [(q.question_text, q.source, q.answer, q.answer_status) for q in rows.questions] == [
        ("Which color?", "tool", None, None),
        ("Any limits?", "tool", "None", "given"),
    ]
