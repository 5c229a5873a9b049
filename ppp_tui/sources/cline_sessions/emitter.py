"""Collects the events of a session."""

from __future__ import annotations

from ppp_tui.sources.cline_sessions.state import ClineSessionState
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, millis_of, object_of, text_of

_SHOWN_ROLES = frozenset({"system", "status", "error", "tool"})
"""Whom a message is shown as from that the program itself put in."""


class ClineEmitter(TextlessEmitter[ClineSessionState]):
    """Collects events, and knows whose they are."""

    def __init__(self, state: ClineSessionState, session: str) -> None:
        """Continue from a state; `session` is the session's id."""
        super().__init__(state)
        self.session = session

    def key_of(self, id_: str, message: JsonObject) -> str:
        """Return the key of a message, the same in a fork, which repeats messages with their ids and times."""
        owner = self.session if id_.startswith("@") else "cline"
        return f"{owner}:{id_}:{millis_of(message, 'ts')}"


def is_shown_only(message: JsonObject) -> bool:
    """Return whether a message is one of the program's own, and no part of the conversation."""
    metadata = object_of(message, "metadata")
    return metadata.get("displayOnly") is True or text_of(metadata, "displayRole") in _SHOWN_ROLES
