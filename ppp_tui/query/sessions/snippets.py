"""The few words around a hit, cut out here because FTS5's own snippet reads and splits the whole of every text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ppp_tui.model.scripts import UNSPACED, has_unspaced, split_unspaced
from ppp_tui.query.rows import HIT_END, HIT_START
from ppp_tui.text.search_fold import Span, find_folded, fold_text

WINDOW = 1200
"""Characters that are searched for the words."""

BEFORE, AFTER = 70, 150
"""Characters of a snippet before and after the beginning of its first hit."""

MAX_INDEX_WORD_CHARS = 200
"""Of a longer word the rest is not looked at."""

_TOKEN = re.compile(r"[^\W_]+")
_LETTER = rf"[^\W_{UNSPACED}]"
"""A letter or digit of a script with spaces between words."""

_EDGE = re.compile(r"\s")
_UNMARKED = {ord(HIT_START): "\N{REPLACEMENT CHARACTER}", ord(HIT_END): "\N{REPLACEMENT CHARACTER}"}


def tokens(words: Sequence[str]) -> list[str]:
    """Return the index's words in what was typed, in order."""
    return [token for word in words for token in _TOKEN.findall(fold_text(word))]


def index_words(text: str) -> list[str]:
    """Return the words of a text for an index that splits scripts without spaces into characters, in order."""
    return [token[:MAX_INDEX_WORD_CHARS] for token in tokens([split_unspaced(text)])]


def pattern(words: Sequence[str], *, is_prefix: bool) -> re.Pattern[str]:
    """Return a pattern of a search's words in folded text, the last one by its beginning if it is one."""
    searched_tokens = tokens(words)
    wholes, last = (searched_tokens[:-1], searched_tokens[-1:]) if is_prefix else (searched_tokens, [])
    either = [_bounded(token, re.escape(token)) for token in dict.fromkeys(wholes)]
    either += [_bounded(token, re.escape(token) + rf"{_LETTER}*") for token in last]
    return re.compile("|".join(either) or "(?!)")


def _bounded(token: str, expression: str) -> str:
    """Return the expression as a whole word; characters of scripts without spaces bound one, and need no bounds."""
    before = "" if has_unspaced(token[0]) else rf"(?<!{_LETTER})"
    after = "" if has_unspaced(token[-1]) else rf"(?!{_LETTER})"
    return f"{before}{expression}{after}"


def hit_spans(text: str, words: re.Pattern[str]) -> list[Span]:
    """Return where in a text the words of a pattern stand, as the index knows them."""
    return find_folded(text, lambda folded: [match.span() for match in words.finditer(folded)])


def snippet(body: str, words: re.Pattern[str], *, is_begun: bool) -> str:
    """Return the text around the first hit in `body`, every hit marked; `is_begun`: there is text before `body`."""
    body = body.translate(_UNMARKED)
    hits = hit_spans(body, words)
    place = hits[0][0] if hits else 0
    start, end = max(0, place - BEFORE), min(len(body), place + AFTER)
    if start and (edge := _EDGE.search(body, start - 1, place)):
        start = edge.end()
    if end < len(body):
        end = max(body.rfind(" ", place, end), body.rfind("\n", place, end))
        end = min(len(body), place + AFTER) if end <= place else end
    cut = body[start:end]
    parts: list[str] = ["…"] if start or is_begun else []
    copied_until = 0
    for hit_start, hit_end in hit_spans(cut, words):
        parts += [cut[copied_until:hit_start], HIT_START, cut[hit_start:hit_end], HIT_END]
        copied_until = hit_end
    return "".join([*parts, cut[copied_until:], "…" if end < len(body) else ""])
