# ruff: noqa: SLF001 - there is no public way to see what was painted
"""How many calls one appended line costs on its way: from the file's event to its commit, and until it is painted.

    python -m benchmarks.road [--sessions 12] [--lines 12] [--detail]

Calls of the package's own functions are counted on all threads; comprehensions count as calls. What Textual does
beneath them is told beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import CodeType, FrameType

from textual._wait import wait_for_idle

from benchmarks.big_home import live_session, tell
from ppp_tui.cli.dashboard import make_ports
from ppp_tui.cli.invocation import Invocation
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer
from ppp_tui.tui.app import PppApp
from ppp_tui.tui.screens.live import LiveScreen

PACKAGE = f"{os.sep}ppp_tui{os.sep}"
PAINT_CALLS, PAINT_FILES = 400, 25
COMMIT_CALLS, COMMIT_FILES = 120, 16
SIZE = (140, 36)
"""Cells of the terminal."""

WARM_LINES = 3
"""Lines that are painted before those that are counted."""

LINE_MS = 167
"""Between two lines: six a second."""


class CallCounter:
    """Counts calls of Python functions on this thread and on all threads that begin after `install`."""

    def __init__(self) -> None:
        """Nothing is counted before `install`."""
        self.calls: Counter[CodeType] = Counter()
        self.is_counting = False

    def install(self) -> None:
        """Watch this thread and those to come; calls count while `is_counting`."""
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def remove(self) -> None:
        """Watch no longer."""
        threading.setprofile(None)
        sys.setprofile(None)

    def _profile(self, frame: FrameType, event: str, _argument: object) -> None:
        if self.is_counting and event == "call":
            self.calls[frame.f_code] += 1

    @property
    def own(self) -> Counter[CodeType]:
        """Calls of the package's functions."""
        return Counter({code: number for code, number in self.calls.items() if PACKAGE in code.co_filename})

    def report(self, name: str, lines: int, most_calls: int, most_files: int, *, is_detailed: bool) -> None:
        """Print the calls per line beside what they may be, and with detail how often each function was called."""
        own, files = self.own, Counter[str]()
        for code, number in own.items():
            files[code.co_filename.rpartition(PACKAGE)[2]] += number
        calls = own.total() / lines
        print(
            f"{name}: {calls:.0f} calls a line of {len(own)} functions in {len(files)} files; "
            f"{calls / most_calls:.2f} of {most_calls} calls, {len(files) / most_files:.2f} of "
            f"{most_files} files ({(self.calls.total() - own.total()) / lines:.0f} calls of others beneath)"
        )
        for file, total in files.most_common() if is_detailed else ():
            print(f"{total / lines:8.1f} {file}")
            for code, number in own.most_common():
                if code.co_filename.endswith(PACKAGE + file):
                    print(f"{number / lines:16.1f} {code.co_qualname}")


class _NoIngest:
    """An ingest that the benchmark does itself, so that its calls are not counted."""

    def start(self) -> None:
        """Nothing is started."""

    async def stop(self) -> None:
        """Nothing runs."""

    def trouble(self) -> str:
        """All is well."""
        return ""


class _Screen:
    """Live over a few sessions at work, its clock moved by hand."""

    def __init__(self, home: Path, sessions: int) -> None:
        self._invocation = Invocation(database=home / "archive.db", home=home)
        self._clock = FrozenClock(time.time_ns() // 1_000_000)
        self._writers = [live_session(home, f"road/{number:02}", f"at work {number:02}") for number in range(sessions)]
        self._ingest()
        ports = make_ports(self._invocation, self._clock)
        self._app = PppApp(replace(ports, ingest=_NoIngest(), is_still=True))

    def _ingest(self) -> None:
        writer = Writer(self._invocation.database_path)
        options = self._invocation.ingest_options()
        Pipeline(writer, options, self._clock, {}, self._invocation.home_path).run(follow=False)
        writer.close()

    async def paint_lines(self, lines: int, counter: CallCounter) -> list[int]:
        """Append lines to the followed session one after another; calls of our own until each is painted."""
        taken: list[int] = []
        async with self._app.run_test(size=SIZE):
            await self._settle()
            screen = self._app.screen
            assert isinstance(screen, LiveScreen)
            followed = next(row.session for row in self._app.board.rows if row.session.id == screen.feed.followed)
            writer = next(writer for writer in self._writers if writer.session == followed.native_id)
            for number in range(WARM_LINES + lines):
                tell(writer, f"word{number:03}")
                self._ingest()
                self._clock.at_ms += LINE_MS
                before = counter.own.total()
                counter.is_counting = number >= WARM_LINES
                await self._app.poller.poll()
                await self._settle()
                counter.is_counting = False
                taken.append(counter.own.total() - before)
                drawn = [strip.text for strip in screen._compositor.render_strips()]
                # Once in the list, once in the feed.
                assert sum(f"word{number:03}" in text for text in drawn) >= 1, drawn
        return taken[WARM_LINES:]

    async def _settle(self) -> None:
        for _ in range(3):
            await wait_for_idle(0)
            await self._app.workers.wait_for_complete()
        await wait_for_idle(0)


def screen_road(sessions: int, lines: int, *, is_detailed: bool) -> None:
    """Count the calls from the commit of a line of the followed session until Live has painted it, and print."""
    counter = CallCounter()
    with tempfile.TemporaryDirectory(prefix="ppp-bench-") as folder:
        screen = _Screen(Path(folder), sessions)
        counter.install()
        try:
            taken = asyncio.run(screen.paint_lines(lines, counter))
        finally:
            counter.remove()
    counter.report("commit to painted", lines, PAINT_CALLS, PAINT_FILES, is_detailed=is_detailed)
    print(f"median line: {statistics.median(taken):.0f} calls; each: {taken}")


def commit_road(lines: int, *, is_detailed: bool) -> None:
    """Count the calls from the event of a file that got an answer with usage until its commit, and print."""
    counter = CallCounter()
    with tempfile.TemporaryDirectory(prefix="ppp-bench-") as folder:
        home = Path(folder)
        invocation = Invocation(database=home / "archive.db", home=home)
        clock = FrozenClock(time.time_ns() // 1_000_000)
        session = live_session(home, "road/00", "at work")
        writer = Writer(invocation.database_path)
        pipeline = Pipeline(writer, invocation.ingest_options(), clock, {}, home)
        pipeline.run(follow=False)
        taken: list[float] = []
        counter.install()
        try:
            for number in range(WARM_LINES + lines):
                tell(session, f"word{number:03}")
                pipeline._changed_paths.put(frozenset([session.path]))
                began = time.process_time()
                counter.is_counting = number >= WARM_LINES
                pipeline._read_changed(0.0)
                counter.is_counting = False
                taken.append(time.process_time() - began)
        finally:
            counter.remove()
            writer.close()
    counter.report("event to commit", lines, COMMIT_CALLS, COMMIT_FILES, is_detailed=is_detailed)
    print(f"median line: {statistics.median(taken[WARM_LINES:]) * 1000:.2f} ms of the processor, while counted")


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--lines", type=int, default=12)
    parser.add_argument("--detail", action="store_true", help="tell how often each function was called")
    options = parser.parse_args()
    commit_road(options.lines, is_detailed=options.detail)
    screen_road(options.sessions, options.lines, is_detailed=options.detail)


if __name__ == "__main__":
    main()
