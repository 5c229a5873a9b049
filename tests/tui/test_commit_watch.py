"""Waiting for a commit: woken by writes to the database and its log, and by nothing else in their folder."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ppp_tui.tui.commit_watch import CommitWatch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of writes")

FOREVER_S = 3600.0


@pytest_asyncio.fixture
async def watch(tmp_path: Path) -> AsyncIterator[CommitWatch]:
    watch = CommitWatch(tmp_path / "archive.db")
    watch.open()
    yield watch
    watch.close()


async def is_woken(watch: CommitWatch, path: Path) -> bool:
    """Whether a write to a file ends a wait."""
    await asyncio.to_thread(path.write_bytes, b"news")
    waiting = asyncio.create_task(watch.wait(FOREVER_S))
    # Writes are told in their order, at the next turns of the event loop.
    for _ in range(9):
        await asyncio.sleep(0)
    woken = waiting.done()
    watch.wake()
    await waiting
    return woken


@pytest.mark.parametrize("name", ["archive.db", "archive.db-wal"])
async def test_write_to_the_database_or_its_log_wakes(watch: CommitWatch, tmp_path: Path, name: str) -> None:
    assert await is_woken(watch, tmp_path / name)


@pytest.mark.parametrize("name", ["archive.db-journal.1", "other.db", "archive.db-wal2"])
async def test_write_to_another_file_of_the_folder_does_not_wake(watch: CommitWatch, tmp_path: Path, name: str) -> None:
    assert not await is_woken(watch, tmp_path / name)


async def test_log_of_a_database_behind_a_link_is_watched_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "db").touch()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "db")
    watch = CommitWatch(tmp_path / "link")
    watch.open()
    assert await is_woken(watch, tmp_path / "real" / "db-wal")
    watch.close()


async def test_watch_of_a_missing_folder_has_no_events(tmp_path: Path) -> None:
    watch = CommitWatch(tmp_path / "gone" / "archive.db")
    watch.open()
    assert not watch.has_events
