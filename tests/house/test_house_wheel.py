"""The wheel works where there is no checkout: command, settings, styles, schema steps and screens."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import ppp_tui
from tests.house.trees import ROOT

OPEN_HEADLESS = """
import asyncio
from dataclasses import replace
from pathlib import Path

import ppp_tui
from ppp_tui import paths
from ppp_tui.cli.dashboard import make_ports
from ppp_tui.cli.invocation import Invocation
from ppp_tui.model.clock import FrozenClock
from ppp_tui.tui.app import PppApp

class NoIngest:
    def start(self): pass
    async def stop(self): pass
    def trouble(self): return ""

async def main():
    ports = make_ports(Invocation(database=Path("archive.db")), FrozenClock(1_795_200_000_000))
    app = PppApp(replace(ports, ingest=NoIngest()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        print(type(app.screen).__name__)

print(Path(ppp_tui.__file__).parent)
print(paths.shipped("styles"))
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and what it depends on from the one that runs this test."""
    folder = tmp_path_factory.mktemp("wheel")
    offline = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", str(wheel)]
    subprocess.run(install, env=offline, check=True, capture_output=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "venv" / "lib" / version / "site-packages"
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def run(folder: Path, *command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=folder, env={**kept, "HOME": str(folder)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_installed_command_runs(installed: Path) -> None:
    command = str(installed / "venv" / "bin" / "ppp-tui")
    assert run(installed, command, "--version") == f"ppp-tui {ppp_tui.__version__}\n"
    assert 'theme = "auto"  # default' in run(installed, command, "config")
    assert run(installed, command, "ingest").startswith("0 files")


@pytest.mark.slow
def test_the_installed_program_makes_a_database_by_one_script(installed: Path) -> None:
    look = "from ppp_tui.store.migrate import *; print(SCHEMA.read_text().startswith(head_of(steps())))"
    assert run(installed, str(installed / "venv" / "bin" / "python"), "-c", look) == "True\n"


@pytest.mark.slow
def test_the_installed_dashboard_opens_with_its_styles(installed: Path) -> None:
    package, styles, screen = run(
        installed, str(installed / "venv" / "bin" / "python"), "-c", OPEN_HEADLESS
    ).splitlines()
    assert Path(package).is_relative_to(installed)
    assert Path(styles) == Path(package) / "_shipped" / "styles"
    assert screen == "LiveScreen"
    assert sorted(path.name for path in Path(styles).rglob("*.tcss")) == sorted(
        path.name for path in (ROOT / "styles").rglob("*.tcss")
    )
