"""How often trajectories did what."""

from __future__ import annotations

from ppp_tui.query.scores.step_kinds import KindCount, step_kinds
from tests.query.database_fixture import Database


def test_steps_are_counted_by_kind_and_trajectory_with_failures_and_without_neighbours(database: Database) -> None:
    for trajectory in (1, 2, 3):
        database.session(trajectory)
        database.turn(trajectory, 1)
        database.step(trajectory, 1, 1, kind="shell")
    database.step(2, 1, 2, kind="shell", status="failed")
    database.step(2, 1, 3, kind="edit")
    assert database.ask(step_kinds([2, 3])) == {
        2: {"shell": KindCount(2, 1), "edit": KindCount(1, 0)},
        3: {"shell": KindCount(1, 0)},
    }
    assert database.ask(step_kinds([])) == {}
