"""The status of ingest, and the health of the session files."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import to_ms

SILENT_TAIL = 40
"""Records without an event at a file's end from which on it is reported: recorded sessions have up to 21 in a row."""

SILENT_WHOLE = 6
"""The same for a file without any event: one that was opened and left has fewer."""

SILENT_STRANGE = 2
"""The same where record types are unknown."""


class SourceHealth(NamedTuple):
    """How many files of a source are read without trouble, and what was wrong with the others."""

    source: str
    files: int
    bytes: int
    """Read so far."""
    by_health: dict[str, int]
    """Files by their state, such as `ok`, `vanished` or `unreadable`."""
    damaged_places: int
    unknown: dict[str, int]
    """Records of unknown types, by type."""
    versions: dict[str, int]
    """Trajectories by the version of the agent."""


class FileProblem(NamedTuple):
    """Something that is wrong with one session file."""

    source: str
    path: str
    kind: str
    offset: int
    """Of the first byte that it is about."""
    length: int
    """In bytes."""
    detail: str


def ingest_status() -> Query[IngestStatus | None]:
    """Query the status of the ingest process; None if none ever ran."""
    return Query(
        f"SELECT {', '.join(IngestStatus._fields)} FROM ingest_status",
        lambda rows: _read_status(rows[0]) if rows else None,
    )


class FileStamp(NamedTuple):
    """A session file as ingest saw it last."""

    path: str
    modified_ns: int
    """Nanoseconds; of a database, the newest of it and its log."""


def file_stamps() -> Query[list[FileStamp]]:
    """Return all session files that existed when they were last checked."""
    return Query(
        "SELECT path, modified_ns FROM source_files WHERE health <> 'vanished'",
        lambda rows: [FileStamp(*row) for row in rows],
    )


def source_health() -> Query[list[SourceHealth]]:
    """Query every source that has files: their number and health, damage, unknown records, agents' versions."""
    return Query(
        "SELECT f.source, 'file', f.health, count(*), sum(f.offset) FROM source_files AS f "
        "INDEXED BY source_files_by_health GROUP BY 1, 3 UNION ALL "
        "SELECT f.source, 'damage', n.kind, count(*), sum(n.length) FROM source_news AS n "
        "CROSS JOIN source_files AS f WHERE f.id = n.file_id GROUP BY 1, 3 UNION ALL "
        "SELECT f.source, 'unknown', u.name, sum(u.count), 0 FROM unknown_records AS u "
        "CROSS JOIN source_files AS f WHERE f.id = u.file_id GROUP BY 1, 3 UNION ALL "
        "SELECT t.source, 'version', t.agent_version, count(*), 0 FROM trajectories AS t "
        "INDEXED BY trajectories_by_version WHERE t.agent_version <> '' GROUP BY 1, 3 ORDER BY 1, 2, 3",
        _read_health,
    )


def silent_files() -> Query[list[FileProblem]]:
    """Query files that grow without giving any event, with the offset from which on there was none."""
    unknown = "EXISTS (SELECT 1 FROM unknown_records AS u WHERE u.file_id = f.id)"
    return Query(
        "SELECT f.source, f.path, 'silent', f.silent_from, f.offset - f.silent_from, f.silent_records || ' records' "
        "FROM source_files AS f INDEXED BY source_files_silent "
        f"WHERE f.silent_records > {SILENT_STRANGE - 1} AND f.health = 'ok' "
        "AND (f.silent_records >= :tail OR f.silent_from = 0 "
        f"AND f.silent_records >= iif({unknown}, :strange, :whole)) ORDER BY 1, 2",
        lambda rows: [FileProblem(*row) for row in rows],
        {"tail": SILENT_TAIL, "whole": SILENT_WHOLE, "strange": SILENT_STRANGE},
    )


def file_problems(limit: int = 200) -> Query[list[FileProblem]]:
    """Query problems of single files: damage with its place, files that vanished or could not be read."""
    return Query(
        "SELECT f.source, f.path, n.kind, n.offset, n.length, '' FROM source_news AS n "
        "CROSS JOIN source_files AS f WHERE f.id = n.file_id UNION ALL "
        "SELECT source, path, health, 0, 0, health_detail FROM source_files "
        "INDEXED BY source_files_troubled WHERE health NOT IN ('ok', 'new') "
        "ORDER BY 1, 2, 4 LIMIT :limit",
        lambda rows: [FileProblem(*row) for row in rows],
        {"limit": limit},
    )


MAX_COUNTED = 10_000
"""Trajectories and requests that wait are counted up to this number."""


class Pending(NamedTuple):
    """Work of ingest on stored rows that is still to be done; until then figures are provisional."""

    trajectories: int
    """Not judged yet."""
    requests: int
    """Not priced yet."""


def pending() -> Query[Pending]:
    """Query how much is not judged or priced yet, each counted up to `MAX_COUNTED`."""
    return Query(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM trajectory_summaries WHERE scored_by = '' "
        f"LIMIT {MAX_COUNTED})), (SELECT count(*) FROM (SELECT 1 FROM price_queue LIMIT {MAX_COUNTED}))",
        lambda rows: Pending(*rows[0]),
    )


def unpriced_yet() -> Query[dict[str, int]]:
    """Query the models of requests that are not priced yet, with their numbers, counted up to `MAX_COUNTED` in all."""
    return Query(
        "SELECT u.model, count(*) FROM (SELECT usage_id FROM price_queue LIMIT "
        f"{MAX_COUNTED}) AS q CROSS JOIN token_usage AS u ON u.id = q.usage_id GROUP BY 1",
        dict,
    )


def _read_status(row: tuple[Any, ...]) -> IngestStatus:
    status = IngestStatus(*row)
    return status._replace(started_at=to_ms(row[2]) or 0, at=to_ms(row[3]) or 0)


def _read_health(rows: list[tuple[Any, ...]]) -> list[SourceHealth]:
    by_source: dict[str, SourceHealth] = {}
    for source, entry_kind, name, count, size in rows:
        health = by_source.setdefault(
            source,
            SourceHealth(source=source, files=0, bytes=0, by_health={}, damaged_places=0, unknown={}, versions={}),
        )
        if entry_kind == "file":
            health.by_health[name] = count
            health = health._replace(files=health.files + count, bytes=health.bytes + (size or 0))
        elif entry_kind == "damage":
            health = health._replace(damaged_places=health.damaged_places + count)
        elif entry_kind == "unknown":
            health.unknown[name] = count
        else:
            health.versions[name] = count
        by_source[source] = health
    return list(by_source.values())
