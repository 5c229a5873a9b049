"""Scripts that are written without spaces between words: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese.

A search index of words finds nothing inside such a run, nor a Latin word that is glued to one. Split into single
characters, a run is found by any part of it.
"""

from __future__ import annotations

from ppp_tui.model.patterns import lazy_pattern

UNSPACED = (
    "\u0e00-\u0eff"  # Thai and Lao
    "\u1000-\u109f"  # Burmese
    "\u1100-\u11ff"  # Hangul letters
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"  # Japanese syllables, Hangul letters
    "\u3400-\u4dbf\u4e00-\u9fff"  # Han
    "\uac00-\ud7af"  # Hangul syllables
    "\uf900-\ufaff\uff66-\uffdc"  # compatibility forms
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"  # old syllables, rare Han
)
"""The ranges of those characters, as the inside of a regular expression's character class."""

_RUN = lazy_pattern(f"[{UNSPACED}]")


def has_unspaced(text: str) -> bool:
    """Return whether a text holds a character of a script that is written without spaces."""
    return not text.isascii() and _RUN.search(text) is not None


def split_unspaced(text: str) -> str:
    """Return the text with spaces around every character of a script that is written without them."""
    return _RUN.sub(r" \g<0> ", text) if not text.isascii() else text
