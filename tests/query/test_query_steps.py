"""What lies inside a turn: only its own rows, in order, with all that they tell."""

from __future__ import annotations

import pytest

from ppp_tui.query.rows import QuestionLine, StepLine, Tokens, UsageLine, ViolationLine
from ppp_tui.query.sessions.steps import (
    latest_steps,
    question_lines,
    same_calls,
    step,
    step_lines,
    usage_lines,
    violation_lines,
)
from tests.query.database_fixture import NOON_MS, Database

TURN = (2 << 20) + 3


def step_id(turn: int, number: int, trajectory: int = 2) -> int:
    return (((trajectory << 20) + turn) << 20) + number


@pytest.fixture
def filled(database: Database) -> Database:
    """Session 2 with steps in turns 3, 4 and 6, between neighbours with steps."""
    for trajectory in (1, 2, 3):
        database.session(trajectory)
        for turn in (3, 4, 6):
            database.turn(trajectory, turn)
            for number in (1, 2, 3):
                database.step(trajectory, turn, number)
    return database


def test_steps_of_a_turn_come_in_order_and_in_pages(filled: Database) -> None:
    assert [row.id for row in filled.ask(step_lines(TURN))] == [step_id(3, 1), step_id(3, 2), step_id(3, 3)]
    assert [row.number for row in filled.ask(step_lines(TURN, after=1, limit=1))] == [2]
    assert filled.ask(step_lines(TURN, after=3)) == []
    assert filled.ask(step_lines((2 << 20) + 5)) == []


@pytest.mark.parametrize(
    ("limit", "before", "after", "expected"),
    [
        (2, None, None, [(6, 2), (6, 3)]),
        (4, None, None, [(4, 3), (6, 1), (6, 2), (6, 3)]),
        (2, step_id(6, 1), None, [(4, 2), (4, 3)]),
        (9, None, step_id(4, 3), [(6, 1), (6, 2), (6, 3)]),
        (1, None, step_id(4, 3), [(6, 3)]),
        (9, step_id(6, 2), step_id(4, 2), [(4, 3), (6, 1)]),
        (9, step_id(3, 1), None, []),
        (
            9,
            step_id(9, 9, 3),
            step_id(1, 1, 1),
            [
                (3, 1),
                (3, 2),
                (3, 3),
                (4, 1),
                (4, 2),
                (4, 3),
                (6, 1),
                (6, 2),
                (6, 3),
            ],
        ),
        (9, None, step_id(9, 9, 3), []),
    ],
)
def test_the_tail_of_a_session_goes_across_turns(
    filled: Database, limit: int, before: int | None, after: int | None, expected: list[tuple[int, int]]
) -> None:
    rows = filled.ask(latest_steps(2, limit, before, after))
    assert [(row.turn_number, row.number) for row in rows] == expected


def test_a_step_tells_what_the_database_knows(database: Database) -> None:
    database.session(2)
    database.session(5, parent_id=2, native_id="agent-7")
    database.session(6, parent_id=5, native_id="agent-7")
    database.turn(2, 3)
    database.step(
        2,
        3,
        4,
        key="k",
        kind="subagent",
        tool="Task",
        target="review",
        status="failed",
        exit_code=2,
        started_at="2026-11-20 12:00:00.000",
        ended_at="2026-11-20 12:00:02.000",
        duration_ms=2000,
        input_preview="in",
        output_preview="out",
        input_length=5,
        output_length=6,
        input_offset=7,
        input_bytes=8,
        output_offset=9,
        output_bytes=10,
        text_start=11,
        text_end=12,
        child_native_id="agent-7",
    )
    assert database.ask(step(step_id(3, 4))) == StepLine(
        id=step_id(3, 4),
        turn_number=3,
        number=4,
        key="k",
        kind="subagent",
        tool="Task",
        target="review",
        status="failed",
        exit_code=2,
        started_at=NOON_MS,
        ended_at=NOON_MS + 2000,
        duration_ms=2000,
        input_preview="in",
        output_preview="out",
        input_length=5,
        output_length=6,
        input_offset=7,
        input_bytes=8,
        output_offset=9,
        output_bytes=10,
        text_start=11,
        text_end=12,
        child_id=5,
    )
    assert database.ask(step(step_id(3, 5))) is None


def test_a_step_without_a_sub_agent_has_no_child(database: Database) -> None:
    database.session(2)
    database.session(5, parent_id=2, native_id="")
    database.turn(2, 3)
    database.step(2, 3, 1, kind="subagent")
    database.step(2, 3, 2, kind="subagent", child_native_id="not read yet")
    assert [row.child_id for row in database.ask(step_lines(TURN))] == [None, None]


def test_questions_of_a_turn(filled: Database) -> None:
    for trajectory, turn in ((2, 3), (2, 4), (1, 3)):
        filled.put(
            "trajectory_questions",
            id=step_id(turn, 2, trajectory),
            turn_id=(trajectory << 20) + turn,
            question_text="Which one?",
            effort_level="medium",
            method="heuristic 1",
            rule="which",
            source="tool",
            options='["Google", 7]',
            asked_at="2026-11-20 12:00:00.000",
            answered_at=None,
            text_start=1,
            text_end=11,
        )
    assert filled.ask(question_lines(TURN)) == [
        QuestionLine(
            id=step_id(3, 2),
            turn_number=3,
            text="Which one?",
            effort="medium",
            method="heuristic 1",
            rule="which",
            source="tool",
            options=("Google", "7"),
            asked_at=NOON_MS,
            text_start=1,
            text_end=11,
        )
    ]


@pytest.mark.parametrize("options", ["no json", "7", '{"a": 1}', "null", ""])
def test_options_of_another_shape_are_no_options(filled: Database, options: str) -> None:
    filled.put(
        "trajectory_questions",
        id=step_id(3, 1),
        turn_id=TURN,
        question_text="Which?",
        effort_level="low",
        options=options,
    )
    assert [row.options for row in filled.ask(question_lines(TURN))] == [()]


def test_violations_of_a_turn(filled: Database) -> None:
    for turn in (3, 4):
        filled.put(
            "trajectory_violations",
            id=step_id(turn, 1),
            turn_id=(2 << 20) + turn,
            preference_name="concise",
            expected="one",
            actual="three",
            severity="major",
            method="stated",
        )
    assert filled.ask(violation_lines(TURN)) == [
        ViolationLine(
            id=step_id(3, 1),
            turn_number=3,
            preference_name="concise",
            expected="one",
            actual="three",
            severity="major",
            method="stated",
        )
    ]


def test_model_requests_of_a_turn(filled: Database) -> None:
    filled.usage(
        2,
        3,
        1,
        "2026-11-20 12:00:00.000",
        5,
        cache_read_tokens=6,
        cache_write_5m_tokens=7,
        cache_write_1h_tokens=8,
        reasoning_tokens=2,
        cost_micros=None,
        is_lower_bound=1,
        is_counted=0,
        stop_reason="end_turn",
        speed="fast",
    )
    filled.usage(2, 4, 1, "2026-11-20 12:00:00.000", 99)
    assert filled.ask(usage_lines(TURN)) == [
        UsageLine(
            id=step_id(3, 1),
            turn_number=3,
            at=NOON_MS,
            model="m1",
            tokens=Tokens(100, 5, 6, 15),
            reasoning_tokens=2,
            cost_micros=None,
            is_lower_bound=True,
            is_counted=False,
            stop_reason="end_turn",
            speed="fast",
        )
    ]


def test_calls_like_a_step_are_those_of_its_session_with_its_kind_and_target(database: Database) -> None:
    database.session(2)
    database.session(3)
    for turn_number in (1, 4, 301, 302):
        database.turn(2, turn_number)
    database.turn(3, 1)
    for trajectory, turn_number, number, kind, target in (
        (2, 1, 1, "shell", "make"),
        (2, 1, 2, "edit", "make"),
        (2, 4, 1, "shell", "make test"),
        (2, 301, 7, "shell", "make"),
        (2, 302, 1, "shell", "make"),
        (3, 1, 1, "shell", "make"),
    ):
        database.step(trajectory, turn_number, number, kind=kind, target=target)
    shown = database.ask(step(step_id(1, 1)))
    assert shown is not None
    assert [(call.turn_number, call.number) for call in database.ask(same_calls(shown, 12))] == [(1, 1), (301, 7)]
    assert [(call.turn_number, call.number) for call in database.ask(same_calls(shown, 1))] == [(301, 7)]
