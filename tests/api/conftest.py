"""An empty database for every test, and readers that a server keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ppp_tui.query.kept_readers import KeptReaders
from tests.query.database_fixture import database

__all__ = ["database"]


@pytest.fixture
def readers() -> Iterator[KeptReaders]:
    """Return readers that are closed with the test."""
    with closing(KeptReaders()) as kept:
        yield kept
