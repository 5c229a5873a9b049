"""A turn's questions as lines: what was asked, and what became of it."""

from __future__ import annotations

from datetime import UTC

import pytest
from rich.cells import cell_len

from ppp_tui.model.question import AnswerStatus
from ppp_tui.query.rows import Tokens, UsageLine, ViolationLine
from ppp_tui.tui.panes.live.feed_cells import Feed, FeedLines
from ppp_tui.tui.panes.turns.question_text import answer_lines, question_block, questions_by_turn
from ppp_tui.tui.panes.turns.turn_render import usage_text
from tests.tui.live_rows import NOW_MS, question, step, turn


@pytest.mark.parametrize(
    ("status", "answer", "words", "quoted"),
    [
        ("given", "8080", "answered", "          “8080”"),
        ("given", None, "answered", None),
        ("reply", "Take 80\x1b[31m", "you wrote next", "          “Take 80␛[31m”"),
        ("rejected", "First the tests", "you refused to answer", "          “First the tests”"),
        ("empty", None, "submitted without an answer", None),
        ("failed", None, "never reached you", None),
    ],
)
def test_the_answer_stands_below_its_question(
    status: AnswerStatus, answer: str | None, words: str, quoted: str | None
) -> None:
    asked = question(1, 1, "Which port?", answer=answer, answer_status=status)
    lines, _ = questions_by_turn([asked], {1: "Serve it"}, 80, UTC)
    assert [line.text for line in lines] == [
        "turn 1  Serve it",
        "? low     Which port?",
        *([quoted] if quoted else []),
        f"          {words}; found in the answer; ends so (literal)",
        "",
    ]


@pytest.mark.parametrize("text", ["Which port?", "使用哪個端口？", "👩‍👩‍👧‍👦 or 🇩🇪?"])
def test_how_a_question_was_answered_ends_where_the_pane_does(text: str) -> None:
    head, *_ = question_block(question(1, 1, text, answer="8080", answer_status="given"), 60)
    assert head.text.endswith("  answered")
    assert cell_len(head.text) == 60


def test_selected_option_is_filled() -> None:
    asked = question(1, 1, "Which?", options=("Red, warm", "Blue"), answer="Red, warm", answer_status="given")
    assert [line.text.strip() for line in answer_lines(asked)] == ["● Red, warm", "○ Blue"]


def test_several_selected_options_are_filled_and_typed_text_is_quoted() -> None:
    both = question(1, 1, "Which?", options=("Red", "Blue", "Grey"), answer="Red, Grey", answer_status="given")
    assert [line.text.strip()[0] for line in answer_lines(both)] == ["●", "○", "●"]
    typed = question(1, 1, "Which?", options=("Red", "Blue"), answer="Red, but darker", answer_status="given")
    assert [line.text.strip() for line in answer_lines(typed)] == ["○ Red", "○ Blue", "“Red, but darker”"]


def test_a_question_that_was_submitted_empty_does_not_wait() -> None:
    asked = [
        question(1, number, "Which port?", source="tool", asked_at=1000, text_start=None, text_end=None, **more)
        for number, more in enumerate(({}, {"answer_status": "empty"}), 1)
    ]
    line = turn(1, "Serve it")
    told = FeedLines(UTC).entries(Feed((), (line,), {line.id: tuple(asked)}))
    assert [entry.tone for entry in told if entry.text == "Which port?"] == ["needs-you", "text"]


def test_violations_stand_in_the_feed_below_their_turn() -> None:
    line = turn(1, "Serve it")
    broken = (
        ViolationLine(
            id=1,
            turn_number=1,
            preference_name="no_commas",
            expected="no comma",
            actual="2 commas",
            severity="critical",
            method="literal 1",
        ),
        ViolationLine(
            id=2, turn_number=1, preference_name="json", expected="", actual="", severity="minor", method="stated"
        ),
    )
    told = FeedLines(UTC).entries(Feed((), (line,), {}, {line.id: broken}))
    assert [(entry.who, entry.who_tone, entry.text) for entry in told[1:]] == [
        ("!critical", "severity-critical", "no_commas: expected no comma, got 2 commas"),
        ("!minor", "severity-minor", "json: (text not kept)"),
    ]


def request(number: int, cost_micros: int | None) -> UsageLine:
    return UsageLine(
        id=(((1 << 20) | 3) << 20) | number,
        turn_number=3,
        at=NOW_MS,
        model="m1",
        tokens=Tokens(input=4, output=90, cache_read=11_000, cache_write=0),
        reasoning_tokens=None,
        cost_micros=cost_micros,
        is_lower_bound=False,
        is_counted=True,
        stop_reason="",
        speed="",
    )


def test_each_request_names_what_it_asked_for_and_small_costs_stay_apart() -> None:
    steps = [
        step(3, 1, "not told", kind="thinking", request_number=1),
        step(3, 2, "pytest -q", request_number=1),
        step(3, 3, "a.py", kind="read", tool="Read", request_number=2),
        step(3, 4, "of no request"),
    ]
    requests = [request(1, 7_912), request(2, 15_824), request(3, None)]
    rows = [line.text for line in usage_text(turn(3, "Go"), requests, steps, width=100, zone=UTC)[2:5]]
    assert [row.split("$")[-1] for row in rows[:2]] == [
        "0.0079 █████       Bash pytest -q",
        "0.0158 ██████████  Read a.py",
    ]
    assert rows[2].endswith("unpriced")
    narrow = usage_text(turn(3, "Go"), requests, steps, width=70, zone=UTC)[2].text
    assert narrow.endswith("$0.0079")
