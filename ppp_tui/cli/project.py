"""Finds the project that a person names on the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click

from ppp_tui.cli.plain import plain
from ppp_tui.query.codebases import Table, projects
from ppp_tui.query.query import answer


def find_project(connection: sqlite3.Connection, table: Table, name: str) -> str:
    """The one project that a path, the end of one, or a folder's name means. Raises click.ClickException."""
    known = answer(connection, projects(table))
    full = str(Path(name).expanduser().absolute())
    for exact in (name, name.rstrip("/"), full):
        if exact in known:
            return exact
    end = name.strip("/")
    found = [project for project in known if end and project.replace("\\", "/").endswith(f"/{end}")]
    if not found:
        raise click.ClickException(f"Nothing is known of a project {plain(name)}.")
    if len(found) > 1:
        listed = "\n".join(f"  {plain(project)}" for project in found)
        raise click.ClickException(f"{plain(name)} may be one of these projects; name it by its path:\n{listed}")
    return found[0]
