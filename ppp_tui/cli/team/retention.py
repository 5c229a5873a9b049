"""``ppp-tui team retention``: how long a team keeps sessions."""

from __future__ import annotations

from contextlib import closing

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.team.addresses import open_team, team_errors, url_options
from ppp_tui.model.clock import to_text
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

_MAX_MONTHS = 1200


@click.command("retention")
@click.argument("months", metavar="[MONTHS]", required=False)
@click.option("--apply", "is_applied", is_flag=True, help="Remove what is older now.")
@url_options
@common_options
@examples("team retention", "team retention 12", "team retention --apply", "team retention none")
@pass_invocation
def retention_command(
    invocation: Invocation, /, months: str | None, is_applied: bool, url: str | None, tenant: str | None
) -> int:
    """Show or set how many months of sessions the team keeps, besides the one that runs; none keeps everything.

    A session without a sign of life since then goes as a whole, sub-agents and texts included, and is not pushed again.
    Sums of usage by hour, day and month, of tests, retries and files stay. Nothing is removed without --apply: as an
    admin it removes what the whole team has, as anybody else your own.
    """
    if months not in (None, "none") and not (months.isdecimal() and 1 <= int(months[:9]) <= _MAX_MONTHS):
        raise click.UsageError(f"MONTHS is a number from 1 to {_MAX_MONTHS}, or none.")
    with team_errors():
        from ppp_tui.team import retention

        store = open_team(invocation, url, tenant)
        with closing(store.connection):
            team = plain(store.member.tenant)
            if months is not None:
                retention.set_retention(store, None if months == "none" else int(months))
            kept = retention.retention(store)
            if kept.months is None:
                click.echo(f"{team} keeps all sessions.")
                return 0
            since = to_text(kept.before_ms)[:10]
            click.echo(f"{team} keeps {counted(kept.months, 'month')}: what has moved since {since}.")
            whose = "of the team" if store.member.role == "admin" else "of yours"
            if is_applied:
                count = retention.remove_expired(store, kept.before_ms)
                click.echo(f"Removed: {counted(count, 'session')} {whose}; their sums stay.")
            else:
                count = retention.expired_sessions(store, kept.before_ms)
                click.echo(f"Older: {counted(count, 'session')} {whose}. ppp-tui team retention --apply removes them.")
    return 0
