"""Values that predicates can be completed with: those of the newest trajectories."""

from __future__ import annotations

from typing import Any

from ppp_tui.query.query import Query

LOOKED_AT = 2000
"""Newest trajectories whose values are offered."""

_COLUMNS = {
    "agent": "agent_name",
    "model": "model",
    "branch": "branch",
    "source": "source",
    "role": "agent_role",
    "spec": "spec_id",
    "stage": "stage",
}


def predicate_values() -> Query[dict[str, tuple[str, ...]]]:
    """Query the values of text fields, by the field's name, sorted; projects as lists call them."""
    columns = ", ".join(_COLUMNS.values())
    parts = [f"SELECT DISTINCT '{field}', {column} FROM newest" for field, column in _COLUMNS.items()]
    parts.append(
        "SELECT DISTINCT 'project', coalesce(f.label, n.project) FROM newest AS n "
        "LEFT JOIN project_folders AS f ON f.folder = n.project"
    )
    for field, column in (("host", "host"), ("machine", "host"), ("person", "person")):
        parts.append(f"SELECT DISTINCT '{field}', {column} FROM source_files WHERE {column} <> ''")
    return Query(
        f"WITH newest AS MATERIALIZED (SELECT project, {columns} FROM trajectories ORDER BY id DESC LIMIT {LOOKED_AT}) "
        + " UNION ALL ".join(parts),
        _read_values,
    )


def _read_values(rows: list[tuple[Any, ...]]) -> dict[str, tuple[str, ...]]:
    values: dict[str, set[str]] = {}
    for field, value in rows:
        if value:
            values.setdefault(field, set()).add(str(value))
    return {field: tuple(sorted(distinct)) for field, distinct in values.items()}
