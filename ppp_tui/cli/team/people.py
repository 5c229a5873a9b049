"""``ppp-tui team roles`` and ``audit``: who belongs to a team, and what was done."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, cast

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.team.addresses import open_team, team_errors, url_options
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.team.connect import MemberRole

_ROLES = (
    ReportField("name", "person"),
    ReportField("role", "role"),
    ReportField("login", "login", rank=2),
    ReportField("added_at", "since", rank=3),
    ReportField("replicas", "machines", rank=1),
    ReportField("pushed_at", "pushed last", rank=1),
)
_AUDIT = (
    ReportField("at", "time", has_seconds=True),
    ReportField("login", "login"),
    ReportField("action", "action"),
    ReportField("detail", "of", trim="wrap"),
)


@click.command("roles", epilog=fields_help(_ROLES))
@click.argument("person", metavar="[PERSON]", required=False)
@click.argument("role", metavar="[ROLE]", required=False, type=click.Choice(["member", "lead", "admin", "none"]))
@url_options
@form_options
@common_options
@examples("team roles", "team roles lee lead", "team roles bob none")
@pass_invocation
def roles_command(
    invocation: Invocation,
    /,
    person: str | None,
    role: str | None,
    url: str | None,
    tenant: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """List the people of the team, or give one another role.

    ROLE is member (own sessions, everybody's sums), lead (all sessions), admin (people and the audit, too) or none,
    which takes the person out: what was shared stays until it is forgotten. Roles are changed by admins.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if (person is None) != (role is None):
        raise click.UsageError("name a person and a role, or neither.")
    with team_errors():
        from ppp_tui.team.people import change_role, members

        store = open_team(invocation, url, tenant)
        with closing(store.connection):
            if person is not None:
                change_role(store, person, None if role == "none" else cast("MemberRole", role))
                to = f"is {role} of" if role != "none" else "no longer belongs to"
                click.echo(f"{plain(person)} {to} {plain(store.member.tenant)}.")
                return 0
            rows = [
                {**line._asdict(), "added_at": At(line.added_at), "pushed_at": At(line.pushed_at)}
                for line in members(store)
            ]
    return emit(Report("team-roles", _ROLES, rows, more={"tenant": store.member.tenant}), output)


@click.command("audit", epilog=fields_help(_AUDIT))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Entries, the newest.")
@url_options
@form_options
@common_options
@examples("team audit", "team audit --json --limit 1000")
@pass_invocation
def audit_command(
    invocation: Invocation, /, limit: int, url: str | None, tenant: str | None, as_json: bool, as_csv: bool
) -> int:
    """Show who added whom, changed what is shared, or took something back; for admins."""
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with team_errors():
        from ppp_tui.team.people import audit_entries

        store = open_team(invocation, url, tenant)
        with closing(store.connection):
            entries = audit_entries(store, limit)
    rows = [{**entry._asdict(), "at": At(entry.at)} for entry in entries]
    return emit(Report("team-audit", _AUDIT, rows, more={"tenant": store.member.tenant}), output)
