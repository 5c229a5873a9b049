"""The people of a tenant: who they are, what they may do, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from ppp_tui.team.connect import MemberRole, Store, StoreError, tenant_transaction

_MEMBERS = """
SELECT m.name, m.login, m.role, m.added_at, count(r.replica_id), max(r.pushed_at)
FROM members AS m LEFT JOIN replicas AS r ON r.tenant_id = m.tenant_id AND r.person_id = m.person_id
WHERE m.removed_at IS NULL GROUP BY m.person_id, m.name, m.login, m.role, m.added_at ORDER BY m.name, m.person_id
"""
_CHANGE = "UPDATE members SET role = %(role)s WHERE name = %(name)s AND removed_at IS NULL"
_REMOVE = "UPDATE members SET removed_at = now() WHERE name = %(name)s AND removed_at IS NULL"


class MemberLine(NamedTuple):
    """Somebody in a tenant."""

    name: str
    login: str
    role: MemberRole
    added_at: int
    """Unix milliseconds, as all times here."""
    replicas: int
    """Local databases that are shared."""
    pushed_at: int
    """When something was pushed last, 0 for never."""


class AuditEntry(NamedTuple):
    """Something that was done."""

    at: int
    login: str
    action: str
    detail: str


def members(store: Store) -> list[MemberLine]:
    """Return the people of the tenant. Raises psycopg.Error."""
    connection, member = store
    with tenant_transaction(connection, member.tenant_id, is_read_only=True):
        rows = connection.execute(_MEMBERS).fetchall()
    return [
        MemberLine(
            name=name, login=login, role=role, added_at=to_ms(added_at), replicas=replicas, pushed_at=to_ms(pushed_at)
        )
        for name, login, role, added_at, replicas, pushed_at in rows
    ]


def change_role(store: Store, name: str, role: MemberRole | None) -> None:
    """Give somebody another role, or with None take the person out of the tenant.

    Raises StoreError where there is nobody of that name, or the caller is no admin.
    """
    connection, member = store
    if member.role != "admin":
        raise StoreError(f"Roles are changed by an admin of {member.tenant}; you are {member.role}.")
    with tenant_transaction(connection, member.tenant_id):
        names = connection.execute("SELECT name FROM members WHERE removed_at IS NULL AND role = 'admin'").fetchall()
        if role != "admin" and names == [(name,)]:
            raise StoreError(f"{name} is the only admin of {member.tenant}: make somebody else one first.")
        changed = connection.execute(_REMOVE if role is None else _CHANGE, {"name": name, "role": role}).rowcount
        if not changed:
            raise StoreError(f"There is nobody called {name} in {member.tenant}: ppp-tui team roles lists its people.")
        if changed > 1:
            raise StoreError(f"There are {changed} people called {name} in {member.tenant}.")


def audit_entries(store: Store, limit: int) -> list[AuditEntry]:
    """Return what was done last, the newest first. Raises StoreError for who is no admin."""
    connection, member = store
    if member.role != "admin":
        raise StoreError(f"The audit is for admins of {member.tenant}; you are {member.role}.")
    with tenant_transaction(connection, member.tenant_id, is_read_only=True):
        rows = connection.execute(
            "SELECT at, login, action, detail FROM audit ORDER BY id DESC LIMIT %s", (limit,)
        ).fetchall()
    return [AuditEntry(to_ms(row[0]), *row[1:]) for row in rows]


def to_ms(at: Any) -> int:
    """Return a moment of the server's as Unix milliseconds, 0 for none."""
    return round(at.timestamp() * 1000) if isinstance(at, datetime) else 0
