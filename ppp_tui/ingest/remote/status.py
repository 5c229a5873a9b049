"""The state of the connection to another machine, in a file that the following process writes for others."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Literal, NamedTuple, get_args

from ppp_tui.ingest.remote.places import Remote
from ppp_tui.paths import replace_private

RemoteState = Literal["connecting", "connected", "failed", "ended"]

MAX_BYTES = 100_000
"""Bytes of a status file that are read; a longer file was not written here."""

MOST = 250_000_000_000_000
"""Greater than any number in a status file: the milliseconds of almost eight thousand years."""


class RemoteStatus(NamedTuple):
    """The state of the copies of one address."""

    state: RemoteState
    since: int
    """Unix milliseconds of the beginning of the state."""
    looked_at: int
    """Unix milliseconds of the last complete survey, 0 for none."""
    error: str
    """Why it failed, '' if it did not."""
    next_try_at: int
    """Unix milliseconds of the next attempt after a failure, 0 for none."""
    files: int
    """Session files on the other machine at that survey."""
    bytes: int
    pid: int
    """The process that wrote this."""
    skipped: dict[str, dict[str, Any]]
    """What was left out at that survey, as `walk.Skips.report` returns it."""


def read_remote_status(remote: Remote) -> RemoteStatus | None:
    """Return the last written state, None if there is none or it is not valid."""
    try:
        with remote.status_file.open("rb") as file:
            stored = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return _checked(stored)


def _checked(stored: Any) -> RemoteStatus | None:
    if not isinstance(stored, dict) or set(stored) != set(RemoteStatus._fields):
        return None
    status = RemoteStatus(**stored)
    are_texts = isinstance(status.error, str) and status.state in get_args(RemoteState)
    numbers = (status.since, status.looked_at, status.next_try_at, status.files, status.bytes, status.pid)
    is_status = are_texts and all(isinstance(it, int) and 0 <= it < MOST for it in numbers)
    return status if is_status and _are_skips(status.skipped) else None


def _are_skips(stored: Any) -> bool:
    if not isinstance(stored, dict):
        return False
    for skipped in stored.values():
        if not isinstance(skipped, dict) or set(skipped) != {"files", "examples"}:
            return False
        files, examples = skipped["files"], skipped["examples"]
        if not isinstance(files, int) or not isinstance(examples, list):
            return False
        if not all(isinstance(path, str) for path in examples):
            return False
    return True


def write_remote_status(remote: Remote, status: RemoteStatus) -> None:
    """Write the state; if that fails, the former one stays."""
    with suppress(OSError):
        replace_private(remote.status_file, json.dumps(status._asdict()).encode())
