"""Runs processes beside an ingest that pass on what it reads, so that a slow network never delays ingest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.team.addresses import is_team_named

_AS_CHILD = ("--no-sync", "--follow", "--child")


def sender_commands(invocation: Invocation) -> list[list[str]]:
    """Return the arguments of each process that passes on changes, as set; none by default."""
    commands = []
    if invocation.settings.team.continuous and is_team_named(invocation):
        commands.append([*invocation.arguments(), "team", "push", *_AS_CHILD])
    send = invocation.settings.send
    if send.to:
        commands.append([*invocation.arguments(), "send", "--to", send.to, "--format", send.format, *_AS_CHILD])
    return commands


@contextmanager
def continuous_senders(invocation: Invocation, *, follow: bool) -> Iterator[None]:
    """Keep the processes that pass on changes running during the block, if `follow`."""
    commands = sender_commands(invocation) if follow else []
    if not commands:
        yield
        return
    # Imported late: an ingest without senders does not need them.
    import asyncio

    from ppp_tui.ingest.supervisor import Supervisor

    supervisors = [Supervisor(arguments, invocation.environment) for arguments in commands]
    ended, loop = asyncio.Event(), asyncio.new_event_loop()

    async def supervise() -> None:
        for supervisor in supervisors:
            supervisor.start()
        await ended.wait()
        await asyncio.gather(*(supervisor.stop() for supervisor in supervisors))

    thread = threading.Thread(target=lambda: loop.run_until_complete(supervise()), name="senders", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
