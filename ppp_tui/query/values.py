"""How what stands in a column becomes a value."""

from __future__ import annotations

from ppp_tui.model.clock import from_text


def first_line(text: str) -> str:
    """The first line that holds anything; '' if none does."""
    return text.strip().partition("\n")[0].rstrip()


IS_TURN = "(p.turn_number > 0 OR p.origin = 'logged')"
"""Leaves out what precedes the first prompt, as SQL over the alias `p` of `trajectory_turns`."""


def ms(text: str | None) -> int | None:
    """Archive text as Unix milliseconds. None if it is missing, no time, or stands for an unknown one."""
    if not text:
        return None
    try:
        return from_text(text) or None
    except ValueError:
        return None
