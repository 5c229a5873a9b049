"""Finds the project that a person names on the command line, and shows projects as the dashboard does."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import click

from ppp_tui.cli.report.listing import ListField
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.codebases import Table, projects
from ppp_tui.query.query import answer
from ppp_tui.text.sanitize import plain


def find_project(connection: sqlite3.Connection, table: Table, name: str) -> str:
    """Return the one project that a path, the end of one, or a name means. Raises click.ClickException.

    A project is a repository: a path of a worktree or a folder below its root means it, too. Of the table `codebases`
    a project is the folder that was counted.
    """
    labels = answer(connection, project_labels())
    known = answer(connection, projects(table))
    meant = {folder: folder if table == "codebases" else labels.repository(folder) for folder in known}
    meant = {project: project for project in meant.values()} | meant
    full = str(Path(name).expanduser().absolute())
    for exact in (name, name.rstrip("/"), full):
        if exact in meant:
            return meant[exact]
    end = name.strip("/")
    found = {project for folder, project in meant.items() if end and labels.of(folder) == end}
    if not found:
        found = {project for folder, project in meant.items() if end and folder.replace("\\", "/").endswith(f"/{end}")}
    if not found:
        raise click.ClickException(f"Nothing is known of a project {plain(name)}.")
    if len(found) > 1:
        listed = "\n".join(f"  {plain(project)}" for project in sorted(found))
        raise click.ClickException(f"{plain(name)} may be one of these projects; name it by its path:\n{listed}")
    return found.pop()


def labelled(connection: sqlite3.Connection, fields: Sequence[ListField]) -> list[ListField]:
    """Return a list's fields, the project shown as the dashboard shows it: ``shop``, ``shop/api``, ``shop · login``."""
    labels = answer(connection, project_labels())
    return [field._replace(show=labels.of) if field.name == "project" else field for field in fields]
