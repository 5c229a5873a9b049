"""Keeps one ingest process running for a dashboard: starts it, restarts it after a crash, stops it at the end.

The child ends as soon as its standard input closes, so it never outlives a dashboard that was killed.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Literal, NamedTuple

from ppp_tui.ingest.lock import BUSY_EXIT, FIRST_WAIT_S, MAX_WAIT_S

NOT_STARTED_EXIT = 126
"""The exit status of a child that could not be started, as in shells."""

STEADY_S = 60.0
"""Seconds after which a child counts as healthy: the next crash begins with the shortest wait."""

CRASH_SHOWN_S = 20.0
"""Seconds for which a crash is shown after the next child began: longer than a child takes to start and to wait for a
locked database before it ends as well."""

STOP_S = 3.0
"""How long a child may take to end before it is killed, in seconds."""

_TAIL_BYTES = 2000

Running = Literal["starting", "running", "elsewhere", "crashed", "stopped"]
"""`elsewhere`: another process is ingesting into this database."""


class ChildStatus(NamedTuple):
    """The state of the child process."""

    running: Running
    restarts: int
    sentence: str
    """What went wrong recently, '' if nothing did."""


class Supervisor:
    """One ingest child."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], executable: str = sys.executable
    ) -> None:
        """Run ``python -m ppp_tui`` with these arguments in this environment; `start` begins."""
        self._command = (executable, "-m", "ppp_tui", *arguments)
        self._environment = dict(environment)
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._status = ChildStatus("stopped", 0, "")

    @property
    def status(self) -> ChildStatus:
        """The child's state now."""
        return self._status

    def start(self) -> None:
        """Start the child and restart it after crashes; call from the event loop."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._supervise())

    async def stop(self) -> None:
        """Stop the child and wait until it has ended."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._status = self._status._replace(running="stopped", sentence="")

    async def _supervise(self) -> None:
        wait_s, restarts = FIRST_WAIT_S, 0
        loop = asyncio.get_running_loop()
        while True:
            self._status = ChildStatus("starting" if not restarts else "running", restarts, self._status.sentence)
            began = loop.time()
            code, last_line = await self._run()
            if code == BUSY_EXIT:
                self._status = ChildStatus("elsewhere", restarts, "")
                await asyncio.sleep(MAX_WAIT_S / 6)
                continue
            if loop.time() - began >= STEADY_S:
                wait_s = FIRST_WAIT_S
            restarts += 1
            self._status = ChildStatus("crashed", restarts, last_line or f"Ingest ended with status {code}.")
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, MAX_WAIT_S)

    async def _run(self) -> tuple[int, str]:
        """Run the child to its end; return its exit status and the last line that it wrote to standard error."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=DEVNULL, stderr=PIPE, env=self._environment
            )
        except OSError as error:
            # No process or memory is available, or Python itself was moved: that may pass.
            return NOT_STARTED_EXIT, f"Ingest could not be started ({error.strerror or error})."
        self._process = process
        self._status = self._status._replace(running="running")
        clearing = asyncio.get_running_loop().call_later(CRASH_SHOWN_S, self._clear_sentence)
        try:
            tail = b""
            if process.stderr is not None:
                while piece := await process.stderr.read(4096):
                    tail = (tail + piece)[-_TAIL_BYTES:]
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        finally:
            clearing.cancel()
        lines = tail.decode("utf-8", "replace").strip().splitlines()
        return code, lines[-1] if lines else ""

    def _clear_sentence(self) -> None:
        self._status = self._status._replace(sentence="")


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    await end_process(process, STOP_S)


async def end_process(process: Process, wait_s: float) -> None:
    """Terminate a process; kill it if it has not ended after `wait_s` seconds."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), wait_s)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
