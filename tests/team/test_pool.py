"""The dashboard's pool over a shared store: answers, news, limits, and a server that was away."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.query.changes import changes_since, moved_since
from ppp_tui.query.errors import DatabaseUnusableError, QueryFailedError
from ppp_tui.query.query import Query
from ppp_tui.query.sessions.session_lists import session_count
from ppp_tui.team import pool as module
from ppp_tui.team.pool import TeamPool
from tests.postgres import Server
from tests.team import loading
from tests.waiting import until


@pytest.fixture
async def lead(postgres: Server, store: str) -> AsyncIterator[TeamPool]:
    """An open pool of a lead's."""
    pool = TeamPool(postgres.add_member(store, "team", loading.PERSON, "lead"))
    await pool.open()
    yield pool
    await pool.close()


def put_session(postgres: Server, store: str, number: int) -> None:
    """Write a session of the first member."""
    with closing(postgres.connect(store)) as connection:
        if number == 1:
            loading.add_replica(connection)
        connection.execute(
            "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name) VALUES (1, 1, %s, '', 'claude')",
            (number,),
        )
        connection.execute(
            "INSERT INTO trajectory_summaries (tenant_id, replica_id, trajectory_id, turns) VALUES (1, 1, %s, 1)",
            (number,),
        )
        # Transactions of other tests on the server hold it back for a moment.
        until(lambda: connection.execute("SELECT 1 FROM archive_facts WHERE value <> '0'").fetchone() is not None)


async def test_a_session_that_somebody_shares_is_news(
    postgres: Server, store: str, lead: TeamPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    before = await lead.data_version()
    await asyncio.to_thread(put_session, postgres, store, 1)
    version = await lead.data_version()
    assert version > before
    assert (await lead.fetch(moved_since(before))).trajectories == (1,)
    assert await lead.fetch(session_count()) == 1


async def test_sessions_that_were_taken_away_let_all_be_read_anew_once(
    postgres: Server, store: str, lead: TeamPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    await asyncio.to_thread(put_session, postgres, store, 1)
    before = await lead.data_version()

    def take_away() -> None:
        with closing(postgres.connect(store)) as connection:
            connection.execute(
                "INSERT INTO shared_trajectories (tenant_id, replica_id, local_id, trajectory_id, is_present) "
                "VALUES (1, 1, 1, 1, 1)"
            )
            connection.execute("DELETE FROM trajectories WHERE id = 1")
            connection.execute("UPDATE shared_trajectories SET is_present = 0")

    await asyncio.to_thread(take_away)
    version = before
    while version <= before:  # transactions of other tests on the server hold it back for a moment
        version = await lead.data_version()
    assert version > before
    news = [await lead.fetch(changes_since(before, 0, 0)) for _ in range(2)]
    assert [each.moved.is_everything for each in news] == [True, False]
    assert await lead.data_version() == version


async def test_the_server_is_asked_for_news_four_times_a_second_at_most(
    postgres: Server, store: str, lead: TeamPool
) -> None:
    before = await lead.data_version()
    await asyncio.to_thread(put_session, postgres, store, 1)
    assert await lead.data_version() == before


async def test_a_query_cannot_write(lead: TeamPool) -> None:
    with pytest.raises(QueryFailedError, match="read-only"):
        await lead.fetch(Query("INSERT INTO audit (action) VALUES ('x') RETURNING id", list))


async def test_a_server_that_was_away_is_asked_again(postgres: Server, store: str, lead: TeamPool) -> None:
    await asyncio.to_thread(put_session, postgres, store, 1)
    with closing(postgres.connect("postgres")) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (store,),
        )
    for _ in range(module.READERS):
        # Whoever was connected is told once; a new connection then takes the place of the broken one.
        with suppress(QueryFailedError):
            await lead.fetch(session_count())
    assert await lead.fetch(session_count()) == 1


class Relay:
    """A socket before the server's that passes everything on, until it is told to garble or to swallow the answers."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self.folder = server, folder
        self.change: Callable[[bytes], bytes] = bytes
        self._running: asyncio.Server | None = None
        self._meetings: list[asyncio.Task[Any]] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def begin(self) -> None:
        self._running = await asyncio.start_unix_server(self._meet, self.folder / ".s.PGSQL.5432")

    async def end(self) -> None:
        assert self._running is not None
        self._running.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._meetings, return_exceptions=True)
        for writer in self._writers:
            with suppress(OSError):
                await writer.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        meeting = asyncio.current_task()
        assert meeting is not None
        self._meetings.append(meeting)
        beyond = await asyncio.open_unix_connection(self._server.folder / ".s.PGSQL.5432")
        self._writers += [writer, beyond[1]]
        await asyncio.gather(self._pass(reader, beyond[1], bytes), self._pass(beyond[0], writer, self._answer))

    def _answer(self, received: bytes) -> bytes:
        return self.change(received)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: Callable[[bytes], bytes]
    ) -> None:
        with suppress(OSError):
            while received := await reader.read(65536):
                writer.write(change(received))
                await writer.drain()
        writer.close()


@pytest.mark.parametrize("change", [lambda _: b"", lambda received: received + received], ids=["silent", "doubled"])
async def test_a_server_that_talks_nonsense_or_says_nothing_more_is_left(
    postgres: Server, store: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    login = postgres.add_member(store, "team", loading.PERSON, "lead").partition("user=")[2]
    with tempfile.TemporaryDirectory(prefix="ppp-relay-") as folder:
        relay = Relay(postgres, Path(folder))
        await relay.begin()
        pool = TeamPool(f"postgresql:///{store}?host={folder}&user={login}")
        await pool.open()
        assert await pool.fetch(session_count()) == 0
        monkeypatch.setattr(module, "SILENCE_S", 0.2)
        relay.change = change
        for _ in range(module.READERS):
            with suppress(QueryFailedError):
                await pool.fetch(session_count())
        relay.change = bytes
        monkeypatch.setattr(module, "SILENCE_S", 20.0)
        # New connections have taken the place of those that cannot be trusted.
        assert await pool.fetch(session_count()) == 0
        await pool.close()
        await relay.end()


async def test_no_server_is_a_failure_that_says_where_it_was_looked_for(postgres: Server) -> None:
    with pytest.raises(QueryFailedError, match="does not answer"):
        await TeamPool(f"postgresql:///team?host={postgres.folder}/nowhere&user=ann").open()


async def test_who_may_bypass_the_policies_is_refused(postgres: Server, store: str) -> None:
    with pytest.raises(DatabaseUnusableError, match="superuser"):
        await TeamPool(postgres.url(store)).open()
