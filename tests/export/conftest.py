"""An empty archive for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.query.archive_fixture import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive without rows."""
    made = Archive(tmp_path / "archive.db")
    yield made
    made.writer.close()
