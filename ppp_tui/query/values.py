"""How what stands in a column becomes a value."""

from __future__ import annotations

from ppp_tui.model.clock import from_text


def first_line(text: str) -> str:
    """The first line that holds anything; '' if none does."""
    return text.strip().partition("\n")[0].rstrip()


def ms(text: str | None) -> int | None:
    """Archive text as Unix milliseconds; None for none, and for text that is no time."""
    if not text:
        return None
    try:
        return from_text(text)
    except ValueError:
        return None
