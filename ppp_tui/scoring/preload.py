"""Loads before a fork what each worker would otherwise load at its first use."""

from __future__ import annotations

from ppp_tui.model.patterns import compile_patterns
from ppp_tui.scoring.prices.cost import find_model
from ppp_tui.scoring.questions import detection as questions

MANY_BYTES = 24 * 1024 * 1024
"""Bytes of sessions from which on most patterns are likely to be used."""


def preload(size: int) -> None:
    """Load the price library and the Markdown parser, and compile all patterns if many bytes are to be read."""
    find_model("gpt-5")
    questions.find_questions("**Which?**")
    if size > MANY_BYTES:
        compile_patterns()
