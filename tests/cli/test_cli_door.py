"""Wrong words on the command line, and what is said when something goes wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ppp_tui import __version__, faults
from ppp_tui.cli import main
from ppp_tui.cli import registry as commands
from tests.cli.conftest import Run, environment


@pytest.fixture(autouse=True)
def _home_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let ``ppp-tui doctor`` fail."""

    @click.command("doctor")
    def command() -> None:
        raise error

    monkeypatch.setattr(commands.LazyGroup, "get_command", lambda *_: command)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serch"], "ppp-tui: There is no command serch; did you mean search?"),
        (["xyz"], "ppp-tui: There is no command xyz; there are open, statusline, attach, demo, "),
        (["--archiv", "x"], "ppp-tui: No such option '--archiv'."),
        (["config", "--source", "codex"], "codex is not of the form KIND=PATH, such as codex=/backup/sessions."),
        (["search"], "ppp-tui: Missing argument 'WORDS...'."),
        (["open", "3#x"], "ppp-tui: 3#x: what follows # is the number of a turn, such as 3#3."),
    ],
)
def test_a_wrong_command_line_is_told_with_the_way_out(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(arguments) == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""


def test_wrong_settings_are_told_all_at_once_and_nothing_starts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["ingest", "--theme", "blue", "--source", "x=/y"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "ppp-tui: these settings cannot be used; nothing was started."
    assert [line.split(":")[0] for line in lines[1:]] == ["  --source", "  --theme"]


def test_a_key_for_an_action_that_does_not_exist_is_told_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PPP_TUI_KEYS__QUITT", "x")
    assert main.run([]) == 2
    assert re.match(r"ppp-tui: PPP_TUI_KEYS__QUITT: .*quitt; did you mean quit\?", capsys.readouterr().err)


def test_the_dashboard_is_not_opened_without_a_terminal(ppp: Run) -> None:
    done = ppp()
    assert (done.returncode, done.stderr.split(";")[0]) == (1, "ppp-tui: The dashboard needs a terminal")


def test_an_expected_error_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    failing(monkeypatch, PermissionError(13, "Permission denied", "/a\x1b[2J/b"))
    assert main.run(["doctor"]) == 1
    assert capsys.readouterr().err == "ppp-tui: /a␛[2J/b: Permission denied.\n"


def test_a_fault_of_the_program_is_kept_in_a_private_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "state" / "ppp-tui" / "ppp-tui.log"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    failing(monkeypatch, KeyError("lane"))
    assert main.run(["doctor"]) == 1
    assert capsys.readouterr().err == (
        f"ppp-tui: KeyError: 'lane'\nThis is a fault of ppp-tui. Where it arose is in {log}.\n"
    )
    kept = log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC KeyError\n  ppp_tui\.cli\.main:\d+ in run\n", kept)
    assert "lane" not in kept


def test_the_log_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(faults, "LOG_LIMIT_BYTES", 10)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    log = tmp_path / "ppp-tui" / "ppp-tui.log"
    for fault in (KeyError("lane"), IndexError("lane")):
        failing(monkeypatch, fault)
        main.run(["doctor"])
    assert ("IndexError" in log.read_text(), "KeyError" in log.read_text()) == (True, False)


def test_where_a_fault_arose_is_shown_on_demand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, KeyError("lane"))
    assert main.run(["--debug", "doctor"]) == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_version_is_told_alike_by_the_short_way_and_by_the_whole(ppp: Run) -> None:
    assert ppp("--version").stdout == ppp("--debug", "--version").stdout == f"ppp-tui {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("--by", "day")])
def test_usage_without_a_database_is_told_by_the_short_way_and_by_the_whole(
    arguments: tuple[str, ...], ppp: Run, tmp_path: Path
) -> None:
    done = ppp("usage", "--database", str(tmp_path / "none.db"), *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == f"ppp-tui: There is no database at {tmp_path}/none.db yet: run ppp-tui ingest, or just ppp-tui.\n"
    )


def test_ctrl_c_has_the_exit_status_that_shells_know(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    assert main.run(["doctor"]) == 130


def test_a_reader_that_has_gone_is_no_fault(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "config"],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), said) == (1, b"")
