"""The user's own editor, run in the terminal that the dashboard lends it."""

from __future__ import annotations

import os
from pathlib import Path


class EditorError(Exception):
    """Raised if no editor could be started; the message says which one and what to do."""


PIECE_BYTES = 1024 * 1024

PLUS_LINE = frozenset({"vi", "vim", "nvim", "view", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "less"})
"""Editors that take ``+12`` before a file as the line to begin at."""

COLON_LINE = frozenset({"hx", "helix", "subl", "zed"})
"""Editors that take ``file:12``."""


def line_arguments(program: str, path: str, line: int) -> list[str]:
    """Return an editor's arguments for a file at a line, counted from 1; for an unknown editor the file alone."""
    name = Path(program).name
    if line > 1 and name in PLUS_LINE:
        return [f"+{line}", path]
    if line > 1 and name in COLON_LINE:
        return [f"{path}:{line}"]
    if line > 1 and name in ("code", "codium", "cursor"):
        return ["--goto", f"{path}:{line}"]
    return [path]


def line_at(path: Path, offset: int) -> int:
    """Return the number of the line that holds a byte of a file, counted from 1. Raises OSError."""
    lines, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(left, PIECE_BYTES))):
            lines += piece.count(b"\n")
            left -= len(piece)
    return lines


def run_editor(path: Path, line: int = 1) -> None:
    """Edit a file at a line with ``$VISUAL``, ``$EDITOR`` or vi, and wait until it ends. Raises EditorError."""
    import shlex
    import subprocess

    command_line = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        command = shlex.split(command_line)
    except ValueError as error:
        raise EditorError(f"$EDITOR cannot be understood ({error}): {command_line}") from error
    if not command:
        raise EditorError("$EDITOR is blank: name an editor in it.")
    try:
        # An absolute name cannot be taken for an option.
        subprocess.run([*command, *line_arguments(command[0], str(path.absolute()), line)], check=False)  # noqa: S603  the user's own editor
    except OSError as error:
        raise EditorError(f"{command[0]} cannot be started ({error.strerror}): set $EDITOR.") from error
