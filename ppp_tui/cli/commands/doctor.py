"""``ppp-tui doctor``: where sessions lie, how their files are read, and what the user must mend."""

from __future__ import annotations

import platform
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ppp_tui import __version__
from ppp_tui.cli.disk_room import disk_report, disk_warnings
from ppp_tui.cli.doors.open_doors import check_sentences, door_fields, door_lines, find_doors
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.remote_state import remote_lines, remote_report, remote_warnings
from ppp_tui.cli.report.output import json_object
from ppp_tui.cli.skipped import skip_lines
from ppp_tui.cli.team.health import team_lines, team_report, team_warnings
from ppp_tui.ingest.tailer import LEFT_OUT
from ppp_tui.ingest.watch_roots import Survey, WatchRoots
from ppp_tui.paths import is_private, receiver_folder
from ppp_tui.query import ingest_status as health
from ppp_tui.query.connect import open_reader
from ppp_tui.query.doors import Door, waiting_sessions
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.query import answer
from ppp_tui.query.sessions.search import unindexed_turns
from ppp_tui.query.usage.received import received_checks
from ppp_tui.settings.source_names import ALL
from ppp_tui.sources import registry
from ppp_tui.sources.source import is_unrecorded
from ppp_tui.sources.trajectory_db.changes import WATCHED_ROWS
from ppp_tui.store.connect import has_wal_reset_bug, wal_bytes
from ppp_tui.store.logged.journal import journal_folder
from ppp_tui.text.format import counted, size
from ppp_tui.text.sanitize import plain


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@common_options
@examples("doctor", "doctor --json")
@pass_invocation
def doctor_command(invocation: Invocation, as_json: bool) -> int:
    """Show where sessions are looked for and how their files fare.

    Ends with status 1 if something needs your attention.
    """
    report = doctor_report(invocation)
    if as_json:
        click.echo(json_object("doctor", report))
    else:
        for line in doctor_lines(report):
            click.echo(line)
    return 1 if report["warnings"] else 0


def doctor_report(invocation: Invocation) -> dict[str, Any]:
    """Return everything that doctor reports, as plain data."""
    options = invocation.ingest_options()
    places = WatchRoots(options, invocation.environment, invocation.home_path)
    surveys = places.survey()
    sources = registry.usable_sources((ALL,))
    faults = [f"The source {it.root.source.name} failed on {it.root.path} ({it.fault})." for it in surveys if it.fault]
    report: dict[str, Any] = {
        "version": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "config": str(invocation.loaded.config),
        "database": str(options.database),
        "database_bytes": None,
        "wal_bytes": wal_bytes(options.database),
        "disks": [],
        "text": "full" if options.keeps_text else "none",
        "ingest": None,
        "places": [
            {"source": root.source.name, "path": str(root.path), "is_there": root.path.exists()}
            for root in places.roots
        ],
        "survey": [_surveyed(survey) for survey in surveys],
        "remotes": [remote_report(remote) for remote in options.remotes],
        "capabilities": {source.name: source.capabilities._asdict() for source in sources},
        "rules_from": {source.name: source.rules_from for source in sources if is_unrecorded(source)},
        "sources": [],
        "news": [],
        "silent": {},
        "not_indexed": 0,
        "doors": [],
        "team": team_report(invocation),
        "notes": list(invocation.loaded.hints),
        "warnings": [*registry.source_problems(), *places.problems, *faults],
    }
    receiver = receiver_folder(invocation.environment, invocation.home_path)
    report["disks"] = disk_report(
        {
            "the database": options.database.parent,
            "the loggers' journals": journal_folder(options.database),
            "what was received": receiver,
        }
    )
    report["warnings"] += disk_warnings(report["disks"])
    doors = find_doors(options.database, receiver)
    waiting: dict[str, int | None] = {}
    _read_database(options.database, report, doors, waiting)
    report["doors"] = [door_fields(door, waiting) for door in doors]
    _judge(options.database, report)
    return report


def _surveyed(survey: Survey) -> dict[str, Any]:
    return {
        "source": survey.root.source.name,
        "path": str(survey.root.path),
        "sessions": survey.sessions,
        "skipped": survey.skips.report(),
    }


def _read_database(
    database: Path, report: dict[str, Any], doors: Sequence[Door], waiting: dict[str, int | None]
) -> None:
    if not database.exists():
        report["notes"].append("There is no database yet: ppp-tui ingest, or just ppp-tui, makes it.")
        return
    try:
        opened = open_reader(database)
    except DatabaseMissingError as error:
        report["warnings"].append(str(error))
        return
    with closing(opened) as connection:
        report["database_bytes"] = database.stat().st_size
        status = answer(connection, health.ingest_status())
        if status is not None:
            report["ingest"] = {"phase": status.phase, "trouble": status.trouble, "pid": status.pid}
        report["sources"] = [entry._asdict() for entry in answer(connection, health.source_health())]
        silent = answer(connection, health.silent_files())
        report["silent"] = dict(Counter(entry.source for entry in silent))
        report["news"] = [entry._asdict() for entry in (*answer(connection, health.file_problems()), *silent)]
        report["not_indexed"] = answer(connection, unindexed_turns())
        report["notes"] += check_sentences(answer(connection, received_checks()))
        for door in doors:
            for receiver, revision in door.sent_up_to.items():
                waiting[receiver] = answer(connection, waiting_sessions(revision))


def _judge(database: Path, report: dict[str, Any]) -> None:
    if has_wal_reset_bug():
        report["notes"].append(
            f"SQLite {sqlite3.sqlite_version} can damage a database that two processes write at once (repaired in "
            "3.51.3, 3.50.7 and 3.44.6): ppp-tui lets only one write, so let no other program write to it."
        )
    if any(entry["source"] == "trajectory_db" for entry in report["sources"]):
        report["notes"].append(
            "Rows of a trajectory database that are changed in place are read again only while they are among the "
            f"newest {WATCHED_ROWS} of their table; turns that are deleted there stay here."
        )
    warnings: list[str] = report["warnings"]
    warnings += [*remote_warnings(report["remotes"]), *team_warnings(report["team"])]
    if database.is_file() and not is_private(database):
        warnings.append(f"The database {database} can be read by others: chmod 600 {database}")
    if database.parent.exists() and not is_private(database.parent):
        report["notes"].append(f"The folder {database.parent} can be entered by others; the database itself cannot.")
    warnings += [
        f"{source}: {counted(count, 'file')} grew and told nothing, see above: the agent may write a newer format than "
        "this ppp-tui reads."
        for source, count in report["silent"].items()
    ]
    warnings += [
        f"{entry['source']}: {counted(entry['by_health']['unreadable'], 'file')} cannot be read, see above."
        for entry in report["sources"]
        if entry["by_health"].get("unreadable")
    ]


def doctor_lines(report: dict[str, Any]) -> list[str]:
    """Return the report as lines of text."""
    lines = [
        f"ppp-tui {report['version']}, Python {report['python']}, SQLite {report['sqlite']}",
        f"settings {plain(report['config'])}",
        _database_line(report),
    ]
    if report["ingest"]:
        lines.append(f"ingest: {report['ingest']['phase']} {plain(report['ingest']['trouble'])}".rstrip())
    lines += ["", "Looked for sessions in"]
    lines += [
        f"  {entry['source']:14} {plain(entry['path'])}{'' if entry['is_there'] else '  (not there)'}"
        for entry in report["places"]
    ]
    for entry in report["survey"]:
        lines += _survey_lines(entry)
    lines += remote_lines(report["remotes"])
    for entry in report["sources"]:
        name = entry["source"]
        lines += ["", *_source_lines(entry, report["capabilities"].get(name, {}), report["rules_from"].get(name, ""))]
    lines += [*door_lines(report["doors"]), *team_lines(report["team"])]
    for title, sentences in (
        ("News of single files", [_news(entry) for entry in report["news"]]),
        ("Good to know", report["notes"]),
        ("Needs your attention", report["warnings"]),
    ):
        if sentences:
            lines += ["", title, *(f"  {plain(sentence)}" for sentence in sentences)]
    return lines


def _survey_lines(entry: dict[str, Any]) -> list[str]:
    """Return the session files below a folder, and those that are left out with examples, as lines."""
    lines = ["", f"{plain(entry['path'])}: {counted(entry['sessions'], 'file')} of {entry['source']}"]
    return lines + skip_lines(entry["skipped"], entry["path"])


def _database_line(report: dict[str, Any]) -> str:
    line = f"database {plain(report['database'])}"
    if report["database_bytes"] is None:
        return line
    return f"{line}, {size(report['database_bytes'])}, log {size(report['wal_bytes'])}, text kept: {report['text']}"


def _source_lines(entry: dict[str, Any], capabilities: dict[str, bool], rules_from: str) -> list[str]:
    fares = ", ".join(f"{count} {name}" for name, count in entry["by_health"].items())
    lines = [f"{entry['source']}: {counted(entry['files'], 'file')} ({fares}), {size(entry['bytes'])} read"]
    for title, counts in (("versions", entry["versions"]), ("unknown records, left out", entry["unknown"])):
        if counts:
            lines.append(f"  {title}: " + ", ".join(f"{plain(name)} ({count})" for name, count in counts.items()))
    missing = [name.replace("_", " ") for name, can in capabilities.items() if not can]
    if missing:
        lines.append("  this format does not tell: " + ", ".join(missing))
    if rules_from:
        lines.append(f"  read by rules from {rules_from}: no recorded session was at hand, so say what is wrong")
    return lines


def _news(entry: dict[str, Any]) -> str:
    place = f" at byte {entry['offset']}, {counted(entry['length'], 'byte')}" if entry["length"] else ""
    if entry["kind"] == LEFT_OUT:
        place = f" from byte {entry['offset']} of its content on, beyond ingest.unpack_limit_mb and ingest.unpack_ratio"
    detail = f" ({entry['detail']})" if entry["detail"] else ""
    return f"{entry['path']}: {entry['kind']}{place}{detail}"
