"""The newest of a session in one query says what its parts say one by one."""

from __future__ import annotations

from ppp_tui.query.sessions.feed import tail
from ppp_tui.query.sessions.steps import latest_steps
from ppp_tui.query.sessions.turns import turn_window
from tests.query.database_fixture import Database


def test_tail_is_the_last_steps_and_the_turns_from_a_number_on(database: Database) -> None:
    database.session(7)
    database.session(8)
    for trajectory in (7, 8):
        for number in (1, 2, 3):
            database.turn(trajectory, number)
            for step in (1, 2):
                database.step(trajectory, number, step)
    answer = database.ask(tail(7, 2, 3))
    assert answer.steps == database.ask(latest_steps(7, 3))
    assert [(step.turn_number, step.number) for step in answer.steps] == [(2, 2), (3, 1), (3, 2)]
    assert answer.turns == database.ask(turn_window(7, 2, 100))
    assert [turn.number for turn in answer.turns] == [2, 3]
