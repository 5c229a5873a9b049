"""Names of files: ``<session>/<session>.messages.json``, ``<session>.json``, and sub-agents beside them."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.source import Identity

MESSAGES = ".messages.json"
"""Ends the name of a session's, and of a sub-agent's, messages."""

JOINT = "__"
"""Stands between a session's id and the rest of a sub-agent's."""


def is_named(name: str) -> bool:
    """Return whether a file holds messages, by its name."""
    return name.endswith(MESSAGES) and len(name) > len(MESSAGES)


def identity_of(path: Path) -> Identity:
    """Return the id of a session; a sub-agent's begins with that of the session which began it."""
    stem, folder = path.name.removesuffix(MESSAGES), path.parent.name
    if stem != folder and not stem.startswith(folder + JOINT):
        return Identity(f"{folder}{JOINT}{stem}", folder)
    root, joint, _ = stem.partition(JOINT)
    return Identity(stem, root if joint else "")


def manifest_of(path: Path) -> Path:
    """Return the file that describes a session."""
    return path.with_name(f"{path.name.removesuffix(MESSAGES)}.json")


def task_of(path: Path) -> Path:
    """Return the messages of the task in the older form that a session may be a copy of, existing or not."""
    root = identity_of(path).parent_native_id or identity_of(path).native_id
    return path.parent.parent.parent / "tasks" / root / "ui_messages.json"
