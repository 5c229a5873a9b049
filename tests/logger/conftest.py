"""An archive of a test's own, and a logger on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.model.clock import FrozenClock
from tests.logger.archive_of import NOW_MS, Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "data" / "archive.db")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW_MS)


@pytest.fixture
def log(archive: Archive, clock: FrozenClock) -> Iterator[TrajectoryLogger]:
    with TrajectoryLogger.open(archive.path, clock=clock) as opened:
        yield opened
