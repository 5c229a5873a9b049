"""The kept scroll bar looks as Textual's own, and draws rows that stay once."""

from __future__ import annotations

import pytest
from textual.scrollbar import ScrollBar

from tests.tui.table_app import following_table


@pytest.mark.parametrize("top", [0, 1, 37, 94])
async def test_the_bar_looks_as_textuals_own(top: int) -> None:
    async with following_table() as (app, pilot):
        app.table.scroll_to(y=top, animate=False)
        await pilot.pause()
        bar = app.table.vertical_scrollbar
        region = bar.size.region
        theirs = ScrollBar.render_lines(bar, region)
        assert [list(strip) for strip in bar.render_lines(region)] == [list(strip) for strip in theirs]


async def test_rows_that_look_the_same_are_one_strip() -> None:
    async with following_table() as (app, pilot):
        bar = app.table.vertical_scrollbar
        before = bar.render_lines(bar.size.region)
        app.table.scroll_to(y=0, animate=False)
        await pilot.pause()
        after = bar.render_lines(bar.size.region)
        assert before != after
        assert after[-1] is after[-2]
