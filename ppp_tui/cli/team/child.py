"""Keeps a process at work that pushes continuously, beside an ingest: a slow network never holds the ingest up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.team.addresses import is_team_named


@contextmanager
def continuous_push(invocation: Invocation, *, follow: bool) -> Iterator[None]:
    """Push while the block runs, if the settings say so and a shared store is named."""
    if not follow or not invocation.settings.team.continuous or not is_team_named(invocation):
        yield
        return
    # An ingest without it starts without these.
    import asyncio

    from ppp_tui.ingest.supervisor import Supervisor

    arguments = [*invocation.arguments(), "team", "push", "--no-sync", "--follow", "--child"]
    supervisor = Supervisor(arguments, invocation.environment)
    ended, loop = asyncio.Event(), asyncio.new_event_loop()

    async def supervise() -> None:
        supervisor.start()
        await ended.wait()
        await supervisor.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(supervise()), name="team push", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
