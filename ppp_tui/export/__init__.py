"""What the database holds as a document for people or as lines for programs, read through queries only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ppp_tui.export.forms import Form
from ppp_tui.export.jsonl import json_lines
from ppp_tui.export.markdown import markdown
from ppp_tui.query.connect import open_reader

__all__ = ["export_trajectory"]


def export_trajectory(database: Path, trajectory_id: int, form: Form) -> Iterator[str]:
    """Return the trajectory piece by piece, a turn at a time; every piece ends where a line ends.

    Raises DatabaseMissingError, LookupError if it is not in the database, QueryFailedError.
    """
    with closing(open_reader(database)) as connection:
        yield from markdown(connection, trajectory_id) if form == "md" else json_lines(connection, trajectory_id)
