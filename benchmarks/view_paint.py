# ruff: noqa: SLF001 - there is no public way to time the steps of an event loop
"""How soon every view is painted, and how long it holds the event loop: at 1,000,000 turns and 2,000 steps.

    python -m benchmarks.view_paint [--database PATH] [--rounds 3]

The database is that of `benchmarks.database_million`; a second one is made of a session with one long turn. The
dashboard is driven without a terminal, at 200 by 60 cells. Each round is a process of its own, which walks through the
views of one dashboard twice: at first with nothing but the modules imported, as they are while nobody waits, then with
the screens that are there by now. What a view takes ends with the last of what it reads; no view should take more than
50 ms to be painted, nor hold the event loop for more than 5 ms of processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from asyncio import events
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from benchmarks.database_rows import NOW_MS, default_path, ensure_database
from benchmarks.event_loop import PAINTED_MS, PROMISED_MS, Step, Watchdog
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.player import append
from ppp_tui.demo.story import Stage
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer
from ppp_tui.tui.app import PppApp
from ppp_tui.tui.garbage import collect_young_garbage
from ppp_tui.tui.screens.registry import import_screens
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


class Painted(NamedTuple):
    """How one view was opened."""

    wall_ms: float
    cpu_ms: float
    """Of all threads."""
    longest: Step | None


async def drive(database: Path, views: Sequence[tuple[str, tuple[str, ...]]]) -> list[list[Painted]]:
    """Walk through views twice; returns what each took the first and the second time."""
    import_screens()
    watchdog = Watchdog()
    watchdog.start()
    walks: list[list[Painted]] = []
    app = PppApp(replace(ports_of(database), clock=FrozenClock(NOW_MS)))
    async with app.run_test(size=SIZE) as pilot:
        shown = Dashboard(app, pilot)
        await shown.settle()
        # As in the dashboard, of which old objects are looked through while no key is pressed.
        collect_young_garbage()
        idle = [await _opened(shown, IDLE_KEY, watchdog) for _ in range(5)]
        idle_ms = statistics.median(each.wall_ms for each in idle)
        idle_cpu_ms = statistics.median(each.cpu_ms for each in idle)
        for _ in range(2):
            walk = []
            for _name, keys in views:
                for key in keys[:-1]:
                    await shown.press(key)
                opened = await _opened(shown, keys[-1], watchdog)
                walk.append(
                    Painted(max(0.0, opened.wall_ms - idle_ms), max(0.0, opened.cpu_ms - idle_cpu_ms), opened.longest)
                )
            walks.append(walk)
            for key in ("escape", "escape", "escape", "1"):
                await shown.press(key)
    events.Handle._run = watchdog._run  # type: ignore[method-assign]
    return walks


async def _opened(shown: Dashboard, key: str, watchdog: Watchdog) -> Painted:
    watchdog.steps.clear()
    began, began_cpu = time.perf_counter(), time.process_time()
    await shown.press(key)
    wall_ms, cpu_ms = (time.perf_counter() - began) * 1000, (time.process_time() - began_cpu) * 1000
    return Painted(wall_ms, cpu_ms, max(watchdog.steps, default=None))


def drive_in_process(database: Path, views: Sequence[tuple[str, tuple[str, ...]]]) -> list[list[Painted]]:
    """Run `drive` in this process, which is to be a fresh one."""
    return asyncio.run(drive(database, views))


def measure(database: Path, views: Sequence[tuple[str, tuple[str, ...]]], rounds: int) -> None:
    """Drive in fresh processes, and print the medians."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        walks = [processes.submit(drive_in_process, database, views).result() for _ in range(rounds)]
    print(f"{'':<28}{'first opening':>40}{'second opening':>40}")
    columns = f"{'painted ms':>15}{'cpu ms':>8}{'longest step ms':>17}"
    print(f"{'view':<28}{columns}{columns}  where")
    for number, (name, _) in enumerate(views):
        cells, is_late, place = "", False, ""
        for walk in (0, 1):
            openings = [each[walk][number] for each in walks]
            wall_ms = statistics.median(each.wall_ms for each in openings)
            cpu_ms = statistics.median(each.cpu_ms for each in openings)
            step_ms = statistics.median(each.longest.cpu_ms if each.longest else 0.0 for each in openings)
            cells += f"{wall_ms:>15.0f}{cpu_ms:>8.0f}{step_ms:>17.1f}"
            is_late |= wall_ms > PAINTED_MS or step_ms > PROMISED_MS
            place = next((f"{each.longest.name}  {each.longest.place}" for each in openings if each.longest), place)
        print(f"{name:<28}{cells}  {place}{'  late' if is_late else ''}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(write_long_turn(Path(folder)), LONG_TURN, options.rounds)
    database = options.database or default_path()
    ensure_database(database)
    measure(database, VIEWS, options.rounds)


if __name__ == "__main__":
    main()
