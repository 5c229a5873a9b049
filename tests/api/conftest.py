"""An empty database for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.query.database_fixture import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database without rows."""
    made = Database(tmp_path / "archive.db")
    yield made
    made.writer.close()
