"""Text is cut and padded to cells of a terminal, wide characters counted as two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ppp_tui.text.cells import Align, cut, pad
from ppp_tui.text.sanitize import plain
from tests.text.hostile_text import HOSTILE


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("hello", 5, "hello"),
        ("hello!", 5, "hell…"),
        ("hello", 1, "…"),
        ("h", 1, "h"),
        ("hello", 0, ""),
        ("hello", -3, ""),
        ("", 4, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("two words", 5, "two…"),
        ("日", 1, "…"),
        ("x" * 5000, 4, "xxx…"),
    ],
)
def test_text_is_cut_to_its_cells(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown


@given(HOSTILE, st.integers(-1, 40))
def test_cut_text_is_never_wider_than_asked(text: str, width: int) -> None:
    assert cell_len(cut(plain(text), width)) <= max(0, width)


@given(HOSTILE, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_padded_text_is_exactly_as_wide_as_asked(text: str, width: int, align: Align) -> None:
    assert cell_len(pad(plain(text), width, align)) == width


def test_pad_aligns_left_and_right() -> None:
    assert pad("ab", 4) == "ab  "
    assert pad("ab", 4, "right") == "  ab"
    assert pad("日本", 5, "right") == " 日本"
    assert pad("abcdef", 4, "right") == "abc…"
