"""Loads what judging needs and would load when it is first used: before processes are forked that would each do it."""

from __future__ import annotations

from ppp_tui.model.patterns import compile_patterns
from ppp_tui.scoring.prices.cost import find_model
from ppp_tui.scoring.questions import detection as questions

MANY_BYTES = 24 * 1024 * 1024
"""So much text of sessions meets most patterns; little of it meets few of them."""


def preload(size: int) -> None:
    """Load the price library and the Markdown parser, and where so many bytes are read, all patterns there are."""
    find_model("gpt-5")
    questions.find_questions("**Which?**")
    if size > MANY_BYTES:
        compile_patterns()
