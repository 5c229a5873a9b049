"""Pilots that wait no longer than they must."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tui.stillness import quick_pilot


@pytest.fixture(scope="module", autouse=True)
def _quick_pilot() -> Iterator[None]:
    with quick_pilot():
        yield
