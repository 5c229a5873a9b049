"""Prompt and project of an agent as the user states them, since agents do not print them."""

from __future__ import annotations

from typing import NamedTuple


class Errand(NamedTuple):
    """What the user states of a session; '' for parts that are not stated."""

    prompt: str = ""
    """Prompt of the first turn."""
    project: str = ""
    """The folder that the agent works in."""
