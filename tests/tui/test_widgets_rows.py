"""The parts of a table that need no screen: columns, lines, pages, the cursor, what glows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from ppp_tui.text.cells import Align
from ppp_tui.tui.widgets.columns import Column, lay_out
from ppp_tui.tui.widgets.highlight import Highlight
from ppp_tui.tui.widgets.lines import Brush, Cell, Line, StyledPieces, cell_segments, heading_segments, line_segments
from ppp_tui.tui.widgets.pages import LineChange, Pages
from ppp_tui.tui.widgets.row_cursor import RowCursor
from ppp_tui.tui.widgets.tones import Tone


def style_of(tone: Tone) -> Style:
    return Style(bold=tone == "strong")


BRUSH = Brush(style_of, list, {})


def rows(*keys: str) -> list[Line]:
    return [Line(key, (key,)) for key in keys]


COLUMNS = (
    Column("n", "#", width=4, align="right"),
    Column("agent", "agent", width=6, priority=20),
    Column("turn", "turn", weight=2, min_width=10),
    Column("note", "note", weight=1, min_width=6, priority=10),
)


def test_columns_share_what_is_left_over() -> None:
    # 4 + 6 + 10 + 6 and three gaps are 32; the 9 that are left go two to one.
    assert lay_out(COLUMNS, 41, 2) == (4, 6, 16, 9)


def test_no_cell_is_lost_to_rounding() -> None:
    widths = lay_out(COLUMNS, 42, 2)
    assert sum(widths) + 3 * 2 == 42


def test_narrow_screens_lose_the_least_important_columns() -> None:
    assert lay_out(COLUMNS, 31, 2) == (4, 6, 17, 0)
    assert lay_out(COLUMNS, 20, 2) == (4, 0, 14, 0)
    assert lay_out(COLUMNS, 10, 2) == (4, 0, 0, 0)
    assert lay_out(COLUMNS, 3, 2) == (3, 0, 0, 0)


def test_lines_fill_their_columns() -> None:
    line = Line(1, ("7", Cell("claude", "accent"), "runs the tests of the whole house", "ok"))
    segments, width = line_segments(line, COLUMNS, (4, 6, 16, 9), 2, BRUSH)
    assert ("".join(segment.text for segment in segments), width) == ("   7  claude  runs the tests…   ok       ", 41)


def test_columns_without_room_take_no_gap() -> None:
    line = Line(1, ("7", "claude", "turn", "ok"))
    segments, width = line_segments(line, COLUMNS, (4, 0, 8, 0), 2, BRUSH)
    assert ("".join(segment.text for segment in segments), width) == ("   7  turn    ", 14)


def test_parts_share_a_cell_and_keep_their_tones() -> None:
    parts = (Cell("asks: "), Cell("Which one?", "strong"), Cell(" low"))
    segments = cell_segments(parts, 12, "left", style_of)
    assert [(segment.text, segment.style == Style(bold=True)) for segment in segments] == [
        ("asks: ", False),
        ("Which…", True),
    ]
    right = cell_segments((Cell("1"), Cell("2")), 4, "right", style_of)
    assert "".join(segment.text for segment in right) == "  12"


def test_cells_are_sanitized_whatever_the_caller_passes() -> None:
    segments = cell_segments((Cell("a\x1b[31m\nb\u202e"),), 16, "left", style_of)
    assert segments[0].text == "a␛[31m⏎b⟨RLO⟩   "


@given(
    st.lists(
        st.text(st.one_of(st.sampled_from("a 日\x1b\n\u0301\u202e\u200d👩\ud800"), st.characters()), max_size=30),
        max_size=4,
    ),
    st.integers(0, 30),
    st.sampled_from(["left", "right"]),
)
def test_cells_fill_their_width_whatever_they_hold(texts: list[str], width: int, align: Align) -> None:
    segments = cell_segments([Cell(text) for text in texts], width, align, style_of)
    assert sum(cell_len(segment.text) for segment in segments) == width


def test_a_megabyte_in_a_cell_is_not_read() -> None:
    segments = cell_segments((Cell("x" * 1_000_000 + "\x1b"),), 5, "left", style_of)
    assert segments[0].text == "xxxx…"


def test_headings_span_the_width() -> None:
    line = Line("h", ("needs you", Cell("2")), is_heading=True)
    assert "".join(segment.text for segment in heading_segments(line, 16, style_of)) == "needs you  2    "


def test_pages_want_what_is_missing_or_stale() -> None:
    pages = Pages()
    pages.set_total(600)
    assert pages.wanted(250, 20) == 0
    pages.put(0, rows(*map(str, range(256))), pages.moves)
    assert pages.wanted(250, 20) == 1
    assert pages.wanted(0, 40) is None
    pages.mark_stale(["7"])
    assert pages.wanted(0, 40) == 0
    line = pages.line(7)
    assert line is not None
    assert line.key == "7"


def test_a_page_read_before_it_was_declared_stale_is_read_again() -> None:
    pages = Pages()
    pages.set_total(2)
    before = pages.moves
    pages.mark_stale()
    pages.put(0, rows("a", "b"), before)
    assert pages.wanted(0, 2) == 0
    pages.put(0, rows("a", "b"), pages.moves)
    assert pages.wanted(0, 2) is None


def test_a_short_answer_does_not_make_a_page_wanted_for_ever() -> None:
    pages = Pages()
    pages.set_total(10)
    pages.put(0, rows("a", "b"), pages.moves)
    assert pages.wanted(0, 10) is None
    assert pages.line(5) is None


def test_a_list_that_grows_reads_its_last_page_again() -> None:
    pages = Pages()
    pages.set_total(2)
    pages.put(0, rows("a", "b"), pages.moves)
    pages.set_total(3)
    assert pages.wanted(0, 3) == 0


def test_pages_beyond_the_end_are_dropped() -> None:
    pages = Pages()
    pages.set_total(300)
    pages.put(0, rows(*map(str, range(256))), pages.moves)
    pages.put(1, rows(*map(str, range(256, 300))), pages.moves)
    pages.set_total(3)
    assert pages.line(2) is not None
    assert pages.line(3) is None
    assert pages.index_of("290") is None


def test_least_recently_seen_pages_are_dropped() -> None:
    pages = Pages()
    pages.set_total(256 * 40)
    for number in range(20):
        pages.put(number, rows(f"first of {number}"), pages.moves)
    assert pages.line(0) is None
    assert pages.line(256 * 19) is not None


def test_a_change_names_places_and_rows() -> None:
    pages = Pages()
    pages.set_total(3)
    pages.put(0, rows("a", "b", "c"), pages.moves)
    change = pages.put(0, [Line("a", ("a",)), Line("b", ("other",)), Line("d", ("d",))], pages.moves)
    assert change.indices == (1, 2)
    assert change.changed_keys == ("b",)


def test_rows_that_come_in_between_move_the_others() -> None:
    pages = Pages()
    pages.set_total(256)
    pages.put(0, rows(*map(str, range(256))), pages.moves)
    pages.shift(1, 2)
    assert pages.total == 258
    assert pages.index_of("0") == 0
    assert pages.line(1) is None
    assert pages.index_of("1") == 3
    assert pages.index_of("255") == 257
    assert pages.wanted(0, 10) == 0
    pages.shift(0, -3)
    assert pages.total == 255
    assert pages.index_of("1") == 0


def test_the_cursor_passes_over_headings() -> None:
    pages = Pages()
    cursor = RowCursor(pages)
    heading = Line("h", ("h",), is_heading=True)
    pages.replace_all([heading, *rows("a", "b"), heading._replace(key="i"), *rows("c"), heading._replace(key="j")])
    cursor.move_to(0)
    assert cursor.key == "a"
    cursor.move_to(3, 1)
    assert cursor.key == "c"
    cursor.move_to(3, -1)
    assert cursor.key == "b"
    cursor.move_to(5, 1)
    assert cursor.key == "c"
    assert cursor.is_last


def test_cursor_of_an_empty_list_has_no_row() -> None:
    pages = Pages()
    cursor = RowCursor(pages)
    assert cursor.move_to(4) is False
    assert (cursor.key, cursor.line, cursor.last) == (None, None, -1)


def test_the_cursor_notices_that_its_row_is_elsewhere() -> None:
    pages = Pages()
    cursor = RowCursor(pages)
    pages.replace_all(rows("a", "b", "c"))
    cursor.move_to(1)
    assert not cursor.strayed()
    pages.replace_all(rows("new", "a", "b", "c"))
    assert cursor.strayed()
    pages.replace_all(rows("a"))
    assert cursor.strayed()


def test_the_cursor_moves_with_rows_that_come_and_go() -> None:
    pages = Pages()
    cursor = RowCursor(pages)
    pages.replace_all(rows("a", "b", "c", "d"))
    cursor.move_to(2)
    pages.shift(0, 2)
    cursor.shift(0, 2)
    assert (cursor.index, cursor.key) == (4, "c")
    pages.shift(5, 3)
    cursor.shift(5, 3)
    assert cursor.index == 4
    pages.shift(0, -2)
    cursor.shift(0, -2)
    assert cursor.index == 2


def test_row_whose_clocks_alone_went_on_is_drawn_again_and_is_no_news() -> None:
    pages = Pages()
    pages.replace_all([Line("a", ("runs ls", Cell("41s", "dim", is_clock=True)))])
    change = pages.replace_all([Line("a", ("runs ls", Cell("42s", "dim", is_clock=True)))])
    assert change == LineChange((0,), ())


def test_row_that_says_something_else_is_news_whatever_its_clocks_say() -> None:
    pages = Pages()
    pages.replace_all([Line("a", (StyledPieces((Cell("runs ls"), Cell("41s", "dim", is_clock=True))),))])
    change = pages.replace_all([Line("a", (StyledPieces((Cell("reads ls"), Cell("42s", "dim", is_clock=True))),))])
    assert change == LineChange((0,), ("a",))


def test_changed_row_is_highlighted_for_two_ticks_at_most() -> None:
    glow = Highlight()
    glow.touch(["a"])
    assert "a" in glow
    assert glow.cool() == set()
    glow.touch(["b"])
    assert glow.cool() == {"a"}
    assert "a" not in glow
    assert "b" in glow
    assert glow.cool() == {"b"}
    assert not glow


def test_row_that_changes_again_stays_highlighted() -> None:
    glow = Highlight()
    glow.touch(["a"])
    glow.cool()
    glow.touch(["a"])
    assert glow.cool() == set()
    assert "a" in glow


def test_pieces_of_one_cell_share_its_width() -> None:
    line = Line(1, (StyledPieces((Cell("a"), Cell("b"))), Cell("c")))
    columns = (Column("x", "x", width=3), Column("y", "y", width=1))
    segments, width = line_segments(line, columns, (3, 1), 1, BRUSH)
    assert ("".join(segment.text for segment in segments), width) == ("ab  c", 5)
