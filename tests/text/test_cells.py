"""Text is cut and padded to cells of a terminal, wide characters counted as two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ppp_tui.text.cells import Align, cell_width, cut, cut_apart, cut_middle, cut_start, pad, wrap
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


@pytest.mark.parametrize(
    ("names", "width", "shown"),
    [
        (["claude-opus-4-5", "claude-opus-4-6"], 15, ["claude-opus-4-5", "claude-opus-4-6"]),
        (["claude-opus-4-5", "claude-opus-4-6"], 12, ["claude-o…4-5", "claude-o…4-6"]),
        (["claude-opus-4-5", "claude-opus-4-6"], 9, ["claud…4-5", "claud…4-6"]),
        (["claude-opus-4-5", "claude-sonnet-4-5"], 12, ["claude-opus…", "claude-sonn…"]),
        (
            ["gpt-5.3-codex", "gpt-5.3-codex-spark", "gpt-5.3-codex-mini"],
            12,
            ["gpt-5.3-cod…", "gpt-5…-spark", "gpt-5.…-mini"],
        ),
        (["claude-opus-4-5-20251101", "o3"], 12, ["claude-opus…", "o3"]),
        (["漢字漢字漢字漢字1", "漢字漢字漢字漢字2"], 9, ["漢字漢…1", "漢字漢…2"]),
        (["a long name twice", "a long name twice"], 8, ["a long…", "a long…"]),
        ([], 8, []),
    ],
)
def test_names_beside_each_other_stay_different(names: list[str], width: int, shown: list[str]) -> None:
    assert cut_apart(names, width) == shown


@given(HOSTILE, st.text("ab-", max_size=9), st.text("ab-", max_size=9), st.integers(-1, 40))
def test_names_beside_each_other_are_never_wider_than_asked(begin: str, end: str, other: str, width: int) -> None:
    names = [plain(begin) + end, plain(begin) + other]
    assert all(cell_len(text) <= max(0, width) for text in cut_apart(names, width))


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


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("src/api/login.py", 9, "…login.py"),
        ("login.py", 9, "login.py"),
        ("login.py", 8, "login.py"),
        ("日本語", 5, "…本語"),
        ("日本語", 4, "…語"),
        ("abc", 0, ""),
    ],
)
def test_cut_start_keeps_the_end(text: str, width: int, shown: str) -> None:
    assert cut_start(text, width) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("no commas at all", 9, "no c… all"), ("short", 9, "short"), ("日本語です", 6, "日…す"), ("abc", 1, "…")],
)
def test_cut_middle_keeps_both_ends(text: str, width: int, shown: str) -> None:
    assert cut_middle(text, width) == shown


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("", 7, [""]),
        ("abcdefghij k", 4, ["abcd", "efgh", "ij k"]),
        ("日本 語語語", 5, ["日本", "語語", "語"]),
    ],
)
def test_wrap_breaks_between_words_and_within_long_ones(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(HOSTILE, st.integers(2, 40))
def test_wrapped_lines_are_never_wider_than_asked(text: str, width: int) -> None:
    assert max(map(cell_len, wrap(plain(text), width))) <= width


@given(HOSTILE)
def test_cell_width_is_that_of_rich(text: str) -> None:
    assert cell_width(plain(text)) == cell_len(plain(text))


def test_own_signs_are_a_cell_wide() -> None:
    assert cell_width("–≥≤─█…−·✕✓◆●○⏎→") == cell_len("–≥≤─█…−·✕✓◆●○⏎→") == 15
