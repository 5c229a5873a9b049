"""What a report covers: a span of time, a project, an agent, a model."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.query.projects import is_in_repository
from ppp_tui.query.sql_helpers import strip_surrogates


class Scope(NamedTuple):
    """Bounds of a report; None for no bound."""

    since_ms: int | None = None
    """Unix milliseconds."""
    until_ms: int | None = None
    """Unix milliseconds, exclusive."""
    project: str | None = None
    """The project's repository: all folders that belong to it are in the report."""
    agent: str | None = None
    model: str | None = None

    def times(self, column: str, length: int = 23) -> tuple[list[str], dict[str, object]]:
        """Return conditions on a column of times, cut to `length` characters, and their parameters.

        A time cut to days or hours counts as a whole: the one that a bound lies in is in the report.
        """
        conditions, parameters = [], dict[str, object]()
        if self.since_ms is not None:
            conditions.append(f"{column} >= :since")
            parameters["since"] = to_text(max(0, self.since_ms))[:length]
        if self.until_ms is not None:
            conditions.append(f"{column} < :until" if length == 23 else f"{column} <= :until")
            parameters["until"] = to_text(max(0, self.until_ms - (length < 23)))[:length]
        return conditions, parameters

    def names(self, *columns: str) -> tuple[list[str], dict[str, object]]:
        """Return conditions on some of the columns `project`, `agent_name` and `model`, and their parameters.

        Each condition begins with the column's name.
        """
        wanted = {"project": self.project, "agent_name": self.agent, "model": self.model}
        bounds = {name: value for name, value in wanted.items() if name in columns and value is not None}
        conditions = [is_in_repository(name) if name == "project" else f"{name} = :{name}" for name in bounds]
        return conditions, {name: strip_surrogates(value) for name, value in bounds.items()}


EVERYTHING = Scope()
"""No bounds."""


def where(*conditions: str) -> str:
    """Return a WHERE clause of conditions that must all hold; '' for none."""
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
