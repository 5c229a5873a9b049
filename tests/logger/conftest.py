"""A database of a test's own, and a logger on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.model.clock import FrozenClock
from tests.logger.database_of import NOW_MS, Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "data" / "archive.db")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW_MS)


@pytest.fixture
def log(database: Database, clock: FrozenClock) -> Iterator[TrajectoryLogger]:
    with TrajectoryLogger.open(database.path, clock=clock) as opened:
        yield opened
