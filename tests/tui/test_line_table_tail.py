"""The table on a screen: its tail, the mouse, other sizes and other themes."""

from __future__ import annotations

import pytest

from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line
from tests.tui.table_app import Database, TableApp, following_table, keyed


async def test_tail_is_followed_until_the_user_leaves_it() -> None:
    database = Database()
    async with following_table(database) as (app, pilot):
        assert "▸      99" in app.shown()[-1]
        database.keys = range(103)
        app.table.set_total(103)
        await app.settle()
        await pilot.pause()
        assert "▸     102" in app.shown()[-1]

        await pilot.press("k")
        database.keys = range(115)
        app.table.set_total(115)
        await app.settle()
        assert app.table.cursor_index == 101
        assert app.shown()[-1].endswith("+12 new ↓ G")
        assert app.table.new_count == 12

        await pilot.press("G")
        await app.settle()
        assert app.table.new_count == 0
        assert "▸     114" in app.shown()[-1]
        changes = [message.is_following for message in app.heard if isinstance(message, LineTable.FollowChanged)]
        assert changes == [False, True]


async def test_the_wheel_leaves_the_tail_too() -> None:
    async with following_table() as (app, pilot):
        await pilot.pause()
        app.table.scroll_to(y=90, animate=False)
        await pilot.pause()
        app.table.set_total(101)
        states = [app.table.is_following]
        assert app.table.scroll_offset.y == 90
        app.table.scroll_to(y=app.table.max_scroll_y, animate=False)
        await pilot.press("end")
        states.append(app.table.is_following)
        assert states == [False, True]


async def test_a_click_on_the_note_returns_to_the_tail() -> None:
    async with following_table() as (app, pilot):
        await pilot.press("k")
        app.table.set_total(105)
        await pilot.click(LineTable, offset=(36, 5))
        await pilot.pause()
        assert app.table.is_following
        assert app.table.cursor_index == 104


async def test_click_moves_the_cursor_and_double_click_opens() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a", "b", "c"))
        await pilot.click(LineTable, offset=(12, 2))
        assert app.table.cursor_key == "b"
        await pilot.click(LineTable, offset=(12, 3), times=2)
        await pilot.pause()
        assert [message.key for message in app.heard if isinstance(message, LineTable.Selected)] == ["c"]


async def test_a_click_on_a_title_sorts() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a"))
        await pilot.click(LineTable, offset=(12, 0))
        await pilot.click(LineTable, offset=(37, 0))
        await pilot.pause()
        assert [message.column_key for message in app.heard if isinstance(message, LineTable.Sorted)] == [
            "turn",
            "cost",
        ]
        app.table.set_sort("cost", is_descending=True)
        assert app.shown()[0].endswith(" cost▾")
        app.table.set_sort("turn", is_descending=False)
        assert "turn▴" in app.shown()[0]


@pytest.mark.parametrize("size", [(80, 24), (24, 6), (3, 2), (200, 60)])
async def test_strips_fill_the_table_in_every_size(size: tuple[int, int]) -> None:
    app = TableApp(follows=True)
    nasty = "\x1b]52;c;eA==\x07\u202e日本👩\u200d👩\u200d👧\ud800\n" * 20
    async with app.run_test(size=size) as pilot:
        app.table.show_lines([Line(number, (nasty, Cell(nasty), nasty)) for number in range(100)])
        await pilot.press("k")
        app.table.show_lines([Line(number, (nasty, Cell(nasty), nasty)) for number in range(120)])
        for y in range(size[1]):
            assert app.table.render_line(y).cell_length == max(0, size[0] - 1)


async def test_new_theme_repaints_rows() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a"))
        await pilot.pause()
        dark = next(iter(app.table.render_line(1))).style
        app.theme = "ppp-light"
        await pilot.pause()
        light = next(iter(app.table.render_line(1))).style
        assert dark != light


async def test_a_resize_keeps_the_tail_in_sight() -> None:
    async with following_table(height=20) as (app, pilot):
        await pilot.resize_terminal(40, 8)
        await pilot.pause()
        await app.settle()
        assert app.table.is_following
        assert "▸      99" in app.shown()[-1]


async def test_a_table_may_be_as_high_as_its_rows() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.styles.height = "auto"
        app.table.show_lines(keyed("a", "b", "c"))
        await pilot.pause()
        assert app.table.size.height == 4
        app.table.show_lines(keyed("a", "b", "c", "d", "e"))
        await pilot.pause()
        assert app.table.size.height == 6
        assert "e" in app.shown()[-1]


async def test_a_short_list_is_followed_too() -> None:
    app = TableApp(follows=True)
    async with app.run_test(size=(40, 4)) as pilot:
        app.table.show_lines(keyed("a", "b", "c", "d"))
        assert app.table.cursor_key == "d"
        app.table.show_lines(keyed("b", "c", "d", "e"))
        await pilot.pause()
        assert app.table.cursor_key == "e"
        assert "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}          e" in app.shown()[-1]


async def test_a_table_that_is_hidden_reads_the_page_of_its_cursor_and_no_other() -> None:
    app, database = TableApp(follows=True), Database()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.display = False
        await pilot.pause()
        app.table.set_source(database.read, 1_000, database.locate)
        await app.settle()
        assert app.table.cursor_key == 999
        assert database.calls == [(768, 232)]
