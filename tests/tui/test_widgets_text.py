"""Long text: wrapped little by little, searched, and what diffs, JSON and Markdown become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.screen import Screen
from textual.selection import Selection

from ppp_tui.tui.themes.palette import THEMES
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.diff import diff_lines, json_lines
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.text_lines import Row, TextLine, TextSpan, WrappedText, beside, text_lines
from ppp_tui.tui.widgets.tones import TonedScreen

STYLES = Path(__file__).parents[2] / "styles"


def wrapped(lines: list[TextLine], width: int) -> list[str]:
    text = WrappedText(lines, width)
    text.advance(10_000)
    return [
        " " * (lines[row.line].indent if row.start else 0) + lines[row.line].text[row.start : row.end]
        for row in text.rows
    ]


class TextApp(App[None]):
    CSS_PATH = [STYLES / "tones.tcss", STYLES / "detail_text.tcss"]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.theme = "ppp-dark"
        self.text = DetailText()

    def get_default_screen(self) -> Screen[None]:
        return TonedScreen()

    def compose(self) -> ComposeResult:
        yield self.text

    def on_mount(self) -> None:
        self.text.focus()

    def shown(self) -> list[str]:
        return [self.text.render_line(y).text.rstrip() for y in range(self.text.size.height)]


def test_prose_breaks_between_words() -> None:
    assert wrapped([TextLine("the quick brown fox jumps")], 10) == ["the quick", "brown fox", "jumps"]
    assert wrapped([TextLine("exactly-10 more")], 10) == ["exactly-10", "more"]
    assert wrapped([TextLine("averylongword that")], 6) == ["averyl", "ongwor", "d that"]
    assert wrapped([TextLine(""), TextLine("x")], 6) == ["", "x"]


def test_code_breaks_where_the_width_ends() -> None:
    assert wrapped([TextLine("abc def ghi", is_preformatted=True)], 5) == ["abc d", "ef gh", "i"]


def test_continuations_are_indented() -> None:
    assert wrapped([TextLine("• one two three", indent=2)], 8) == ["• one", "  two", "  three"]


def test_wide_characters_are_not_halved() -> None:
    assert wrapped([TextLine("日本語テ")], 5) == ["日本", "語テ"]
    assert wrapped([TextLine("日本", is_preformatted=True)], 1) == ["日", "本"]
    assert wrapped([TextLine("e\u0301e\u0301e\u0301")], 2) == ["e\u0301e\u0301", "e\u0301"]


@given(st.text(max_size=80), st.integers(2, 12), st.booleans())
def test_rows_fit_and_lose_nothing_but_blanks(text: str, width: int, is_preformatted: bool) -> None:
    lines = text_lines(text, is_preformatted=is_preformatted)
    rows = WrappedText(lines, width)
    rows.advance(10_000)
    assert rows.is_complete
    pieces = [lines[row.line].text[row.start : row.end] for row in rows.rows]
    assert all(cell_len(piece) <= width for piece in pieces)
    assert "".join(pieces).replace(" ", "") == "".join(line.text for line in lines).replace(" ", "")


def test_rows_are_wrapped_only_as_far_as_needed() -> None:
    text = WrappedText([TextLine("x" * 1_000_000)], 80)
    text.advance(100)
    assert len(text.rows) == 100
    assert not text.is_complete
    assert text.row_of(0, 8000) == 100
    assert len(text.rows) < 2000


def test_row_of_a_character_is_found_in_wrapped_text() -> None:
    text = WrappedText([TextLine("aaaa bbbb"), TextLine("cccc dddd")], 5)
    assert [text.row_of(0), text.row_of(0, 5), text.row_of(1), text.row_of(1, 8), text.row_of(7)] == [0, 1, 2, 3, 3]


def test_rows_are_cut_where_tones_change() -> None:
    line = TextLine("hello world", spans=(TextSpan(0, 5, "accent"),))
    text = WrappedText([line], 80)
    text.advance(1)
    assert text.pieces(Row(0, 0, 11), [TextSpan(3, 8, "match")]) == [
        TextSpan(0, 3, "accent"),
        TextSpan(3, 5, "match"),
        TextSpan(5, 8, "match"),
        TextSpan(8, 11, "text"),
    ]
    assert text.pieces(Row(0, 6, 11)) == [TextSpan(6, 11, "text")]


async def test_hostile_text_is_shown_as_symbols() -> None:
    app = TextApp()
    async with app.run_test(size=(30, 4)) as pilot:
        app.text.set_text("one\x1b[2J\r\n\ttwo\u202e\n")
        await pilot.pause()
        assert app.shown() == ["one␛[2J", "    two⟨RLO⟩", "", ""]


async def test_megabyte_in_one_line_is_shown_at_once() -> None:
    app = TextApp()
    async with app.run_test(size=(81, 24)) as pilot:
        app.text.set_text("x" * 1_000_000)
        assert app.shown()[0] == "x" * 80
        assert len(app.text._wrapped.rows) < 200
        await app.workers.wait_for_complete()
        await pilot.press("G")
        await pilot.pause()
        assert app.text.virtual_size.height == 12_500
        assert app.text.scroll_offset.y == 12_500 - 24


async def test_keys_scroll() -> None:
    app = TextApp()
    async with app.run_test(size=(30, 5)) as pilot:
        app.text.set_text("\n".join(str(number) for number in range(100)))
        tops = []
        for key in ("j", "down", "k", "pagedown", "pageup", "end", "home"):
            await pilot.press(key)
            tops.append(app.text.scroll_offset.y)
        assert tops == [1, 2, 1, 5, 1, 95, 0]


async def test_search_marks_matches_and_wraps_around() -> None:
    app = TextApp()
    async with app.run_test(size=(30, 5)) as pilot:
        app.text.set_text("\n".join("Needle here" if number in (3, 50) else "hay" for number in range(100)))
        assert app.text.search("needle") == 2
        assert app.text.match_number == 1
        strip = app.text.render_line(3)
        assert [segment.text for segment in strip][:2] == ["Needle", " here"]
        await pilot.press("n")
        assert app.text.match_number == 2
        assert "Needle here" in app.shown()
        assert app.text.scroll_offset.y > 40
        await pilot.press("n")
        assert app.text.match_number == 1
        assert app.text.scroll_offset.y <= 3
        await pilot.press("N")
        assert app.text.match_number == 2
        assert app.text.search("") == 0
        assert app.text.match_number == 0


async def test_a_search_takes_its_words_literally() -> None:
    app = TextApp()
    async with app.run_test(size=(30, 5)):
        app.text.set_text("a.c abc [x](")
        assert app.text.search("a.c") == 1
        assert app.text.search("[x](") == 1


async def test_a_narrower_screen_keeps_the_place() -> None:
    app = TextApp()
    async with app.run_test(size=(41, 6)) as pilot:
        app.text.set_text("\n".join(f"{number} " + "word " * 10 for number in range(100)))
        app.text.scroll_to_line(50)
        await pilot.pause()
        top = app.shown()[0]
        await pilot.resize_terminal(21, 6)
        await pilot.pause()
        assert top.startswith(app.shown()[0].split()[0])


async def test_lines_that_are_made_for_a_width_are_made_anew_for_another() -> None:
    app = TextApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.text.set_lines_for(lambda width: [TextLine(f"{width} cells")])
        first = app.shown()[0]
        await pilot.resize_terminal(60, 8)
        await pilot.pause()
        assert (first, app.shown()[0]) == ("39 cells", "59 cells")
        app.text.set_lines([TextLine("plain")])
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert app.shown()[0] == "plain"


async def test_a_reader_at_the_end_stays_there_while_the_text_grows() -> None:
    app = TextApp()
    async with app.run_test(size=(30, 5)) as pilot:
        app.text.set_text("\n".join(map(str, range(50))))
        await pilot.press("G")
        app.text.set_lines(text_lines("\n".join(map(str, range(60)))), keep_place=True)
        await pilot.pause()
        assert app.shown()[-1] == "59"
        await pilot.press("g")
        app.text.set_lines(text_lines("\n".join(map(str, range(70)))), keep_place=True)
        await pilot.pause()
        assert app.shown()[0] == "0"


async def test_selected_text_is_that_of_the_screen() -> None:
    app = TextApp()
    async with app.run_test(size=(11, 5)):
        app.text.set_text("the quick brown fox")
        assert app.text.get_selection(Selection(Offset(4, 0), Offset(5, 1))) == ("quick\nbrown", "\n")


@pytest.mark.parametrize("size", [(80, 24), (5, 3), (2, 1)])
async def test_strips_fill_the_text(size: tuple[int, int]) -> None:
    app = TextApp()
    async with app.run_test(size=size):
        app.text.set_text("日本\x1b👩\u200d👩\u200d👧\ud800\u0301 " * 30)
        for y in range(size[1]):
            assert app.text.render_line(y).cell_length == max(1, size[0] - 1)


def test_diffs_have_the_tone_of_their_signs() -> None:
    text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ def f\n same\n-old\x1b\n+new\n"
    assert [(line.text, line.tone) for line in diff_lines(text)] == [
        ("diff --git a/x b/x", "heading"),
        ("--- a/x", "heading"),
        ("+++ b/x", "heading"),
        ("@@ -1,2 +1,2 @@ def f", "hunk"),
        (" same", "text"),
        ("-old␛", "removed"),
        ("+new", "added"),
        ("", "text"),
    ]


def test_json_is_indented_and_its_keys_stand_out() -> None:
    lines = json_lines('{"a": [1, "é\\u202e"], "b\\"c": null}')
    assert [line.text for line in lines] == [
        "{",
        '  "a": [1, "é⟨RLO⟩"],',
        '  "b\\"c": null',
        "}",
    ]
    assert lines[1].spans == (TextSpan(2, 5, "accent"),)
    assert lines[2].spans == (TextSpan(2, 8, "accent"),)


def test_short_objects_stand_on_one_line_and_long_ones_do_not() -> None:
    options = [{"label": "a: {b}\n", "seen": True}, {"label": "x" * 80}]
    lines = json_lines(json.dumps({"options": options, "none": []}))
    assert [line.text for line in lines] == [
        "{",
        '  "options": [',
        "    {",
        '      "label": "a: {b}\\n",',
        '      "seen": true',
        "    },",
        "    {",
        f'      "label": "{"x" * 80}"',
        "    }",
        "  ],",
        '  "none": []',
        "}",
    ]
    assert [line.text for line in json_lines('["a ] b", 1]')] == ["[", '  "a ] b",', "  1", "]"]
    short = json_lines('[{"label": "GitHub", "description": ""}]')
    assert [line.text for line in short] == ["[", '  {"label": "GitHub", "description": ""}', "]"]
    assert short[1].spans == (TextSpan(3, 10, "accent"), TextSpan(22, 35, "accent"))


def test_text_that_is_not_json_is_unchanged() -> None:
    assert [line.text for line in json_lines('{"a": \n\x1b')] == ['{"a": ', "␛"]
    assert len(json_lines("[" * 100_000)) == 1


MARKDOWN = """# Title *x*

Hello **bold** and `code`,
soft [here](http://evil.example) <b>html</b> <http://auto.example>

- one
- two

3) three

> quoted

```python
def f():
\treturn 1
```

| a | b |
|---|---|
| 1 | two |

---
![picture](http://x/y.png)\x1b[2J
"""


def test_markdown_becomes_lines() -> None:
    assert [line.text for line in markdown_lines(MARKDOWN)] == [
        "Title x",
        "",
        "Hello bold and code, soft here (http://evil.example) <b>html</b> http://auto.example",
        "",
        "• one",
        "• two",
        "",
        "3. three",
        "",
        "│ quoted",
        "",
        "  def f():",
        "      return 1",
        "",
        "a │ b",
        "──┼────",
        "1 │ two",
        "",
        "────────────────────────",
        "",
        "[picture] (http://x/y.png)␛[2J",
    ]


def test_markdown_has_tones() -> None:
    lines = markdown_lines("**bold** `code` *em* ~~gone~~ [a](http://b)")
    assert lines[0].spans == (
        TextSpan(0, 4, "strong"),
        TextSpan(5, 9, "code"),
        TextSpan(10, 12, "emphasis"),
        TextSpan(13, 17, "dim"),
        TextSpan(19, 30, "link"),
    )
    assert markdown_lines("# Title")[0].tone == "strong"


def test_an_address_that_hides_something_shows_it() -> None:
    assert markdown_lines("[safe](http://a/%E2%80%AEgpj)")[0].text == "safe (http://a/%E2%80%AEgpj)"
    assert markdown_lines("[x](javascript:alert)")[0].text == "[x](javascript:alert)"


@pytest.mark.parametrize("text", ["> " * 5000 + "deep", "- " * 500 + "deep", "[" * 20_000 + "deep", "deep" * 100_000])
def test_markdown_loses_nothing_however_deep_it_is(text: str) -> None:
    assert "deep" in "".join(line.text for line in markdown_lines(text))


@given(st.text("*_`[]()<>!#-+> |\n~1.abc\\&;:\"'", max_size=200))
def test_any_markdown_is_rendered_without_an_error(text: str) -> None:
    for line in markdown_lines(text):
        assert "\n" not in line.text
        ends = [place for span in line.spans for place in (span.start, span.end)]
        assert ends == sorted(ends)
        assert not ends or ends[-1] <= len(line.text)


def test_texts_side_by_side_are_wrapped_to_halves_and_keep_their_tones() -> None:
    left = [TextLine("one two three", "dim"), TextLine("日本")]
    right = [TextLine("a: good reason", spans=(TextSpan(3, 7, "good"),), indent=2)]
    lines = beside(left, right, 22, gap=2)
    assert [line.text for line in lines] == ["one two     a: good", "three         reason", "日本"]
    assert lines[0].spans == (TextSpan(0, 7, "dim"), TextSpan(12, 15, "text"), TextSpan(15, 19, "good"))
    assert lines[1].spans == (TextSpan(0, 5, "dim"), TextSpan(14, 20, "text"))


async def test_rows_are_counted_beyond_those_in_sight() -> None:
    app = TextApp()
    async with app.run_test(size=(20, 8)):
        app.text.set_lines([TextLine("one two three four five")])
        assert app.text.count_rows(40) == 2
        app.text.styles.height = 1
        app.text.set_lines([TextLine(f"line {number}") for number in range(500)])
        assert app.text.count_rows(40) == 40
