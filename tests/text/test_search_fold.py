"""Letters are folded alike for index and query, and found where they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.text.search_fold import find_folded, fold_text, needs_folding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße ẞ", "strasse ss"),
        ("Σίσυφος ΣΊΣΥΦΟΣ ᾳ ῥ", "σισυφοσ σισυφοσ α ρ"),
        ("Ａｂｃ１２３！", "abc123！"),
        ("ﬁ ﬂ ﬃ æ œ", "fi fl ffi ae oe"),
        ("Ünï e\u0301 İ ﷲ", "uni e i الله"),
        ("мой ёж", "мой ёж"),
        ("가 각 が ガ ｶ", "가 각 が ガ カ"),
        ("a² ½ … ™", "a2 1⁄2 … ™"),
        ("PLAIN", "plain"),
        ("", ""),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize("text", ["Straße", "Αθήνα", "Ａ", "ﬁ", "æ", "x²"])
def test_letters_that_sqlite_leaves_need_folding(text: str) -> None:
    assert needs_folding(text)


@pytest.mark.parametrize("text", ["plain", "Ärger im Café", "Σισυφος", "мой", "你好", "a … b", "e\u0301", ""])
def test_letters_that_sqlite_folds_need_none(text: str) -> None:
    assert not needs_folding(text)


@given(st.text(), st.text(min_size=1), st.text())
def test_what_is_found_in_folded_text_stands_where_it_was_written(before: str, word: str, after: str) -> None:
    text = f"{before}{word}{after}"
    wanted = fold_text(word)

    def find(folded: str) -> list[tuple[int, int]]:
        place = len(fold_text(before))
        assert folded[place : place + len(wanted)] == wanted
        return [(place, place + len(wanted))]

    if wanted:
        [(start, end)] = find_folded(text, find)
        assert fold_text(text[start:end]) == wanted
        assert len(fold_text(text[:start])) == len(fold_text(before))
