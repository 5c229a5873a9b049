"""No test reads or writes what belongs to the person who runs it."""

from __future__ import annotations

import gc
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.store import write
from ppp_tui.store.migrate import migrate
from tests.schema_once import copying, make_template
from tests.warm import Warm

OURS = ("PPP_TUI_CORPUS", "PPP_TUI_AGENTS")
"""Variables that are meant for the tests."""

FOREIGN = ("XDG_", "PPP_TUI_", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "NO_COLOR", "TEXTUAL")
"""Beginnings of variables by which a person's habits would reach a test."""


GARBAGE_AFTER = 50_000
"""Objects after which the youngest are looked through; Python's own 700 take a quarter of a dashboard's time."""


def pytest_collection_finish() -> None:
    """Leave out what stays to the end from each search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)


@pytest.fixture(scope="session", autouse=True)
def _home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty home, and no variable that leads to another place or changes how things look."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(FOREIGN) and name not in OURS:
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made by the steps of the schema."""
    path = tmp_path_factory.mktemp("schema") / "template.db"
    make_template(path)
    return path


@pytest.fixture(scope="session", autouse=True)
def _schema_made_once(template: Path) -> Iterator[None]:
    """Let a new database of a test be a copy of one that was migrated once; `migrate` itself stays as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "migrate", copying(template))
        yield


@pytest.fixture(scope="session")
def warm(_home_of_nobody: None, template: Path) -> Iterator[Warm]:
    """Begins processes of the program without the time that importing it takes."""
    begins = Warm(template)
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
        ).returncode
        == 0
    )
    if not mounted:
        folder.rmdir()
        pytest.skip("only the superuser may mount a file system")
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()
