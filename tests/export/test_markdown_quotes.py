"""Text in a document: nothing of it acts, nothing of it is lost, and no fence can be closed from within."""

from __future__ import annotations

import pytest

from ppp_tui.export.markdown import fenced, inline


def test_fence_keeps_tabs_and_newlines_but_no_escape() -> None:
    assert fenced("two\r\nlines\tand \x1b[31mred\x07\u202e") == "```text\ntwo\nlines\tand ␛[31mred␇⟨RLO⟩\n```\n"


def test_inline_text_has_no_line_break() -> None:
    assert inline("  a\n\n b\t c\x0bd ") == "`a b c␋d`"


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
def test_fence_is_longer_than_any_run_of_backticks_within(text: str, fence: str) -> None:
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
def test_inline_text_becomes_code_that_it_cannot_close(text: str, expected: str) -> None:
    assert inline(text) == expected
