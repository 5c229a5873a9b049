"""Completion of arguments in the shell: sessions, projects, models and agents of the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

from ppp_tui.cli.invocation import Invocation
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.query.query import Query
    from ppp_tui.query.scores.compare import GroupBy

Answer = TypeVar("Answer")

MAX_SESSIONS = 30
"""Sessions that are offered, the newest."""

BUSY_MS = 200
"""How long Tab waits for a database that is locked, in milliseconds."""


def complete_sessions(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the newest sessions by number, with their titles."""
    from ppp_tui.query.sessions.filters import EMPTY
    from ppp_tui.query.sessions.session_lists import Sort, session_page

    rows = _ask(ctx, session_page(EMPTY, Sort(), 0, MAX_SESSIONS)) or []
    return [
        CompletionItem(str(row.id), help=plain(f"{row.agent_name}  {row.title}"[:60]))
        for row in rows
        if str(row.id).startswith(incomplete)
    ]


def complete_agents(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the agents that begin with what was typed."""
    from ppp_tui.query.names import agent_names

    return _items(_ask(ctx, agent_names()), incomplete)


def complete_models(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the models that begin with what was typed."""
    from ppp_tui.query.names import model_names

    return _items(_ask(ctx, model_names()), incomplete)


def complete_projects(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the projects that begin with what was typed."""
    from ppp_tui.query.names import project_names

    return _items(_ask(ctx, project_names()), incomplete)


def complete_groups(ctx: click.Context, _param: click.Parameter, incomplete: str, by: GroupBy) -> list[CompletionItem]:
    """Return the groups of a comparison (agents, models, people, …) that begin with what was typed."""
    from ppp_tui.query.scores.compare import group_names

    groups = _ask(ctx, group_names(by)) or []
    return _items([group.name for group in groups], incomplete)


def complete_predicates(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the fields of predicates, and after `agent:`, `model:` and `project:` their values."""
    from ppp_tui.query.names import agent_names, model_names, project_names
    from ppp_tui.query.sessions.filters import FIELDS

    name, colon, value = incomplete.partition(":")
    if not colon:
        return [CompletionItem(f"{field.name}:", help=field.help) for field in FIELDS if field.name.startswith(name)]
    queries = {"agent": agent_names, "model": model_names, "project": project_names}
    query = queries.get(name)
    items = [] if query is None else _items(_ask(ctx, query()), value)
    return [CompletionItem(f"{name}:{item.value}") for item in items]


def _items(names: list[str] | None, incomplete: str) -> list[CompletionItem]:
    # A name that a shell would split, or that has hidden characters, is not offered.
    return [CompletionItem(name) for name in names or [] if name.startswith(incomplete) and plain(name) == name]


def _ask(ctx: click.Context, query: Query[Answer]) -> Answer | None:
    """Return the answer of the database or the team's store; None if it cannot be read: completion prints no errors."""
    from ppp_tui.cli.report.place import SharedPlace, open_place
    from ppp_tui.cli.team.addresses import read_place
    from ppp_tui.query.connect import open_reader
    from ppp_tui.query.errors import READ_ERRORS
    from ppp_tui.query.query import answer

    try:
        place = read_place(ctx.ensure_object(Invocation))
        connection = open_place(place) if isinstance(place, SharedPlace) else open_reader(place, busy_ms=BUSY_MS)
        with closing(connection):
            return answer(connection, query)
    except (*READ_ERRORS, sqlite3.Error, click.ClickException, ImportError):
        return None
