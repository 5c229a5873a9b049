"""Leaves what a status line was told in a small file beside the database, from where ingest carries it in.

A status line may not wait for a writer, and a database has one writer only: one line at the end of a file is all that
is written, in a single call, and nothing if it would say the same as the line before. A file that nobody carries in is
put aside when it has grown, the one that was put aside before it goes.
"""

from __future__ import annotations

import json
from pathlib import Path

from ppp_tui.paths import private_tail, status_spool
from ppp_tui.sources.claude_status import Status

MOST_BYTES = 4 * 1024 * 1024
"""Size at which a spool is put aside."""

_TAIL_BYTES = 4096


def leave(database: Path, status: Status, now_ms: int) -> None:
    """Append a status, if it is news. Raises OSError."""
    spool = status_spool(database)
    line = json.dumps(status)
    with private_tail(spool) as file:
        size = file.tell()
        if size and _last(spool, size).partition(" ")[2] == line:
            return
        file.write(f"{now_ms} {line}\n".encode())
    if size > MOST_BYTES:
        spool.replace(spool.with_name(f"{spool.name}.1"))


def _last(spool: Path, size: int) -> str:
    """The last whole line of the spool, '' if there is none."""
    with spool.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    return tail.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace") if tail.endswith(b"\n") else ""
