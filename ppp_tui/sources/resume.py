"""Builds the shell command that resumes a session. Ids and folders come from files, which any program can write."""

from __future__ import annotations

import shlex


def resume_in_folder(program: str, native_id: str, project: str) -> str | None:
    """Return the POSIX shell command that resumes a session in its folder; None for an id that would be an option.

    `program` is the command up to the id, such as ``codex resume``; the project may be ''.
    """
    if not native_id or native_id.startswith("-"):
        return None
    command = f"{program} {shlex.quote(native_id)}"
    folder = f"./{project}" if project.startswith("-") else project
    return f"cd {shlex.quote(folder)} && {command}" if folder else command
