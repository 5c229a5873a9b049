"""Opens the shared store: by whose login, over which connection, and for which tenant.

Nothing is left behind in a connection: the tenant and all limits hold for one transaction, and no statement is prepared
on the server, so that a pooler may hand the connection to somebody else after each transaction.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ppp_tui.team.schema import SchemaError, check_version, schema_version

MemberRole = Literal["member", "lead", "admin"]
"""member: own sessions, and everybody's sums · lead: all sessions of the team · admin: people and what is kept, too."""

CONNECT_S = 10
"""Seconds after which a server that does not answer counts as away."""

TIMEOUT_S = 30.0
"""Seconds that a statement may take unless its caller says otherwise."""

_SILENCE: Mapping[str, Any] = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A network that went away is noticed within half a minute; the system's own limits are hours."""

OPTIONS: Mapping[str, Any] = {"autocommit": True, "prepare_threshold": None}
"""Of every connection: a transaction is begun by `tenant_transaction` alone."""

SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Debian, Fedora, openSUSE, Alpine and macOS keep what they trust: for a Python whose OpenSSL does not know."""

CONTEXT_SQL = (
    "SELECT set_config('ppp.tenant', %(tenant)s, true), set_config('statement_timeout', %(timeout)s, true), "
    "set_config('lock_timeout', %(timeout)s, true), set_config('idle_in_transaction_session_timeout', '60s', true), "
    "set_config('transaction_read_only', %(read_only)s, true), set_config('jit', 'off', true)"
)
"""The first statement of every transaction; `context` makes its parameters.

No statement of ours runs as long as compiling it takes, which the server does where it expects many rows.
"""

_ROLE = """
SELECT session_user, r.rolsuper OR (SELECT c.rolsuper FROM pg_roles AS c WHERE c.rolname = current_user),
    r.rolbypassrls OR (SELECT c.rolbypassrls FROM pg_roles AS c WHERE c.rolname = current_user), r.rolcreaterole,
    EXISTS (SELECT 1 FROM pg_roles AS o WHERE o.rolname IN ('ppp_owner', 'ppp_definer')
        AND pg_has_role(session_user, o.oid, 'MEMBER')),
    EXISTS (SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v') AND n.nspname IN ('public', 'marks')),
    EXISTS (SELECT 1 FROM pg_roles AS a WHERE a.rolname = 'ppp_app' AND pg_has_role(session_user, a.oid, 'MEMBER'))
FROM pg_roles AS r WHERE r.rolname = session_user
"""
_SECRETS = ("password", "sslpassword", "passfile")
_WHY = (
    "is a superuser",
    "may bypass row-level security",
    "may make roles",
    "belongs to the owner of the store",
    "owns tables",
)


ServerError = psycopg.Error
"""What any statement may raise."""


class StoreError(Exception):
    """The shared store cannot be used; the message is one sentence for the user, with what to do."""


class StoreAwayError(StoreError):
    """The shared store does not answer now: another attempt may succeed."""


class Membership(NamedTuple):
    """What a login may do in a tenant."""

    tenant_id: int
    tenant: str
    person_id: int
    person: str
    role: MemberRole


class Store(NamedTuple):
    """An open shared store."""

    connection: psycopg.Connection[Any]
    member: Membership


def context(tenant_id: int, *, timeout_s: float = TIMEOUT_S, is_read_only: bool = False) -> dict[str, str]:
    """Return the parameters of `CONTEXT_SQL`."""
    return {
        "tenant": str(tenant_id),
        "timeout": f"{round(timeout_s * 1000)}ms",
        "read_only": "on" if is_read_only else "off",
    }


@contextmanager
def tenant_transaction(
    connection: psycopg.Connection[Any], tenant_id: int, *, timeout_s: float = TIMEOUT_S, is_read_only: bool = False
) -> Iterator[None]:
    """Run a block in a transaction of a tenant, committed or rolled back as a whole. Raises psycopg.Error."""
    with connection.transaction():
        connection.execute(CONTEXT_SQL, context(tenant_id, timeout_s=timeout_s, is_read_only=is_read_only))
        yield


def is_local(parameters: Mapping[str, Any]) -> bool:
    """Return whether an address leads to a socket of this machine or to its loopback."""
    hosts = str(parameters.get("hostaddr") or parameters.get("host") or "").split(",")
    return all(map(_is_local_host, hosts))


def _is_local_host(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def conninfo(address: str, root_certificates: Path | None = None) -> str:
    """Return what libpq connects by. Raises StoreError for no address, and for one that weakens the encryption.

    Beyond this machine the server must prove by a certificate that it is who it is called: by `root_certificates` where
    that file is, else by those of the system.
    """
    given = _parameters(address)
    parameters: dict[str, Any] = {"connect_timeout": CONNECT_S, "application_name": "ppp-tui", **_SILENCE, **given}
    if not is_local(given):
        if given.get("sslmode", "verify-full") != "verify-full":
            raise StoreError(
                f"The shared store is on another machine, and sslmode={given['sslmode']} would let others read along: "
                "leave sslmode out, and name the server's certificate with sslrootcert=FILE if need be."
            )
        parameters["sslmode"] = "verify-full"
        if "sslrootcert" not in given and not (root_certificates is not None and root_certificates.exists()):
            parameters["sslrootcert"] = system_certificates()
    return make_conninfo("", **parameters)


def system_certificates() -> str:
    """Return the file with the certificates that the system trusts; `system` where none is known.

    The OpenSSL that comes with psycopg's wheels takes `system` for a folder that no system has.
    """
    files = (ssl.get_default_verify_paths().cafile, *SYSTEM_CERTIFICATES)
    return next((file for file in files if file and Path(file).is_file()), "system")


def without_password(address: str) -> str:
    """Return an address as it may be shown and kept among settings. Raises StoreError for what is none."""
    given = _parameters(address)
    return make_address({name: value for name, value in given.items() if name not in _SECRETS})


def make_address(parameters: Mapping[str, Any]) -> str:
    """Return the parameters of a connection as an address."""
    given = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
    user, password, host = given.pop("user", ""), given.pop("password", ""), given.get("host", "")
    port, database = given.pop("port", ""), given.pop("dbname", "")
    if host.startswith(("/", "@")) or "," in host:
        # A socket's folder does not fit where a host stands.
        host = ""
    else:
        given.pop("host", None)
    secret = f":{quote(password, safe='')}" if password else ""
    named = f"{quote(user, safe='')}{secret}@" if user else ""
    place = f"{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    options = "&".join(f"{name}={quote(value, safe='/,')}" for name, value in given.items())
    return f"postgresql://{named}{place}/{quote(database, safe='')}{f'?{options}' if options else ''}"


def address_for(owner_address: str, login: str, password: str) -> str:
    """Return the address by which a login reaches the store that the owner reaches by another one."""
    kept = {name: value for name, value in _parameters(owner_address).items() if name not in (*_SECRETS, "user")}
    return make_address({"user": login, "password": password, **kept})


def _parameters(address: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(address))
    except psycopg.Error as error:
        raise StoreError("The address of the shared store is none: write postgresql://NAME@HOST/DATABASE.") from error


def connect(address: str) -> psycopg.Connection[Any]:
    """Return a connection to a server. Raises StoreAwayError, and StoreError for an address that is refused."""
    info = conninfo(address, Path.home() / ".postgresql" / "root.crt")
    try:
        return psycopg.connect(info, **OPTIONS)
    except psycopg.OperationalError as error:
        raise StoreAwayError(
            f"The shared store {without_password(address)} does not answer: {_first_line(error)}."
        ) from (error)


def open_store(address: str, tenant: str = "") -> Store:
    """Return the shared store as one of its members, of that tenant or the only one.

    Raises StoreAwayError, and StoreError for a login that could see more than its own tenants, or belongs to none.
    """
    connection = connect(address)
    try:
        return Store(connection, _membership(connection, tenant))
    except psycopg.OperationalError as error:
        connection.close()
        raise StoreAwayError(
            f"The shared store {without_password(address)} went away: {_first_line(error)}."
        ) from error
    except BaseException:
        connection.close()
        raise


def _membership(connection: psycopg.Connection[Any], tenant: str) -> Membership:
    check_role(connection)
    try:
        check_version(schema_version(connection))
    except SchemaError as error:
        raise StoreError(str(error)) from error
    memberships = [Membership(*row) for row in connection.execute("SELECT * FROM ppp_memberships() ORDER BY tenant")]
    matching = [each for each in memberships if tenant in ("", each.tenant)]
    if len(matching) == 1:
        return matching[0]
    if not memberships:
        raise StoreError("This login belongs to no team: whoever keeps the store runs ppp-tui team add.")
    names = ", ".join(each.tenant for each in memberships)
    if matching:
        raise StoreError(f"This login belongs to several teams ({names}): say which with --tenant or team.tenant.")
    raise StoreError(f"This login does not belong to the team {tenant}, but to {names}.")


def check_role(connection: psycopg.Connection[Any]) -> None:
    """Refuse a login that could see or write what row-level security keeps from it. Raises StoreError."""
    row = connection.execute(cast("Any", _ROLE)).fetchone()
    if row is None:
        raise StoreError("The server does not tell which login this is.")
    login, *powers, is_member = row
    reasons = [why for why, has_power in zip(_WHY, powers, strict=True) if has_power]
    if reasons:
        raise StoreError(
            f"The login {login} {' and '.join(reasons)}, so nothing would keep teams apart: log in as somebody whom "
            "ppp-tui team add added."
        )
    if not is_member:
        raise StoreError(f"The login {login} belongs to no team: whoever keeps the store runs ppp-tui team add.")


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or ["the connection broke"])[0].rstrip(".")
