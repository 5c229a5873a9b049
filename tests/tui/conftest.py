"""Pilots that wait no longer than they must, and a database with the usual sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.database_of import write_database
from tests.tui.stillness import quick_pilot


@pytest.fixture(scope="module", autouse=True)
def _quick_pilot() -> Iterator[None]:
    with quick_pilot():
        yield


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, which no test here changes."""
    return write_database(tmp_path_factory.mktemp("database"))
