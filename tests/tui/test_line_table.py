"""The table on a screen: what it reads, what it draws, where its cursor is."""

from __future__ import annotations

from ppp_tui.tui.themes.palette import MONO
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from tests.tui.table_app import Database, TableApp, keyed


async def test_a_million_rows_show_their_first_page() -> None:
    app, database = TableApp(), Database()
    async with app.run_test(size=(40, 5)) as pilot:
        app.table.set_source(database.read, 1_000_000)
        assert app.shown()[1:] == ["▸ ·", "  ·", "  ·", "  ·"]
        await pilot.pause()
        await app.settle()
        assert app.shown() == [
            "        #  turn                    cost",
            "▸       0  turn                   $0.42",
            "        1  turn                   $0.42",
            "        2  turn                   $0.42",
            "        3  turn                   $0.42",
        ]
    assert database.calls == [(0, 256)]


async def test_work_per_step_does_not_grow_with_the_list() -> None:
    app, database = TableApp(), Database()
    async with app.run_test(size=(60, 21)) as pilot:
        app.table.set_source(database.read, 1_000_000)
        await app.settle()
        await pilot.pause()
        for place in (500_000, 900_000, 3):
            calls, painted = app.table.loader.calls, app.table.painter.painted
            app.table.move_cursor(place)
            await pilot.pause()
            await app.settle()
            await pilot.pause()
            assert app.table.loader.calls - calls <= 2
            assert app.table.painter.painted - painted <= 22
        calls, painted = app.table.loader.calls, app.table.painter.painted
        for _ in range(10):
            await pilot.press("j")
        await app.settle()
        assert app.table.loader.calls == calls
        # Each step draws the row that was left and the row that was reached, and nothing else.
        assert app.table.painter.painted - painted <= 20


async def test_the_cursor_moves_by_keys() -> None:
    app, database = TableApp(), Database()
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.set_source(database.read, 1000)
        await app.settle()
        places = []
        for key in ("j", "down", "k", "pagedown", "pageup", "up", "up", "G", "k", "g", "end", "home"):
            await pilot.press(key)
            await app.settle()
            places.append(app.table.cursor_index)
        assert places == [1, 2, 1, 10, 1, 0, 0, 999, 998, 0, 999, 0]
        assert app.table.cursor_key == 0


async def test_keys_post_messages_of_what_they_did() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a", "b", "c"))
        await pilot.press("j", "enter", "space", "k", "space")
        await pilot.pause()
        said = [
            (type(message).__name__, getattr(message, "key", None), getattr(message, "is_marked", None))
            for message in app.heard
        ]
        assert said == [
            ("Highlighted", "a", None),
            ("Highlighted", "b", None),
            ("Selected", "b", None),
            ("Marked", "b", True),
            ("Highlighted", "c", None),
            ("Highlighted", "b", None),
            ("Marked", "b", False),
            ("Highlighted", "c", None),
        ]
        assert app.table.marked_keys == ()


async def test_marks_and_the_cursor_are_seen_without_colour() -> None:
    app = TableApp(theme=MONO)
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a", "b", "c"))
        app.table.set_marked(["a", "c"])
        await pilot.press("j", "j")
        assert [line[:12] for line in app.shown()[1:4]] == [
            " ✓         a",
            "           b",
            "▸✓         c",
        ]
        style = next(iter(app.table.render_line(3))).style
        assert style is not None
        assert style.reverse
        assert style.bold
        other = next(iter(app.table.render_line(2))).style
        assert other is not None
        assert not other.reverse


async def test_headings_are_passed_over_and_span_the_width() -> None:
    app = TableApp()
    heading = Line("h", ("needs you", "2"), is_heading=True)
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.show_lines([heading, *keyed("a"), heading._replace(key="i", cells=("working",)), *keyed("b")])
        assert app.table.cursor_key == "a"
        await pilot.press("j")
        assert app.table.cursor_key == "b"
        await pilot.press("k")
        assert app.table.cursor_key == "a"
        assert app.shown()[1:5] == ["  needs you  2", "▸          a", "  working", "           b"]


async def test_the_cursor_of_a_pane_without_the_focus_is_told_apart_without_colour() -> None:
    app = TableApp(theme=MONO)
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a", "b"))
        await pilot.pause()
        assert app.shown()[1].startswith("▸")
        app.set_focus(None)
        await pilot.pause()
        assert app.shown()[1].startswith("▹")


async def test_the_cursor_stays_on_its_row_when_rows_come_above() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.show_lines(keyed("a", "b", "c"))
        await pilot.press("j")
        app.table.show_lines(keyed("x", "y", "a", "b", "c"))
        assert (app.table.cursor_key, app.table.cursor_index) == ("b", 3)
        app.table.show_lines(keyed("c", "b"))
        assert (app.table.cursor_key, app.table.cursor_index) == ("b", 1)
        app.table.show_lines(keyed("x"))
        assert (app.table.cursor_key, app.table.cursor_index) == ("x", 0)


async def test_a_cursor_that_was_in_sight_stays_there_when_the_terminal_becomes_smaller() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.show_lines(keyed(*"abcdefghij"))
        app.table.move_cursor(9)
        await pilot.resize_terminal(40, 5)
        assert app.table.is_in_sight(9)
        app.table.scroll_to(y=0, animate=False)
        await pilot.resize_terminal(40, 4)
        assert not app.table.is_in_sight(9)


async def test_the_cursor_goes_where_its_row_goes_in_a_list_that_shrinks() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.table.show_lines(keyed("a", "b", "c", "d", "e"))
        await pilot.press("G")
        app.table.show_lines(keyed("e", "a"))
        assert (app.table.cursor_key, app.table.cursor_index) == ("e", 0)


async def test_another_list_resets_cursor_and_highlights_nothing() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.table.show_lines(keyed("a", "b", "c", "d", "e"))
        await pilot.press("G")
        other = [Line(key, ("", "other", "")) for key in ("a", "b", "c", "d", "e")]
        app.table.show_lines(other, is_other_list=True)
        assert (app.table.cursor_key, app.table.scroll_offset.y) == ("a", 0)
        await pilot.press("j")
        below = next(iter(app.table.render_line(3))).style
        app.table._cool()
        app.table._cool()
        assert next(iter(app.table.render_line(3))).style == below


async def test_the_cursor_finds_its_row_in_a_list_that_was_read_again() -> None:
    app, database = TableApp(), Database()
    database.keys = [f"k{number}" for number in range(2000)]
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.set_source(database.read, 2000, database.locate)
        await app.settle()
        await app.table.move_cursor_to("k1000")
        await app.settle()
        await pilot.pause()
        top = app.table.scroll_offset.y
        database.keys = [*(f"new{number}" for number in range(400)), *database.keys]
        app.table.set_total(2400)
        app.table.invalidate()
        await app.settle()
        await pilot.pause()
        await app.settle()
        assert (app.table.cursor_key, app.table.cursor_index) == ("k1000", 1400)
        assert app.table.scroll_offset.y == top + 400
        assert "▸" in app.shown()[1400 - top - 400 + 1]


async def test_rows_inserted_above_move_nothing_on_the_screen() -> None:
    app, database = TableApp(), Database()
    database.keys = [f"k{number}" for number in range(500)]
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.set_source(database.read, 500)
        await app.settle()
        app.table.move_cursor(100)
        await pilot.pause()
        before = app.shown()
        database.keys = ["new", *database.keys]
        app.table.shift_rows(0, 1)
        assert app.shown() == before
        await app.settle()
        assert app.shown() == before
        assert app.table.cursor_key == "k100"


async def test_only_changed_rows_are_drawn_again_and_highlighted() -> None:
    app, database = TableApp(), Database()
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.set_source(database.read, 1000)
        await app.settle()
        await pilot.pause()
        painted = app.table.painter.painted
        database.notes[4] = "other"
        app.table.invalidate([4])
        await app.settle()
        await pilot.pause()
        assert app.table.painter.painted - painted == 1
        assert "other" in app.shown()[5]
        fresh = next(iter(app.table.render_line(5))).style
        plain = next(iter(app.table.render_line(6))).style
        assert fresh is not None
        assert plain is not None
        assert fresh.bgcolor != plain.bgcolor


async def test_highlight_ends() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)):
        app.table.show_lines(keyed("a", "b"))
        app.table.show_lines([*keyed("a"), Line("b", ("", "changed", ""))])
        fresh = next(iter(app.table.render_line(2))).style
        app.table._cool()
        app.table._cool()
        cooled = next(iter(app.table.render_line(2))).style
        assert fresh != cooled


async def test_unchanged_lines_cost_nothing() -> None:
    app = TableApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_lines(keyed("a", "b"))
        await pilot.pause()
        painted = app.table.painter.painted
        app.table.show_lines(keyed("a", "b"))
        await pilot.pause()
        assert app.table.painter.painted == painted


async def test_a_list_that_shrinks_keeps_the_cursor_inside() -> None:
    app, database = TableApp(), Database()
    database.keys = range(1000)
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.set_source(database.read, 1000)
        await pilot.press("G")
        await app.settle()
        database.keys = range(3)
        app.table.set_total(3)
        await app.settle()
        await pilot.pause()
        assert app.table.cursor_index == 2
        assert app.shown()[1:4] == [
            "        0  turn                   $0.42",
            "        1  turn                   $0.42",
            "▸       2  turn                   $0.42",
        ]
        app.table.set_total(0)
        assert app.shown()[1] == "  no turns yet"


async def test_page_of_a_replaced_source_is_dropped() -> None:
    app, old, new = TableApp(), Database(), Database()
    old.keys, new.keys = [f"old{number}" for number in range(300)], ["new"]
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.set_source(old.read, 300)
        app.table.set_source(new.read, 1)
        await app.settle()
        await pilot.pause()
        await app.settle()
        assert app.table.cursor_key == "new"
        assert app.shown()[1:3] == ["▸     new  turn                   $0.42", ""]


async def test_rows_that_cannot_be_read_are_reported_and_tried_again() -> None:
    app, database = TableApp(), Database()
    database.error = OSError("the database is locked")
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.set_source(database.read, 10)
        await app.settle()
        await pilot.pause()
        errors = [str(message.error) for message in app.heard if isinstance(message, LineTable.Failed)]
        assert errors == ["the database is locked"]
        database.error = None
        app.table.invalidate()
        await app.settle()
        assert app.table.cursor_key == 0
