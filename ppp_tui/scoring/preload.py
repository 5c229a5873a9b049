"""Loads what judging needs and would load when it is first used: before processes are forked that would each do it."""

from __future__ import annotations

from ppp_tui.model.patterns import compile_patterns
from ppp_tui.scoring.prices.cost import find_model
from ppp_tui.scoring.questions import detection as questions


def preload() -> None:
    """Load the price library, the Markdown parser, and all patterns of modules that are imported."""
    find_model("gpt-5")
    questions.find_questions("**Which?**")
    compile_patterns()
