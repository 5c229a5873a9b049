"""Hostile characters become symbols; letters of every script and emoji stay."""

from __future__ import annotations

import pytest
from hypothesis import given

from ppp_tui.text.sanitize import copyable, plain
from tests.text.hostile_text import HOSTILE

FORBIDDEN = frozenset(
    chr(code)
    for first, last in (
        (0x00, 0x1F),
        (0x7F, 0x9F),
        (0xAD, 0xAD),
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x115F, 0x1160),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xD800, 0xDFFF),
        (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, nothing else", "plain text, nothing else"),
        ("a\x1b[2Jb", "a␛[2Jb"),
        ("\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("nul\x00 del\x7f", "nul␀ del␡"),
        ("user\u202etxt.exe", "user⟨RLO⟩txt.exe"),
        ("a\u2066b\u2069c\u200fd\u061ce", "a⟨LRI⟩b⟨PDI⟩c⟨RLM⟩d⟨ALM⟩e"),
        ("zero\u200bwidth\ufeff", "zero⟨ZWSP⟩width⟨BOM⟩"),
        ("soft\u00adhyphen", "soft⟨SHY⟩hyphen"),
        ("\U000e0041\U000e007f", "⟨TAG A⟩⟨U+E007F⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("one\u2028two\u2029three\x85", "one⟨LS⟩two⟨PS⟩three⟨NEL⟩"),
        ("a\ufe0fb", "a⟨VS16⟩b"),
        ("a\u200db", "a⟨ZWJ⟩b"),
        ("x\U000e0100", "x⟨U+E0100⟩"),
        ("fill\u3164er\u115f", "fill⟨FILL⟩er⟨FILL⟩"),
        ("two\nlines\r\nand\rmore\tcells", "two⏎lines⏎and␍more cells"),
    ],
)
def test_hostile_characters_become_symbols(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d👩\u200d👧 family",
        "❤\ufe0f heart",
        "1\ufe0f\u20e3 key",
        "👍🏽 thumb",
        "🏳\ufe0f\u200d🌈 flag",
        "🧑🏽\u200d💻 at work",
        "שלום עולם",
        "مرحبا",
        "日本語のテキスト",
        "e\u0301 accent",
        "─│┌ boxes ▁▂█ ⡠⠊",
    ],
)
def test_letters_of_every_script_and_emoji_stay(text: str) -> None:
    assert plain(text) == text


def test_joiner_outside_an_emoji_becomes_a_symbol() -> None:
    assert plain("👩\u200d") == "👩⟨ZWJ⟩"
    assert plain("👩\u200d\u200d👩") == "👩⟨ZWJ⟩⟨ZWJ⟩👩"


def test_fifth_combining_mark_of_a_letter_becomes_a_symbol() -> None:
    assert plain("z\u0301\u0301\u0301\u0301\u0301\u0302") == "z\u0301\u0301\u0301\u0301⟨U+0301⟩⟨U+0302⟩"


def test_newlines_stay_if_asked_for() -> None:
    assert plain("a\r\nb\n\tc\x1b[1m\r", keep_newlines=True) == "a\nb\n    c␛[1m␍"
    assert plain("ab\tc\n", keep_newlines=True) == "ab  c\n"


def test_copyable_keeps_tabs_and_newlines_but_no_escape() -> None:
    assert copyable("if x:\n\ty\x1b[201~rm\u202e") == "if x:\n\ty␛[201~rm⟨RLO⟩"


@given(HOSTILE)
def test_plain_leaves_no_hostile_character(text: str) -> None:
    shown = plain(text)
    emoji = {"\u200d", "\ufe0e", "\ufe0f"}
    assert not (FORBIDDEN - emoji) & set(shown)
    for place, character in enumerate(shown):
        if character in emoji:
            # Joiners and selectors stand inside a picture only; one picture counts as a letter.
            assert place
            assert not shown[place - 1].isalpha() or shown[place - 1] == "ℹ"


@given(HOSTILE)
def test_plain_is_idempotent(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(HOSTILE)
def test_plain_lines_hold_no_hostile_character_but_newlines(text: str) -> None:
    shown = plain(text, keep_newlines=True)
    assert not (FORBIDDEN - {"\n", "\u200d", "\ufe0e", "\ufe0f"}) & set(shown)
