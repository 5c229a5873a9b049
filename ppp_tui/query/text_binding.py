"""What a person typed, made fit to be bound or to be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PARTS = re.compile(r'"([^"]*)"?|([^\s"]+)')

MOST_WORDS = 24
"""Words of a search that are looked for; the rest is left out."""

LONGEST_WORD = 200
"""Characters of a searched word; the rest is left out."""

SHORTEST_BEGINNING = 3
"""ASCII characters that may stand for a longer word: fewer stand for a tenth of all words each."""


def sound(text: str) -> str:
    """The text without halves of characters, which no database can bind: they become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def among(ids: Sequence[object], name: str = "id") -> tuple[str, dict[str, object]]:
    """Parameters for ``IN (…)``: their list as SQL, and their values."""
    parameters = {f"{name}{number}": value for number, value in enumerate(ids)}
    return ", ".join(f":{key}" for key in parameters), parameters


def search_words(text: str) -> tuple[list[str], bool]:
    """The words and quoted phrases of a search, and whether the last one may be the beginning of a word."""
    parts = [
        (sound(phrase or word).replace("\0", " ")[:LONGEST_WORD], bool(word)) for phrase, word in _PARTS.findall(text)
    ]
    found = [(part, is_word) for part, is_word in parts if any(map(str.isalnum, part))][:MOST_WORDS]
    if not found:
        return [], False
    last, is_word = found[-1]
    return [part for part, _ in found], is_word and (len(last) >= SHORTEST_BEGINNING or not last.isascii())


def match_expression(words: Sequence[str], *, is_prefix: bool) -> str:
    """Words as an FTS5 expression: every one is quoted, so that none is syntax; the last may be a beginning."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(quoted) + ("*" if is_prefix and quoted else "")
