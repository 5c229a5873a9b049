"""Names what keeps a text from being sent, so that its place is not empty without a reason."""

from __future__ import annotations

REDACTED = frozenset({"<REDACTED>", "[REDACTED]", "REDACTED"})
"""What agents send in place of a text."""


def shown_prompt(text: str, length: int | None, switch: str) -> str:
    """Return a prompt, or a line that says which switch keeps its text back."""
    if text and text not in REDACTED:
        return text
    characters = "" if length is None else f"{length} characters, "
    return f"({characters}redacted by {switch})"
