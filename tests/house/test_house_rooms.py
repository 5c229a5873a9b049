"""Rooms import only downward, and what must start fast imports little."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ppp_tui.query.connect import NEWEST_SCHEMA
from ppp_tui.store.migrate import steps
from tests.house.trees import ROOT

HEAVY = (
    "textual",
    "rich",
    "plotext",
    "fastapi",
    "pydantic",
    "genai_prices",
    "watchfiles",
    "markdown_it",
    "msgspec",
    "sqlite3",
)


def test_contracts_between_rooms_are_kept() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def loaded_by(code: str, home: Path) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after running some code."""
    tail = "\nimport sys\nprint('\\0', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code + tail],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.rpartition("\0")[2].split()) & set(HEAVY)


def test_the_package_itself_loads_nothing(tmp_path: Path) -> None:
    assert loaded_by("import ppp_tui", tmp_path) == set()


def test_the_logger_loads_nothing_until_it_is_opened(tmp_path: Path) -> None:
    assert loaded_by("import ppp_tui.logger", tmp_path) == set()


def test_an_open_logger_loads_no_screens_and_no_opinions(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom ppp_tui import TrajectoryLogger\n"
        f"with TrajectoryLogger.open({str(tmp_path / 'a.db')!r}) as log:\n"
        "    log.start('SPEC-1', 'me').log_turn('Hello', 'Hi')\n"
        "assert not [name for name in sys.modules if name.startswith(('ppp_tui.scoring', 'ppp_tui.query'))]"
    )
    assert loaded_by(code, tmp_path) == {"pydantic", "msgspec", "sqlite3"}


def test_the_first_picture_waits_for_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    later = ("pydantic", "plotext", "filelock", "msgspec", "psutil", "markdown_it", "watchfiles", "genai_prices")
    code = (
        "import sys\nfrom ppp_tui.cli.invocation import Invocation\nfrom ppp_tui.cli import dashboard, main\n"
        "from ppp_tui.tui import app\nfrom ppp_tui.tui.screens import live\n"
        "assert Invocation().settings.screen.theme == 'auto'\n"
        f"assert not {{*{later}}} & {{name.partition('.')[0] for name in sys.modules}}\n"
        "unwanted = ('ppp_tui.sources.', 'ppp_tui.query.scores.compare')\n"
        "assert not [name for name in sys.modules if name.startswith(unwanted)]"
    )
    assert "textual" in loaded_by(code, tmp_path)


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_version_and_help_load_nothing_heavy(argument: str, tmp_path: Path) -> None:
    assert loaded_by(f"from ppp_tui.cli.main import run\nassert run([{argument!r}]) == 0", tmp_path) == set()


@pytest.mark.parametrize("command", [["ingest"], ["doctor"], ["config"]])
def test_commands_without_screens_load_no_screens(command: list[str], tmp_path: Path) -> None:
    loaded = loaded_by(f"from ppp_tui.cli.main import run\nassert run({command!r}) == 0", tmp_path)
    assert loaded & {"textual", "rich", "plotext", "genai_prices"} == set()


NO_NETWORK = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"):
        os.write(2, f"{event} {arguments}".encode())
        os._exit(99)

sys.addaudithook(refuse)
from ppp_tui.cli.main import run
assert run(["ingest"]) == 0
assert run(["doctor"]) == 0
assert run(["search", "nothing"]) == 1
"""


def test_no_command_opens_a_connection(tmp_path: Path) -> None:
    assert loaded_by(NO_NETWORK, tmp_path) >= {"sqlite3"}


def test_queries_know_the_newest_schema_step() -> None:
    assert steps()[-1].number == NEWEST_SCHEMA
