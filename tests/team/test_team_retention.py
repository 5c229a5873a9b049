"""How long a team keeps sessions: what is older goes as a whole, its sums stay, and it does not come back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.team import forget
from ppp_tui.team.connect import StoreError, tenant_transaction
from ppp_tui.team.pushed import sentence
from ppp_tui.team.retention import expired_sessions, month_start_ms, remove_expired, retention, set_retention
from tests.postgres import Server
from tests.team.people import ask, change, count_of, make_database, opened, own_replica, push, shares

BEFORE = from_text("2025-11-01 00:00:00.000")

SESSIONS = (
    # Number, replica, parent, when it began, its last sign of life.
    (1, 2, None, "2025-10-05 08:00:00.000", "2025-10-31 23:59:59.999"),
    (2, 2, None, "2025-10-30 08:00:00.000", "2025-11-01 00:00:00.000"),
    (3, 2, None, "2025-09-01 08:00:00.000", "2025-09-02 08:00:00.000"),
    (4, 2, 3, "2025-09-01 09:00:00.000", "2025-12-01 08:00:00.000"),
    (5, 1, None, "2025-01-01 08:00:00.000", "2025-01-02 08:00:00.000"),
    (6, 1, 5, "2025-01-01 09:00:00.000", "2025-01-01 10:00:00.000"),
    (7, 2, None, "2025-02-01 08:00:00.000", None),
)
ROWS = """
INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name, project, parent_id, created_at)
    VALUES (1, %(replica)s, %(id)s, '', 'claude', 'shop', %(parent)s, %(began)s);
INSERT INTO shared_trajectories (tenant_id, replica_id, local_id, trajectory_id, is_present)
    VALUES (1, %(replica)s, %(id)s, %(id)s, 1);
INSERT INTO trajectory_summaries (tenant_id, replica_id, trajectory_id, last_at)
    VALUES (1, %(replica)s, %(id)s, %(last)s);
INSERT INTO trajectory_turns (tenant_id, replica_id, id, trajectory_id, turn_number, prompt, response)
    VALUES (1, %(replica)s, (%(id)s::bigint << 20) + 1, %(id)s, 1, '', '');
INSERT INTO token_usage (tenant_id, replica_id, id, at, model, input_tokens, output_tokens)
    VALUES (1, %(replica)s, (%(id)s::bigint << 40) + 1048577, %(began)s, 'opus', 1, 1);
INSERT INTO session_hours (tenant_id, replica_id, hour, trajectory_id, model, root_id, requests, input_tokens,
    output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests, lower_bound_requests)
    VALUES (1, %(replica)s, substr(%(began)s, 1, 13) || ':00', %(id)s, 'opus', %(id)s, 1, 1, 1, 0, 0, 7, 0, 0)
"""


class Team:
    """A team of ada (admin) and bob (member) with the sessions above; eve has a team of her own."""

    def __init__(self, server: Server, database: str) -> None:
        self.urls = {
            "ada": server.add_member(database, "red", "ada", "admin"),
            "bob": server.add_member(database, "red", "bob", "member"),
            "eve": server.add_member(database, "blue", "eve", "admin"),
        }
        with closing(server.connect(database)) as connection:
            for tenant, replica, person in ((1, 1, 1), (1, 2, 2), (2, 1, 1)):
                connection.execute(
                    "INSERT INTO replicas (tenant_id, replica_id, person_id, database_id) "
                    "VALUES (%s, %s, %s, gen_random_uuid())",
                    (tenant, replica, person),
                )
            for number, replica, parent, began, last in SESSIONS:
                values = {"id": number, "replica": replica, "parent": parent, "began": began, "last": last}
                for statement in ROWS.split(";\n"):
                    connection.execute(statement.encode(), values)
            connection.execute(
                "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name, created_at) "
                "VALUES (2, 1, 1, '', 'claude', '2020-01-01 00:00:00.000')"
            )

    def ids(self, table: str, key: str = "id", person: str = "ada") -> list[int]:
        """The trajectories that a table has rows of."""
        return sorted(row[0] for row in ask(self.urls[person], f"SELECT {key} FROM {table}"))


@pytest.fixture
def team(postgres: Server, store: str) -> Team:
    return Team(postgres, store)


@pytest.mark.parametrize(
    ("now", "months", "start"),
    [
        ("2026-11-20 12:00:00.000", 12, "2025-11-01 00:00:00.000"),
        ("2026-03-31 23:59:59.999", 1, "2026-02-01 00:00:00.000"),
        ("2026-01-01 00:00:00.000", 1, "2025-12-01 00:00:00.000"),
        ("2026-12-31 00:00:00.000", 11, "2026-01-01 00:00:00.000"),
        ("2024-02-29 00:00:00.000", 24, "2022-02-01 00:00:00.000"),
        ("2026-11-20 12:00:00.000", 1200, "1970-01-01 00:00:00.000"),
    ],
)
def test_months_are_those_of_the_calendar(now: str, months: int, start: str) -> None:
    assert month_start_ms(from_text(now), months) == from_text(start)


def test_an_admin_removes_what_the_whole_team_has_not_moved_since(team: Team) -> None:
    with opened(team.urls["ada"]) as store:
        assert expired_sessions(store, BEFORE) == 3
        assert remove_expired(store, BEFORE) == 3
        assert remove_expired(store, BEFORE) == 0
    # 3 is quiet, but what it started is not; 7 never gave a sign of life after it began.
    assert team.ids("trajectories") == [2, 3, 4]
    assert team.ids("trajectory_turns", "trajectory_id") == [2, 3, 4]
    assert team.ids("token_usage", "id >> 40") == [2, 3, 4]
    assert team.ids("session_hours", "trajectory_id") == [2, 3, 4]
    assert team.ids("trajectories", person="eve") == [1]


def test_a_member_removes_own_sessions_alone(team: Team) -> None:
    with opened(team.urls["bob"]) as store:
        assert remove_expired(store, BEFORE) == 2
    assert team.ids("trajectories") == [2, 3, 4, 5, 6]


def test_sums_stay_but_for_those_of_minutes(team: Team) -> None:
    sums = (
        "SELECT (SELECT sum(cost_micros) FROM usage_hours)::int, (SELECT sum(requests) FROM usage_days)::int, "
        "(SELECT sum(requests) FROM project_days)::int, (SELECT sum(requests) FROM folder_months)::int"
    )
    assert ask(team.urls["bob"], sums) == [(49, 7, 7, 7)]
    with opened(team.urls["ada"]) as store:
        remove_expired(store, BEFORE)
    assert ask(team.urls["bob"], sums) == [(49, 7, 7, 7)]
    minutes = ask(team.urls["bob"], "SELECT minute FROM usage_minutes")
    assert [row[0] for row in minutes] == []
    # Rows that go for another reason leave the sums.
    with opened(team.urls["bob"]) as store, tenant_transaction(store.connection, 1):
        store.connection.execute("DELETE FROM session_hours WHERE trajectory_id = 2")
    assert ask(team.urls["bob"], sums) == [(42, 6, 6, 6)]


def test_how_long_is_said_by_admins_and_written_down(team: Team) -> None:
    with opened(team.urls["bob"]) as store:
        assert retention(store) == (None, 0)
        with pytest.raises(StoreError, match="said by an admin of red"):
            set_retention(store, 12)
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="said by an admin"),
            tenant_transaction(store.connection, 1),
        ):
            store.connection.execute("UPDATE tenants SET retention_months = 1")
    with opened(team.urls["ada"]) as store:
        set_retention(store, 12)
        assert retention(store).months == 12
        remove_expired(store, BEFORE)
        set_retention(store, None)
    assert ask(team.urls["bob"], "SELECT retention_months FROM tenants") == [(None,)]
    entries = ask(team.urls["ada"], "SELECT login, action, detail FROM audit WHERE action = 'retention' ORDER BY id")
    assert entries == [
        ("red_ada", "retention", "12 months"),
        ("red_ada", "retention", "sessions that have been quiet since before 2025-11-01 are removed"),
        ("red_ada", "retention", "all sessions are kept"),
    ]


def test_what_was_removed_does_not_come_back_and_is_counted_once(postgres: Server, store: str, tmp_path: Path) -> None:
    url = postgres.add_member(store, "red", "ada", "admin")
    database = make_database(tmp_path / "ppp.db", sessions=2)
    push(url, database)
    sums = "SELECT sum(requests)::int, sum(input_tokens)::int FROM usage_days"
    before = ask(url, sums)
    assert before[0][0] == 5
    with opened(url) as opened_store:
        assert remove_expired(opened_store, from_text("2027-01-01 00:00:00.000")) == 2
        own = own_replica(opened_store, database)
        forget.share_again(opened_store, own, None)
    # Everything is looked at again, since something else is shared now.
    push(url, database, shares("summaries"))
    assert ask(url, "SELECT count(*) FROM trajectories") == [(0,)]
    assert ask(url, sums) == before


def test_pages_of_sessions_that_are_kept_do_not_hide_older_work(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppp_tui.team.retention.AT_ONCE", 1)
    heard: list[int] = []
    tell: Callable[[int], object] = heard.append
    with opened(team.urls["ada"]) as store:
        assert expired_sessions(store, BEFORE) == 3
        assert remove_expired(store, BEFORE, tell) == 3
    assert heard == [1, 2, 2, 3, 3, 3]


def test_a_push_removes_what_the_team_keeps_no_longer(ada: str, bob: str, tmp_path: Path) -> None:
    database = make_database(tmp_path / "bob.db", sessions=2)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE trajectories SET created_at = '2020-01-01 08:00:00.000' WHERE id = 2")
        connection.execute(
            "UPDATE trajectory_summaries SET last_at = '2020-01-02 08:00:00.000' WHERE trajectory_id = 2"
        )
        connection.commit()
    push(bob, database)
    with opened(ada) as store:
        # By the server's clock: longer than there has been this program, and shorter than since 2020.
        set_retention(store, 24)
    assert push(bob, database).expired == 0
    assert count_of(bob, "trajectories") == 3
    touched = "UPDATE trajectory_turns SET latency_ms = 5 WHERE id = (1 << 20) | 1"
    change(database, touched, 1)
    done = push(bob, database)
    assert (done.expired, count_of(bob, "trajectories", "created_at < '2021'")) == (1, 0)
    assert "1 session removed, quiet for longer than the team keeps them" in sentence(done)
    # Its usage stays, and it does not come back.
    assert count_of(bob, "usage_days", "requests > 0") == 1
    change(database, touched.replace("5", "6"), 1, 2)
    assert (push(bob, database).expired, count_of(bob, "trajectories", "created_at < '2021'")) == (0, 0)
