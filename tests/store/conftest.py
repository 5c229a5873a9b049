"""The writer of an empty database for every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.store.write import Writer


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A writer that is closed with the test."""
    with closing(Writer(tmp_path / "archive.db")) as made:
        yield made
