"""Addresses, logins and passwords of the people: encrypted beyond this machine, and never shown nor logged."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg.sql import Composable

from ppp_tui.team.connect import StoreError, address_for, conninfo, without_password
from ppp_tui.team.founding import add_member, login_name
from tests.postgres import Server
from tests.team.people import ask


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://ada@db.example/team", ("verify-full", "/etc/trusted.crt")),
        ("postgresql://ada@10.0.0.7/team", ("verify-full", "/etc/trusted.crt")),
        ("postgresql://ada@db.example/team?sslrootcert=/etc/ca.pem", ("verify-full", "/etc/ca.pem")),
        ("postgresql://ada@localhost/team", (None, None)),
        ("postgresql://ada@127.0.0.1:5433/team", (None, None)),
        ("postgresql://ada@[::1]/team", (None, None)),
        ("postgresql:///team?host=/run/postgresql", (None, None)),
        ("postgresql://ada@localhost,db.example/team", ("verify-full", "/etc/trusted.crt")),
        ("postgresql://ada@localhost/team?hostaddr=10.0.0.7", ("verify-full", "/etc/trusted.crt")),
    ],
)
def test_a_server_beyond_this_machine_must_prove_who_it_is(
    address: str, expected: tuple[str | None, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ppp_tui.team.connect.system_certificates", lambda: "/etc/trusted.crt")
    parameters = psycopg.conninfo.conninfo_to_dict(conninfo(address))
    assert (parameters.get("sslmode"), parameters.get("sslrootcert")) == expected


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_weaker_encryption_is_refused_beyond_this_machine(mode: str) -> None:
    with pytest.raises(StoreError, match="read along"):
        conninfo(f"postgresql://ada@db.example/team?sslmode={mode}")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql://ada:s3cret@db.example:5433/team?sslmode=require",
            "postgresql://ada@db.example:5433/team?sslmode=require",
        ),
        ("postgresql:///team?host=/run/pg&user=ada&password=s3cret", "postgresql://ada@/team?host=/run/pg"),
        ("host=db.example password=s3cret dbname=team", "postgresql://db.example/team"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_the_address_for_a_person_leads_to_the_same_database() -> None:
    assert address_for("postgresql://postgres:own@db.example:5433/team?sslrootcert=/ca.pem", "red_ada", "p/w:d") == (
        "postgresql://red_ada:p%2Fw%3Ad@db.example:5433/team?sslrootcert=/ca.pem"
    )
    assert address_for("postgresql:///team?host=/run/pg&user=postgres", "red_ada", "pw") == (
        "postgresql://red_ada:pw@/team?host=/run/pg"
    )


def test_who_was_taken_out_comes_back_as_the_same_person(postgres: Server, store: str) -> None:
    ada = postgres.add_member(store, "red", "ada", "admin")
    bob = postgres.add_member(store, "red", "bob")
    before = ask(bob, "SELECT ppp_person()")
    ask(ada, "UPDATE members SET removed_at = now() WHERE name = 'bob' RETURNING 1")
    with closing(postgres.connect(store)) as connection:
        add_member(connection, "red", "rob", "lead", login="red_bob")
        with pytest.raises(StoreError, match="belongs to the team red already"):
            add_member(connection, "red", "rob", "lead", login="red_bob")
    assert ask(bob, "SELECT ppp_person()") == before
    assert ask(ada, "SELECT name, role, removed_at FROM members ORDER BY 1") == [
        ("ada", "admin", None),
        ("rob", "lead", None),
    ]


def test_logins_are_plain_names() -> None:
    assert login_name("Red Team", "Ada Lovelace") == "red_team_ada_lovelace"
    assert login_name("équipe", "李") == "quipe"
    assert login_name("李", "李") == "ppp_member"


def test_a_new_password_is_in_no_statement_that_the_server_may_log(postgres: Server, store: str) -> None:
    with closing(postgres.connect(store)) as connection:
        statements: list[str] = []
        watched: Any = connection
        execute = watched.execute

        def noted(statement: Any, *values: Any) -> Any:
            composed = isinstance(statement, Composable)
            statements.append(statement.as_string(connection) if composed else str(statement))
            return execute(statement, *values)

        watched.execute = noted
        added = add_member(connection, store, "zoe", "member")
        assert [added.login in statement for statement in statements if "CREATE ROLE" in statement] == [True]
        assert [statement for statement in statements if added.password in statement] == []
        connection.execute(f"DROP OWNED BY {added.login}; DROP ROLE {added.login}".encode())
