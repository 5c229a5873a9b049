"""``ppp-tui config``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.cli.conftest import Run


def test_what_is_shown_is_a_settings_file_with_every_setting(ppp: Run, home: Path) -> None:
    done = ppp("config", "--source", "codex=/backup", PPP_TUI_SCREEN__TIME="utc")
    shown = tomllib.loads(done.stdout)
    assert list(shown) == [
        "database",
        "sources",
        "ingest",
        "receive",
        "send",
        "team",
        "codebase",
        "live",
        "rollup",
        "budget",
        "targets",
        "alerts",
        "screen",
        "ppp",
    ]
    assert shown["database"]["path"] == str(home / ".local" / "share" / "ppp-tui" / "archive.db")
    assert 'time = "utc"  # PPP_TUI_SCREEN__TIME' in done.stdout.splitlines()
    assert '"codex" = ["/backup"]  # --source' in done.stdout.splitlines()
    assert "bell = false  # default" in done.stdout.splitlines()


def test_options_count_before_and_after_the_command(ppp: Run) -> None:
    done = ppp("--source", "codex=/a", "--theme", "ppp-dark", "config", "--source", "codex=/b", "--theme", "ppp-mono")
    assert '"codex" = ["/a", "/b"]  # --source' in done.stdout
    assert 'theme = "ppp-mono"  # --theme' in done.stdout


def test_a_setting_of_the_file_is_shown_with_its_line(ppp: Run, tmp_path: Path) -> None:
    chosen = tmp_path / "mine.toml"
    chosen.write_text('[screen]\nbell = true\n[keys]\nquit = "ctrl+q"\n')
    done = ppp("config", "--config", str(chosen))
    assert f"bell = true  # {chosen}, line 2" in done.stdout
    assert f'quit = "ctrl+q"  # {chosen}, line 4'.replace("quit", '"quit"') in done.stdout


def test_the_place_of_the_settings_file_is_told(ppp: Run, home: Path) -> None:
    assert ppp("config", "path").stdout == f"{home}/.config/ppp-tui/config.toml\n"


def test_a_key_for_an_action_that_does_not_exist_is_refused_with_its_place(ppp: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[keys]\nnosuch = "x"\n')
    done = ppp("config", "--config", str(wrong))
    assert done.returncode == 2
    assert f"{wrong}, line 2: keys: there is no action nosuch" in done.stderr
