"""Ratios and amounts as bars of a fixed number of cells. Pure."""

from __future__ import annotations

from ppp_tui.text.format import UNKNOWN, Certainty, percent, tokens
from ppp_tui.tui.widgets.lines import Cell, StyledPieces
from ppp_tui.tui.widgets.tones import Tone

NEARLY_FULL = 0.9
"""Share of a window from which on its gauge is marked."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def gauge_bar(ratio: float | None, width: int, *, is_ascii: bool = False) -> str:
    """Return a bar with `ratio` of `width` cells filled: ``▓▓▓░░░``; above 0 at least one, below 1 not all."""
    full, empty = ("#", "-") if is_ascii else ("▓", "░")
    if ratio is None:
        return empty * width
    filled = round(max(0.0, min(1.0, ratio)) * width)
    if ratio > 0:
        filled = max(1, filled)
    if ratio < 1:
        filled = min(width - 1, filled) if width > 1 else filled
    return full * filled + empty * (width - filled)


def solid_bar(ratio: float | None, width: int, *, is_ascii: bool = False) -> str:
    """Return a bar of `ratio` of `width` cells, exact to an eighth of a cell and padded: ``██████▌``."""
    if ratio is None or width <= 0:
        return " " * max(0, width)
    eighths = round(max(0.0, min(1.0, ratio)) * width * 8)
    full_cells, part = divmod(eighths, 8)
    if is_ascii:
        return ("=" * (full_cells + (part >= 4))).ljust(width)
    return ("█" * full_cells + (_EIGHTHS[part] if part else "")).ljust(width)


def context_gauge(
    used: int | None,
    window: int | None,
    width: int = 18,
    certainty: Certainty = "exact",
    *,
    tone: Tone = "accent",
    is_ascii: bool = False,
) -> StyledPieces:
    """Return a gauge of the used context window: ``▓▓▓░░░ 34% of 200k``.

    Without a window only the tokens are known: ``33.1k, window unknown``; without either ``–``.
    """
    if used is None:
        return StyledPieces((Cell(UNKNOWN, "dim"),))
    if not window:
        return StyledPieces((Cell(tokens(used, certainty)), Cell(", window unknown", "dim")))
    ratio = used / window
    return StyledPieces(
        (
            Cell(gauge_bar(ratio, width, is_ascii=is_ascii), "notice" if ratio >= NEARLY_FULL else tone),
            Cell(
                f" {percent(ratio, certainty):>4} of {tokens(window, certainty)}",
                "notice" if ratio >= NEARLY_FULL else "text",
            ),
        )
    )
