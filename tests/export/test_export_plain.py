"""Text in a document: nothing of it acts, nothing of it is lost, and no fence can be closed from within."""

from __future__ import annotations

import pytest

from ppp_tui.export.plain import fenced, inline, one_line, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, naïve 你好 🙂", "plain text, naïve 你好 🙂"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("from\r\nWindows", "from\nWindows"),
        ("over\rwritten", "over␍written"),
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("\x00\x7f\x9b", "␀␡⟨U+009B⟩"),
        ("abc\u202edcba", "abc⟨U+202E⟩dcba"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("hangul\u3164filler\u115f", "hangul⟨U+3164⟩filler⟨U+115F⟩"),
        ("half \ud800", "half ⟨U+D800⟩"),
        ("line\u2028end", "line⟨U+2028⟩end"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("a\u200db", "a⟨U+200D⟩b"),
    ],
)
def test_what_acts_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_line_is_one_line() -> None:
    assert one_line("  a\n\n b\t c\x0bd ") == "a b c␋d"


@pytest.mark.parametrize(
    ("text", "fence"),
    [
        ("none", "```"),
        ("a `b` ``c``", "```"),
        ("```python\nx\n```", "````"),
        ("x ````````` y", "``````````"),
        ("~~~", "```"),
    ],
)
def test_a_fence_is_longer_than_any_within(text: str, fence: str) -> None:
    assert fenced(text) == f"{fence}text\n{text}\n{fence}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("\n \t", ""),
        ("a *b* <script>", "`a *b* <script>`"),
        ("run `ls`", "`` run `ls` ``"),
        ("`` ` ```", "```` `` ` ``` ````"),
        ("# title\n- item", "`# title - item`"),
        ("![x](http://y) \x1b", "`![x](http://y) ␛`"),
    ],
)
def test_text_within_a_line_is_code(text: str, expected: str) -> None:
    assert inline(text) == expected
