"""Where nobody chose anything, the settings without a check are those that the check gives."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from ppp_tui.paths import UserPaths
from ppp_tui.settings import Choices, load
from ppp_tui.settings.unchosen import unchosen_settings


def flat(value: Any, key: str = "") -> dict[str, object]:
    """Every setting by its dotted name, with its type."""
    if isinstance(value, BaseModel | SimpleNamespace):
        value = vars(value)
    elif is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    elif not isinstance(value, Mapping) or not value:
        return {key: (type(value), value)}
    return {name: part for field, inner in value.items() for name, part in flat(inner, f"{key}.{field}").items()}


@pytest.mark.parametrize("archive", [None, Path("/x/a.db")])
def test_the_unchecked_settings_are_those_of_the_whole_check(archive: Path | None, tmp_path: Path) -> None:
    paths = UserPaths(tmp_path / "config.toml", Path("/data/archive.db"), tmp_path / "log")
    choices = Choices(archive=archive)
    whole = flat(load({}, Path("/home/ada"), paths, choices).settings)
    assert len(whole) > 60
    assert flat(unchosen_settings({}, paths, choices)) == whole


@pytest.mark.parametrize(
    ("text", "environment", "choices"),
    [
        ("[screen]\nbell = true", {}, Choices()),
        ("", {"PPP_TUI_SCREEN__BELL": "true"}, Choices()),
        ("", {"PPP_TUI_CONFIG": "/elsewhere.toml"}, Choices()),
        ("", {}, Choices(theme="ppp-light")),
        ("", {}, Choices(sources=(("codex", Path("/b")),))),
    ],
)
def test_whatever_is_chosen_is_left_to_the_whole_check(
    text: str, environment: dict[str, str], choices: Choices, tmp_path: Path
) -> None:
    paths = UserPaths(tmp_path / "config.toml", Path("/data/archive.db"), tmp_path / "log")
    if text:
        paths.config.write_text(text)
    assert unchosen_settings(environment, paths, choices) is None


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
