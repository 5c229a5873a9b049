# ruff: noqa: SLF001 - there is no public way to time the steps of an event loop
"""How long anything holds the dashboard's event loop, and how soon a key is painted, at 1,000,000 turns.

    python -m benchmarks.event_loop [--rounds 3]

The dashboard is driven through its screens without a terminal, while its ingest process reads a history and 50 sessions
are written. Every step of the event loop is timed: its processor time is its own, its wall time what other processes
make of it, too. Nothing should take more than 5 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import threading
import time
from asyncio import events
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from textual.pilot import Pilot

from benchmarks.big_home import BigHome, big_home, tell, write_history
from benchmarks.measure import percentile
from ppp_tui.cli.dashboard import make_ports
from ppp_tui.cli.invocation import Invocation
from ppp_tui.model.clock import SystemClock
from ppp_tui.tui.app import PppApp

PROMISED_MS = 5.0
PAINTED_MS = 50.0
KEYS = (
    "j",
    "j",
    "pagedown",
    "k",
    "g",
    "tab",
    "j",
    "tab",
    "2",
    "j",
    "pagedown",
    "G",
    "g",
    "s",
    "s",
    "s",
    "enter",
    "j",
    "l",
    "l",
    "h",
    "escape",
    "1",
    "n",
    "f",
    "f",
    "f",
    "f",
    "f",
    "enter",
    "j",
    "escape",
    "question_mark",
    "escape",
)
"""A walk through the screens."""


class Step(NamedTuple):
    """One step of the event loop."""

    cpu_ms: float
    wall_ms: float
    name: str
    """Whose step it was."""
    place: str
    """Where it was seen when it had taken too long, '' if it was not seen."""


class Watchdog:
    """Times every step of the event loop of this thread, and looks where those are that take long."""

    def __init__(self) -> None:
        """Nothing is timed before `start`."""
        self.steps: list[Step] = []
        self._began = 0.0
        self._seen: list[str] = []
        self._thread = threading.get_ident()
        self._run = events.Handle._run

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._look, daemon=True).start()
        watchdog, run = self, self._run

        def timed(handle: Any) -> None:
            began_cpu, watchdog._began = time.thread_time(), time.perf_counter()
            run(handle)
            wall_ms = (time.perf_counter() - watchdog._began) * 1000
            cpu_ms = (time.thread_time() - began_cpu) * 1000
            watchdog._began = 0.0
            if cpu_ms > 1 or wall_ms > PROMISED_MS:
                place = watchdog._seen[0] if watchdog._seen else ""
                watchdog.steps.append(Step(cpu_ms, wall_ms, _name(handle), place))
            watchdog._seen.clear()

        events.Handle._run = timed  # type: ignore[method-assign, assignment]

    def _look(self) -> None:
        while True:
            time.sleep(0.002)
            began = self._began
            if began and not self._seen and time.perf_counter() - began > PROMISED_MS / 1000:
                frame = sys._current_frames().get(self._thread)
                if frame is not None:
                    self._seen.append(_place(frame))


def _name(handle: Any) -> str:
    owner = getattr(handle._callback, "__self__", None)
    work = owner.get_coro() if isinstance(owner, asyncio.Task) else handle._callback
    return str(getattr(work, "__qualname__", work))


def _place(frame: FrameType) -> str:
    """The innermost places in our own code, or else in any."""
    found: list[str] = []
    inner: FrameType | None = frame
    while inner is not None:
        code = inner.f_code
        if "ppp_tui" in code.co_filename:
            found.append(f"{Path(code.co_filename).name}:{code.co_name}")
        inner = inner.f_back
    own = " < ".join(found[:3])
    return own or f"{Path(frame.f_code.co_filename).name}:{frame.f_code.co_name}"


async def drive(home: BigHome, rounds: int, watchdog: Watchdog) -> list[float]:
    """Walk through the screens; milliseconds from each key to its paint."""
    app = PppApp(make_ports(Invocation(database=home.database, home=home.folder), SystemClock()))
    painted: list[float] = []
    async with app.run_test(size=(160, 50)) as pilot:
        await asyncio.sleep(2)
        watchdog.start()
        for _ in range(rounds):
            for number, key in enumerate(KEYS):
                tell(home.live[number % len(home.live)], f"w{number}")
                painted.append(await _paint_ms(pilot, key))
                await asyncio.sleep(0.05)
    return painted


async def _paint_ms(pilot: Pilot[None], key: str) -> float:
    """Press a key, and wait until what it changed was drawn."""
    began = time.perf_counter()
    await pilot.press(key)
    drawn = asyncio.Event()
    pilot.app.screen.call_after_refresh(drawn.set)
    await drawn.wait()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    watchdog = Watchdog()
    with big_home() as home, write_history(home.folder):
        painted = asyncio.run(drive(home, chosen.rounds, watchdog))
    paint_ms = percentile(painted, 95)
    print(
        f"key to paint: p50 {statistics.median(painted):.0f} ms, p95 {paint_ms:.0f} ms, max {max(painted):.0f} ms; "
        f"{paint_ms / PAINTED_MS:.2f} of {PAINTED_MS:.0f} ms"
    )
    late = sorted((step for step in watchdog.steps if step.cpu_ms > PROMISED_MS), reverse=True)
    print(f"steps of more than {PROMISED_MS:.0f} ms of processor time: {len(late)}; the worst:")
    for step in late[:8]:
        print(f"{step.cpu_ms:7.1f} ms (wall {step.wall_ms:6.1f})  {step.name}  {step.place}")
    print("where they were:")
    for place, number in Counter(step.place or step.name for step in late).most_common(12):
        print(f"{number:5} x {place}")


if __name__ == "__main__":
    main()
