"""Sets up a shared store: the server's roles, the tables, a tenant, and logins for its people.

Whoever does so logs in as a superuser, or as one who may make roles and databases: once, and for each new person.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import sql

from ppp_tui.team.connect import MemberRole, StoreError
from ppp_tui.team.schema import SchemaError, update_schema

ROLES = ("ppp_owner", "ppp_app", "ppp_analyst", "ppp_definer")
"""Roles of the server that nobody logs in as."""

_MAKE_ROLE = """
DO $$ BEGIN
    CREATE ROLE {name} NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
_REVISE_RESTORED = (
    "ALTER TABLE trajectory_summaries NO FORCE ROW LEVEL SECURITY",
    (
        "UPDATE trajectory_summaries SET turns = turns "
        "WHERE revision >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    ),
    "ALTER TABLE trajectory_summaries FORCE ROW LEVEL SECURITY",
)
"""Revisions are numbers of the server's transactions: those of a backup may lie ahead of what another server counts."""

_TAKE_IN_AGAIN = """
UPDATE members AS m SET removed_at = NULL, name = %(name)s, role = %(role)s WHERE m.tenant_id = %(tenant)s
    AND m.person_id = (SELECT max(r.person_id) FROM members AS r WHERE r.tenant_id = %(tenant)s AND r.login = %(login)s
        AND r.removed_at IS NOT NULL)
"""
_ADD_MEMBER = """
WITH n AS (UPDATE tenants SET next_person_id = next_person_id + 1 WHERE tenant_id = %(tenant)s
    RETURNING next_person_id - 1 AS person_id)
INSERT INTO members (tenant_id, person_id, name, login, role)
SELECT %(tenant)s, n.person_id, %(name)s, %(login)s, %(role)s FROM n
"""

_MAX_LOGIN_CHARS = 63
"""The longest name of a role that PostgreSQL keeps whole."""


class NewMember(NamedTuple):
    """Somebody who was added to a tenant."""

    login: str
    password: str
    """'' for a login that there was already."""


def found_store(connection: psycopg.Connection[Any]) -> list[str]:
    """Make the roles and bring the tables up to date; return the names of the steps that were applied.

    Raises StoreError.
    """
    try:
        make_roles(connection)
        with connection.transaction():
            connection.execute("GRANT ppp_definer TO ppp_owner")
            database = connection.info.dbname
            for privileges, role in (
                ("CREATE", "ppp_owner"),
                ("CONNECT, TEMPORARY", "ppp_app"),
                ("CONNECT", "ppp_analyst"),
            ):
                connection.execute(
                    sql.SQL("GRANT {} ON DATABASE {} TO {}").format(
                        sql.SQL(cast("Any", privileges)), sql.Identifier(database), sql.Identifier(role)
                    )
                )
            connection.execute("GRANT CREATE ON SCHEMA public TO ppp_owner, ppp_definer")
            connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
            connection.execute("SET LOCAL ROLE ppp_owner")
            applied = update_schema(connection)
            for statement in _REVISE_RESTORED:
                connection.execute(statement)
            connection.execute("RESET ROLE")
            connection.execute("REVOKE ppp_definer FROM ppp_owner")
            connection.execute("REVOKE CREATE ON SCHEMA public FROM ppp_definer")
        return applied
    except SchemaError as error:
        raise StoreError(str(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise StoreError(
            f"This login may not set up a store ({str(error).splitlines()[0]}): use the address of a superuser."
        ) from error


def make_roles(connection: psycopg.Connection[Any]) -> None:
    """Make the roles of the server that are not there, and let who is logged in act as the owner of stores."""
    for name in ROLES:
        connection.execute(cast("Any", _MAKE_ROLE.format(name=name)))
    connection.execute("GRANT ppp_owner TO CURRENT_USER")


def add_tenant(connection: psycopg.Connection[Any], name: str) -> int:
    """Return the number of the tenant of this name, which is made if need be."""
    with connection.transaction():
        connection.execute("SET LOCAL ROLE ppp_owner")
        connection.execute(
            "INSERT INTO tenants (name) SELECT %(name)s WHERE NOT EXISTS (SELECT 1 FROM tenants WHERE name = %(name)s)",
            {"name": name},
        )
        row = connection.execute("SELECT tenant_id FROM tenants WHERE name = %s", (name,)).fetchone()
    return int(cast("Any", row)[0])


def tenant_names(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the names of all tenants."""
    with connection.transaction():
        connection.execute("SET LOCAL ROLE ppp_owner")
        return [row[0] for row in connection.execute("SELECT name FROM tenants ORDER BY name")]


def add_member(
    connection: psycopg.Connection[Any], tenant: str, person: str, role: MemberRole, *, login: str = ""
) -> NewMember:
    """Add somebody to a tenant with a login; one that is named must be there, else one is made with a new password.

    Whoever was taken out and keeps the login is the same person again, with all that was shared. Raises StoreError.
    """
    name = login or login_name(tenant, person)
    tenant_id = add_tenant(connection, tenant)
    with connection.transaction():
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is not None
        password = ""
        if login and not exists:
            raise StoreError(f"There is no login {login} on this server.")
        if not login and exists:
            raise StoreError(f"There is a login {name} already: if it is {person}'s, name it with --login {name}.")
        if not exists:
            password = secrets.token_urlsafe(24)
            # The server may log its statements: it is sent what it would keep.
            verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN INHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(verifier)
                )
            )
        connection.execute(sql.SQL("GRANT ppp_app TO {}").format(sql.Identifier(name)))
        connection.execute("SET LOCAL ROLE ppp_owner")
        try:
            with connection.transaction():
                values = {"tenant": tenant_id, "name": person, "login": name, "role": role}
                # A login that is made now may be of somebody else who has the same name.
                if password or not connection.execute(_TAKE_IN_AGAIN, values).rowcount:
                    connection.execute(_ADD_MEMBER, values)
        except psycopg.errors.UniqueViolation as error:
            raise StoreError(f"The login {name} belongs to the team {tenant} already.") from error
    return NewMember(name, password)


def login_name(tenant: str, person: str) -> str:
    """Return what somebody's login is called: lower case, letters, digits and underscores."""
    parts = (re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in (tenant, person))
    return "_".join(part for part in parts if part)[:_MAX_LOGIN_CHARS].rstrip("_") or "ppp_member"
