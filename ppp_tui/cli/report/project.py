"""Finds the project that a user names on the command line, and shows projects as the dashboard does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ppp_tui.cli.report.report import ReportField
from ppp_tui.model.project import Labels
from ppp_tui.query.errors import Connection
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.codebases import Table, projects
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.text.sanitize import plain

MAX_CHOICES = 8
"""Projects that a message lists where the wanted one is missing."""

_WHY_MISSING: dict[Table, str] = {
    "codebases": "has not been counted yet: ppp-tui index FOLDER counts it",
    "test_suites": "has no recorded test runs",
    "retry_hours": "has no recorded failures",
    "file_sums": "has no recorded files",
    "trajectories": "has no sessions",
}
"""What it means that a project is not in a table."""


def find_project(connection: Connection, table: Table, name: str) -> str:
    """Return the one project that a path, the end of one, or a name means. Raises click.ClickException.

    A project is a repository: a path of a worktree or a folder below its root means it, too. Of the table `codebases`
    a project is the folder that was counted.
    """
    labels = answer(connection, project_labels())
    folders = answer(connection, projects(table))
    meant = {folder: folder if table == "codebases" else labels.repository(folder) for folder in folders}
    meant = {project: project for project in meant.values()} | meant
    full = str(Path(name).expanduser().absolute())
    for exact in (name, name.rstrip("/"), full):
        if exact in meant:
            return meant[exact]
    end = name.strip("/")
    matches = {project for folder, project in meant.items() if end and labels.of(folder) == end}
    if not matches:
        matches = {
            project for folder, project in meant.items() if end and folder.replace("\\", "/").endswith(f"/{end}")
        }
    if not matches:
        raise click.ClickException(f"The project {plain(name)} {_WHY_MISSING[table]}.{_choices(labels, meant)}")
    if len(matches) > 1:
        listed = "\n".join(f"  {plain(project)}" for project in sorted(matches))
        raise click.ClickException(f"{plain(name)} may be one of these projects; name it by its path:\n{listed}")
    return matches.pop()


def scope_of(connection: Connection, bounds: Mapping[str, Any], table: Table = "trajectories") -> Scope:
    """Return the scope that options name. Raises click.ClickException for a project that is not in the table."""
    project = bounds.get("project")
    folder = None if project is None else find_project(connection, table, project)
    return Scope(bounds.get("since_ms"), bounds.get("until_ms"), folder, bounds.get("agent"), bounds.get("model"))


def labelled(connection: Connection, fields: Sequence[ReportField]) -> list[ReportField]:
    """Return a report's fields, projects shown as the dashboard does: ``shop``, ``shop/api``, ``shop · login``."""
    labels = answer(connection, project_labels())
    return [field._replace(show=labels.of) if field.name == "project" else field for field in fields]


def _choices(labels: Labels, meant: dict[str, str]) -> str:
    """Return which projects there are, as a sentence; '' where there are none."""
    names = sorted({labels.of(project) for project in meant.values()})
    if not names:
        return ""
    more = f" and {len(names) - MAX_CHOICES} more" if len(names) > MAX_CHOICES else ""
    return f" Those that do: {', '.join(plain(name) for name in names[:MAX_CHOICES])}{more}."
