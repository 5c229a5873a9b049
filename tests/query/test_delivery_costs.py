"""What commits and pull requests cost: a session's work is cut at each, and sessions are joined to pull requests."""

from __future__ import annotations

import pytest

from ppp_tui.model.project import NO_LABELS
from ppp_tui.query.usage.deliveries import (
    PullRequestCost,
    branch_sessions,
    commit_costs,
    pull_request_costs,
    pull_request_marks,
)
from ppp_tui.query.usage.rows import EVERYTHING, UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from tests.query.database_fixture import NOON_MS, Database

DAY = TimeSpan(NOON_MS - 43_200_000, NOON_MS + 43_200_000)
URL = "https://github.com/acme/shop/pull/"


def row_id(trajectory: int, turn: int, number: int) -> int:
    return (((trajectory << 20) + turn) << 20) + number


@pytest.fixture(autouse=True)
def _sessions(database: Database) -> None:
    """Session 1 with sub-agent 2 on the branch login; session 3 on it, too; session 4 on main."""
    for trajectory, branch, parent in ((1, "login", None), (2, "login", 1), (3, "login", None), (4, "main", None)):
        summary = {"tree_cost_micros": 70, "tree_input_tokens": 7, "tree_requests": 1, "is_child": int(bool(parent))}
        database.session(trajectory, summary, branch=branch, parent_id=parent)
        for number in range(4):
            database.turn(trajectory, number)
    for number, at in enumerate(("10:00", "11:00", "12:00", "13:00")):
        moment = f"2026-11-20 {at}:00.000"
        database.usage(1, number, 1, moment, 10 * (number + 1), cost_micros=10 * (number + 1))
    database.usage(2, 1, 1, "2026-11-20 10:30:00.000", 500, cost_micros=500)


def put_pull_request(
    database: Database, place: int, action: str, at: str, *, trajectory: int = 1, url: str = "", reference: str = ""
) -> None:
    row = (row_id(trajectory, place, place + 1), action, url, reference, f"2026-11-20 {at}:00.000")
    database.writer.execute("INSERT INTO pull_requests VALUES (?, ?, ?, ?, ?)", row)


def pull_requests(database: Database, span: TimeSpan = DAY) -> list[PullRequestCost]:
    marks = database.ask(pull_request_marks(span, EVERYTHING))
    return pull_request_costs(marks, database.ask(branch_sessions(marks)), NO_LABELS)


def test_commit_costs_what_came_since_the_one_before(database: Database) -> None:
    for number, (at, commit) in enumerate((("10:45", "abc1234"), ("12:00", ""))):
        database.put("features", id=row_id(1, number, 1), at=f"2026-11-20 {at}:00.000", commit_hash=commit)
    newest, first = database.ask(commit_costs(DAY, EVERYTHING))
    # 100 fresh tokens with each request; the sub-agent's 500 belong to the first, what came after the last to none.
    assert (first.commit_hash, first.requests, first.tokens, first.cost_micros) == ("abc1234", 2, 710, 510)
    assert (newest.commit_hash, newest.requests, newest.tokens, newest.cost_micros) == ("", 2, 250, 50)
    assert database.ask(commit_costs(DAY, UsageFilter(agent="codex"))) == []


def test_commit_without_a_priced_request_has_no_cost(database: Database) -> None:
    database.writer.execute("UPDATE token_usage SET cost_micros = NULL")
    database.put("features", id=row_id(1, 0, 1), at="2026-11-20 10:00:00.000")
    assert [commit.cost_micros for commit in database.ask(commit_costs(DAY, EVERYTHING))] == [None]


def test_commit_of_a_copied_turn_does_not_count(database: Database) -> None:
    database.put("features", id=row_id(1, 0, 1), at="2026-11-20 10:00:00.000")
    database.writer.execute("UPDATE trajectory_turns SET is_copy = 1")
    assert database.ask(commit_costs(DAY, EVERYTHING)) == []


def test_pull_request_joins_its_session_to_others_on_its_branch(database: Database) -> None:
    put_pull_request(database, 1, "created", "11:00", url=URL + "12")
    [login] = pull_requests(database)
    assert (login.name, login.branch, login.sessions) == ("acme/shop#12", "login", (1, 3))
    # 10 + 20 + 30 + 40 of session 1, 500 of its sub-agent, 70 of session 3; session 4 is on main.
    assert login.cost_micros == 670
    assert (login.opened_at, login.merged_at) == (NOON_MS - 3_600_000, None)


def test_session_with_two_pull_requests_is_cut_between_them(database: Database) -> None:
    put_pull_request(database, 1, "created", "11:00", url=URL + "12")
    put_pull_request(database, 2, "created", "12:00", url=URL + "13")
    later, first = pull_requests(database)
    assert (first.name, first.cost_micros) == ("acme/shop#12", 530)
    # What came after the last one is its own, and so is the other session on the branch.
    assert (later.name, later.cost_micros, later.sessions) == ("acme/shop#13", 140, (1, 3))


@pytest.mark.parametrize("reference", ["#12", "acme/shop#12", ""])
def test_merge_belongs_to_the_pull_request_that_it_names(database: Database, reference: str) -> None:
    put_pull_request(database, 1, "created", "11:00", url=URL + "12")
    put_pull_request(database, 2, "merged", "12:00", reference=reference)
    [login] = pull_requests(database)
    assert (login.name, login.merged_at, login.cost_micros) == ("acme/shop#12", NOON_MS, 670)


def test_session_on_the_main_branch_is_joined_by_no_name(database: Database) -> None:
    database.session(5, {"tree_cost_micros": 9, "tree_requests": 1}, branch="main")
    put_pull_request(database, 1, "created", "11:00", trajectory=4, url=URL + "7")
    assert [cost.sessions for cost in pull_requests(database)] == [(4,)]


def test_pull_request_of_another_day_is_not_listed(database: Database) -> None:
    put_pull_request(database, 1, "created", "11:00", url=URL + "12")
    assert pull_requests(database, TimeSpan(DAY.high_ms, DAY.high_ms + 1000)) == []
