"""``ppp-tui team push``, ``status`` and ``forget``: what of this machine goes to the shared store, and back."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.processes import when_parent_ends
from ppp_tui.cli.report.command import ReportCommand, SessionCommand
from ppp_tui.cli.report.output import At, json_object
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.session import find_session
from ppp_tui.cli.team.addresses import TeamError, member_address, open_team, team_errors, url_options
from ppp_tui.model.clock import SystemClock, to_iso
from ppp_tui.paths import name_key
from ppp_tui.query.connect import open_reader
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.team.connect import Store
    from ppp_tui.team.push import SharedBy
    from ppp_tui.team.replica import Replica

_PREVIEW = (
    ReportField("project", "project"),
    ReportField("share", "shared"),
    ReportField("trajectories", "trajectories"),
    ReportField("turns", "turns", rank=1),
)


def shared_by(invocation: Invocation) -> SharedBy:
    """Return what the settings share, and of which machine."""
    from ppp_tui.team.push import SharedBy

    return SharedBy(
        invocation.settings.team.share,
        dict(invocation.settings.team.projects),
        str(invocation.home_path),
        socket.gethostname().partition(".")[0] or "unnamed",
    )


@click.command("push", cls=ReportCommand, epilog=f"With --dry-run: {fields_help(_PREVIEW)}")
@click.option("--dry-run", is_flag=True, help="Show what would be pushed, by project, and push nothing.")
@click.option("--rows", "with_rows", is_flag=True, help="With --dry-run: each row as a JSON line, as it would be sent.")
@click.option("--follow", is_flag=True, help="Go on and push what changes, until it is stopped.")
@click.option("--child", "is_child", is_flag=True, hidden=True, help="Say nothing, and end when standard input closes.")
@url_options
@form_options
@common_options
@examples("team push --dry-run", "team push --dry-run --rows | less", "team push", "team push --follow")
@pass_invocation
def push_command(
    invocation: Invocation,
    /,
    dry_run: bool,
    with_rows: bool,
    follow: bool,
    is_child: bool,
    url: str | None,
    tenant: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Push what changed since the last time to the shared store.

    What is shared of each project is said by team.share and team.projects: figures are numbers, times, kinds, agents,
    models, names of tools and of projects; summaries add titles, branches, questions; text adds all texts. Secrets of
    known shapes are taken out. It may be broken off and begun again at any time: nothing is lost and nothing lies there
    twice. A session that is no longer on this machine stays there until it is forgotten.
    """
    if (with_rows or as_json or as_csv) and not dry_run:
        raise click.UsageError("--rows, --json and --csv are for --dry-run.")
    if dry_run and follow:
        raise click.UsageError("--dry-run and --follow exclude each other.")
    if dry_run:
        return _show_preview(invocation, url, tenant, with_rows=with_rows, as_json=as_json, as_csv=as_csv)
    _name_database(invocation.database_path)
    if follow:
        return _follow(invocation, url, tenant, is_child=is_child)
    with team_errors():
        from ppp_tui.team.push import Pusher
        from ppp_tui.team.pushed import sentence

        store = open_team(invocation, url, tenant)
        with closing(store.connection):
            done = Pusher(store, invocation.database_path, shared_by(invocation)).push()
        click.echo(f"{sentence(done)} to {plain(store.member.tenant)}.")
    return 0


def _name_database(database: Path) -> None:
    """Give a database from before there was a shared store its name, unless an ingest at work does."""
    from ppp_tui.store.meta import DATABASE_ID, fact

    with closing(open_reader(database)) as connection:
        is_named = bool(fact(connection, DATABASE_ID))
    if not is_named:
        # Nearly every push is of a database that has a name, and starts without the writer.
        from ppp_tui.cli.exclusive_writer import only_writer

        with only_writer(database):
            pass


def _show_preview(
    invocation: Invocation, url: str | None, tenant: str | None, *, with_rows: bool, as_json: bool, as_csv: bool
) -> int:
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with team_errors():
        from ppp_tui.team.connect import StoreAwayError
        from ppp_tui.team.preview import preview
        from ppp_tui.team.pushed import Pushed, sentence

        store, note = None, ""
        try:
            store = open_team(invocation, url, tenant)
        except StoreAwayError as error:
            note = f"{error} This is what there would be to push, had nothing been pushed yet."
        except TeamError:
            note = "No shared store is named: this is what there would be to push at first."
        total, turns, trajectories = Pushed(), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        try:
            for batch in preview(store, invocation.database_path, shared_by(invocation)):
                total = total.plus(batch.pushed)
                for each in batch.trajectories:
                    trajectories[each.project, each.share] += 1
                    turns[each.project, each.share] += each.turns
                if with_rows:
                    for table in batch.tables:
                        for row in table.rows:
                            fields = dict(zip(table.columns, row, strict=True))
                            sys.stdout.write(json.dumps({"table": table.name, "row": fields}, ensure_ascii=True) + "\n")
        finally:
            if store is not None:
                store.connection.close()
    if with_rows:
        click.echo(f"ppp-tui: {sentence(total, is_preview=True)}.", err=True)
        return 0
    rows = [
        {"project": project, "share": share, "trajectories": count, "turns": turns[project, share]}
        for (project, share), count in sorted(trajectories.items())
    ]
    tables = ", ".join(f"{count} {name}" for name, count in sorted(total.rows.items(), key=lambda item: -item[1]))
    notes = [f"{sentence(total, is_preview=True)}.", f"Rows: {tables}." if tables else "", note]
    more = {
        "rows_by_table": dict(total.rows),
        "removed": total.removed,
        "held": total.held,
        "secrets": dict(total.secrets),
    }
    report = Report(
        "team-push-preview", _PREVIEW, rows, more=more, standing_notes=[each for each in notes if each], empty=""
    )
    emit(report, output)
    return 0


def _follow(invocation: Invocation, url: str | None, tenant: str | None, *, is_child: bool) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if is_child:
        when_parent_ends(stop.set)
        with suppress(OSError):
            os.nice(10)
    with team_errors():
        from ppp_tui.team.follow import PushFollower

        member_address(invocation, url)
        follower = PushFollower(
            invocation.database_path,
            lambda: open_team(invocation, url, tenant),
            shared_by(invocation),
            SystemClock(),
            tell=(lambda _: None) if is_child else (lambda text: click.echo(plain(text))),
        )
        follower.run(stop, invocation.settings.team.every_s)
    return 0


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@url_options
@common_options
@examples("team status", "team status --json")
@pass_invocation
def status_command(invocation: Invocation, as_json: bool, url: str | None, tenant: str | None) -> int:
    """Show which store this machine shares with, as whom, what, and how far it was pushed."""
    with team_errors():
        from ppp_tui.team.connect import without_password

        store = open_team(invocation, url, tenant)
        with closing(store.connection):
            fields = _status_fields(invocation, store)
        fields = {"store": without_password(member_address(invocation, url)), **fields}
    if as_json:
        click.echo(json_object("team-status", fields))
        return 0
    for line in _status_lines(fields):
        click.echo(plain(line))
    return 0


def _status_fields(invocation: Invocation, store: Store) -> dict[str, Any]:
    from ppp_tui.team import replica
    from ppp_tui.team.connect import tenant_transaction
    from ppp_tui.team.local import Position
    from ppp_tui.team.push import local_database_id, open_local

    by, member = shared_by(invocation), store.member
    with closing(open_reader(invocation.database_path)) as connection:
        with tenant_transaction(store.connection, member.tenant_id, is_read_only=True):
            own = replica.find_replica(store, by.machine, local_database_id(connection))
            present, forgotten = replica.presence(store, own.id) if own is not None else (0, 0)
        local, _ = open_local(connection, by, replica_id=0, key=b"")
        is_current = own is not None and own.shared_by == by.digest(name_key(invocation.database_path))
        waiting = local.waiting(own.position if own is not None and is_current else Position(0, 0))
    return {
        "tenant": member.tenant,
        "person": member.person,
        "role": member.role,
        "machine": by.machine,
        "database": str(invocation.database_path),
        "share": by.share,
        "projects": dict(by.projects),
        "continuous": invocation.settings.team.continuous,
        "pushed_at": At(own.pushed_at if own is not None else 0),
        "trajectories": present,
        "forgotten": forgotten,
        "waiting": waiting,
    }


def _status_lines(fields: dict[str, Any]) -> Iterator[str]:
    yield f"{fields['person']}, {fields['role']} of {fields['tenant']}, at {fields['store']}"
    single = ", ".join(f"{name}: {share}" for name, share in fields["projects"].items())
    yield f"shared of {fields['machine']}: {fields['share']}{f' ({single})' if single else ''}"
    pushed = to_iso(fields["pushed_at"]) if fields["pushed_at"] else "never"
    yield f"pushed last: {pushed}; {counted(fields['trajectories'], 'trajectory', 'trajectories')} there"
    waiting = counted(fields["waiting"], "trajectory", "trajectories")
    by_itself = "by itself while ingest is at work" if fields["continuous"] else "by ppp-tui team push"
    yield f"waiting: {waiting}, pushed {by_itself}"
    if fields["forgotten"]:
        yield f"taken back: {counted(fields['forgotten'], 'trajectory', 'trajectories')}"


@click.command("forget", cls=SessionCommand)
@click.argument("session", metavar="[SESSION]", required=False)
@click.option("--project", metavar="NAME", help="All that is shared of a project, by its name there.")
@click.option("--all", "is_all", is_flag=True, help="All that this database shares.")
@click.option("--undo", is_flag=True, help="Let it be shared again by the next push.")
@url_options
@common_options
@examples("team forget -1", "team forget --project secret", "team forget --all", "team forget 12 --undo")
@pass_invocation
def forget_command(
    invocation: Invocation,
    /,
    session: str | None,
    project: str | None,
    is_all: bool,
    undo: bool,
    url: str | None,
    tenant: str | None,
) -> int:
    """Take back what was shared: a session with its sub-agents, a project, or all.

    The rows go from the shared store at once, sums included, and do not come again by themselves; nothing changes on
    this machine. New sessions are shared as before: team.projects keeps a project at home, team.share all.
    """
    if sum((session is not None, project is not None, is_all)) != 1:
        raise click.UsageError("name a session, or --project NAME, or --all.")
    if undo and project is not None:
        raise click.UsageError("--undo is for a session or --all.")
    database = invocation.database_path
    local_ids = [find_session(database, session).id] if session is not None else None
    with team_errors():
        from ppp_tui.team import forget

        store = open_team(invocation, url, tenant)
        with closing(store.connection):
            own = _own_replica(invocation, store)
            if undo:
                count = forget.share_again(store, own, local_ids)
                click.echo(f"{counted(count, 'trajectory', 'trajectories')} may be pushed again: ppp-tui team push.")
                return 0
            if local_ids is not None:
                ids, subject = forget.trajectories_of_sessions(store, own, local_ids), "a session"
            elif project is not None:
                ids, subject = forget.trajectories_of_project(store, own, project), f"project {project}"
            else:
                ids, subject = forget.all_trajectories(store, own), "all"
                forget.forget_rest(store, own)
            forget.forget(store, ids, subject)
    click.echo(f"{counted(len(ids), 'trajectory', 'trajectories')} taken back from {plain(store.member.tenant)}.")
    if project is not None and invocation.settings.team.projects.get(project) != "none":
        click.echo(f'New sessions of {plain(project)} are still shared: set team.projects.{plain(project)} = "none".')
    return 0


def _own_replica(invocation: Invocation, store: Store) -> Replica:
    """Return what this database is in the shared store. Raises StoreError if it was never pushed."""
    from ppp_tui.team import replica
    from ppp_tui.team.connect import StoreError, tenant_transaction
    from ppp_tui.team.push import local_database_id

    with closing(open_reader(invocation.database_path)) as connection:
        database_id = local_database_id(connection)
    with tenant_transaction(store.connection, store.member.tenant_id, is_read_only=True):
        own = replica.find_replica(store, shared_by(invocation).machine, database_id)
    if own is None:
        raise StoreError(f"Nothing of this database was pushed to {store.member.tenant}.")
    return own
