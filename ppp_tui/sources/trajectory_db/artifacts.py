"""Reads artifacts of specifications, and the trajectory that each belongs to."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ppp_tui.model.artifact import Candidate, owner_of
from ppp_tui.model.clock import UNTIMED, parse_stored_time, to_text
from ppp_tui.model.rows import ArtifactRow
from ppp_tui.sources.trajectory_db.tables import (
    ARTIFACTS,
    COLUMNS,
    OUTPUTS,
    RUNS,
    TRAJECTORIES,
    ForeignTable,
    Key,
    among,
    as_text,
)


class Artifacts:
    """Reads the artifacts of a database within one poll."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, ForeignTable]) -> None:
        """Read from a connection, on demand."""
        self._connection = connection
        self._tables = tables
        self._trajectories: dict[str, list[Candidate]] = defaultdict(list)

    def specs_of(self, rows: Mapping[str, set[int]], trajectories: Iterable[Key]) -> set[str]:
        """Return the specifications of artifacts with these row numbers by table, and of these trajectories."""
        specs: set[str] = set()
        if ARTIFACTS in self._tables:
            specs |= self._column(f"SELECT spec_id FROM {ARTIFACTS} WHERE rowid IN (", rows[ARTIFACTS])
        if OUTPUTS in self._tables and RUNS in self._tables:
            runs = self._tables[RUNS]
            specs |= self._column(
                f"SELECT {runs.select('spec_id')} FROM {RUNS} WHERE {runs.key} IN ("
                f"SELECT run_id FROM {OUTPUTS} WHERE rowid IN (",
                rows[OUTPUTS],
                end=")",
            )
        table = self._tables.get(TRAJECTORIES)
        if table is not None:
            select = f"SELECT {table.select('spec_id')} FROM {TRAJECTORIES} WHERE {table.key} IN ("
            specs |= self._column(select, trajectories)
        return specs - {""}

    def of_specs(self, specs: Iterable[str], last_rows: Mapping[str, int]) -> list[ArtifactRow]:
        """Return the artifacts of these specifications, up to the given row numbers by table, the newest last."""
        wanted = among(sorted(specs))
        if wanted == "[]":
            return []
        self._load(wanted)
        return [
            *self._artifacts(wanted, last_rows.get(ARTIFACTS, 0)),
            *self._outputs(wanted, last_rows.get(OUTPUTS, 0)),
        ]

    def stages(self, artifacts: Iterable[ArtifactRow]) -> dict[str, str]:
        """Return the stage of each trajectory that states none, by its last artifact."""
        stages = {row.trajectory: row.stage for row in sorted(artifacts, key=lambda row: row.created_at) if row.stage}
        stating = {str(entry.key) for entries in self._trajectories.values() for entry in entries if entry.stage}
        return {name: stage for name, stage in stages.items() if name is not None and name not in stating}

    def _column(self, select: str, values: Iterable[Key], end: str = "") -> set[str]:
        wanted = among(values)
        if wanted == "[]":
            return set()
        statement = f"{select}SELECT value FROM json_each(?)){end}"
        rows = self._connection.execute(statement, (wanted,))
        return {as_text(row[0]) for row in rows}

    def _artifacts(self, specs: str, last_row: int) -> list[ArtifactRow]:
        table = self._tables.get(ARTIFACTS)
        if table is None:
            return []
        rows = self._connection.execute(
            f"SELECT rowid, {table.known_columns} FROM {ARTIFACTS} "
            "WHERE spec_id IN (SELECT value FROM json_each(?)) AND rowid <= ? ORDER BY rowid",
            (specs, last_row),
        )
        return [self._row(ARTIFACTS, *row) for row in rows]

    def _outputs(self, specs: str, last_row: int) -> list[ArtifactRow]:
        outputs, runs = self._tables.get(OUTPUTS), self._tables.get(RUNS)
        if outputs is None or runs is None:
            return []
        rows = self._connection.execute(
            "SELECT o.row, r.spec_id, r.stage, o.agent_name, o.run_id, o.content, NULL, "
            "coalesce(o.output_timestamp, r.run_timestamp) FROM ("
            f"SELECT rowid AS row, {_named_columns(outputs)} FROM {OUTPUTS} WHERE rowid <= :last) AS o JOIN ("
            f"SELECT {runs.key} AS id, {_named_columns(runs)} FROM {RUNS}) AS r ON r.id = o.run_id "
            "WHERE r.spec_id IN (SELECT value FROM json_each(:specs)) ORDER BY o.row",
            {"specs": specs, "last": last_row},
        )
        return [self._row(OUTPUTS, *row) for row in rows]

    def _row(self, table: str, row: int, *values: Any) -> ArtifactRow:
        spec, stage, agent, run, content, response = map(as_text, values[:6])
        at = parse_stored_time(values[6])
        owner = owner_of(self._trajectories[spec], agent, run, at)
        return ArtifactRow(
            file_row=f"{table}:{row}",
            trajectory=None if owner is None else str(owner.key),
            spec_id=spec,
            stage=stage,
            agent_name=agent,
            run_id=(owner.run if owner else "") or run or None,
            content_json=content or response,
            response_text=response or None,
            created_at=to_text(at) if at else UNTIMED,
        )

    def _load(self, specs: str) -> None:
        table = self._tables.get(TRAJECTORIES)
        if table is None:
            return
        for key, spec, agent, run, stage, created in self._connection.execute(
            f"SELECT {table.key}, {table.known_columns} FROM {TRAJECTORIES} "
            f"WHERE {table.select('spec_id')} IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            (specs,),
        ):
            self._trajectories[as_text(spec)].append(
                Candidate(key, as_text(agent), as_text(run), parse_stored_time(created), as_text(stage))
            )


def _named_columns(table: ForeignTable) -> str:
    """Return the columns that are read, each under its name whether the table has it or not."""
    return ", ".join(f"{table.select(name)} AS {name}" for name in COLUMNS[table.name])
