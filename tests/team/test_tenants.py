"""Who sees and writes what in the shared store, asked as the people's own logins: walls between teams and people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from ppp_tui.team.connect import (
    CONTEXT_SQL,
    StoreError,
    check_role,
    context,
    open_store,
    tenant_transaction,
)
from tests.postgres import Server

DEFINERS = {
    "ppp_memberships",
    "ppp_usage_of_all",
    "ppp_search",
    "ppp_withdraw_days",
    "ppp_withdraw_usage_days",
    "ppp_sum_days",
    "ppp_sum_days_of",
}
"""Functions that see past the policies: the look at one's own memberships, sums over five people at least, the numbers
of texts that hold a word, and what keeps the sums over a team's runs and usage."""

ADDED = [
    """INSERT INTO replicas (tenant_id, replica_id, person_id, database_id, machine)
    VALUES (%(tenant)s, %(replica)s, %(person)s, gen_random_uuid(), 'm')""",
    """INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name, title)
    VALUES (%(tenant)s, %(replica)s, %(replica)s, '', 'claude', 'of ' || %(replica)s)""",
    """INSERT INTO usage_days_by_replica VALUES (%(tenant)s, %(replica)s, '2026-01-02 00:00', 'claude', 'm', '',
    1, 10, 20, 0, 0, 1000, 0, 0)""",
]
"""A replica of a person's with one trajectory and one sum; its number is the replica's."""


class Teams:
    """A store with two teams: ada (admin), lee (lead) and bob (member) in red; eve (admin) in blue."""

    def __init__(self, server: Server, database: str) -> None:
        self._server, self.database = server, database
        self.urls = {
            "ada": server.add_member(database, "red", "ada", "admin"),
            "lee": server.add_member(database, "red", "lee", "lead"),
            "bob": server.add_member(database, "red", "bob", "member"),
            "eve": server.add_member(database, "blue", "eve", "admin"),
        }
        self.tenants = {"red": 1, "blue": 2}
        with closing(server.connect(database)) as connection:
            for tenant, replica, person in ((1, 1, 1), (1, 2, 2), (1, 3, 3), (2, 1, 1)):
                for statement in ADDED:
                    connection.execute(statement.encode(), {"tenant": tenant, "replica": replica, "person": person})

    def ask(self, person: str, sql: str, tenant: int = 1, **values: Any) -> list[tuple[Any, ...]]:
        """What a person's login gets for a statement in a transaction of that tenant."""
        login = psycopg.connect(self.urls[person], autocommit=True)
        with closing(login) as connection, tenant_transaction(connection, tenant):
            cursor = connection.execute(sql.encode(), values)
            return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection that nothing is kept from."""
        return self._server.connect(self.database)


@pytest.fixture
def teams(postgres: Server, store: str) -> Teams:
    return Teams(postgres, store)


SEEN = "SELECT id FROM trajectories ORDER BY id"


def test_members_see_their_own_rows_leads_and_admins_those_of_the_team(teams: Teams) -> None:
    assert {person: teams.ask(person, SEEN) for person in ("ada", "lee", "bob")} == {
        "ada": [(1,), (2,), (3,)],
        "lee": [(1,), (2,), (3,)],
        "bob": [(3,)],
    }


def test_sums_are_seen_by_the_whole_team_and_nobody_else(teams: Teams) -> None:
    sums = "SELECT sum(requests)::int FROM usage_days"
    assert teams.ask("bob", sums) == [(3,)]
    assert teams.ask("eve", sums, tenant=2) == [(1,)]


def test_a_login_that_names_another_tenant_sees_nothing(teams: Teams) -> None:
    for sql in (SEEN, "SELECT 1 FROM usage_days", "SELECT 1 FROM members", "SELECT 1 FROM tenants"):
        assert teams.ask("eve", sql, tenant=1) == []


def test_the_owner_is_under_the_policies(teams: Teams) -> None:
    with closing(teams.superuser()) as connection:
        connection.execute("SET ROLE ppp_owner")
        connection.execute("SET ppp.tenant = '1'")
        for table in ("trajectories", "usage_days_by_replica", "replicas"):
            assert connection.execute(f"SELECT 1 FROM {table}".encode()).fetchall() == []


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ("SUPERUSER", "is a superuser"),
        ("BYPASSRLS", "may bypass row-level security"),
        ("CREATEROLE", "may make roles"),
        ("IN ROLE ppp_owner", "belongs to the owner of the store"),
        ("IN ROLE ppp_definer", "belongs to the owner of the store"),
    ],
)
def test_a_login_that_could_see_past_the_policies_is_refused(
    postgres: Server, store: str, attributes: str, reason: str
) -> None:
    name = f"strong_{store}"
    with closing(postgres.connect(store)) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN {attributes}".encode())
        try:
            with closing(postgres.connect(store, name)) as other, pytest.raises(StoreError, match=reason):
                check_role(other)
        finally:
            connection.execute(f"DROP ROLE {name}".encode())


def test_a_login_that_owns_a_table_or_belongs_to_no_team_is_refused(postgres: Server, store: str) -> None:
    name = f"owns_{store}"
    with closing(postgres.connect(store)) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        with closing(postgres.connect(store, name)) as other, pytest.raises(StoreError, match="belongs to no team"):
            check_role(other)
        connection.execute(f"GRANT ppp_app TO {name}".encode())
        with pytest.raises(StoreError, match="belongs to no team"):
            open_store(postgres.url(store, name))
        connection.execute(f"CREATE TABLE mine (); ALTER TABLE mine OWNER TO {name}".encode())
        with closing(postgres.connect(store, name)) as other, pytest.raises(StoreError, match="owns tables"):
            check_role(other)
        connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


def test_without_a_tenant_there_are_no_rows(teams: Teams) -> None:
    with closing(psycopg.connect(teams.urls["ada"], autocommit=True)) as connection:
        assert connection.execute(SEEN.encode()).fetchall() == []
        with tenant_transaction(connection, 1):
            assert len(connection.execute(SEEN.encode()).fetchall()) == 3
        # The setting is '' from now on, not NULL.
        assert connection.execute("SELECT current_setting('ppp.tenant', true)").fetchone() == ("",)
        assert connection.execute(SEEN.encode()).fetchall() == []


def test_nothing_of_a_transaction_is_left_to_the_next_one(teams: Teams) -> None:
    names = "ppp.tenant", "statement_timeout", "lock_timeout", "transaction_read_only"
    settings = "SELECT current_setting(n, true) FROM unnest(%s::text[]) AS n"
    with closing(psycopg.connect(teams.urls["ada"], autocommit=True)) as connection:
        before = connection.execute(settings, (list(names),)).fetchall()
        with tenant_transaction(connection, 1, timeout_s=2, is_read_only=True):
            assert connection.execute(settings, (list(names),)).fetchall() == [("1",), ("2s",), ("2s",), ("on",)]
        after = connection.execute(settings, (list(names),)).fetchall()
    assert [value or None for (value,) in before] == [value or None for (value,) in after]


def test_a_setting_that_a_session_left_behind_opens_nothing(teams: Teams) -> None:
    with closing(psycopg.connect(teams.urls["eve"], autocommit=True)) as connection:
        connection.execute("SET ppp.tenant = '1'")
        assert connection.execute(SEEN.encode()).fetchall() == []
        assert connection.execute("SELECT ppp_tenant(), ppp_person(), ppp_role()").fetchone() == (None, None, None)


def test_a_read_only_transaction_writes_nothing(teams: Teams) -> None:
    login = psycopg.connect(teams.urls["ada"], autocommit=True)
    refused = pytest.raises(psycopg.errors.ReadOnlySqlTransaction)
    with closing(login) as connection, refused, tenant_transaction(connection, 1, is_read_only=True):
        connection.execute("UPDATE members SET name = 'x'")


def test_the_context_is_the_first_statement_for_pools_too(teams: Teams) -> None:
    with closing(psycopg.connect(teams.urls["bob"])) as connection:
        connection.execute(CONTEXT_SQL, context(1))
        assert connection.execute(SEEN.encode()).fetchall() == [(3,)]


def test_a_key_of_another_team_is_free_here(teams: Teams) -> None:
    added = teams.ask(
        "eve",
        "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name) VALUES (2, 1, 2, '', 'a')",
        tenant=2,
    )
    assert added == [(1,)]


def test_row_security_cannot_be_switched_off(teams: Teams) -> None:
    with closing(psycopg.connect(teams.urls["ada"], autocommit=True)) as connection:
        connection.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(SEEN.encode())


@pytest.mark.parametrize("path", ["public", "pg_temp, public"])
def test_tables_that_a_login_puts_before_ours_open_nothing(teams: Teams, path: str) -> None:
    login = psycopg.connect(teams.urls["bob"], autocommit=True)
    with closing(login) as connection, tenant_transaction(connection, 1):
        connection.execute(f"SET LOCAL search_path = {path}".encode())
        connection.execute(
            "CREATE TEMP TABLE replicas AS SELECT 1 AS tenant_id, n AS replica_id, 3 AS person_id "
            "FROM generate_series(1, 3) AS n"
        )
        connection.execute(
            "CREATE TEMP TABLE members AS SELECT 1 AS tenant_id, 3 AS person_id, 'bob'::text AS name, "
            "session_user::text AS login, 'admin'::text AS role, NULL::timestamptz AS removed_at"
        )
        connection.execute("CREATE TEMP TABLE tenants AS SELECT 1 AS tenant_id, 'red'::text AS name")
        assert connection.execute(SEEN.encode()).fetchall() == [(3,)]
        roles = connection.execute("SELECT ppp_role(), ppp_replicas(), ppp_sees_all(), ppp_is_admin()").fetchone()
        assert roles == ("member", [3], False, False)


WRITES = {
    "a row of another person": "INSERT INTO trajectories (replica_id, id, spec_id, agent_name) VALUES (1, 9, '', 'a')",
    "a row of another team": (
        "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name) VALUES (2, 1, 9, '', 'a')"
    ),
    "a sub-agent of somebody else's session": (
        "INSERT INTO trajectories (replica_id, id, spec_id, agent_name, parent_id) VALUES (3, 9, '', 'a', 1)"
    ),
    "a session below somebody else's": "UPDATE trajectories SET parent_id = 1",
    "a row handed to another person": "UPDATE trajectories SET replica_id = 1",
    "a row handed to another team": "UPDATE trajectories SET tenant_id = 2",
    "a sum of another person": (
        "INSERT INTO usage_days_by_replica VALUES (1, 1, '2026-01-03 00:00', 'a', 'm', '', 1, 1, 1, 1, 1, 1, 1, 1)"
    ),
    "a replica of another person": (
        "INSERT INTO replicas (replica_id, person_id, database_id) VALUES (9, 1, gen_random_uuid())"
    ),
    "a member": "INSERT INTO members (person_id, name, login) VALUES (9, 'x', 'x')",
    "an entry of somebody else": "INSERT INTO audit (login, action) VALUES ('ada', 'x')",
    "the name of the team": "UPDATE tenants SET name = 'mine'",
    "the login of a member": "UPDATE members SET login = session_user",
    "a number that was given": "UPDATE tenants SET next_trajectory_id = 1",
    "all numbers": "UPDATE tenants SET next_trajectory_id = 8388608",
    "a lasting table": "CREATE TABLE mine (number integer)",
    "the list of steps": "DELETE FROM schema_steps",
}


@pytest.mark.parametrize("sql", WRITES.values(), ids=WRITES)
def test_a_member_cannot_write(teams: Teams, sql: str) -> None:
    with closing(teams.superuser()) as connection:
        connection.execute("UPDATE tenants SET next_trajectory_id = 5")
    refusals = psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation, psycopg.errors.ForeignKeyViolation
    with pytest.raises(refusals):
        teams.ask("bob", sql)


HIDDEN_WRITES = {
    "rows of others": "DELETE FROM trajectories WHERE replica_id <> 3",
    "titles of others": "UPDATE trajectories SET title = 'x' WHERE replica_id <> 3",
    "their own role": "UPDATE members SET role = 'admin'",
    "machines of others": "DELETE FROM replicas WHERE replica_id <> 3",
}


@pytest.mark.parametrize("sql", HIDDEN_WRITES.values(), ids=HIDDEN_WRITES)
def test_a_members_write_does_not_reach(teams: Teams, sql: str) -> None:
    assert teams.ask("bob", sql) == [(0,)]


def test_a_lead_reads_what_others_do_and_changes_none_of_it(teams: Teams) -> None:
    assert teams.ask("lee", "UPDATE trajectories SET title = 'x'") == [(1,)]
    assert teams.ask("lee", "DELETE FROM trajectories WHERE replica_id <> 2") == [(0,)]
    assert teams.ask("lee", "UPDATE members SET role = 'admin'") == [(0,)]


def test_an_admin_keeps_people_and_takes_back_but_writes_no_rows_for_others(teams: Teams) -> None:
    assert teams.ask("ada", "UPDATE members SET role = 'lead' WHERE name = 'bob'") == [(1,)]
    assert teams.ask("bob", "SELECT ppp_role()") == [("lead",)]
    assert teams.ask("ada", "UPDATE trajectories SET title = 'x' WHERE replica_id = 3") == [(0,)]
    assert teams.ask("ada", "DELETE FROM trajectories WHERE replica_id = 3") == [(1,)]
    assert teams.ask("eve", "DELETE FROM trajectories", tenant=1) == [(0,)]


def test_an_admins_only_change_to_what_others_share_is_to_take_it_back(teams: Teams) -> None:
    teams.ask("bob", "INSERT INTO shared_trajectories (replica_id, local_id, trajectory_id) VALUES (3, 1, 3)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        teams.ask("ada", "UPDATE shared_trajectories SET last_at = 'x'")
    for column in ("trajectory_id", "local_id", "replica_id"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            teams.ask("ada", f"UPDATE shared_trajectories SET {column} = 2, is_forgotten = 1")
    assert teams.ask("ada", "UPDATE shared_trajectories SET is_forgotten = 1") == [(1,)]
    assert teams.ask("lee", "UPDATE shared_trajectories SET is_forgotten = 1") == [(0,)]


def test_who_was_removed_sees_nothing_any_more(teams: Teams) -> None:
    teams.ask("ada", "UPDATE members SET removed_at = now() WHERE name = 'lee'")
    assert teams.ask("lee", SEEN) == []
    with pytest.raises(StoreError, match="belongs to no team"):
        open_store(teams.urls["lee"])


def test_changes_of_people_are_written_down_for_admins_and_stay(teams: Teams) -> None:
    teams.ask("ada", "UPDATE members SET role = 'admin' WHERE name = 'lee'")
    entries = "SELECT login, action, detail FROM audit ORDER BY id DESC LIMIT 1"
    assert teams.ask("ada", entries) == [("red_ada", "member changed", "lee (login red_lee): admin")]
    assert teams.ask("bob", entries) == []
    for sql in ("UPDATE audit SET action = ''", "DELETE FROM audit"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            teams.ask("ada", sql)


def test_a_login_of_two_teams_says_which(teams: Teams, postgres: Server) -> None:
    with closing(teams.superuser()) as connection:
        connection.execute(
            "INSERT INTO members (tenant_id, person_id, name, login, role) VALUES (2, 9, 'lee', 'red_lee', 'member')"
        )
    with pytest.raises(StoreError, match=r"several teams \(blue, red\)"):
        open_store(teams.urls["lee"])
    with pytest.raises(StoreError, match="does not belong to the team green, but to blue, red"):
        open_store(teams.urls["lee"], "green")
    with closing(open_store(teams.urls["lee"], "blue").connection) as connection:
        store = open_store(teams.urls["lee"], "red")
        assert (store.member.tenant_id, store.member.role) == (1, "lead")
        store.connection.close()
        # In one tenant a lead, in the other a member.
        with tenant_transaction(connection, 2):
            assert connection.execute(SEEN.encode()).fetchall() == []


@pytest.fixture
def analyst(postgres: Server, teams: Teams) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    with closing(teams.superuser()) as connection:
        connection.execute("SET ROLE ppp_analyst")

        def ask(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql.encode()).fetchall()

        yield ask


def test_sums_over_all_teams_are_of_five_people_at_least(
    teams: Teams, analyst: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    assert analyst("SELECT * FROM ppp_usage_of_all()") == []
    with closing(teams.superuser()) as connection:
        connection.execute("INSERT INTO members (tenant_id, person_id, name, login) VALUES (2, 5, 'fay', 'blue_fay')")
        for statement in ADDED:
            connection.execute(statement.encode(), {"tenant": 2, "replica": 5, "person": 5})
    assert analyst("SELECT * FROM ppp_usage_of_all()") == [("2026-01", "claude", "m", 5, 5, 50, 100, 5000)]


def test_an_analyst_sees_nothing_else(analyst: Callable[[str], list[tuple[Any, ...]]]) -> None:
    for table in ("trajectories", "usage_days", "usage_days_by_replica", "members", "replicas", "tenants"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst(f"SELECT 1 FROM {table}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst("SELECT * FROM ppp_memberships()")


def test_members_are_no_analysts(teams: Teams) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        teams.ask("ada", "SELECT * FROM ppp_usage_of_all()")


OURS = "('public'::regnamespace, 'marks'::regnamespace)"


def rows(postgres: Server, store: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(postgres.connect(store)) as connection:
        return connection.execute(sql.encode()).fetchall()


def test_every_table_is_guarded(postgres: Server, store: str) -> None:
    unguarded = rows(
        postgres,
        store,
        "SELECT c.relname FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN " + OURS + " AND NOT "
        "(c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy AS p WHERE p.polrelid = c.oid)"
        ")",
    )
    assert unguarded == []


def test_every_policy_asks_for_the_tenant(postgres: Server, store: str) -> None:
    free = rows(
        postgres,
        store,
        "SELECT tablename, policyname, roles FROM pg_policies WHERE roles NOT IN ('{ppp_definer}', '{ppp_owner}') AND "
        "(coalesce(qual, 'ppp_tenant()') NOT LIKE '%ppp_tenant()%' OR coalesce(with_check, 'ppp_tenant()') "
        "NOT LIKE '%ppp_tenant()%')",
    )
    assert free == [("schema_steps", "readers", ["ppp_app", "ppp_owner"])]
    to_everybody = rows(postgres, store, "SELECT tablename FROM pg_policies WHERE 'public' = ANY (roles)")
    assert to_everybody == []


def test_the_owner_and_the_definer_see_figures_of_sessions_at_most(postgres: Server, store: str) -> None:
    exceptions = rows(
        postgres,
        store,
        "SELECT DISTINCT tablename FROM pg_policies WHERE roles && '{ppp_owner,ppp_definer}' ORDER BY 1",
    )
    assert [name for (name,) in exceptions] == [
        "audit",
        "conduct_sums",
        "decision_counts",
        "entry_sums",
        "failure_code_sums",
        "folder_days_by_replica",
        "folder_days_of_team",
        "folder_months_by_replica",
        "folder_months_of_team",
        "members",
        "project_days_by_replica",
        "project_days_of_team",
        "project_hours_by_replica",
        "project_hours_of_team",
        "replicas",
        "run_sums",
        "schema_steps",
        "signal_counts",
        "summed_spans",
        "tenants",
        "test_runs",
        "total_hours_by_replica",
        "total_hours_of_team",
        "trajectories",
        "trajectory_summaries",
        "trajectory_turns",
        "turn_words",
        "usage_days_by_replica",
        "usage_days_of_team",
        "usage_hours_by_replica",
        "usage_hours_of_team",
        "withdrawn_days",
    ]
    texts = rows(
        postgres,
        store,
        "SELECT table_name, column_name FROM information_schema.column_privileges WHERE grantee = 'ppp_definer' "
        "AND table_schema = 'public' AND table_name IN ('test_runs', 'trajectories', 'trajectory_summaries', "
        "'trajectory_turns') AND column_name IN (SELECT a.attname FROM pg_attribute AS a "
        "WHERE a.attrelid = ('public.' || table_name)::regclass AND a.atttypid = 'text'::regtype) ORDER BY 1, 2",
    )
    assert texts == [
        ("trajectories", "agent_name"),
        ("trajectories", "agent_version"),
        ("trajectories", "created_at"),
        ("trajectories", "outcome"),
        ("trajectory_summaries", "last_at"),
        ("trajectory_turns", "status"),
    ]


def test_every_function_asks_with_the_rights_of_its_caller_but_the_listed_ones(postgres: Server, store: str) -> None:
    definers = rows(
        postgres,
        store,
        "SELECT p.proname, pg_get_userbyid(p.proowner), p.proconfig FROM pg_proc AS p WHERE p.prosecdef "
        "AND p.pronamespace IN " + OURS,
    )
    assert {row[0] for row in definers} == DEFINERS
    assert {(owner, tuple(settings)) for _, owner, settings in definers} == {
        ("ppp_definer", ("search_path=pg_catalog, pg_temp",))
    }


def test_roles_of_the_server_have_no_powers_and_no_members(postgres: Server, store: str) -> None:
    roles = rows(
        postgres,
        store,
        "SELECT rolname FROM pg_roles WHERE rolname IN ('ppp_owner', 'ppp_app', 'ppp_analyst', 'ppp_definer') AND "
        "(rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb OR rolreplication)",
    )
    assert roles == []
    members = rows(
        postgres,
        store,
        "SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members AS m "
        "WHERE m.roleid::regrole::text IN ('ppp_definer', 'ppp_owner') AND m.member <> 'postgres'::regrole",
    )
    assert members == []
