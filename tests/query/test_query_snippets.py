"""Snippets: the words around the first hit, every hit marked as the index would find it."""

from __future__ import annotations

import pytest

from ppp_tui.query.rows import HIT_END, HIT_START
from ppp_tui.query.sessions.snippets import hit_spans, pattern, snippet


def cut(body: str, *words: str, is_prefix: bool = False, is_begun: bool = False) -> str:
    shown = snippet(body, pattern(words, is_prefix=is_prefix), is_begun=is_begun)
    return shown.replace(HIT_START, "[").replace(HIT_END, "]")


@pytest.mark.parametrize(
    ("body", "words", "is_prefix", "expected"),
    [
        ("Fix the login", ("login",), False, "Fix the [login]"),
        ("Fix the LOGIN now", ("login",), False, "Fix the [LOGIN] now"),
        ("logins, login", ("login",), False, "logins, [login]"),
        ("logins, login", ("login",), True, "[logins], [login]"),
        ("blogin login_x", ("login",), False, "blogin [login]_x"),
        ("Ärger im Café", ("arger", "cafe"), False, "[Ärger] im [Café]"),
        ("das Straßenfest", ("straßen",), True, "das [Straßenfest]"),
        ("open app.py", ("app.py",), False, "open [app].[py]"),
        ("a+b (c)", ("(c)",), False, "a+b ([c])"),
        ("nothing here", ("walnut",), False, "nothing here"),
        ("", ("walnut",), False, ""),
        ("nothing", ("...",), False, "nothing"),
    ],
)
def test_hits_are_marked(body: str, words: tuple[str, ...], is_prefix: bool, expected: str) -> None:
    assert cut(body, *words, is_prefix=is_prefix) == expected


def test_marks_in_the_text_are_no_marks() -> None:
    assert cut(f"x {HIT_START}y{HIT_END} walnut", "walnut") == "x \ufffdy\ufffd [walnut]"


def test_a_long_text_is_cut_between_words() -> None:
    body = "one two three " * 20 + "walnut " + "four five six " * 40
    shown = cut(body, "walnut")
    assert shown.startswith("…one two three one two three")
    assert shown.endswith("one two three [walnut] " + "four five six " * 9 + "four five six…")
    assert len(shown) == 220
    assert cut(body.replace("walnut", "a walnut"), "walnut").startswith("…two three one two three")


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    assert cut("x" * 1000, "walnut") == "x" * 150 + "…"


def test_text_before_the_window_shows_as_dots() -> None:
    assert cut("walnut", "walnut", is_begun=True) == "…[walnut]"


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("die Straße hier", "strasse", ["Straße"]),
        ("die STRASSE hier", "straße", ["STRASSE"]),
        ("ΣΊΣΥΦΟΣ και Σίσυφος", "σισυφος", ["ΣΊΣΥΦΟΣ", "Σίσυφος"]),
        ("Ａｐｐ１２ app12", "app12", ["Ａｐｐ１２", "app12"]),
        ("the ﬁle, the file", "file", ["ﬁle", "file"]),
        ("le cœur", "coeur", ["cœur"]),
        ("Cafe\u0301 Café", "cafe", ["Cafe\u0301", "Café"]),
        ("ß a\u0301 🙂 end", "end", ["end"]),
        ("мой мои", "мой", ["мой"]),
        ("가 각", "가", ["가"]),
        ("ガ カ", "カ", ["カ"]),
    ],
)
def test_hits_stand_in_the_text_as_it_was_written(text: str, words: str, hits: list[str]) -> None:
    assert [text[start:end] for start, end in hit_spans(text, pattern([words], is_prefix=False))] == hits


def test_hit_of_a_beginning_that_ends_within_a_letter_holds_all_of_it() -> None:
    assert cut("die Straße", "stras", is_prefix=True) == "die [Straße]"
