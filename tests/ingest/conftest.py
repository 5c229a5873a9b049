"""A house with one made-up source for the tests of ingest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.sources import registry
from tests.ingest.house import House
from tests.ingest.model_server import Model, serving_model
from tests.ingest.notes_source import NotesSource


@pytest.fixture(autouse=True)
def _notes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    known = registry.source.__wrapped__
    monkeypatch.setattr(registry, "source", lambda name: NotesSource() if name == "notes" else known(name))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def model() -> Iterator[Model]:
    """A language model that says what a test wants."""
    with serving_model() as server:
        yield server
