"""What the person chose that ingest must know, in one value that a worker process can be handed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLD_VERSION = 2
"""Raised whenever the same events would give other rows: files folded by an older version are read again."""

CHUNK_BYTES = 4 * 1024 * 1024
"""How much of a file is read, folded and committed at a time: bounds memory, whatever the size of the file."""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to read and what to keep."""

    archive: Path
    sources: tuple[str, ...]
    """Names of the sources that are read."""
    extra_roots: tuple[tuple[str, Path], ...] = ()
    """More folders or files, each with its source's name."""
    keeps_text: bool = True
    """False for the text policy `none`."""
    keeps_raw: bool = False
    effort_method: Literal["heuristic", "spec"] = "heuristic"
    """Who judges how much a question asks of the person."""
    retention_days: int = 0
    """Sessions without a sign of life for so long are forgotten; 0 keeps them."""
    processes: int = 0
    """Worker processes for a long backlog; 0 for one per core."""
    poll_interval_s: float = 1.0
    """How often files are looked at where the system tells no events."""
    sweep_interval_s: float = 30.0
    """How often everything is looked at in any case, in seconds."""
    index_hours: int = 0
    """How old the count of a project's codebase may become before it is counted anew; 0 counts none unasked."""
