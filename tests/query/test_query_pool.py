"""The dashboard's readers: they ask off the loop, can be interrupted, and can be opened again."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.query.connect import DatabaseReplacedError
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.pool import PAGE_ROWS, Pool
from ppp_tui.query.query import Query
from tests.query.database_fixture import Database

ENDLESS = Query(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", lambda rows: len(rows)
)
ENDLESS_WITH_ONE_SESSION = Query(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE (SELECT count(*) FROM trajectories) = 1) "
    "SELECT max(i) FROM n",
    lambda rows: int(rows[0][0]),
)
IDS = Query("SELECT id FROM trajectories ORDER BY id", lambda rows: [row[0] for row in rows])


async def begin(pool: Pool, query: Query[int]) -> asyncio.Task[int]:
    """Ask, and return once the statement has been handed to a connection."""
    await pool.fetch(IDS)
    task = asyncio.get_running_loop().create_task(pool.fetch(query))
    await asyncio.sleep(0)
    return task


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    made = Pool(database.path, readers=1)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize(("rows", "is_on_loop"), [(PAGE_ROWS, True), (PAGE_ROWS + 1, False)])
async def test_no_more_than_a_page_is_built_on_the_loop(pool: Pool, rows: int, is_on_loop: bool) -> None:
    def build(fetched: list[tuple[Any, ...]]) -> tuple[int, bool]:
        return len(fetched), threading.current_thread() is threading.main_thread()

    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) SELECT i FROM n"
    assert await pool.fetch(Query(numbers, build, {"rows": rows})) == (rows, is_on_loop)


async def test_statements_run_off_the_loop(pool: Pool) -> None:
    task = await begin(pool, ENDLESS)
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


async def test_more_queries_than_readers_are_all_answered(database: Database, pool: Pool) -> None:
    database.session(1)
    database.session(2)
    assert await asyncio.gather(*(pool.fetch(IDS) for _ in range(20))) == [[1, 2]] * 20


async def test_a_wrong_query_raises_and_gives_its_reader_back(pool: Pool) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await pool.fetch(Query("SELECT 1 FROM nowhere", len))
    assert await pool.fetch(IDS) == []


async def test_a_cancelled_query_is_interrupted_and_gives_its_reader_back(pool: Pool) -> None:
    task = await begin(pool, ENDLESS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(pool.fetch(IDS), 20) == []


async def test_a_slow_query_does_not_delay_the_news(pool: Pool) -> None:
    task = await begin(pool, ENDLESS)
    assert await asyncio.wait_for(pool.data_version(), 20) > 0
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


async def test_the_data_version_moves_with_commits_of_others_only(database: Database, pool: Pool) -> None:
    before = await pool.data_version()
    await pool.fetch(IDS)
    assert await pool.data_version() == before
    database.session(1)
    assert await pool.data_version() != before


async def test_closing_interrupts_what_is_being_asked(database: Database) -> None:
    pool = Pool(database.path, readers=1)
    await pool.open()
    task = await begin(pool, ENDLESS)
    await asyncio.wait_for(pool.close(), 20)
    assert not task.done()
    with pytest.raises(sqlite3.ProgrammingError, match="the database is not open"):
        await pool.data_version()
    task.cancel()
    await asyncio.wait([task])


async def test_a_query_that_closing_interrupted_is_asked_once_more_when_the_pool_is_open_again(
    database: Database,
) -> None:
    database.session(5)
    pool = Pool(database.path, readers=1)
    await pool.open()
    task = await begin(pool, ENDLESS_WITH_ONE_SESSION)
    await asyncio.wait_for(pool.close(), 20)
    database.session(6)
    await pool.open()
    assert await asyncio.wait_for(task, 20) == 1
    await pool.close()


async def test_a_query_cancelled_before_its_reader_is_connected_leaves_room_for_the_next(pool: Pool) -> None:
    task = asyncio.get_running_loop().create_task(pool.fetch(IDS))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(pool.fetch(IDS), 20) == []


async def test_a_query_whose_reader_connects_while_the_pool_is_closed_is_answered_when_it_is_open_again(
    database: Database,
) -> None:
    database.session(5)
    pool = Pool(database.path, readers=2)
    await pool.open()
    # The first takes the reader that there is.
    first, second = (asyncio.get_running_loop().create_task(pool.fetch(IDS)) for _ in range(2))
    await asyncio.sleep(0)
    await pool.close()
    assert not second.done()
    await pool.open()
    assert await asyncio.wait_for(first, 20) == await asyncio.wait_for(second, 20) == [5]
    await pool.close()


async def test_no_thread_outlives_a_closed_pool(database: Database) -> None:
    before = set(threading.enumerate())
    pool = Pool(database.path)
    await pool.open()
    await asyncio.gather(*(pool.fetch(IDS) for _ in range(9)))
    threads = set(threading.enumerate()) - before
    assert len(threads) == 4
    await pool.close()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


async def test_a_query_waits_until_the_database_is_there(tmp_path: Path) -> None:
    pool = Pool(tmp_path / "archive.db", readers=1)
    task = asyncio.ensure_future(pool.fetch(IDS))
    with pytest.raises(DatabaseMissingError, match="There is no database at"):
        await pool.open()
    assert not task.done()
    database = Database(tmp_path / "archive.db")
    database.session(3)
    await pool.open()
    assert await asyncio.wait_for(task, 20) == [3]
    await pool.close()
    database.writer.close()


async def test_a_database_that_was_replaced_is_read_after_opening_again(tmp_path: Path) -> None:
    old = Database(tmp_path / "archive.db")
    old.session(1)
    pool = Pool(tmp_path / "archive.db")
    await pool.open()
    assert await pool.fetch(IDS) == [1]
    await pool.close()
    old.writer.close()
    (tmp_path / "archive.db").rename(tmp_path / "old.db")
    new = Database(tmp_path / "archive.db")
    new.session(2)
    await pool.open()
    assert [await pool.fetch(IDS) for _ in range(4)] == [[2]] * 4
    await pool.close()
    new.writer.close()


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_a_database_that_is_taken_away_is_noticed_at_the_next_beat(
    database: Database, pool: Pool, is_replaced: bool
) -> None:
    assert await pool.data_version() == await pool.data_version()
    database.path.rename(database.path.with_name("old.db"))
    if is_replaced:
        database.path.write_bytes(b"")
    with pytest.raises(DatabaseReplacedError, match="deleted or replaced"):
        await pool.data_version()


async def test_no_read_transaction_outlives_its_query(database: Database, pool: Pool) -> None:
    database.session(1)
    await pool.fetch(IDS)
    await pool.data_version()
    database.session(2)
    busy, log, moved = database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, log, moved) == (0, 0, 0)
