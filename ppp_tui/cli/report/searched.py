"""Explains a report without rows: what was searched, and where data lies."""

from __future__ import annotations

from collections.abc import Mapping

from ppp_tui.cli.report.output import Output
from ppp_tui.cli.report.place import ReadPlace
from ppp_tui.query.errors import Connection
from ppp_tui.query.periods import data_span
from ppp_tui.query.query import answer
from ppp_tui.query.sessions.session_lists import session_count
from ppp_tui.text.format import counted


def empty_answer(
    connection: Connection,
    database: ReadPlace,
    output: Output,
    searched_for: str,
    bounds: Mapping[str, object] | None = None,
) -> str:
    """Return why a report has no rows: ``No questions (agent codex). Searched /x/archive.db: 12 sessions, … to …``.

    `bounds` are options by name; those without a value are left out.
    """
    return f"No {bounded_title(searched_for, bounds or {}, output)}. {searched(connection, database, output)}"


def bounded_title(subject: str, bounds: Mapping[str, object], output: Output) -> str:
    """Return what a report is about with its bounds: ``Questions (since 2026-11-01, agent codex)``."""
    narrowed = ", ".join(_bound(name, value, output) for name, value in bounds.items() if value)
    return f"{subject} ({narrowed})" if narrowed else subject


def searched(connection: Connection, database: ReadPlace, output: Output) -> str:
    """Return which database was searched, and what it holds."""
    span = answer(connection, data_span("sessions"))
    if span is None:
        return f"Searched {database}, which holds no sessions: ppp-tui doctor tells where they are looked for."
    first, last = (output.local(at)[:10] for at in span)
    sessions = counted(answer(connection, session_count()), "session")
    return f"Searched {database}: {sessions}, {first} to {last}."


def _bound(name: str, value: object, output: Output) -> str:
    if name == "since_ms" and isinstance(value, int):
        return f"since {output.local(value).removesuffix(' 00:00')}"
    if name == "until_ms" and isinstance(value, int):
        # The last minute that counts: of a whole day, the day.
        return f"until {output.local(value - 1).removesuffix(' 23:59')}"
    listed = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return f"{name} {listed}"
