"""The folders of a storage: of sessions by their project, of messages by their session, of parts by their message."""

from __future__ import annotations

from pathlib import Path

SESSIONS, MESSAGES, PARTS = "session", "message", "part"


def messages_of(session: Path) -> Path:
    """Return the folder of a session's messages."""
    return session.parents[2] / MESSAGES / session.stem


def parts_of(session: Path, message: str) -> Path:
    """Return the folder of the parts of a session's message."""
    return session.parents[2] / PARTS / message
