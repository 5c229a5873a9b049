"""No test reads or writes what belongs to the person who runs it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.store import write
from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate
from tests.warm import Warm

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


@pytest.fixture(scope="session", autouse=True)
def _schema_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let a new database of a test be a copy of one that was migrated once; `migrate` itself stays as it is."""
    path = tmp_path_factory.mktemp("schema") / "template.db"
    template = open_writer(path)
    migrate(template, path)

    def copy_or_migrate(connection: sqlite3.Connection, path: Path) -> None:
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
            template.backup(connection)
        else:
            migrate(connection, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "migrate", copy_or_migrate)
        yield
    template.close()


@pytest.fixture(scope="session")
def warm(_home_of_nobody: None) -> Iterator[Warm]:
    """Begins processes of the program without the time that importing it takes."""
    begins = Warm()
    yield begins
    begins.close()


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this test's new databases be made by the schema steps, one after the other."""
    monkeypatch.setattr(write, "migrate", migrate)


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system of six megabytes."""
    folder = Path(tempfile.mkdtemp())
    mounted = os.geteuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=False, capture_output=True
        ).returncode == 0
    )  # fmt: skip
    if not mounted:
        folder.rmdir()
        pytest.skip("only the superuser may mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()
