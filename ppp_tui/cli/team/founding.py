"""``ppp-tui team init``, ``add`` and ``join``: a store is made, people get logins, machines join."""

from __future__ import annotations

import getpass
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.team.addresses import (
    MEMBER_FILE,
    OWNER_FILE,
    TeamError,
    address_file,
    keep_address,
    read_address,
    team_errors,
)
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.team.connect import MemberRole

ROLE = click.Choice(["member", "lead", "admin"])


@click.command("init")
@click.argument("url", metavar="URL")
@click.option("--tenant", required=True, metavar="NAME", help="Team to make; one that is there stays.")
@click.option("--admin", metavar="PERSON", help="Its first admin; else you, by your name on this system.")
@common_options
@examples("team init postgresql://postgres@db.example/team --tenant acme")
@pass_invocation
def init_command(invocation: Invocation, url: str, tenant: str, admin: str | None) -> int:
    """Set up a shared store in a PostgreSQL database, or bring it up to date.

    URL is the address of an empty database, for a superuser. This machine joins as the admin, unless it has joined
    already. Running it again applies what a newer ppp-tui needs, and adds the team if it is new.
    """
    with team_errors():
        from ppp_tui.team.connect import address_for, connect, without_password
        from ppp_tui.team.founding import add_member, found_store, tenant_names

        with closing(connect(url)) as connection:
            applied = found_store(connection)
            keep_address(address_file(invocation, OWNER_FILE), without_password(url))
            click.echo(f"The store is up to date: {counted(len(applied), 'step')} applied.")
            if tenant in tenant_names(connection):
                click.echo(f"The team {plain(tenant)} is there already: ppp-tui team add adds people.")
                return 0
            person = admin or getpass.getuser()
            added = add_member(connection, tenant, person, "admin")
        address = address_for(url, added.login, added.password)
    click.echo(f"{plain(person)} is the admin of {plain(tenant)}.")
    target = address_file(invocation, MEMBER_FILE)
    if admin is not None or target.exists():
        _show_address(address)
    else:
        keep_address(target, address)
        click.echo(f"This machine has joined: its address lies in {plain(str(target))}.")
    click.echo("Next: ppp-tui team add PERSON for everybody else; ppp-tui team push --dry-run here.")
    return 0


@click.command("add")
@click.argument("person", metavar="PERSON")
@click.option("--role", type=ROLE, default="member", show_default=True, help="What the person may see and do.")
@click.option("--login", default="", metavar="NAME", help="A login that is there already, instead of a new one.")
@click.option("--tenant", metavar="NAME", help="Team, where the store has several.")
@click.option("--url", metavar="ADDRESS", help="Address that the store was set up by, if not from here.")
@common_options
@examples("team add bob", "team add lee --role lead")
@pass_invocation
def add_command(
    invocation: Invocation, /, person: str, role: MemberRole, login: str, tenant: str | None, url: str | None
) -> int:
    """Add a person to the team: make a login, and print its address once.

    It needs the rights by which the store was set up; a password that --url does not hold comes from PGPASSWORD or
    ~/.pgpass. A member sees own sessions and everybody's sums, a lead all sessions, an admin keeps people, too.
    """
    address = url or read_address(address_file(invocation, OWNER_FILE))
    if not address:
        raise TeamError("This machine did not set up the store: name it with --url, as a superuser.")
    with team_errors():
        from ppp_tui.team.connect import StoreError, address_for, connect
        from ppp_tui.team.founding import add_member, tenant_names

        with closing(connect(address)) as connection:
            names = tenant_names(connection)
            if tenant is None and len(names) != 1:
                raise StoreError(f"Say which team with --tenant: there are {', '.join(names) or 'none'}.")
            team = names[0] if tenant is None else tenant
            if team not in names:
                raise StoreError(f"There is no team {team}, but {', '.join(names)}: ppp-tui team init makes one.")
            added = add_member(connection, team, person, role, login=login)
        click.echo(f"{plain(person)} is {role} of {plain(team)}.")
        if added.password:
            _show_address(address_for(address, added.login, added.password))
        else:
            click.echo(f"The login {plain(added.login)} keeps its password.")
    return 0


@click.command("join")
@click.argument("address", metavar="[ADDRESS]", required=False)
@click.option("--tenant", metavar="NAME", help="Team, where you belong to several.")
@common_options
@examples("team join", "team join postgresql://acme_bob@db.example/team")
@pass_invocation
def join_command(invocation: Invocation, address: str | None, tenant: str | None) -> int:
    """Join a team from this machine, with the address that its admin gave you.

    Without ADDRESS it is asked for, so that no password stands in the shell's history. It is kept in a file that only
    you can read. Nothing is shared by that.
    """
    given = address or _ask_address()
    with team_errors():
        from ppp_tui.team.connect import open_store

        store = open_store(given, tenant or invocation.settings.team.tenant)
        store.connection.close()
    target = address_file(invocation, MEMBER_FILE)
    keep_address(target, given)
    member = store.member
    click.echo(f"You are {plain(member.person)}, {member.role} of {plain(member.tenant)}; see {plain(str(target))}.")
    click.echo("Next: ppp-tui team push --dry-run shows what would be shared, ppp-tui team push shares it.")
    return 0


def _ask_address() -> str:
    """Return the address that is typed unseen at a terminal, else the first line of the input."""
    if sys.stdin.isatty():
        return str(click.prompt("Address", hide_input=True))
    line = sys.stdin.readline().strip()
    if not line:
        raise click.UsageError("no address was given: name it as ADDRESS, or type it at a terminal.")
    return line


def _show_address(address: str) -> None:
    click.echo("Hand this address over; it is not shown again, and whoever has it can log in:")
    click.echo(f"  {plain(address)}")
    click.echo("There: ppp-tui team join, which asks for it.")
