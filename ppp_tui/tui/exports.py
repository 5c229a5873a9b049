"""Writes exports to new private files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ppp_tui import paths
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.tui.ports import Form, Ports


class ExportError(Exception):
    """Raised if nothing was written; the message says why, for the user."""


def write_new(target: Path, pieces: Iterable[str]) -> None:
    """Write a new file, all of it or nothing; an existing file is left alone. Raises ExportError."""
    try:
        file = paths.private_file(target)
    except OSError as error:
        raise ExportError(f"{target} cannot be written: {error.strerror or error}.") from error
    try:
        with file:
            for piece in pieces:
                file.write(piece.encode("utf-8", "backslashreplace"))
    except (*READ_ERRORS, OSError, LookupError) as error:
        target.unlink(missing_ok=True)
        raise ExportError(f"{target.name} cannot be written: {error}.") from error


def export_session(ports: Ports, trajectory_id: int, form: Form) -> Path:
    """Write a session as `form` to the folder for exports, and return the path. Raises ExportError."""
    if ports.export is None:
        raise ExportError("Sessions cannot be exported here.")
    target = ports.exports / f"session-{trajectory_id}-{ports.clock.now_ms()}.{form}"
    write_new(target, ports.export(ports.database.path, trajectory_id, form))
    return target
