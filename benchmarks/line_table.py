"""The table of a million rows beside Textual's own of ten thousand, and the speed of making text plain.

    python -m benchmarks.line_table [--rows 1000000] [--stock-rows 10000] [--times 30]

Times are those of one change and the frame that shows it, headless, 160 by 50 cells, less an idle frame. CPU time is
the whole process's.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from textual.app import App, ComposeResult
from textual.coordinate import Coordinate
from textual.pilot import Pilot
from textual.widgets import DataTable

from ppp_tui.text.sanitize import plain
from ppp_tui.tui.terminal.output_filter import PlainOutput
from ppp_tui.tui.themes.palette import DARK, THEMES
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell, Line

STYLES = Path(__file__).parents[1] / "styles"
COLUMNS = (
    Column("number", "#", width=8, align="right"),
    Column("agent", "agent", width=8),
    Column("turn", "turn"),
    Column("tokens", "tokens", width=7, align="right"),
    Column("cost", "cost", width=6, align="right"),
)
SIZE = (160, 50)


class Taken(NamedTuple):
    """What one kind of change cost, in milliseconds."""

    wall_ms: float
    cpu_ms: float


class OursApp(PlainOutput, App[None]):
    """A `LineTable` over rows that are made up as they are asked for."""

    CSS_PATH = [STYLES / "tones.tcss", STYLES / "line_table.tcss"]  # noqa: RUF012

    def __init__(self, rows: int) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK
        self.table = LineTable(COLUMNS, follows=False)
        self.rows = rows
        self.note = ""

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.table

    def on_mount(self) -> None:
        """Shows the rows."""
        self.table.set_source(self.read, self.rows)
        self.table.focus()

    async def read(self, start: int, count: int) -> Sequence[Line]:
        """The rows from `start` on; the fifth says what `note` says."""
        return [
            Line(n, (str(n), Cell("claude", "accent"), f"turn {n} {self.note if n == 5 else ''}", "33.1k", "$0.42"))
            for n in range(start, start + count)
        ]

    def update(self, number: int) -> None:
        """One row in sight changes."""
        self.note = str(number)
        self.table.invalidate([5])

    def append(self, number: int) -> None:  # noqa: ARG002
        """One row comes at the end."""
        self.table.set_total(self.table.total + 1)

    def jump(self, number: int) -> None:
        """The cursor goes far away."""
        self.table.move_cursor(number * 37_777 % self.table.total)

    def step(self, number: int) -> None:  # noqa: ARG002
        """The cursor goes one row down."""
        self.table.action_cursor_down()


class StockApp(App[None]):
    """Textual's `DataTable` with all rows in it."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.table: DataTable[str] = DataTable(cursor_type="row")
        self.rows = rows

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.table

    def on_mount(self) -> None:
        """Shows the rows."""
        self.table.add_columns(*(column.title for column in COLUMNS))
        for number in range(self.rows):
            self.append(number)
        self.table.focus()

    def update(self, number: int) -> None:
        """One row in sight changes."""
        self.table.update_cell_at(Coordinate(5, 2), f"turn 5 {number}")

    def append(self, number: int) -> None:
        """One row comes at the end."""
        self.table.add_row(str(number), "claude", f"turn {number}", "33.1k", "$0.42")

    def jump(self, number: int) -> None:
        """The cursor goes far away."""
        self.table.move_cursor(row=number * 37_777 % self.table.row_count)

    def step(self, number: int) -> None:  # noqa: ARG002
        """The cursor goes one row down."""
        self.table.action_cursor_down()


async def measure(app: OursApp | StockApp, times: int) -> dict[str, Taken]:
    """What `app` takes to appear and for each kind of change."""
    begun, cpu = time.perf_counter(), time.process_time()
    async with app.run_test(size=SIZE) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        taken = {"first paint": Taken((time.perf_counter() - begun) * 1e3, (time.process_time() - cpu) * 1e3)}
        idle = await changes(app, pilot, lambda _: None, times)
        for name, change in (("update", app.update), ("append", app.append), ("jump", app.jump), ("step", app.step)):
            one = await changes(app, pilot, change, times)
            taken[name] = Taken(max(0.0, one.wall_ms - idle.wall_ms), max(0.0, one.cpu_ms - idle.cpu_ms))
    return taken


async def changes(app: App[None], pilot: Pilot[None], change: Callable[[int], None], times: int) -> Taken:
    """The median of `times` changes, each with its frame."""
    walls, cpu = [], time.process_time()
    for number in range(times):
        begun = time.perf_counter()
        change(number)
        await app.workers.wait_for_complete()
        await pilot.pause()
        walls.append((time.perf_counter() - begun) * 1e3)
    return Taken(statistics.median(walls), (time.process_time() - cpu) * 1e3 / times)


def report_plain() -> None:
    """Prints megabytes a second of `plain`, and the share of what only looking at the text would reach."""
    texts = {
        "clean ASCII": "a line of clean text, nothing else. " * 30_000,
        "clean ASCII lines": "a line of clean text, nothing else.\n" * 30_000,
        "Latin letters": "eine Zeile mit Größe und Käse, sonst nichts. " * 30_000,
        "Japanese": "日本語のテキスト" * 100_000,
        "escapes everywhere": "\x1b[1mbold\x1b[0m text " * 30_000,
    }
    for name, text in texts.items():
        size = len(text.encode()) / 1e6
        ours = min(timed(lambda text=text: plain(text, keep_newlines=True)) for _ in range(5))  # type: ignore[misc]
        bare = text.replace("\n", "").replace("\x1b", "")
        limit = min(timed(bare.isprintable) for _ in range(5))
        print(f"plain, {name:20} {size / ours:7.0f} MB/s   {limit / ours:5.2f} of str.isprintable")


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--stock-rows", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=30)
    chosen = parser.parse_args()
    ours = asyncio.run(measure(OursApp(chosen.rows), chosen.times))
    stock = asyncio.run(measure(StockApp(chosen.stock_rows), chosen.times))
    print(f"{'ms':14}{f'ours, {chosen.rows:,}':>24}{f'DataTable, {chosen.stock_rows:,}':>28}{'ratio of CPU':>16}")
    for name, one in ours.items():
        other = stock[name]
        print(
            f"{name:14}{one.wall_ms:12.1f} cpu {one.cpu_ms:7.1f}{other.wall_ms:16.1f} cpu {other.cpu_ms:7.1f}"
            f"{one.cpu_ms / other.cpu_ms if other.cpu_ms else 0:16.2f}"
        )
    report_plain()


if __name__ == "__main__":
    main()
