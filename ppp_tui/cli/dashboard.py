"""Opens the dashboard: builds what it needs, runs it, and restores the terminal however it ends."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ppp_tui.cli.invocation import Invocation, check_keys
from ppp_tui.cli.memory import keep_heap_small, return_free_heap
from ppp_tui.cli.processes import is_alive
from ppp_tui.cli.report.zone import LOCAL
from ppp_tui.faults import append_trace
from ppp_tui.ingest.supervisor import Supervisor
from ppp_tui.model.clock import Clock, SystemClock
from ppp_tui.paths import user_paths
from ppp_tui.query.pool import Pool
from ppp_tui.query.sessions.live_details import LONG_CACHE_MS

if TYPE_CHECKING:
    from ppp_tui.export.forms import Form
    from ppp_tui.query.doors import Door
    from ppp_tui.query.sessions.live_details import LastRequest
    from ppp_tui.tui.app import PppApp
    from ppp_tui.tui.ports import Ports

STARTED_S = 2.0
"""Seconds after which the dashboard has started: objects in memory by then are not searched for garbage again."""

THREADS = 2
"""Threads for computations longer than a frame: more of them would only wait for the interpreter."""

VIEWER_VARIABLE = "_PPP_TUI_VIEWER"
"""Set for a dashboard that a browser shows: it needs no terminal, and changes nothing."""

SIGNAL_EXIT = 128
"""Added to a signal's number, this is the exit status of a process that the signal stopped."""


def open_dashboard(invocation: Invocation, start_at: tuple[int, int | None] | None = None) -> int:
    """Show the dashboard until the user leaves; returns the exit status."""
    # Nearly all objects made while the dashboard starts stay: searching them for garbage again and again would take a
    # sixth of the time to the first picture.
    gc.disable()
    keep_heap_small()
    check_keys(invocation)
    is_viewer = bool(os.environ.get(VIEWER_VARIABLE))
    # Textual draws on standard error, so that output can be piped elsewhere.
    if not is_viewer and not all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__)):
        raise click.ClickException("The dashboard needs a terminal; ppp-tui --help lists what works without one.")
    ports = make_ports(invocation, SystemClock(), start_at)
    return run_app(read_only(ports) if is_viewer or invocation.is_team else ports)


def read_only(ports: Ports) -> Ports:
    """Return ports through which nothing can be changed, for a viewer who is not the user."""
    return replace(
        ports,
        export=None,
        exports=Path(os.devnull) / "viewers-write-nothing",
        marks=None,
        open_editor=_refuse_editor,
        bring_up=None,
    )


def _refuse_editor(_path: Path, _line: int) -> None:
    from ppp_tui.tui.terminal.editor import EditorError

    raise EditorError("Viewers change nothing: files are opened in the terminal's own dashboard.")


def make_ports(invocation: Invocation, clock: Clock, start_at: tuple[int, int | None] | None = None) -> Ports:
    """Return what the dashboard needs from other rooms and the system."""
    from ppp_tui.store.user_marks import MarksFile
    from ppp_tui.tui.ports import Ports

    settings = invocation.settings
    if invocation.is_team:
        return _team_ports(invocation, clock, start_at)
    return Ports(
        database=Pool(invocation.database_path),
        ingest=IngestChild(child_commands(invocation), invocation.environment),
        clock=clock,
        settings=settings,
        zone=UTC if settings.screen.time == "utc" else LOCAL,
        is_alive=is_alive,
        looked_in=partial(_looked_in, invocation),
        doors=partial(_find_doors, invocation),
        start_at=start_at,
        export=_export,
        themes=user_paths().config.parent / "themes",
        exports=user_paths().database.parent / "exports",
        is_ascii=settings.screen.ascii,
        marks=MarksFile(invocation.database_path),
        bring_up=_bring_up,
        recache_price=partial(_recache_price, invocation),
        return_free_heap=return_free_heap,
        keep_trace=partial(append_trace, user_paths().log),
    )


def _team_ports(invocation: Invocation, clock: Clock, start_at: tuple[int, int | None] | None) -> Ports:
    """Return ports over the store that a team shares: it has no session files, and nothing is ingested."""
    from ppp_tui.cli.team.addresses import member_address, team_errors
    from ppp_tui.tui.ports import Ports

    settings = invocation.settings
    address = member_address(invocation)
    with team_errors():
        from ppp_tui.team.pool import TeamPool

        database = TeamPool(address, settings.team.tenant)
    return Ports(
        database=database,
        ingest=NoIngest(),
        clock=clock,
        settings=settings,
        zone=UTC if settings.screen.time == "utc" else LOCAL,
        is_alive=is_alive,
        start_at=start_at,
        themes=user_paths().config.parent / "themes",
        exports=user_paths().database.parent / "exports",
        is_ascii=settings.screen.ascii,
        is_team=True,
        return_free_heap=return_free_heap,
        keep_trace=partial(append_trace, user_paths().log),
    )


def _bring_up(pid: int) -> str:
    from ppp_tui.cli.agent_terminal import bring_up

    return bring_up(pid)


def _recache_price(invocation: Invocation, memo: str, source: str, request: LastRequest) -> int | None:
    """Return the cost of sending a session's prompt again into a prompt cache of the same kind."""
    from ppp_tui.ingest.pricing import cache_write_micros

    stated = tuple(invocation.prices.items())
    tokens, is_long = request.prompt_tokens, request.cache_ms == LONG_CACHE_MS
    return cache_write_micros(
        stated, memo, source, model=request.model, at_ms=request.at, tokens=tokens, is_long=is_long
    )


def _find_doors(invocation: Invocation) -> Sequence[Door]:
    from ppp_tui.cli.doors.door_uses import with_uses
    from ppp_tui.cli.doors.open_doors import find_doors
    from ppp_tui.paths import receiver_folder

    doors = find_doors(invocation.database_path, receiver_folder(invocation.environment, invocation.home_path))
    return with_uses(doors, invocation.settings.receive.port)


def _looked_in(invocation: Invocation) -> tuple[str, ...]:
    from ppp_tui.ingest.watch_roots import WatchRoots

    places = WatchRoots(invocation.ingest_options(), invocation.environment, invocation.home_path)
    return tuple(str(root.path) for root in places.roots)


def _export(database: Path, trajectory_id: int, form: Form) -> Iterator[str]:
    from ppp_tui.export import export_trajectory
    from ppp_tui.text.secrets import Redactor

    return export_trajectory(database, trajectory_id, form, Redactor())


def child_commands(invocation: Invocation) -> list[list[str]]:
    """Return the arguments of each process that the dashboard keeps at work: ingest first."""
    ingest = [*invocation.arguments(), "ingest", "--follow", "--child"]
    receive = [*invocation.arguments(), "receive", "--child"]
    return [ingest, receive] if invocation.settings.receive.enabled else [ingest]


class NoIngest:
    """The ingest of a dashboard that reads a store which others fill: it does nothing."""

    def start(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""

    def trouble(self) -> str:
        """Return '': nothing can fail."""
        return ""


class IngestChild:
    """The ingest process as the dashboard knows it, and the receiver where settings ask for one."""

    def __init__(self, commands: Sequence[list[str]], environment: Mapping[str, str]) -> None:
        """Run ``ppp-tui`` with each of these arguments; `start` begins."""
        self._supervisors = [Supervisor(arguments, environment) for arguments in commands]

    def start(self) -> None:
        """Start them and keep them at work."""
        for supervisor in self._supervisors:
            supervisor.start()

    async def stop(self) -> None:
        """Stop them and wait until they have ended."""
        await asyncio.gather(*(supervisor.stop() for supervisor in self._supervisors))

    def trouble(self) -> str:
        """Return why one of them does not run, or did not until a moment ago; '' if all run."""
        return next(filter(None, (supervisor.status.sentence for supervisor in self._supervisors)), "")


def run_app(ports: Ports) -> int:
    """Run the dashboard; on a signal it ends in order, so that the terminal is restored. Return the exit status."""
    from ppp_tui.tui.app import PppApp

    app = PppApp(ports)
    asyncio.run(_run(app))
    _drop_unwritten()
    return app.return_code or 0


def _drop_unwritten() -> None:
    """Drop output that a closed terminal cannot take: the interpreter would end with another status."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


async def _run(app: PppApp) -> None:
    from ppp_tui.tui.garbage import collect_young_garbage

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, "work"))
    loop.call_later(STARTED_S, collect_young_garbage)
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(app.exit, return_code=SIGNAL_EXIT + number))
    try:
        await app.run_async()
    finally:
        # In any case: an open connection has a thread that the process would wait for.
        await app.ports.database.close()
