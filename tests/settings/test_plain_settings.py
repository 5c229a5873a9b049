"""Settings that are plainly right are the same without the whole check; all others are left to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from ppp_tui.paths import UserPaths
from ppp_tui.settings import Choices, load
from ppp_tui.settings.unchecked import read_unchecked

HOME = Path("/home/ada")


def leaves(table: object, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(table, SimpleNamespace | BaseModel) or is_dataclass(table):
        for name, value in vars(table).items():
            yield from leaves(value, (*above, name))
    else:
        yield above, table


def paths_in(folder: Path, text: str) -> UserPaths:
    paths = UserPaths(folder / "config.toml", Path("/data/archive.db"), folder / "log")
    if text:
        paths.config.write_text(text)
    return paths


@pytest.mark.parametrize(
    ("text", "environment", "choices"),
    [
        ("", {}, Choices()),
        ("", {}, Choices(database=Path("/z/c.db"))),
        ("", {"PPP_TUI_CORPUS": "/corpus"}, Choices(theme="ppp-16")),
        ('[database]\npath = "~/a.db"', {}, Choices()),
        ('[database]\npath = "/x/a.db"\n[screen]\ntime = "utc"\nbell = true', {}, Choices()),
        ("[live]\nhistory_hours = 8784\nsilent_tool_s = 1\n[keys]\nquit = 'x'", {}, Choices()),
        ("[targets]\ncontext_percent = [10, 20]\npass_rate_percent = 0", {"PPP_TUI_SCREEN__ASCII": "1"}, Choices()),
        ("[budget]\ndaily_usd = 20", {"PPP_TUI_BUDGET__MONTHLY_USD": "99.5"}, Choices()),
    ],
)
def test_plain_settings_are_those_of_the_whole_check(
    text: str, environment: dict[str, str], choices: Choices, tmp_path: Path
) -> None:
    paths = paths_in(tmp_path, text)
    plain = read_unchecked(environment, HOME, paths, choices)
    assert plain is not None
    assert dict(leaves(plain)) == dict(leaves(load(environment, HOME, paths, choices).settings))


@pytest.mark.parametrize(
    ("text", "environment", "choices"),
    [
        ("[live]\nhistory_hours = 8785", {}, Choices()),
        ("[live]\nsilent_tool_s = 0", {}, Choices()),
        ("[live]\nidle_after_min = true", {}, Choices()),
        ('[screen]\nbell = "yes"', {}, Choices()),
        ('[screen]\ntheme = "moon"', {}, Choices()),
        ("[keys]\nquit = 1", {}, Choices()),
        ("[keys.quit]\nkey = 'x'", {}, Choices()),
        ("keys = 1", {}, Choices()),
        ("[targets]\npass_rate_percent = 101", {}, Choices()),
        ("[ppp.weights]\ntechnical = 0.9", {}, Choices()),
        ('[sources]\nenabled = ["codex"]', {}, Choices()),
        ("[nothing]\nhere = 1", {}, Choices()),
        ('[database]\npath = "a.db"', {}, Choices()),
        ("no toml", {}, Choices()),
        ("", {"PPP_TUI_CONFIG": "/elsewhere.toml"}, Choices()),
        ("", {"PPP_TUI_TRAJECTORY__ENABLE_WAL": "1"}, Choices()),
        ("", {}, Choices(theme="moon")),
        ("", {}, Choices(sources=(("codex", Path("/copy")),))),
        ("", {}, Choices(config=Path("/nowhere.toml"))),
    ],
)
def test_anything_else_is_left_to_the_whole_check(
    text: str, environment: dict[str, str], choices: Choices, tmp_path: Path
) -> None:
    assert read_unchecked(environment, HOME, paths_in(tmp_path, text), choices) is None


def test_plain_settings_load_nothing_slow() -> None:
    code = "import sys, ppp_tui.settings.unchecked; sys.exit(bool({'pydantic', 'click', 'msgspec'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_ingest_of_nothing_loads_neither_the_check_nor_the_fold(tmp_path: Path) -> None:
    slow = {
        "pydantic",
        "genai_prices",
        "markdown_it",
        "sentencex",
        "asyncio.events",
        "multiprocessing",
        "ppp_tui.fold.file_fold",
    }
    code = (
        "import sys\nfrom ppp_tui.cli.main import run\nassert run(['ingest']) == 0\n"
        f"print(sorted({slow} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"HOME": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
