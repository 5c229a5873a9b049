# ruff: noqa: SLF001 - there is no public way to time the steps of an event loop
"""How soon every view is painted, and how long it holds the event loop: at 1,000,000 turns and 2,000 steps.

    python -m benchmarks.view_paint [--database PATH]

The database is that of `benchmarks.database_million`; a second one is made of a session with one long turn. The
dashboard is driven without a terminal, at 200 by 60 cells. No view should take more than 50 ms to be painted, nor hold
the event loop for more than 5 ms of processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from asyncio import events
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.database_rows import NOW_MS, build, default_path
from benchmarks.event_loop import PAINTED_MS, PROMISED_MS, Step, Watchdog
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.player import append
from ppp_tui.demo.story import Stage
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer
from ppp_tui.tui.app import PppApp
from tests.tui.dashboard_of import Dashboard, ports_of

SIZE = (200, 60)
STEPS = 2_000

IDLE_KEY = "f12"
"""A key that does nothing: what it takes is the driver's part."""

VIEWS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("Sessions", ("2",)),
    ("Sessions by cost", ("s",)),
    ("Sessions, the end", ("G",)),
    ("Trajectory", ("enter",)),
    *((f"Trajectory, view {number}", ("l",)) for number in range(2, 10)),
    ("Compare agents", ("escape", "3")),
    ("Compare models", ("l",)),
    ("Consensus", ("4",)),
    ("Usage", ("5",)),
    ("Usage of all time", ("a",)),
    ("Usage by project", ("b", "b")),
    ("Quality", ("6",)),
    *((f"Quality, view {number}", ("l",)) for number in range(2, 7)),
    ("Code", ("7",)),
    ("Live", ("1",)),
    ("search", ("ctrl+f", *"kelo", "enter")),
)
"""Views by the keys that lead from one to the next."""

LONG_TURN: Sequence[tuple[str, tuple[str, ...]]] = (
    ("talk of 2,000 steps", ("enter",)),
    *((f"{name} of 2,000 steps", ("l",)) for name in ("steps", "questions", "context", "time", "usage")),
    ("talk again", ("l", "l", "l", "l")),
    ("next failure", ("e",)),
)


def write_long_turn(folder: Path) -> Path:
    """Write a session with one turn of `STEPS` steps, let ingest read it, and return the database."""
    home, database = folder / "home", folder / "long.db"
    writer = ClaudeWriter(Stage(home, NOW_MS - 7_200_000, "long"), "/home/dev/long", "claude-sonnet-4-5")
    writer.prompt("Rename it everywhere")
    for number in range(STEPS // 4):
        writer.think(f"File {number} is next; its tests name the old word {number % 7} times.", 0.2)
        writer.run(f"python -m pytest -q tests/test_{number}.py", "1 failed, 7 passed in 2.10s", 1, number % 9 == 8)
        writer.edit(f"src/part_{number}.py", "old = 1", f"new = {number}")
        writer.say(f"**Part {number}** is renamed. `new` stands in its place, and {number % 5} tests were changed.")
    writer.say("Everything is renamed.", is_final=True)
    for beat in writer.beats:
        append(beat)
    store = Writer(database)
    Pipeline(store, IngestOptions(database, ("claude_code",)), FrozenClock(NOW_MS), {}, home).run(follow=False)
    store.close()
    return database


async def drive(database: Path, views: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Walk through views twice, and print what each took the second time: by then all modules are loaded."""
    ports = replace(ports_of(database), clock=FrozenClock(NOW_MS))
    watchdog = Watchdog()
    for is_warm in (False, True):
        app = PppApp(ports_of(database) if not is_warm else ports)
        async with app.run_test(size=SIZE) as pilot:
            shown = Dashboard(app, pilot)
            await shown.settle()
            if is_warm:
                watchdog.start()
                print(f"{'view':<28}{'painted ms':>12}{'longest step ms':>17}  where")
            idle_ms = statistics.median([await _taken_ms(shown, IDLE_KEY) for _ in range(5)])
            for name, keys in views:
                for key in keys[:-1]:
                    await shown.press(key)
                watchdog.steps.clear()
                taken_ms = await _taken_ms(shown, keys[-1]) - idle_ms
                if is_warm:
                    _tell(name, max(0.0, taken_ms), max(watchdog.steps, default=None))
    events.Handle._run = watchdog._run  # type: ignore[method-assign]


async def _taken_ms(shown: Dashboard, key: str) -> float:
    began = time.perf_counter()
    await shown.press(key)
    return (time.perf_counter() - began) * 1000


def _tell(name: str, painted_ms: float, longest: Step | None) -> None:
    cpu_ms, place = (0.0, "") if longest is None else (longest.cpu_ms, f"{longest.name}  {longest.place}")
    late = "  late" if painted_ms > PAINTED_MS or cpu_ms > PROMISED_MS else ""
    print(f"{name:<28}{painted_ms:>12.0f}{cpu_ms:>17.1f}  {place}{late}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(drive(write_long_turn(Path(folder)), LONG_TURN))
    database = chosen.database or default_path()
    if not database.exists():
        build(database)
    asyncio.run(drive(database, VIEWS))


if __name__ == "__main__":
    main()
