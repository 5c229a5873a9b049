"""Hostile text becomes plain, text fits its cells, numbers keep their shape."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ppp_tui.text import format as fmt

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
HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            "\x1b\x07\x00\x7f\x9b\x9d\u202e\u2066\u200b\u200d\ufe0f\u2028\U000e0041\n\r\ta[]0;m日👩👍🏽é\u0301"
        ),
        st.characters(),
        st.characters(categories=["Cs", "Cf", "Cc"]),
    ),
    max_size=60,
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
def test_hostile_characters_are_shown(text: str, shown: str) -> None:
    assert fmt.plain(text) == shown


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
    assert fmt.plain(text) == text


def test_a_joiner_left_over_by_an_emoji_is_shown() -> None:
    assert fmt.plain("👩\u200d") == "👩⟨ZWJ⟩"
    assert fmt.plain("👩\u200d\u200d👩") == "👩⟨ZWJ⟩⟨ZWJ⟩👩"


def test_marks_do_not_pile_up() -> None:
    assert fmt.plain("z\u0301\u0301\u0301\u0301\u0301\u0302") == "z\u0301\u0301\u0301\u0301⟨U+0301⟩⟨U+0302⟩"


def test_lines_stay_where_they_are_asked_for() -> None:
    assert fmt.plain("a\r\nb\n\tc\x1b[1m\r", keep_newlines=True) == "a\nb\n    c␛[1m␍"
    assert fmt.plain("ab\tc\n", keep_newlines=True) == "ab  c\n"


def test_what_is_copied_keeps_tabs_and_lines_but_no_escape() -> None:
    assert fmt.copyable("if x:\n\ty\x1b[201~rm\u202e") == "if x:\n\ty␛[201~rm⟨RLO⟩"


@given(HOSTILE)
def test_nothing_forbidden_leaves_plain(text: str) -> None:
    shown = fmt.plain(text)
    emoji = {"\u200d", "\ufe0e", "\ufe0f"}
    assert not (FORBIDDEN - emoji) & set(shown)
    for place, character in enumerate(shown):
        if character in emoji:
            # Joiners and selectors stand inside a picture only; one picture counts as a letter.
            assert place
            assert not shown[place - 1].isalpha() or shown[place - 1] == "ℹ"


@given(HOSTILE)
def test_plain_text_is_plain_already(text: str) -> None:
    assert fmt.plain(fmt.plain(text)) == fmt.plain(text)


@given(HOSTILE)
def test_plain_lines_hold_line_feeds_only(text: str) -> None:
    shown = fmt.plain(text, keep_newlines=True)
    assert not (FORBIDDEN - {"\n", "\u200d", "\ufe0e", "\ufe0f"}) & set(shown)


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
    assert fmt.cut(text, width) == shown


@given(HOSTILE, st.integers(-1, 40))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert cell_len(fmt.cut(fmt.plain(text), width)) <= max(0, width)


@given(HOSTILE, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_what_is_padded_fills_its_cells(text: str, width: int, align: fmt.Align) -> None:
    assert cell_len(fmt.pad(fmt.plain(text), width, align)) == width


def test_padding_takes_sides() -> None:
    assert fmt.pad("ab", 4) == "ab  "
    assert fmt.pad("ab", 4, "right") == "  ab"
    assert fmt.pad("日本", 5, "right") == " 日本"
    assert fmt.pad("abcdef", 4, "right") == "abc…"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (812, "812"),
        (999, "999"),
        (1000, "1.0k"),
        (33_100, "33.1k"),
        (99_949, "99.9k"),
        (99_960, "100k"),
        (410_499, "410k"),
        (999_499, "999k"),
        (999_999, "1.0M"),
        (1_234_567, "1.2M"),
        (123_456_789, "123M"),
        (5_000_000_000, "5.0B"),
        (-1500, "−1.5k"),
    ],
)
def test_tokens(number: int | None, shown: str) -> None:
    assert fmt.tokens(number) == shown


def test_certainty_has_a_sign() -> None:
    assert fmt.tokens(33_100, "lower bound") == "≥33.1k"
    assert fmt.tokens(33_100, "estimate") == "~33.1k"
    assert fmt.cost_micros(420_000, "lower bound") == "≥$0.42"
    assert fmt.cost_micros(27_000_000, "estimate") == "~$27.00"
    assert fmt.percent(0.34, "estimate") == "~34%"


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (None, "–"),
        (0, "$0.00"),
        (1, "<$0.01"),
        (4_999, "<$0.01"),
        (5_000, "$0.01"),
        (420_000, "$0.42"),
        (18_420_000, "$18.42"),
        (999_990_000, "$999.99"),
        (1_234_000_000, "$1,234"),
        (-420_000, "−$0.42"),
    ],
)
def test_costs(micros: int | None, shown: str) -> None:
    assert fmt.cost_micros(micros) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (-5, "0s"),
        (0, "0s"),
        (4_999, "4s"),
        (59_999, "59s"),
        (60_000, "1m"),
        (12 * 60_000, "12m"),
        (3_600_000, "1h"),
        (3 * 3_600_000 + 1, "3h"),
        (86_400_000, "1d"),
        (2 * 86_400_000, "2d"),
        (999 * 86_400_000, "999d"),
        (1100 * 86_400_000, "3y"),
    ],
)
def test_ages(ms: int | None, shown: str) -> None:
    assert fmt.age(ms) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (None, "–"),
        (0, "0ms"),
        (40, "40ms"),
        (94, "94ms"),
        (95, "0.1s"),
        (200, "0.2s"),
        (2_100, "2.1s"),
        (9_949, "9.9s"),
        (9_950, "10s"),
        (48_000, "48s"),
        (59_499, "59s"),
        (59_500, "1:00"),
        (192_000, "3:12"),
        (3_599_499, "59:59"),
        (3_723_000, "1:02:03"),
        (-2_100, "−2.1s"),
    ],
)
def test_durations(ms: int | None, shown: str) -> None:
    assert fmt.duration(ms) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (None, "–"),
        (0.0, "0%"),
        (0.001, "<1%"),
        (0.34, "34%"),
        (0.996, "99%"),
        (1.0, "100%"),
        (1.2, "120%"),
        (-0.2, "−20%"),
    ],
)
def test_percentages(ratio: float | None, shown: str) -> None:
    assert fmt.percent(ratio) == shown


def test_percentages_with_decimals() -> None:
    assert fmt.percent(0.9996, decimals=1) == "99.9%"
    assert fmt.percent(0.123, decimals=1) == "12.3%"


def test_signed_numbers() -> None:
    assert [fmt.signed(value) for value in (0.05, -0.5, 0.0, -0.001, None)] == ["+0.05", "−0.50", "0.00", "0.00", "–"]


def test_counts_and_sizes() -> None:
    assert [fmt.count(number) for number in (0, 1234567, -12, None)] == ["0", "1,234,567", "−12", "–"]
    assert [fmt.size(number) for number in (640, 1_288_490_188, 150 * 1024, None)] == ["640 B", "1.2 GB", "150 kB", "–"]


def test_clock_times_are_those_of_the_zone() -> None:
    at_ms = 1_795_356_131_500  # 2026-11-22 14:02:11.5 UTC
    assert fmt.clock_time(at_ms, UTC) == "14:02:11"
    assert fmt.clock_time(at_ms, timezone(timedelta(hours=5, minutes=30))) == "19:32:11"
    assert fmt.clock_time(at_ms, UTC, seconds=False) == "14:02"
    assert fmt.date_time(at_ms, timezone(timedelta(hours=11))) == "2026-11-23 01:02:11"
    assert fmt.clock_time(None, UTC) == "–"
    assert fmt.clock_time(10**20, UTC) == "–"
