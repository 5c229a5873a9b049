"""Text as searches compare it: without case, accents, ligatures and compatibility forms; the same for index and query.

``Straße`` is found by ``strasse``, ``Σίσυφος`` by ``σισυφοσ``, full-width letters and digits by plain ones, ligatures
(``ﬁle``) by their letters. Accents of Latin and Greek letters go; in other scripts a mark may make another letter
(``й``), so that these stay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

Span = tuple[int, int]
"""Where something begins and ends in a text."""

_LAST_LATIN, _GREEK = 0x24F, range(0x370, 0x400)
_MARKS = range(0x300, 0x370)
"""Accents that follow their letter."""

_WRITTEN_OUT = {"æ": "ae", "œ": "oe"}
"""Ligatures that Unicode counts as letters."""


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    if ord(character) in _MARKS:
        return ""
    if not character.isalnum():
        return character
    parts = unicodedata.normalize("NFKD", character)
    if ord(parts[0]) <= _LAST_LATIN or ord(parts[0]) in _GREEK:
        parts = "".join(part for part in parts if ord(part) not in _MARKS)
    folded = unicodedata.normalize("NFC", parts).casefold()
    return "".join(_WRITTEN_OUT.get(part, part) for part in folded)


class _Folded(dict[int, str]):
    """Characters as `fold_text` has them."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_FOLDED = _Folded()


def fold_text(text: str) -> str:
    """Return a text folded as searches compare it; its length may change."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def needs_folding(text: str) -> bool:
    """Return whether a text has a letter that SQLite's `unicode61` leaves as it is, and `fold_text` does not.

    That tokenizer itself takes away case, and the accents of Latin letters.
    """
    return not text.isascii() and any(map(_is_left, set(text)))


@lru_cache(maxsize=8192)
def _is_left(character: str) -> bool:
    if not character.isalnum() or ord(character) < 0x80:
        return False
    folded = _fold_character(character)
    if folded in (character, character.lower()):
        return False
    is_plain_letter = len(folded) == 1 and folded.isascii() and folded.isalpha()
    base = unicodedata.normalize("NFD", character)[0]
    # The tokenizer, too, treats both lower-case forms of sigma as one.
    return character != "ς" and not (is_plain_letter and base.lower() == folded)


def find_folded(text: str, find: Callable[[str], Iterable[Span]]) -> list[Span]:
    """Return where in a text the spans lie that `find` returns for the folded text: whole characters, with accents."""
    folded = fold_text(text)
    if text.isascii() or (len(folded) == len(text) and all(len(_fold_character(char)) == 1 for char in set(text))):
        return list(find(folded))
    starts = [place for place, character in enumerate(text) for _ in _fold_character(character)]
    spans: list[Span] = []
    for begin, end in find(folded):
        if begin == end:
            continue
        last = starts[end - 1] + 1
        while last < len(text) and not _fold_character(text[last]):
            last += 1
        spans.append((starts[begin], last))
    return spans
