"""Other programs to measure beside ours: installed below `.cache/peers` when first asked for, by their own managers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".cache" / "peers"
AGENTSVIEW = "agentsview==0.46.1"
CCUSAGE = ("ccusage@20.0.24", "@ccusage/ccusage-linux-x64@20.0.24")
"""The wrapper and its program for Linux, which must be of one version."""

QUIET = {"AGENTSVIEW_TELEMETRY_ENABLED": "0", "DO_NOT_TRACK": "1", "AGENTSVIEW_NO_DAEMON": "1"}
"""What keeps agentsview from the network and from staying in the background."""

INSTALL_S = 100
"""How long an installation may take, in seconds."""


def agentsview() -> Path | None:
    """agentsview's program; None, and a sentence printed, where it cannot be had."""
    return _installed("agentsview", FOLDER / "agentsview" / "bin" / "agentsview", _install_agentsview)


def ccusage() -> Path | None:
    """ccusage's program of Linux itself, without Node.js before it; None, and a sentence printed, where it is not."""
    folder = FOLDER / "ccusage"
    native = folder / "node_modules" / "@ccusage" / "ccusage-linux-x64" / "bin" / "ccusage"
    return _installed("ccusage", native, lambda: _install_ccusage(folder))


def _installed(name: str, program: Path, install: Callable[[], None]) -> Path | None:
    try:
        if not program.exists():
            install()
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", None) or str(error)
        print(f"{name} is not here to be compared with: {why.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    if not program.exists():
        print(f"{name} is not here to be compared with: no {program}", file=sys.stderr)
        return None
    # npm makes executable only what a package declares as a command; ccusage's wrapper, which is not run here, sets it.
    program.chmod(0o755)
    return program


def _install_agentsview() -> None:
    folder = FOLDER / "agentsview"
    venv.create(folder, with_pip=True, clear=True)
    _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", AGENTSVIEW], "PIP_CACHE_DIR", "pip")


def _install_ccusage(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("there is no npm")
    folder.mkdir(parents=True, exist_ok=True)
    _run([npm, "--prefix", str(folder), "install", "--no-audit", "--no-fund", *CCUSAGE], "npm_config_cache", "npm")


def _run(command: list[str], cache_variable: str, cache: str) -> None:
    environment = {**os.environ, cache_variable: str(ROOT / ".cache" / cache)}
    subprocess.run(
        command, check=True, timeout=INSTALL_S, capture_output=True, text=True, env=environment, cwd=FOLDER.parent
    )
