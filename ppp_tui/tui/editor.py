"""The person's own editor, run in the terminal that the dashboard lends it."""

from __future__ import annotations

import os
from pathlib import Path


class EditorError(Exception):
    """No editor could be started; the message says which one and what to do."""


def run_editor(path: Path) -> None:
    """Edit a file with ``$VISUAL``, ``$EDITOR`` or vi, and wait for its end. Raises EditorError."""
    import shlex
    import subprocess

    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        command = shlex.split(chosen)
    except ValueError as error:
        raise EditorError(f"$EDITOR cannot be understood ({error}): {chosen}") from error
    if not command:
        raise EditorError("$EDITOR is blank: name an editor in it.")
    try:
        # An absolute name cannot be taken for an option.
        subprocess.run([*command, str(path.absolute())], check=False)  # noqa: S603  the person's own editor
    except OSError as error:
        raise EditorError(f"{command[0]} cannot be started ({error.strerror}): set $EDITOR.") from error
