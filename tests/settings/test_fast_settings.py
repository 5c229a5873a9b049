"""The quick look at settings says the same as the whole check, or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ppp_tui.paths import UserPaths, shipped
from ppp_tui.settings import Choices, load
from ppp_tui.settings.fast_settings import PartialSettings, read_fast_settings, shipped_values
from ppp_tui.settings.layers import from_toml

HOME = Path("/home/ada")


def look(folder: Path, text: str = "", choices: Choices = Choices(), **environment: str) -> PartialSettings | None:  # noqa: B008
    paths = UserPaths(folder / "config.toml", Path("/data/archive.db"), folder / "log")
    if text:
        paths.config.write_text(text)
    found = read_fast_settings(environment, HOME, paths, choices)
    if found is not None:
        whole = load(environment, HOME, paths, choices).settings
        assert (found.database.path, found.screen.time) == (whole.database.path, whole.screen.time)
        for name in ("daily_usd", "monthly_usd", "warn_percent"):
            assert getattr(found.budget, name) == getattr(whole.budget, name)
        assert found.targets == tuple(getattr(whole.targets, name) for name in found.targets._fields)
    return found


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("", {}),
        ('[database]\npath = "~/a.db"', {}),
        ('[database]\npath = "/x/a.db"\n[screen]\ntime = "utc"\ntheme = "ppp-light"', {}),
        ("[budget]\ndaily_usd = 20\nwarn_percent = 50", {}),
        ("[targets]\ncontext_percent = [10, 20]\n[keys]\nquit = 'x'", {}),
        ("", {"PPP_TUI_BUDGET__MONTHLY_USD": "99.5", "PPP_TUI_DATABASE__PATH": "/y/b.db"}),
    ],
)
def test_what_is_plainly_right_is_read_quickly(text: str, environment: dict[str, str], tmp_path: Path) -> None:
    assert look(tmp_path, text, Choices(), **environment) is not None


def test_file_that_an_editor_began_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    found = look(tmp_path, '\ufeff[database]\npath = "/x/a.db"')
    assert found is not None
    assert found.database.path == Path("/x/a.db")


def test_kind_of_source_that_is_none_is_left_to_the_whole_check(tmp_path: Path) -> None:
    assert look(tmp_path, "", Choices(sources=(("codx", Path("/x")),))) is None


def test_the_command_line_goes_first(tmp_path: Path) -> None:
    found = look(tmp_path, '[database]\npath = "/x/a.db"', Choices(database=Path("/z/c.db")))
    assert found is not None
    assert found.database.path == Path("/z/c.db")


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("[budget]\ndaily = 20", {}),
        ("[budget]\ndaily_usd = -1", {}),
        ("[budget]\ndaily_usd = true", {}),
        ("[budget]\nwarn_percent = 101", {}),
        ('[database]\npath = "a.db"', {}),
        ('[screen]\ntime = "moon"', {}),
        ("[targets]\ncontext_percent = [10]", {}),
        ("no toml", {}),
        ("", {"PPP_TUI_CONFIG": "/elsewhere.toml"}),
        ("", {"PPP_TUI_BUDGET__DAILY_USD": "much"}),
    ],
)
def test_what_is_not_is_left_to_the_whole_check(text: str, environment: dict[str, str], tmp_path: Path) -> None:
    assert look(tmp_path, text, Choices(), **environment) is None


def test_the_shipped_values_are_those_that_a_toml_parser_reads() -> None:
    text = shipped("config.toml").read_text(encoding="utf-8")
    read = {key: entry.value for key, entry in from_toml(text, "shipped").items()}
    values = shipped_values(text)
    assert values == read
    assert {key: type(value) for key, value in values.items()} == {key: type(value) for key, value in read.items()}


def test_a_settings_file_that_cannot_be_looked_at_is_left_to_the_whole_check(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    paths = UserPaths(tmp_path / "file" / "config.toml", Path("/data/archive.db"), tmp_path / "log")
    assert read_fast_settings({}, HOME, paths, Choices()) is None


def test_the_quick_look_loads_nothing_slow() -> None:
    slow = {"pydantic", "click", "msgspec", "tomllib"}
    code = f"import sys, ppp_tui.settings.fast_settings; sys.exit(bool({slow} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "environment", "choices"),
    [
        ("", {"PPP_TUI_SCREEN__THEME": "foo"}, Choices()),
        ("", {"PPP_TUI_LIVE__HISTORY_HOURS": "abc"}, Choices()),
        ("", {}, Choices(theme="foo")),
        ("[live]\nhistory_hours = 0", {}, Choices()),
    ],
)
def test_a_wrong_value_that_the_command_does_not_read_is_left_to_the_whole_check(
    text: str, environment: dict[str, str], choices: Choices, tmp_path: Path
) -> None:
    assert look(tmp_path, text, choices, **environment) is None
