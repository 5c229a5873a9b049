"""The status of the ingest process, which dashboards read from the database."""

from __future__ import annotations

from typing import NamedTuple


class IngestStatus(NamedTuple):
    """The only row of the table `ingest_status`; times are Unix milliseconds here and text there."""

    pid: int
    phase: str
    """`backlog`, `following`, `stopped` or `failed`."""
    started_at: int
    at: int
    """When it was written."""
    files_total: int
    files_done: int
    bytes_total: int
    bytes_done: int
    watching: str
    """`events` or `polling`."""
    trouble: str
    """A sentence, '' if all is well."""
