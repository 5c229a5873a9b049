"""People and machines of a team beside each other: as many sessions as they pushed, and their figures."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.query import answer
from ppp_tui.query.scores.compare import GroupBy, GroupName, group_names, samples
from ppp_tui.team.reader import open_team_reader
from ppp_tui.tui.screens.compare import OWN_VIEWS, TEAM_VIEWS
from tests.postgres import Server
from tests.team.people import make_database, push, shares
from tests.team.test_words import write_history


@pytest.mark.parametrize(("by", "first", "second"), [("person", "ada", "bob"), ("machine", "m1", "m2")])
def test_groups_hold_the_sessions_that_each_pushed(
    postgres: Server,
    common_store: str,
    tenant: str,
    ada: str,
    bob: str,
    tmp_path: Path,
    by: GroupBy,
    first: str,
    second: str,
) -> None:
    lee = postgres.add_member(common_store, tenant, "lee", "lead")
    push(ada, make_database(tmp_path / "ada.db", sessions=2))
    push(bob, write_history(tmp_path / "bob.db", 7, "one", "two", "three"), shares(machine="m2"))
    with closing(open_team_reader(lee)) as reader:
        assert answer(reader, group_names(by)) == [GroupName(first, 2), GroupName(second, 1)]
        drawn = answer(reader, samples(by, (first, second)))
    turns = {name: [figures.run.conduct.turns for figures in own if figures.run.conduct] for name, own in drawn.items()}
    assert turns == {first: [2, 2], second: [3]}


def test_people_are_compared_in_a_shared_store_alone() -> None:
    assert TEAM_VIEWS[len(OWN_VIEWS) :] == ("people", "machines")
    assert OWN_VIEWS == ("sessions", "agents", "models", "reasoning efforts")
