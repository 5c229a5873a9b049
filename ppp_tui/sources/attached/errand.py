"""What an agent was sent to do, as the user says: agents do not print it."""

from __future__ import annotations

from typing import NamedTuple


class Errand(NamedTuple):
    """Each part is '' where nobody says it."""

    prompt: str = ""
    """What the first turn was asked."""
    project: str = ""
    """The folder that the agent works in."""
