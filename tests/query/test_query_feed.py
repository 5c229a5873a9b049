"""The newest of a session in one query says what its parts say one by one."""

from __future__ import annotations

from ppp_tui.query.sessions.feed import tail
from ppp_tui.query.sessions.steps import latest_steps
from ppp_tui.query.sessions.turns import turn_window
from tests.query.archive_fixture import Archive


def test_tail_is_the_last_steps_and_the_turns_from_a_number_on(archive: Archive) -> None:
    archive.session(7)
    archive.session(8)
    for trajectory in (7, 8):
        for number in (1, 2, 3):
            archive.turn(trajectory, number)
            for step in (1, 2):
                archive.step(trajectory, number, step)
    answer = archive.ask(tail(7, 2, 3))
    assert answer.steps == archive.ask(latest_steps(7, 3))
    assert [(step.turn_number, step.number) for step in answer.steps] == [(2, 2), (3, 1), (3, 2)]
    assert answer.turns == archive.ask(turn_window(7, 2, 100))
    assert [turn.number for turn in answer.turns] == [2, 3]
