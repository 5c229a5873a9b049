"""The example of a source outside the package: installed by its own metadata, it is read like those inside."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.trees import ROOT
from tests.ingest.house import House
from tests.sources.plugin_of import forget_installed, install

EXAMPLE = ROOT / "examples" / "source_plugin"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    forget_installed()


def test_installing_it_is_enough_for_its_sessions_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]["entry-points"]["ppp_tui.sources"]
    module = (EXAMPLE / "jotter_source.py").read_text()
    install(tmp_path / "site", monkeypatch, rows, {"jotter_source": module})
    house = House(tmp_path)
    session = house.home / ".jotter" / "s1.jot"
    session.parent.mkdir()
    session.write_text(
        '{"kind": "prompt", "id": "p1", "at": "2026-11-20T10:00:00.000Z", "text": "Fix it", "folder": "/shop"}\n'
        '{"kind": "reply", "id": "m1", "at": "2026-11-20T10:00:04.000Z", "text": "Done.", "input": 12, "output": 4}\n'
    )
    house.ingest(sources=("all",))
    assert house.ask("SELECT source, native_id, agent_name, project FROM trajectories") == [
        ("jotter", "s1", "jotter", "/shop")
    ]
    assert house.ask("SELECT input_tokens, output_tokens FROM token_usage") == [(12, 4)]


@pytest.mark.slow
def test_its_own_tests_pass_outside_of_the_package(tmp_path: Path) -> None:
    copy = shutil.copytree(EXAMPLE, tmp_path / "plugin")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "."],
        cwd=copy,
        env={"PYTHONPATH": str(ROOT), "HOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.splitlines()[-1].split(" in ")[0]) == (0, "32 passed")
