"""Sessions as documents for people and as lines for programs, read through queries only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from ppp_tui.export.forms import Form
from ppp_tui.export.html import html
from ppp_tui.export.jsonl import json_lines
from ppp_tui.export.markdown import markdown
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import Connection
from ppp_tui.text.secrets import Redactor

__all__ = ["export_trajectory"]

_FORMS: dict[Form, Callable[[Connection, int], Iterator[str]]] = {"md": markdown, "html": html, "jsonl": json_lines}


def export_trajectory(
    database: Path, trajectory_id: int, form: Form, redactor: Redactor | None = None
) -> Iterator[str]:
    """Yield the trajectory as text, a turn at a time; every piece ends with a whole line.

    A redactor removes secrets and counts them.

    Raises DatabaseMissingError, LookupError if it is not in the database, QueryFailedError.
    """
    with closing(open_reader(database)) as connection:
        pieces = _FORMS[form](connection, trajectory_id)
        yield from pieces if redactor is None else map(redactor.redact, pieces)
