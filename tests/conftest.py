"""No test reads or writes what belongs to the person who runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

OURS = ("PPP_TUI_CORPUS", "PPP_TUI_AGENTS")
"""Variables that are meant for the tests."""

FOREIGN = ("XDG_", "PPP_TUI_", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "NO_COLOR", "TEXTUAL")
"""Beginnings of variables by which a person's habits would reach a test."""


@pytest.fixture(scope="session", autouse=True)
def _home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty home, and no variable that leads to another place or changes how things look."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(FOREIGN) and name not in OURS:
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield
