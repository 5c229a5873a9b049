"""The strip at the top, the line for searches and commands, the chart: as widgets on a screen."""

from __future__ import annotations

import pytest

from ppp_tui.text.format import tokens
from ppp_tui.tui.themes.palette import MONO
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.charts.plot import Plot, Series
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from tests.tui.table_app import STYLES, TonedApp


class OneWidgetApp(TonedApp):
    CSS_PATH = [  # noqa: RUF012
        STYLES / "tones.tcss",
        STYLES / "top_strip.tcss",
        STYLES / "command_line.tcss",
        STYLES / "chart.tcss",
    ]
    HEARD = (TopStrip.Clicked, CommandLine.Changed, CommandLine.Submitted, CommandLine.Cancelled)

    def typed(self) -> list[tuple[str, str, str]]:
        return [
            (type(message).__name__, message.mode, message.text)
            for message in self.heard
            if isinstance(message, (CommandLine.Changed, CommandLine.Submitted, CommandLine.Cancelled))
        ]


LEFT = (StripPart("ppp", "accent"), StripPart("Live", "strong", "live"), StripPart("Sessions", "dim", "sessions"))
RIGHT = (StripPart("● 3 working", "working"), StripPart("✕ 1 stuck", "stuck", "stuck"))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (50, "ppp  Live  Sessions         ● 3 working  ✕ 1 stuck"),
        (36, "ppp  Live  …  ● 3 working  ✕ 1 stuck"),
        (32, "ppp  Li…  ● 3 working  ✕ 1 stuck"),
        (12, " ● 3 working"),
    ],
)
async def test_narrow_strip_cuts_its_left_parts(width: int, shown: str) -> None:
    app = OneWidgetApp(TopStrip(LEFT, RIGHT))
    async with app.run_test(size=(width, 2)):
        assert app.shown() == [shown]


async def test_a_strip_below_a_rule_shows_its_new_parts() -> None:
    strip = TopStrip([StripPart("before")])
    app = OneWidgetApp(strip)
    async with app.run_test(size=(20, 2)) as pilot:
        strip.styles.border_top = ("solid", "white")
        strip.styles.height = 2
        await pilot.pause()
        strip.set_parts([StripPart("after")])
        await pilot.pause()
        assert app.drawn() == ["─" * 20, "after               "]


async def test_parts_of_a_strip_are_plain() -> None:
    app = OneWidgetApp(TopStrip([StripPart("a\x1b]0;x\x07\u202e")]))
    async with app.run_test(size=(40, 2)):
        assert app.shown() == ["a␛]0;x␇⟨RLO⟩"]


async def test_strip_posts_the_clicked_part() -> None:
    app = OneWidgetApp(TopStrip(LEFT, RIGHT))
    async with app.run_test(size=(50, 2)) as pilot:
        for x in (1, 5, 12, 30, 49):
            await pilot.click(TopStrip, offset=(x, 0))
        await pilot.pause()
        assert [message.key for message in app.heard if isinstance(message, TopStrip.Clicked)] == [
            "live",
            "sessions",
            "stuck",
        ]


async def test_search_posts_its_text_while_it_is_typed() -> None:
    line = CommandLine()
    app = OneWidgetApp(line)
    async with app.run_test(size=(40, 3)) as pilot:
        assert not line.is_open
        line.open_for("search")
        await pilot.press("a", "b")
        line.set_matches(12)
        await pilot.pause()
        assert app.screen.query_one("#command-line-note").render_line(0).text.strip() == "12 matches"
        await pilot.press("enter")
        await pilot.pause()
        assert app.typed() == [("Changed", "search", "a"), ("Changed", "search", "ab"), ("Submitted", "search", "ab")]
        assert not line.is_open


async def test_escape_cancels() -> None:
    line = CommandLine()
    app = OneWidgetApp(line)
    async with app.run_test(size=(40, 3)) as pilot:
        line.open_for("command", "cost")
        await pilot.press(">", "escape")
        await pilot.pause()
        assert app.typed() == [("Changed", "command", "cost>"), ("Cancelled", "command", "cost>")]
        assert not line.is_open


async def test_text_with_an_error_cannot_be_submitted() -> None:
    line = CommandLine()
    app = OneWidgetApp(line)
    async with app.run_test(size=(40, 3)) as pilot:
        line.open_for("command", "cost>")
        line.set_note("a number is missing\x1b", is_error=True)
        line.set_matches(3)
        await pilot.press("enter")
        assert line.is_open
        assert app.screen.query_one("#command-line-note").render_line(0).text.strip().startswith("a number is mis")
        await pilot.press("1", "enter")
        await pilot.pause()
        assert app.typed()[-1] == ("Submitted", "command", "cost>1")


async def test_earlier_entries_come_back() -> None:
    line = CommandLine()
    app = OneWidgetApp(line)
    async with app.run_test(size=(40, 3)) as pilot:
        line.set_entries("search", ["one", "two"])
        line.open_for("search")
        texts = []
        for key in ("up", "up", "up", "down", "down"):
            await pilot.press(key)
            texts.append(line.text)
        assert texts == ["two", "one", "one", "two", ""]
        line.open_for("command")
        await pilot.press("up")
        assert line.text == ""


async def test_a_pasted_text_is_one_plain_line() -> None:
    line = CommandLine()
    app = OneWidgetApp(line)
    async with app.run_test(size=(40, 3)):
        line.open_for("search", "a\nb\x1b")
        assert line.text == "a⏎b␛"


PLOT = Plot((Series("up\x1b", ((0, 0), (9, 100))), Series("down", ((0, 100), (9, 0)))), tokens, str)


async def test_a_chart_is_drawn_beside_the_event_loop() -> None:
    chart = Chart("tokens per minute")
    app = OneWidgetApp(chart)
    async with app.run_test(size=(44, 10)) as pilot:
        assert app.shown()[:2] == ["tokens per minute", "nothing to draw yet"]
        chart.show(PLOT)
        await app.workers.wait_for_complete()
        await pilot.pause()
        shown = app.shown()
        assert shown[0] == "tokens per minute  ━ up␛  ━ down"
        assert shown[1].startswith("100┤")
        assert all(chart.render_line(y).cell_length == 44 for y in range(10))
        colours = {
            segment.style.color for y in range(1, 8) for segment in chart.render_line(y) if segment.style is not None
        }
        assert len(colours) == 3
        chart.show(None)
        assert app.shown()[1] == "nothing to draw yet"


async def test_a_chart_without_colours_tells_its_lines_apart() -> None:
    chart = Chart("tokens")
    app = OneWidgetApp(chart, theme=MONO)
    async with app.run_test(size=(44, 10)) as pilot:
        chart.show(PLOT)
        await app.workers.wait_for_complete()
        await pilot.pause()
        shown = app.shown()
        assert shown[0] == "tokens  * up␛  + down"
        assert "*" in "".join(shown[1:])
        assert "+" in "".join(shown[1:])
        assert "⠊" not in "".join(shown[1:])


async def test_chart_is_redrawn_at_another_size() -> None:
    chart = Chart()
    app = OneWidgetApp(chart)
    async with app.run_test(size=(44, 10)) as pilot:
        chart.show(PLOT)
        await app.workers.wait_for_complete()
        await pilot.resize_terminal(80, 20)
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert len(app.shown()) == 20
        assert app.shown()[-2].startswith("   └")
