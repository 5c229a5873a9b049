"""The user's own editor, run in the terminal that the dashboard lends it."""

from __future__ import annotations

import os
from pathlib import Path


class EditorError(Exception):
    """Raised if no editor could be started; the message says which one and what to do."""


def run_editor(path: Path) -> None:
    """Edit a file with ``$VISUAL``, ``$EDITOR`` or vi, and wait until it ends. Raises EditorError."""
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
        subprocess.run([*command, str(path.absolute())], check=False)  # noqa: S603  the user's own editor
    except OSError as error:
        raise EditorError(f"{command[0]} cannot be started ({error.strerror}): set $EDITOR.") from error
